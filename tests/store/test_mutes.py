"""Mutes and the messages that they hold back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.errors import UnknownError
from monitor.model.mute import About, Flaw, Mute, Scope, covers, flaws, way
from monitor.store import about, holds, log, mutes, outbox
from monitor.store.writer import Writer

DAY = timedelta(days=1)
CHAT = ("telegram", "-1001")
BY = {"who": "Bu Rekaan, Sekretaris", "why": "orangnya sedang dirawat"}


def add(writer: Writer, now: datetime, scope: Scope, value: str, days: int = 1) -> Mute:
    with writer.transaction() as tx:
        return mutes.add(tx, scope, value, until=now + days * DAY, at=now, **BY)


def owe(writer: Writer, now: datetime, *subjects: str) -> None:
    with writer.transaction() as tx:
        for subject in subjects:
            outbox.put(tx, kind="finding", subject=subject, seq=1, destinations=[CHAT], at=now)


def due(writer: Writer, now: datetime) -> list[str]:
    return [item.subject for item in outbox.due(writer.reader(), now.timestamp(), 9)]


def test_a_mute_holds_until_it_ends_or_is_lifted(writer: Writer, now: datetime) -> None:
    first = add(writer, now, Scope.PERSON, "p-1")
    second = add(writer, now, Scope.ROUTE, way(*CHAT), days=2)
    conn = writer.reader()
    assert mutes.active(conn, now) == [first, second]
    assert (first.number, second.number, first.who) == (1, 2, BY["who"])
    assert mutes.active(conn, now + DAY) == [second]
    with writer.transaction() as tx:
        assert mutes.lift(tx, 2, at=now, **BY) == second
    assert mutes.active(conn, now) == [first]
    assert add(writer, now, Scope.RULE, "support-post").number == 3
    with pytest.raises(UnknownError, match="mute 2: none is in force"), writer.transaction() as tx:
        mutes.lift(tx, 2, at=now, **BY)


def test_the_chain_names_nobody_and_erasure_finds_the_rest(writer: Writer, now: datetime) -> None:
    add(writer, now, Scope.PERSON, "p-1")
    (row,) = log.rows(writer.reader())
    assert b"p-1" not in row.canonical
    assert BY["who"].encode() not in row.canonical
    assert about.named(writer.reader(), "p-1") == [(1, "by"), (1, "mute")]


def test_a_mute_whose_words_were_erased_is_over(writer: Writer, now: datetime) -> None:
    add(writer, now, Scope.INSTANSI, "Dinas Rekaan")
    with writer.transaction() as tx:
        tx.execute("DROP TRIGGER content_no_delete")
        tx.execute("DELETE FROM content WHERE seq = 1")
    assert mutes.active(writer.reader(), now) == []


def test_held_messages_wait_and_hold_up_nobody(writer: Writer, now: datetime) -> None:
    owe(writer, now, "a", "b")
    first = outbox.due(writer.reader(), now.timestamp(), 1)[0]
    until = (now + DAY).timestamp()
    with writer.transaction() as tx:
        holds.hold(tx, first.id, until)
    assert due(writer, now) == ["b"]
    assert holds.was_held(writer.reader(), first.id)
    assert holds.count(writer.reader(), now.timestamp()) == 1
    assert due(writer, now + DAY) == ["a", "b"]
    with writer.transaction() as tx:
        assert holds.release(tx) == 1
    assert due(writer, now) == ["a", "b"]
    with writer.transaction() as tx:
        outbox.withdraw(tx, "finding", "a")
    assert not holds.was_held(writer.reader(), first.id)


def test_lifting_lets_go_of_what_waits(writer: Writer, now: datetime) -> None:
    owe(writer, now, "a")
    mute = add(writer, now, Scope.PERSON, "p-1")
    with writer.transaction() as tx:
        holds.hold(tx, 1, mute.until.timestamp())
    assert due(writer, now) == []
    with writer.transaction() as tx:
        mutes.lift(tx, mute.number, at=now, **BY)
    assert due(writer, now) == ["a"]


ABOUT = About("telegram -1001", "p-1", "Dinas Rekaan", frozenset({"r-1"}))


@pytest.mark.parametrize(
    ("scope", "value", "expected"),
    [
        (Scope.ROUTE, "telegram -1001", True),
        (Scope.ROUTE, "telegram -1002", False),
        (Scope.PERSON, "p-1", True),
        (Scope.PERSON, "p-2", False),
        (Scope.INSTANSI, "Dinas Rekaan", True),
        (Scope.INSTANSI, "", False),
        (Scope.RULE, "r-1", True),
        (Scope.RULE, "r-2", False),
    ],
)
def test_what_a_mute_covers(now: datetime, scope: Scope, value: str, expected: bool) -> None:
    assert covers(Mute(1, scope, value, now, now, "", ""), ABOUT) is expected


def test_another_rules_word_is_still_heard(now: datetime) -> None:
    both = About("telegram 1", "p-1", "", frozenset({"r-1", "r-2"}))
    assert not covers(Mute(1, Scope.RULE, "r-1", now, now, "", ""), both)
    assert not covers(Mute(1, Scope.INSTANSI, "", now, now, "", ""), both)


@pytest.mark.parametrize(
    ("value", "who", "why", "days", "expected"),
    [
        ("p-1", "Bu", "sakit", 1, []),
        ("p-1", "Bu", "sakit", 7, []),
        ("p-1", "Bu", "sakit", 8, [Flaw.LONG]),
        ("p-1", "Bu", "sakit", 0, [Flaw.PAST]),
        ("", " ", "", 1, [Flaw.VALUE, Flaw.WHO, Flaw.WHY]),
    ],
)
def test_who_why_and_an_end_are_needed(
    now: datetime, value: str, who: str, why: str, days: int, expected: list[Flaw]
) -> None:
    assert list(flaws(value, who, why, now + days * DAY, now, 7 * DAY)) == expected
