"""Lawful erasure: what a tombstone says, and the bytes that are signed for it.

A tombstone is an entry of the log that names what was destroyed. docs/evidence.md describes the
same bytes for someone who writes a verifier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.model.evidence import Canonical, canonical

ERASURE = "erasure"
HOLD = "hold"
VERSION = 1
# A prefix of its own: what this key signs here can never be taken for a checkpoint.
PREFIX = b"netralitas erasure\n"
PARTS = ("content", "files")
KEYS = frozenset({
    "ground", "office", "reference", "schedule", "content", "files", "key", "signature",
})  # fmt: skip

# The number of an entry as text, and the names of what it lost.
Named = Mapping[str, Sequence[str]]


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

    def public(self, content: Named, files: Named, key: str) -> dict[str, Canonical]:
        """Return what the tombstone says in clear, but for its signature."""
        return {
            "ground": self.ground.value,
            "office": self.office,
            "reference": self.reference,
            "schedule": self.schedule,
            "content": {seq: sorted(names) for seq, names in content.items()},
            "files": {seq: sorted(names) for seq, names in files.items()},
            "key": key,
        }

    def content(self) -> dict[str, Canonical]:
        return {"official": self.official, "by": self.by, "why": self.why}


@dataclass(slots=True)
class Lost:
    """What one tombstone names: entry's number → names, for contents and for files.

    ``commitments`` are the names of those files on the disk.
    """

    content: dict[int, list[str]] = field(default_factory=dict)
    files: dict[int, list[str]] = field(default_factory=dict)
    commitments: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.content or self.files)

    @property
    def contents(self) -> int:
        """How many contents are named."""
        return sum(map(len, self.content.values()))


def signed(seq: int, at: str, subject: str, previous: str, public: Mapping[str, Canonical]) -> bytes:
    """Return the bytes that are signed: the tombstone and its place in the log.

    ``previous`` is the hash (64 hex) of the entry before. The signature itself, and the mark of a
    trial, are left out of ``public``.
    """
    said = {key: value for key, value in public.items() if key in KEYS - {"signature"}}
    value: dict[str, Canonical] = {
        "v": VERSION,
        "seq": seq,
        "at": at,
        "subject": subject,
        "previous": previous,
        "public": said,
    }
    return PREFIX + canonical(value)
