"""What leaves the program: messages, where they go, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.evidence import LogHead
from monitor.model.update import Keyboard


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One message owed to one destination. ``subject`` is a finding id or a health alarm's key."""

    id: int
    kind: str
    subject: str
    seq: int
    notifier: str
    destination: str
    attempts: int
    created_at: datetime
    body: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` messages in any ``seconds``."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """How often one destination, and the notifier over all, may be sent to; ``None``: as often."""

    chat: Limit | None = None
    overall: Limit | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG that goes out instead of a text, with the shorter words that stand under it."""

    png: bytes
    html: str
    plain: str


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered message: HTML as Telegram allows it, and the same as plain text.

    A notifier that can show a picture sends that; any other, or where it is refused, the text.
    ``reply_to`` is the platform's id of the message that this one answers, where there is one.
    ``keyboard`` are buttons, for a notifier that can show them.
    """

    subject: str
    html: str
    plain: str
    picture: Picture | None = None
    reply_to: str = ""
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of acceptance: the platform's own message id, as text.

    ``moved_to`` is the chat's new number, where the platform said that it has one.
    """

    message_id: str
    accepted_at: datetime
    moved_to: str = ""


class Changed(StrEnum):
    """What of an act differs from the revision before."""

    TEXT = "text"
    MEDIA = "media"
    NOTHING = "nothing"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Earlier:
    """The revision before, as far as a new one is compared with it.

    ``seen_at`` is when we first saw it; ``None`` where its content was erased. ``diff`` is the
    comparison word by word (parts with ``op`` and ``text``): ``None`` unless words changed, or
    where they are too many.
    """

    revision_no: int
    changed: Changed
    seen_at: datetime | None = None
    diff: tuple[Mapping[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """What a template may use besides the finding: who as registered, and the log head.

    ``stamp`` is the entry's own (a trial's), ``told_at`` when the message is made, ``standing``
    where the case stands then, in words. ``digest`` is the SHA-256 (hex) of the record's bytes.
    ``head`` is ``None`` on a card, which is drawn before its entry is written; ``revision_no`` is
    the one that the entry gets. ``earlier`` is what a later revision is compared with.
    """

    finding_id: str
    revision_no: int
    head: LogHead | None
    captured_parts: tuple[str, ...]
    capture_partial: bool
    capture_proof: str
    stamp: str = ""
    told_at: datetime | None = None
    digest: str = ""
    standing: str = ""
    earlier: Earlier | None = None
