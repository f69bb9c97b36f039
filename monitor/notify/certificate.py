"""The paper that tells what one run of ``verify`` found: sound or not, and what that proves.

It claims nothing beyond what was run: what was not compared, not stamped or not sealed is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.notify import pages, words
from monitor.notify.quote import clean
from monitor.notify.render import named

TEMPLATE, WORDS = "certificate.typ", "labels_check.id.j2"
LOG, EXPORT = "log", "export"
ZONE = words.DEFAULT_ZONE
FIELD = 400


@dataclass(frozen=True, slots=True)
class Bad:
    """One thing that does not hold: its place, the kind of fault, and the program's own words."""

    place: str
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A key (fingerprint) that signed seals, and the last entry that it signed, if known."""

    key: str
    to: int = 0


@dataclass(frozen=True, slots=True)
class Stamp:
    """The last time stamp that holds: up to which entry, when, and by whose word."""

    to: int
    at: datetime
    authority: str


@dataclass(frozen=True, slots=True)
class Check:
    """One run of ``verify``.

    ``counted`` says in figures what was read, by code; ``entries`` is the last entry's number,
    ``sealed`` the last one that a holding seal covers, ``compared`` the head that was given.
    """

    kind: str
    source: str
    program: str
    began: datetime
    ended: datetime
    head: str
    counted: Sequence[tuple[str, str]]
    entries: int
    sealed: int
    keys: Sequence[Signed]
    stamp: Stamp | None
    bad: Sequence[Bad]
    bad_count: int
    compared: str = ""


def render_certificate(check: Check) -> bytes:
    """Return the paper as PDF."""
    return pages.typeset(TEMPLATE, data(check))


def data(check: Check) -> dict[str, Any]:
    """Return what the template is given."""
    say = named(WORDS, "said")
    result = "bad" if check.bad_count else "sound"
    return {
        "kind": named(WORDS, "kind")[check.kind],
        "sound": not check.bad_count,
        "result": say[f"{result}_{check.kind}"],
        "rows": [[label, value] for label, value in _rows(check, named(WORDS, "row"))],
        "bad": [_bad(one) for one in check.bad],
        "bad_more": check.bad_count - len(check.bad),
        "shows": []
        if check.bad_count
        else [text.format(**_values(check)) for text in _shows(check)],
        "open": [text.format(**_values(check)) for text in _open(check)],
        "head": check.head,
        "qr": pages.code(check.head) if check.head else "",
    }


def _rows(check: Check, row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield row["source"], clean(check.source, FIELD)
    yield row["began"], _moment(check.began)
    yield row["ended"], _moment(check.ended)
    yield row["program"], f"netralitas {check.program}"
    yield row[f"head_{check.kind}"], check.head or row["unread"]
    for code, figure in check.counted:
        yield row[code], figure
    if check.kind == LOG:
        yield row["compared"], check.compared or row["not_compared"]
    for key in check.keys:
        yield row["key"], f"{key.key}, {row['to']} {key.to}" if key.to else key.key
    # Of an export with a fault nothing was taken as read.
    none = row["none"] if check.head else row["unread"]
    if not check.keys:
        yield row["key"], none
    yield row["stamp"], _stamp(check.stamp, row) if check.stamp else none


def _shows(check: Check) -> Iterator[str]:
    """Yield what a sound result proves, and no more than was run."""
    say = named(WORDS, "said")
    yield say[f"shows_{check.kind}"]
    if check.sealed:
        yield say["shows_seal"]
    if check.stamp:
        yield say["shows_stamp"]
    if check.compared:
        yield say["shows_head"]


def _open(check: Check) -> Iterator[str]:
    """Yield what stays open, whatever the result."""
    say = named(WORDS, "said")
    if check.bad_count:
        yield say["open_bad"]
    if check.head and not check.compared:
        yield say[f"open_head_{check.kind}"]
    if not check.bad_count:
        yield from _limits(check, say)
    yield say["open_world"]


def _limits(check: Check, say: Mapping[str, str]) -> Iterator[str]:
    if not check.stamp:
        yield say["open_stamp"]
    if check.sealed < check.entries:
        yield say["open_seal"]
    if check.keys:
        yield say["open_key"]


def _values(check: Check) -> dict[str, str]:
    stamp = check.stamp
    return {
        "entries": str(check.entries),
        "sealed": str(check.sealed),
        "first_open": str(check.sealed + 1),
        "stamped": str(stamp.to) if stamp else "",
        "stamped_at": _moment(stamp.at) if stamp else "",
        "authority": clean(stamp.authority, FIELD) if stamp else "",
        "compared": check.compared.partition(":")[0],
    }


def _stamp(stamp: Stamp, row: Mapping[str, str]) -> str:
    return f"{row['to']} {stamp.to}, {_moment(stamp.at)}, {clean(stamp.authority, FIELD)}"


def _bad(one: Bad) -> dict[str, str]:
    kinds = named(WORDS, "fault")
    return {
        "place": clean(one.place, FIELD),
        "kind": kinds.get(one.kind, one.kind),
        "what": clean(one.what, FIELD),
    }


def _moment(at: datetime) -> str:
    return words.moment(at, ZONE, "id")
