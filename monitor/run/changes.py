"""A case as far as looking at its act again needs it, and what a second look adds to it.

``told`` words are those of the first revision and of each edit that a ``state`` entry recorded.
A revision that the ordinary reading found does not move them, so an edit has exactly one entry
``disunting``, and one revision where its new words are a finding, whichever came first.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from monitor.clock import from_text, to_text
from monitor.errors import StoreError
from monitor.model.activity import Activity, Signal
from monitor.model.delivery import Changed, Earlier, OutboxItem
from monitor.model.erasure import ERASURE, HOLD
from monitor.model.evidence import Canonical, Capture, LogHead
from monitor.model.review import REVIEW, CaseState
from monitor.model.state import STATE, Again, Known
from monitor.notify.states import Change
from monitor.store import about, erasure, findings, log
from monitor.store.db import Connection
from monitor.store.rechecks import Due

FINDING = "finding"
# What changes a case; a message sent or a reading does not.
STEPS = frozenset({FINDING, STATE, REVIEW, HOLD, ERASURE})
# Words and spaces; a longer text is kept whole, without a comparison.
MOST_WORDS = 1_500
# Pairs of equal words, one of each text, up to which each may begin a match.
MOST_PAIRS = 50_000
ENDS = ".,;:!?…"
PARTIES = "partai/"

_WORD = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class Case:
    """An open or closed case whose content is there.

    ``known`` and ``text`` are of the words told last; ``recorded`` are the revisions (digests)
    that have a finding entry of their own. ``contests`` are those that the finding names.
    """

    finding_id: str
    last_seq: int
    revision_no: int
    platform: str
    watch_id: str
    known: Known
    text: str
    told_seq: int
    recorded: frozenset[str]
    contests: frozenset[str]
    zone: str
    open: bool


def load(conn: Connection, finding_id: str) -> Case | None:
    """Read a case from the log; ``None`` where its content was erased."""
    entries = steps(conn, finding_id)
    revisions = [entry for entry in entries if entry["kind"] == FINDING]
    contents = [(e, log.content(conn, e["seq"], FINDING)) for e in revisions]
    kept = [(entry, content) for entry, content in contents if content]
    watch = log.content(conn, revisions[-1]["seq"], "watch") if revisions else None
    if not kept or watch is None:
        return None
    told_seq, revision, text = _told(conn, entries, kept)
    newest = kept[-1][1]
    activity = newest["activity"]
    return Case(
        finding_id=finding_id,
        last_seq=entries[-1]["seq"],
        revision_no=revisions[-1]["public"]["revision_no"],
        platform=activity["platform"],
        watch_id=watch["watch_id"],
        known=_known(activity, revision),
        text=text,
        told_seq=told_seq,
        recorded=frozenset(content["activity"]["revision"] for _, content in kept),
        contests=_contests(newest["targets"]),
        zone=watch["zone"],
        open=erasure.standing(conn, finding_id).state is CaseState.OPEN,
    )


def steps(conn: Connection, finding_id: str) -> list[dict[str, Any]]:
    """Return the entries that change a case, oldest first."""
    entries = (json.loads(row.canonical) for row in about.entries(conn, finding_id))
    return [entry for entry in entries if entry["kind"] in STEPS]


def read_change(conn: Connection, item: OutboxItem, *, masked: bool) -> Change | None:
    """Read the ``state`` entry that a message is about; ``None`` where its content was erased."""
    said = log.content(conn, item.seq, STATE)
    finding = findings.last_entry(conn, item.subject)
    watch = log.content(conn, finding, "watch")
    if said is None or watch is None:
        return None
    entry, head = _entry(conn, item.seq)
    public: Mapping[str, Any] = entry["public"]
    signal = str(_entry(conn, finding)[0]["public"]["signal"])
    return Change(item.subject, head, public, said, signal, watch["zone"], masked)


def earlier(
    conn: Connection, finding_id: str, revision: str, text: str, seq: int | None = None
) -> Earlier | None:
    """Compare an act as it reads now with the revision before, where there is one.

    ``revision`` is the digest of the act (``Activity.revision``); ``seq`` is the entry that is
    compared, ``None`` where it has none yet.
    """
    found = findings.before(conn, finding_id, seq)
    if found is None:
        return None
    entry, number = found
    content = log.content(conn, entry, FINDING)
    if content is None:
        return Earlier(number, Changed.ERASED)
    old = content["activity"]
    seen = from_text(old["first_seen_at"])
    if old["revision"] == revision:
        return Earlier(number, Changed.NOTHING, seen)
    if old["text"] == text:
        return Earlier(number, Changed.MEDIA, seen)
    parts = diff(old["text"], text)
    return Earlier(number, Changed.TEXT, seen, None if parts is None else tuple(parts))


def earlier_of(conn: Connection, finding_id: str, seq: int) -> Earlier | None:
    """Compare a recorded revision with the one before; ``None`` where its content was erased."""
    content = log.content(conn, seq, FINDING)
    if content is None:
        return None
    act = content["activity"]
    return earlier(conn, finding_id, act["revision"], act["text"], seq)


def diff(old: str, new: str) -> list[dict[str, str]] | None:
    """Compare two texts word by word; ``None`` where they are too long for it.

    Each part has an ``op`` (``same``, ``removed``, ``added``) and its ``text``, white space
    included: ``same`` and ``removed`` in order are the old text, ``same`` and ``added`` the new.
    """
    before, after = _WORD.findall(old), _WORD.findall(new)
    if max(len(before), len(after)) > MOST_WORDS:
        return None
    (gaps, words), (new_gaps, new_words) = _apart(before), _apart(after)
    parts: list[dict[str, str]] = []
    for op, a, b, c, d in _opcodes(words, new_words):
        if op == "equal":
            for one, other in zip(range(a, b), range(c, d), strict=True):
                _add(parts, gaps[one], new_gaps[other])
                _add(parts, words[one], words[one])
        else:
            removed, added = _run(gaps, words, a, b), _run(new_gaps, new_words, c, d)
            if removed and added and gaps[a] == new_gaps[c]:
                _add(parts, gaps[a], gaps[a])
                removed, added = removed[len(gaps[a]) :], added[len(gaps[a]) :]
            _add(parts, removed, added)
    _add(parts, gaps[-1], new_gaps[-1])
    return parts


def _apart(tokens: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the white space before each word, and after the last; and the words.

    The signs that end a word are one by themselves: another word after it does not change it.
    """
    gaps, words = [""], list[str]()
    for token in tokens:
        if token.isspace():
            gaps[-1] = token
            continue
        core = token.rstrip(ENDS)
        for piece in filter(None, (core, token[len(core) :])):
            words.append(piece)
            gaps.append("")
    return gaps, words


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    often, pairs = Counter(new), 0
    for word in old:
        pairs += often[word]
    # Words that stand everywhere cost up to the cube of their number: then no match begins there.
    return SequenceMatcher(None, old, new, autojunk=pairs > MOST_PAIRS).get_opcodes()


def _run(gaps: Sequence[str], words: Sequence[str], start: int, end: int) -> str:
    return "".join(gaps[n] + words[n] for n in range(start, end))


def _add(parts: list[dict[str, str]], removed: str, added: str) -> None:
    """Add what both texts have next, or what each has."""
    said = [("same", added)] if removed == added else [("removed", removed), ("added", added)]
    for op, text in said:
        if parts and parts[-1]["op"] == op:
            parts[-1]["text"] += text
        elif text:
            parts.append({"op": op, "text": text})


def public(case: Case, again: Again, capture: Capture | None) -> dict[str, Canonical]:
    """Return what a ``state`` entry says in clear; it names nobody."""
    if again.state is None:
        raise ValueError("nothing was learned: there is no entry about it")
    return {
        "state": again.state.value,
        "reason": again.reason.value,
        "revision_no": case.revision_no,
        "platform": case.platform,
        "proof": capture.proof if capture else again.proof,
        "partial": capture.partial if capture else False,
        "capture_notes": list(capture.notes) if capture else [],
    }


def unrecorded(case: Case, again: Again, capture: Capture, said: Mapping[str, Canonical]) -> Change:
    """Return a ``state`` entry as it will read, for the card that is drawn before it."""
    signal, clear = case.known.signal.value, public(case, again, capture)
    return Change(case.finding_id, None, clear, said, signal, case.zone, masked=False)


def content(case: Case, row: Due, again: Again, now: datetime) -> dict[str, Canonical]:
    """Return the salted content of a ``state`` entry.

    ``last_seen_at`` is when the act was last seen before this look, ``looks`` how many looks lie
    between the entry before and this one.
    """
    value: dict[str, Canonical] = {
        "looked_at": to_text(now),
        "last_seen_at": to_text(row.seen_at),
        "looks": row.quiet,
        "told_in": case.told_seq,
    }
    if again.activity is not None:
        value |= _now(case, again.activity)
    return value


def _now(case: Case, activity: Activity) -> dict[str, Canonical]:
    """Say how the act reads now; nothing of what it acts upon, which may be a stranger's."""
    value: dict[str, Canonical] = {
        "revision": activity.revision,
        "object": {"id": activity.object.id, "digest": activity.object.digest},
    }
    if activity.revision == case.known.revision:
        return value
    same_words = activity.text == case.text
    return value | {
        "text": activity.text,
        "changed": "media" if same_words else "text",
        "diff": diff(case.text, activity.text),
    }


def _entry(conn: Connection, seq: int) -> tuple[Mapping[str, Any], LogHead]:
    row = next(log.rows(conn, after=seq - 1), None)
    if row is None or row.seq != seq:
        raise StoreError(f"log entry {seq} is owed to a destination but is not there")
    return json.loads(row.canonical), LogHead(seq, row.hash.hex())


def _told(
    conn: Connection,
    entries: Sequence[Mapping[str, Any]],
    kept: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> tuple[int, str, str]:
    """Return entry, revision and text of the words told last."""
    first, finding = kept[0]
    activity = finding["activity"]
    told = (int(first["seq"]), str(activity["revision"]), str(activity["text"]))
    for entry in entries:
        found = log.content(conn, entry["seq"], STATE) if entry["kind"] == STATE else None
        if found and "text" in found:
            told = (int(entry["seq"]), str(found["revision"]), str(found["text"]))
    return told


def _known(activity: Mapping[str, Any], revision: str) -> Known:
    return Known(
        activity_id=activity["id"],
        signal=Signal(activity["signal"]),
        actor_id=activity["actor"]["id"],
        object_id=activity["object"]["id"],
        url=activity["object"]["url"],
        revision=revision,
    )


def _contests(targets: Sequence[str]) -> frozenset[str]:
    return frozenset(t.partition("/")[0] for t in targets if not t.startswith(PARTIES))
