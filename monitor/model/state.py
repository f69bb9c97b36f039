"""What became of an act after it was recorded: the words of the log's ``state`` entries.

An entry of kind ``state`` has the finding's id as its subject. It says that something changed or
still stood; it judges nothing, and a deletion makes no case worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model.activity import RELATIONAL, Activity, Signal
from monitor.model.evidence import Part, RawItem

STATE = "state"


class ActState(StrEnum):
    """How an act was found when it was looked at again."""

    THERE = "masih_ada"
    EDITED = "disunting"
    DELETED = "dihapus"
    WITHDRAWN = "ditarik"
    HIDDEN = "tidak_dapat_dilihat"


class Reason(StrEnum):
    """What the state rests on. These words stand in clear, so they name nobody."""

    SEEN = "seen"
    RECORD_GONE = "record_gone"
    PAGE_GONE = "page_gone"
    ACCOUNT_CLOSED = "account_closed"
    OPTED_OUT = "opted_out"
    WITHHELD = "withheld"
    FEED_GONE = "feed_gone"
    REFUSED = "refused"


GONE = frozenset({ActState.DELETED, ActState.WITHDRAWN})
# Out of public view by the account's or the platform's doing; that we were refused is neither.
RETRACTED = frozenset(
    {
        Reason.RECORD_GONE,
        Reason.PAGE_GONE,
        Reason.ACCOUNT_CLOSED,
        Reason.OPTED_OUT,
        Reason.WITHHELD,
        Reason.FEED_GONE,
    }
)


@dataclass(frozen=True, slots=True)
class Known:
    """An act on file, as far as it is needed to look at it again.

    ``revision`` is that of the words last recorded (``Activity.revision``).
    """

    activity_id: str
    signal: Signal
    actor_id: str
    object_id: str
    url: str
    revision: str


@dataclass(frozen=True, slots=True)
class Again:
    """What a second look found.

    ``state`` is ``None`` where nothing can be said: that is neither presence nor absence.
    ``raw`` and ``activity`` are there where the act can be seen; ``parts`` are the files that show
    why it cannot, and ``proof`` says what was verified in them.
    """

    state: ActState | None
    reason: Reason = Reason.SEEN
    activity: Activity | None = None
    raw: RawItem | None = None
    parts: tuple[Part, ...] = ()
    proof: str = ""


def gone(signal: Signal) -> ActState:
    """Name the end of an act: a like, share or follow is withdrawn, words are deleted."""
    return ActState.WITHDRAWN if signal in RELATIONAL else ActState.DELETED
