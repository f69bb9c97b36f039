"""A mute: a person's order to hold messages back for a while, with a reason and an end.

An entry of kind ``mute`` has ``mute/<n>`` as its subject. Its public part has the action, what kind
of thing is muted and until when; what exactly, who ordered it and why stand in salted content. A
mute holds messages only: the finding is recorded, stays in the queue and counts in every recap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MUTE = "mute"
MUTED, LIFTED = "muted", "lifted"


class Scope(StrEnum):
    """What a mute holds back: all to one chat, or all about a person, an agency or a rule."""

    ROUTE = "route"
    PERSON = "person"
    INSTANSI = "instansi"
    RULE = "rule"


class Flaw(StrEnum):
    """Why a mute is refused."""

    VALUE = "value"
    WHO = "who"
    WHY = "why"
    PAST = "past"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Mute:
    """One mute in force. ``value`` of a route is ``way(notifier, destination)``."""

    number: int
    scope: Scope
    value: str
    until: datetime
    at: datetime
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class About:
    """What a message is about, as far as mutes look at it; ``way`` is where it goes."""

    way: str
    person_ref: str
    instansi: str
    rules: frozenset[str]


def way(notifier: str, destination: str) -> str:
    """Return a destination as a mute of it names it."""
    return f"{notifier} {destination}"


def covers(mute: Mute, about: About) -> bool:
    """Say whether a mute holds a message back.

    A mute of a rule holds what that rule alone found: another rule's word is still heard.
    """
    if mute.scope is Scope.RULE:
        return about.rules == frozenset({mute.value})
    subject = {
        Scope.ROUTE: about.way,
        Scope.PERSON: about.person_ref,
        Scope.INSTANSI: about.instansi,
    }[mute.scope]
    return bool(subject) and subject == mute.value


def flaws(
    value: str, who: str, why: str, until: datetime, now: datetime, longest: timedelta
) -> Iterator[Flaw]:
    """Yield every reason why a mute may not be ordered so; none where it may."""
    for text, flaw in ((value, Flaw.VALUE), (who, Flaw.WHO), (why, Flaw.WHY)):
        if not text.strip():
            yield flaw
    if until <= now:
        yield Flaw.PAST
    if until > now + longest:
        yield Flaw.LONG
