"""``Activity``: one public act of one registered account, verbatim. It never changes once made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Signal(StrEnum):
    """The kind of act (the verbs of SKB 2022 Lampiran II A4 and B6, and what platforms add)."""

    POST = "post"
    REPLY = "reply"
    QUOTE = "quote"
    SHARE = "share"
    LIKE = "like"
    REACTION = "reaction"
    FOLLOW = "follow"
    MEMBERSHIP = "membership"
    PROFILE = "profile"
    UNAVAILABLE = "unavailable"


# Acts whose identity is "who did it to what": taken back and done again, they are the same act.
RELATIONAL = frozenset(
    {Signal.SHARE, Signal.LIKE, Signal.REACTION, Signal.FOLLOW, Signal.MEMBERSHIP}
)


# The name of the way by which acts come out of files that were handed in.
FILED = "import"


class TimeSource(StrEnum):
    """Who vouches for ``occurred_at``. A client's claim is not a server's."""

    CLIENT_CLAIM = "client_claim"
    PLATFORM = "platform"
    PUBLISHER = "publisher"
    REPORT = "report"
    NONE = "none"


class TargetState(StrEnum):
    """Whether the thing acted upon could be read, so that a missing text is never an empty one."""

    PRESENT = "present"
    MISSING = "missing"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Actor:
    """The account that acted, by its permanent id; the handle is only what it was called then."""

    native_id: str
    handle: str = ""


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """The act's own record: permanent id, address for people, the platform's content hash."""

    id: str
    url: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, video or link preview; only its words are ever read, never faces."""

    kind: str
    url: str = ""
    alt: str = ""
    digest: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What was answered, shared, liked or followed.

    ``role`` and ``of`` come from the watchlists: role is ``candidate``, ``party``, ``team``,
    ``press``, ``election_body``, ``agency`` or ``person``; ``of`` a target id such as
    ``pilgub-35-2024/2``. ``account_type`` is the kind of a candidate's account. An author who is
    on no watchlist is a stranger: ``is_stranger`` tells writers to leave them out.
    """

    id: str = ""
    url: str = ""
    author_id: str = ""
    author_handle: str = ""
    text: str = ""
    media: tuple[Media, ...] = ()
    state: TargetState = TargetState.PRESENT
    role: str = ""
    of: str = ""
    account_type: str = ""

    @property
    def is_stranger(self) -> bool:
        return not self.of and self.role in ("", "person")


@dataclass(frozen=True, slots=True)
class Activity:
    """One act as the platform showed it.

    ``occurred_at`` is the claim named by ``occurred_at_source``; ``first_seen_at`` is our clock;
    ``not_before`` is our last look without the act. They are never merged, and none is invented.
    ``watch_id`` is the register line that gave the right to look. ``complete`` is false where the
    platform is known to have held something back. ``basis`` names the terms relied on.
    """

    platform: str
    signal: Signal
    actor: Actor
    object: ObjectRef
    first_seen_at: datetime
    watch_id: str = ""
    target: Target | None = None
    text: str = ""
    media: tuple[Media, ...] = ()
    occurred_at: datetime | None = None
    occurred_at_source: TimeSource = TimeSource.NONE
    not_before: datetime | None = None
    complete: bool = True
    basis: str = ""
    collector: str = ""
    collector_version: str = ""
    given_id: str = ""

    @property
    def id(self) -> str:
        """Digest (64 hex) of platform, signal and native key: the same act has the same id."""
        if self.given_id:
            return self.given_id
        subject = self.target.id or self.target.author_id if self.target else ""
        relational = self.signal in RELATIONAL and subject
        key = (self.actor.native_id, subject) if relational else (self.object.id,)
        return _digest(self.platform, self.signal, *key)

    @property
    def revision(self) -> str:
        """Digest (64 hex) of what the person said or did, and nothing that others can change."""
        subject = self.target.id or self.target.author_id if self.target else ""
        media = [part for m in self.media for part in (m.kind, m.alt, m.digest, *m.tags)]
        return _digest(self.signal, subject, self.text, *media)


def _digest(*parts: str) -> str:
    # Length prefixes keep ("ab", "c") and ("a", "bc") apart.
    joined = b"".join(b"%d:%s" % (len(p.encode()), p.encode()) for p in parts)
    return hashlib.sha256(joined).hexdigest()
