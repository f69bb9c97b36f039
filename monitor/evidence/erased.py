"""Tombstones as a verifier reads them: what they name, and whether they may say so.

Missing content is a fault unless a tombstone names it, and a tombstone is a fault unless it is
signed with the key of the last seal before it and names what the log really had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from monitor.errors import StoreError
from monitor.evidence import signing
from monitor.evidence.chain import Row
from monitor.evidence.entry import Entry, read
from monitor.model.erasure import ERASURE, KEYS, Ground, signed, split

# By entry, the places that tombstones name: ``content/12/finding``.
Gone = Mapping[int, Collection[str]]

# What an export says of a content that is gone.
ERASED = "erased"
_TEXTS = ("ground", "office", "reference", "schedule", "key", "signature")
_GROUNDS = frozenset(Ground)


class TombSource(Protocol):
    """The part of the log's source that tombstones need."""

    def erasures(self) -> Iterator[Row]: ...
    def row(self, seq: int) -> Row | None: ...


def gone(source: TombSource) -> Gone:
    """Return what all tombstones name; whether they may is checked where each one stands."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    try:
        for seq, data in source.erasures():
            entry = _entry(data)
            if entry and entry.kind == ERASURE and entry.seq == seq:
                for text in _texts(entry.public.get("erased")):
                    with suppress(ValueError):  # told where the tombstone stands
                        found[split(text)[1]].add(text)
    except StoreError:
        # A database that cannot be read is told by the pass itself.
        return {}
    return dict(found)


def wrong(entry: Entry, before: bytes | None, key: str | None, source: TombSource) -> str:
    """Return what is wrong with a tombstone; empty where it holds.

    ``before`` is the hash of the entry before it, ``key`` that of the last seal before it.
    """
    said = malformed(entry) or unsigned(entry, before, (key,))
    return said or _misnamed(entry, entry.public["erased"], source)


def malformed(entry: Entry) -> str:
    """Return what is wrong with a tombstone's form; empty where nothing is."""
    public = {name: value for name, value in entry.public.items() if name != "stamp"}
    if public.keys() != KEYS or any(type(public[name]) is not str for name in _TEXTS):
        return "not the keys of a tombstone"
    if public["ground"] not in _GROUNDS:
        return "a ground that is not known"
    named = _texts(public["erased"])
    if not named or named != public["erased"] or sorted(set(named)) != named:
        return "it does not name what was erased, each once and in order"
    return ""


def unsigned(entry: Entry, before: bytes | None, keys: Collection[str | None]) -> str:
    """Return why a tombstone's signature counts for nothing; empty where it holds."""
    key, signature = entry.public["key"], entry.public["signature"]
    if key not in keys:
        return "signed by a key that the log's last seal does not have"
    data = signed(before or b"", entry.public)
    try:
        given = bytes.fromhex(signature)
    except ValueError:
        return "the signature is no hex"
    # Two spellings of one signature would be two tombstones.
    right = given.hex() == signature and signing.holds(key, data, given)
    return "" if right else "the signature does not hold"


def _misnamed(entry: Entry, named: Sequence[str], source: TombSource) -> str:
    entries: dict[int, Entry | None] = {}
    for text in named:
        try:
            part, number, name = split(text)
        except ValueError as error:
            return str(error)
        if number not in entries:
            row = source.row(number)
            entries[number] = _entry(row[1]) if row else None
        target = entries[number]
        if target is None or number >= entry.seq or target.kind == ERASURE:
            return f"it names entry {number}, of which nothing can be erased"
        if name not in getattr(target, part):
            return f"it names {text!r}, which never was"
    return ""


def _texts(value: Any) -> list[str]:
    """Return the texts of a list; nothing where it is none."""
    return [one for one in value if type(one) is str] if type(value) is list else []


def _entry(data: Any) -> Entry | None:
    try:
        return read(data)
    except (ValueError, TypeError):
        return None
