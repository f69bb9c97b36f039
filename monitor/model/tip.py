"""A tip: somebody's word that a registered account did something. It is never evidence by itself.

A tip stays sealed until a named officer links it to a case. One that nobody links is destroyed in
time, with who gave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

TIP = "tip"
# What stands as the collector of a case that began with a tip: judging caps it at ``review``.
COLLECTOR = "laporan"
# An act outside the networks (*luring*), as the platform of a case.
OFFLINE = "luring"


class TipState(StrEnum):
    """Where a tip stands; the words that its sender reads."""

    NEW = "belum_diverifikasi"
    LINKED = "dikaitkan"
    CORROBORATED = "dikuatkan"
    REJECTED = "ditolak"
    DESTROYED = "dimusnahkan"
    WITHDRAWN = "ditarik"


class TipStep(StrEnum):
    """What happened to a tip, as the log says it."""

    RECEIVED = "diterima"
    LINKED = "dikaitkan"
    REJECTED = "ditolak"
    DESTROYED = "dimusnahkan"
    PAUSED = "pengirim_dijeda"
    CORROBORATED = "dikuatkan"
    PERSON = "orang_dikaitkan"
    PICTURE = "gambar_dibuka"
    CROPPED = "gambar_dipotong"
    ORIGINAL_ASKED = "asli_diminta"
    ORIGINAL_OPENED = "asli_dibuka"
    SENDER_ASKED = "pengirim_diminta"
    SENDER_OPENED = "pengirim_dibuka"
    # Two officers withdraw it for a sender at the counter: the first asks, the second does it.
    LEAVE_ASKED = "penarikan_diajukan"
    WITHDRAWN = "ditarik"
    # The sender wants it back, and it stands on a case.
    WISHED = "ingin_ditarik"


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
    """A screenshot as it came, stripped of where and with what it was taken.

    ``aside`` is what was stripped; it is sealed apart, since it may tell who gave the tip.
    """

    data: bytes
    media_type: str
    aside: bytes = b""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the program saw in a screenshot: a perceptual hash (hex), and the words, if any.

    Both are empty where the picture could not be opened.
    """

    look: str = ""
    text: str = ""


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
    is destroyed; ``alike`` counts the tips about the same act (one link, or one screenshot sent
    again) and ``senders`` who gave them. ``act`` is a name that those tips share;
    ``cropped`` counts the pictures of which there is a crop.
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
    act: str = ""
    cropped: int = 0
