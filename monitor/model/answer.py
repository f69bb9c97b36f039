"""The answer of the person concerned: what it holds, by which way it came, and how long it may be.

An invitation is an entry of kind ``invitation`` whose subject is the case. An answer is the step
``dijawab`` of kind ``review``; what was said stands in its salted content ``klarifikasi`` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.evidence import Canonical

INVITATION = "invitation"
# The salted content of a step that holds the answer, and the name of its files.
ANSWER = "klarifikasi"
ATTACHMENT = "lampiran"
# What is owed to the chats that hold the alert when an answer has come; it says nothing of it.
ANSWER_CAME = "answer"
SELF, CONCERNED = "yang bersangkutan", "terlapor"

# About twenty typed pages; a longer answer is handed over on paper.
MOST_TEXT = 20_000
MOST_COUNSEL = 200
MOST_ATTACHMENTS = 50


class Way(StrEnum):
    """By which way an answer came."""

    BOT = "bot"
    PAGE = "halaman"
    PAPER = "kertas"


class Invited(StrEnum):
    """What happened to an invitation."""

    MADE = "made"
    REVOKED = "revoked"
    LOCKED = "locked"


class Closed(StrEnum):
    """Why a code does not open its case; who has no right code learns no more than ``UNKNOWN``."""

    MISTYPED = "mistyped"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    LOCKED = "locked"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person says: which excuses they claim, their own words, and who helps them.

    ``attachments`` is how many papers they hand over at the office with it.
    """

    claims: tuple[str, ...] = ()
    text: str = ""
    counsel: str = ""
    attachments: int = 0

    @property
    def empty(self) -> bool:
        return not (self.claims or self.text.strip())

    def content(self) -> dict[str, Canonical]:
        """Return what the log keeps of it, under salt."""
        return {
            "text": self.text,
            "claims": list(self.claims),
            "counsel": self.counsel,
            "attachments": self.attachments,
        }


@dataclass(frozen=True, slots=True)
class Given:
    """An answer on record: its receipt's number, its entry, and when and by which way it came."""

    receipt: str
    finding: str
    seq: int
    at: datetime
    way: str
    answer: Answer
    files: Sequence[str] = ()
