"""Lawful erasure: what a tombstone says, and the bytes that are signed for it.

A tombstone is an entry of the log that names what was destroyed. docs/evidence.md describes the
same bytes for someone who writes a verifier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.model.evidence import Canonical, canonical

ERASURE = "erasure"
HOLD = "hold"
# What a case is left with when a platform's time is over: ids, and nothing that anybody said.
REFERENCE = "reference"
# A prefix of its own: what this key signs here can never be taken for a checkpoint.
PREFIX = b"netralitas erasure\n"
PARTS = ("content", "files")
_PLACE = re.compile(r"(content|files)/([1-9][0-9]{0,17})/(.+)", re.DOTALL)
KEYS = frozenset({
    "ground", "office", "reference", "schedule", "erased", "key", "signature",
})  # fmt: skip


class Ground(StrEnum):
    """On what ground content is destroyed; nothing is ever destroyed without one."""

    PDP = "pdp"  # UU 27/2022 Ps. 8, 43 and 44: the person asked, or the law bids it
    OBJECTION = "keberatan"  # an objection was upheld (PP 94/2021)
    RETENTION = "retensi"  # the retention period has run out (UU 27/2022 Ps. 16)
    DISPOSAL = "pemusnahan"  # an approved list of records to be destroyed (UU 43/2009 Ps. 51)
    PLATFORM = "platform"  # the platform's terms bid deletion


# Case files are records of the state: they go by an approved list, or because the law on personal
# data or a platform's terms leave no choice.
FOR_CASE_FILES = frozenset({Ground.DISPOSAL, Ground.PDP, Ground.PLATFORM})

# Platforms whose terms bid deletion whatever hold we have set (their developer terms as of
# September 2026); for every other one a hold stands until who set it lifts it.
NO_HOLD = {
    "x": "X Developer Agreement: content deleted on X goes within 24 hours",
    "youtube": "YouTube API Services Developer Policies III.E.4: at most 30 days",
}


@dataclass(frozen=True, slots=True)
class Keeping:
    """How many days a platform lets what it handed out be kept, and by which clause.

    ``erase_after`` leaves a day for a program that stands still; ``warn_after`` is when the desk is
    told, so that a person can make a capture of their own (POLICY 31).
    """

    days: int
    erase_after: int
    warn_after: int
    basis: str


KEEPING = {
    "youtube": Keeping(
        30, 29, 20, "YouTube API Services Developer Policies III.E.4.d: at most 30 calendar days"
    ),
}


@dataclass(frozen=True, slots=True)
class Order:
    """Who ordered an erasure, and by which paper.

    ``office``, ``reference`` (the document's number) and ``schedule`` (the code of the archive
    schedule, JRA) are public for ever. ``official``, ``by`` (who runs the command) and ``why``
    stand in salted content that stays.
    """

    ground: Ground
    office: str
    reference: str
    official: str = ""
    by: str = ""
    why: str = ""
    schedule: str = ""

    def public(self, erased: Iterable[str], key: str) -> dict[str, Canonical]:
        """Return what the tombstone says in clear, but for its signature; ``erased`` are places."""
        return {
            "ground": self.ground.value,
            "office": self.office,
            "reference": self.reference,
            "schedule": self.schedule,
            "erased": sorted(erased),
            "key": key,
        }

    def content(self) -> dict[str, Canonical]:
        return {"official": self.official, "by": self.by, "why": self.why}


@dataclass(slots=True)
class Lost:
    """What one tombstone names, and the ``commitments`` that the files among it have as names."""

    places: set[str] = field(default_factory=set)
    commitments: set[str] = field(default_factory=set)


def place(part: str, seq: int, name: str) -> str:
    """Return what stands for one content or file of an entry, as ``content/12/finding``.

    An export's members have the same names.
    """
    return f"{part}/{seq}/{name}"


def split(text: str) -> tuple[str, int, str]:
    """Return part, entry and name of a place; ``ValueError`` for a text that is none."""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no content or file of an entry")
    return found[1], int(found[2]), found[3]


def signed(previous: bytes, public: Mapping[str, Canonical]) -> bytes:
    """Return the bytes that are signed.

    ``previous`` is the hash (32 bytes) of the entry before, which gives the tombstone its place.
    The signature itself, and the mark of a trial, are left out of ``public``.
    """
    said = {key: value for key, value in public.items() if key in KEYS - {"signature"}}
    return PREFIX + previous + canonical(said)
