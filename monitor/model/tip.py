"""A tip: somebody's word that a registered account did something. It is never evidence by itself.

A tip stays sealed until a named officer links it to a case. One that nobody links is destroyed in
time, with who gave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

TIP = "tip"


class TipState(StrEnum):
    """Where a tip stands; the words that its sender reads."""

    NEW = "belum_diverifikasi"
    LINKED = "dikaitkan"
    REJECTED = "ditolak"
    DESTROYED = "dimusnahkan"


class TipStep(StrEnum):
    """What happened to a tip, as the log says it."""

    RECEIVED = "diterima"
    LINKED = "dikaitkan"
    REJECTED = "ditolak"
    DESTROYED = "dimusnahkan"
    PAUSED = "pengirim_dijeda"


@dataclass(frozen=True, slots=True)
class Tip:
    """What the sender says. An act outside the networks has no link, but time, place and account.

    ``known_from`` is how the sender came to know it (*cara diketahui*).
    """

    link: str = ""
    note: str = ""
    seen_at: str = ""
    place: str = ""
    witnesses: str = ""
    known_from: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A screenshot as it came, stripped of where and with what it was taken."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who gave a tip: the way it came, the number there, and the name that was shown."""

    way: str
    number: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class TipRow:
    """A tip as the office lists it: nothing of what it says, and nobody's name.

    ``watch_id`` is the register line whose account the link names, ``ends_on`` the day on which it
    is destroyed; ``alike`` counts the tips about the same link and ``senders`` who gave them.
    """

    tip_id: str
    state: TipState
    received_at: datetime
    ends_on: date | None
    way: str
    platform: str
    watch_id: str
    finding_id: str
    pictures: int
    alike: int = 1
    senders: int = 1
