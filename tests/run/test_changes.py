"""Comparing words, and what a case remembers of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.activity import Media
from monitor.model.delivery import Changed, Earlier
from monitor.model.evidence import Canonical
from monitor.run.changes import MOST_WORDS, diff, earlier, earlier_of
from monitor.run.compose import alert_facts
from monitor.store import findings, log
from monitor.store.writer import Writer
from tests.notify import examples

WORDS = st.lists(
    st.sampled_from(["ayo", "pilih", "nomor", "2", "👍🏽", "é", "\n", "  "]), max_size=30
)


@given(WORDS, WORDS)
def test_the_parts_are_the_two_texts(old: list[str], new: list[str]) -> None:
    one, two = " ".join(old), " ".join(new)
    parts = diff(one, two)
    assert parts is not None
    assert "".join(str(p["text"]) for p in parts if p["op"] != "added") == one
    assert "".join(str(p["text"]) for p in parts if p["op"] != "removed") == two


def test_one_word_is_one_change() -> None:
    assert diff("Ayo coblos nomor 2", "Ayo coblos nomor 1") == [
        {"op": "same", "text": "Ayo coblos nomor "},
        {"op": "removed", "text": "2"},
        {"op": "added", "text": "1"},
    ]


@pytest.mark.parametrize(("old", "new"), [("", "baru"), ("lama", "")])
def test_all_or_nothing(old: str, new: str) -> None:
    op, text = ("added", new) if new else ("removed", old)
    assert diff(old, new) == [{"op": op, "text": text}]


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("Pak Widodo siap", "Bu Rahma siap", ["-Pak Widodo", "+Bu Rahma", "= siap"]),
        ("Ayo pilih", "pilih", ["-Ayo ", "=pilih"]),
        ("Ayo pilih", "Ayo  pilih\n", ["=Ayo", "- ", "+  ", "=pilih", "+\n"]),
        ("Ayo pilih", "Ayo pilih dia", ["=Ayo pilih", "+ dia"]),
        ("Nomor 2, siap!", "Nomor 2 besok, siap", ["=Nomor 2", "+ besok", "=, siap", "-!"]),
        ("...", "... ya", ["=...", "+ ya"]),
    ],
)
def test_words_are_compared_and_spaces_follow(old: str, new: str, parts: list[str]) -> None:
    signs = {"same": "=", "removed": "-", "added": "+"}
    assert [signs[p["op"]] + p["text"] for p in diff(old, new) or ()] == parts


@pytest.mark.parametrize(("one", "two", "most"), [("lama", "baru", 2), ("sama", "sama", 3)])
def test_no_text_holds_the_program_up(one: str, two: str, most: int) -> None:
    """A match that may begin at each of hundreds of equal words or spaces takes seconds."""
    old = " ".join(f"{one} a{n}" for n in range(375))
    new = " ".join(f"{two} b{n}" for n in range(375))
    assert len(diff(old, new) or ()) == most


def test_the_longest_that_is_compared_and_one_more() -> None:
    most = "a " * (MOST_WORDS // 2)
    assert diff(most, most) == [{"op": "same", "text": most}]
    assert diff(most + "a", most) is None


# ---- a revision and the one before -----------------------------------------------------------

CASE = "NTR-ABCD-2345"
ACT = examples.activity()


def revised(writer: Writer, text: str, now: datetime, *, kept: bool = True, alt: str = "") -> int:
    """Record the next revision of a case; return its entry."""
    media = (Media("image", alt=alt),) if alt else ()
    act = replace(ACT, text=text, media=media)
    made = examples.stored(examples.finding(act, "support-post-candidate", ()))
    content = {"finding": made, "watch": examples.WATCH} if kept else {}
    with writer.transaction() as tx:
        number = findings.next_revision(tx, CASE)
        public: dict[str, Canonical] = {
            "outcome": "alert",
            "revision_no": number,
            "partial": False,
            "proof": "",
        }
        head = log.append(tx, at=now, kind="finding", subject=CASE, public=public, content=content)
        findings.add(tx, CASE, head.seq, "alert")
    return head.seq


def test_a_first_revision_has_none_before(writer: Writer, now: datetime) -> None:
    conn = writer.reader()
    assert earlier(conn, CASE, ACT.revision, ACT.text) is None
    assert alert_facts(conn, revised(writer, "satu", now)).earlier is None


def test_an_act_is_compared_before_it_is_recorded_as_it_is_after(
    writer: Writer, now: datetime
) -> None:
    """Else a card drawn again would not say what the card on file says."""
    conn = writer.reader()
    revised(writer, "Ayo coblos nomor 2", now)
    new = replace(ACT, text="Ayo coblos nomor 1")
    at_first = earlier(conn, CASE, new.revision, new.text)
    seq = revised(writer, new.text, now)
    revised(writer, "Ayo ke pasar", now)
    parts = diff("Ayo coblos nomor 2", new.text)
    assert parts is not None
    assert at_first == Earlier(1, Changed.TEXT, ACT.first_seen_at, tuple(parts))
    assert earlier_of(conn, CASE, seq) == at_first
    assert alert_facts(conn, seq).earlier == at_first


@pytest.mark.parametrize(
    ("old", "new", "alt", "changed"),
    [
        ("satu", "satu", "foto lain", Changed.MEDIA),
        ("satu", "satu", "", Changed.NOTHING),
        ("a " * MOST_WORDS, "b " * MOST_WORDS, "", Changed.TEXT),
    ],
)
def test_what_no_comparison_shows_is_named(
    writer: Writer, now: datetime, old: str, new: str, alt: str, changed: Changed
) -> None:
    revised(writer, old, now)
    seq = revised(writer, new, now, alt=alt)
    found = earlier_of(writer.reader(), CASE, seq)
    assert found == Earlier(1, changed, ACT.first_seen_at)


def test_an_erased_revision_leaves_nothing_to_compare(writer: Writer, now: datetime) -> None:
    revised(writer, "satu", now, kept=False)
    gone = revised(writer, "dua", now, kept=False)
    assert earlier_of(writer.reader(), CASE, gone) is None
    seq = revised(writer, "tiga", now)
    assert earlier_of(writer.reader(), CASE, seq) == Earlier(2, Changed.ERASED)
