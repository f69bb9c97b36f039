"""The collector protocol: one file per platform; ``fetch`` does the network, nothing else does."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from monitor.model.activity import Activity, Signal
from monitor.model.contest import TargetAccount
from monitor.model.evidence import Capture, RawItem
from monitor.model.person import Watch
from monitor.model.state import Again, Known

Cursor = Mapping[str, object]


class Requirement(StrEnum):
    """What must be on record before a collector may run (platforms' terms)."""

    NONE = "none"
    SERVER_ALLOWLIST = "server_allowlist"
    CONSENT = "consent"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True)
class Retractions:
    """What is owed when an act is taken out of public view: a person decides within ``hours``.

    ``basis`` says whose figure that is. ``every`` is the longest space in seconds between two
    looks at an act, also where its case was closed, for as long as its content is kept; ``None``
    leaves it to ``[recheck]``, which looks at open cases for some months.
    """

    hours: int
    basis: str
    every: float | None = None


# No platform that is read today names a figure; this is the time that UU 27/2022 gives a
# controller to answer the person concerned (Ps. 32).
PROMPTLY = Retractions(72, "the terms name no figure: 3 x 24 hours, as UU 27/2022 counts")


@dataclass(frozen=True, slots=True)
class Info:
    """What a collector is: what it can observe, how often it may ask, and what it cannot see.

    ``min_interval`` is in seconds. ``blind_spots`` are printed by ``netralitas coverage``.
    ``looks_again`` are the signals whose single act it can look at again (``LooksAgain``).
    """

    name: str
    platform: str
    version: str
    observes: frozenset[Signal]
    requires: Requirement
    min_interval: int
    basis: str
    blind_spots: tuple[str, ...]
    looks_again: frozenset[Signal] = frozenset()
    retractions: Retractions = PROMPTLY


@dataclass(frozen=True, slots=True)
class Page:
    """One step of reading a source; it is stored whole, together with its cursor.

    ``cursor`` is JSON-ready and resumes after this page. ``complete`` is false where the platform
    held something back or reading stopped early; ``note`` says why in one line without any
    stranger's name. ``native_id`` and ``handle`` report what the account resolved to, ``moved_to``
    an address that the publisher changed for good. ``next_in`` is the platform's own wish for
    the next look, in seconds. ``listed`` is how many acts the platform showed, also those that
    were known or are left out: a source that shows none any more is told. ``None`` where it was
    not said, as when nothing has changed.
    """

    items: tuple[RawItem, ...]
    cursor: Cursor
    complete: bool = True
    last: bool = True
    note: str = ""
    native_id: str = ""
    handle: str = ""
    moved_to: str = ""
    next_in: float | None = None
    listed: int | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """Which of the accounts asked about a person follows, and whether the whole list was read."""

    accounts: frozenset[str]
    complete: bool


@runtime_checkable
class ReadsFollows(Protocol):
    """A collector that can read the list of those whom a registered account follows."""

    async def follows(self, watch: Watch, accounts: Sequence[str]) -> Followed:
        """Say which of these public accounts (handle or native id) are followed now.

        The list stays in memory (POLICY 15). Raises ``CollectError``.
        """
        ...


@runtime_checkable
class LooksAgain(Protocol):
    """A collector that can look at one act again; ``Info.looks_again`` names the signals."""

    async def look_again(self, known: Known, watch: Watch) -> Again:
        """Say how the act stands now, by its own record or page alone.

        Only a platform's own word that this one act is gone is a deletion. That an act is missing
        in a list, or that we were refused, is none. Raises ``CollectError`` where nothing was
        learned and asking later may help.
        """
        ...


class Members(Protocol):
    """Who is on the register, asked before anything of an act is kept (POLICY 29)."""

    def watching(self, platform: str, accounts: Collection[str]) -> Mapping[str, Watch]:
        """Return the register lines among some accounts (native ids, or handles without one).

        The keys are the accounts as asked. Whoever is not among them is a stranger: nothing of
        them may reach a page, a note, a log line, a metric or a cursor.
        """
        ...


@dataclass(frozen=True, slots=True)
class TargetPage:
    """One step of reading who engaged with a target account: only registered people's acts.

    ``items`` pairs each act with the register line that gives the right to keep it; the rest is
    as in ``Page``. ``withheld`` counts acts that the platform says are there and does not list.
    A look that ends without a ``last`` page is taken up from its cursor. ``listed`` is how much
    the platform showed, posts and acts of anybody, as a bare count: several looks that are shown
    nothing at all are told. ``None`` where it was not counted.
    """

    items: tuple[tuple[Watch, RawItem], ...]
    cursor: Cursor
    complete: bool = True
    last: bool = True
    note: str = ""
    withheld: int = 0
    next_in: float | None = None
    listed: int | None = None


@runtime_checkable
class ReadsTargets(Protocol):
    """A collector that can read who engaged with a candidate's, party's or team's account.

    Reverse mode. What it yields is normalised, judged and captured by the collector as if the
    registered person's own account had been read.
    """

    def engagers(
        self,
        target: TargetAccount,
        cursor: Cursor,
        last_look: datetime | None,
        members: Members,
    ) -> AsyncIterator[TargetPage]:
        """Yield pages, oldest work first; raise ``CollectError``. The cursor names no stranger.

        ``last_look`` is when the last complete look began. An act whose time is unknown counts
        only where ``RawItem.not_before`` lies after monitoring of the person began: that may be
        ``last_look``, or the time of the post that was acted upon (POLICY 12).
        """
        ...


@runtime_checkable
class HasPlaces(Protocol):
    """A collector whose settings name places to read beside the watchlists' accounts."""

    @property
    def places(self) -> Sequence[TargetAccount]:
        """Return what ``engagers`` is to be called for as well, while a contest is live."""
        ...


class NoticeKind(StrEnum):
    """What a stream says: an act appeared, one was taken back, or the account itself changed."""

    ACT = "act"
    RETRACTED = "retracted"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Notice:
    """A stream's word that something happened to a registered account; it is no evidence.

    ``native_key`` is the act's own record where the stream names it.
    """

    watch_id: str
    kind: NoticeKind
    native_key: str = ""


@dataclass(frozen=True, slots=True)
class Notices:
    """A batch of notices and the cursor after them.

    ``complete`` is false where something may have been missed before this batch; ``note`` says
    what, in one line. ``silent`` says that the platform did not repeat what it told before: it
    answers, but may be telling nothing.
    """

    notices: tuple[Notice, ...]
    cursor: Cursor
    complete: bool = True
    note: str = ""
    silent: bool = False


@runtime_checkable
class Streams(Protocol):
    """A collector that is told of acts as they happen, for a list of registered accounts."""

    @property
    def stream_size(self) -> int:
        """How many accounts one connection may follow; 0 where no stream is set up."""
        ...

    def stream(self, accounts: Mapping[str, str], cursor: Cursor) -> AsyncGenerator[Notices, None]:
        """Yield batches while one connection lasts; raise ``CollectError`` when it fails.

        ``accounts`` maps native ids to watch ids. The first batch, which may be empty, comes once
        the platform follows these accounts. An empty ``cursor`` begins with the present. An end
        without an error asks for a new connection.
        """
        ...


class Ledger(Protocol):
    """Units used of a platform's allowance, by day and method; it outlives the process.

    Every process counts in the same one. ``day`` is the platform's own, as ISO 8601.
    """

    def used(self, platform: str, day: str) -> int:
        """Return the sum of a day's units."""
        ...

    def spend(self, platform: str, day: str, method: str, units: int, most: int) -> bool:
        """Count units unless the day's sum would pass ``most``; say whether they were counted."""
        ...


@runtime_checkable
class Metered(Protocol):
    """A collector whose platform sells requests by the day and says nowhere what is left."""

    def meter(self, ledger: Ledger) -> None:
        """Count every request from now on in this ledger; without one, none is made."""
        ...


@runtime_checkable
class PerServer(Protocol):
    """A collector of many servers (``Requirement.SERVER_ALLOWLIST``), each with its own say."""

    @property
    def servers(self) -> Mapping[str, str]:
        """Map each host that is asked (ASCII, without port) to its server's name.

        The name is the one that attestations bear and that stands behind the @ of an address. A
        host that is not among them is never asked.
        """
        ...


@runtime_checkable
class PerGroup(Protocol):
    """A collector of many groups (``Requirement.CONSENT``), each of whose administrators agreed.

    The groups answer at one address, so no door between here and the network can tell them apart:
    the collector asks for each, before it keeps anything of it.
    """

    @property
    def groups(self) -> Sequence[str]:
        """Return the groups that are set to be read, by the names that attestations bear."""
        ...

    def admit(self, fault: Callable[[str], str]) -> None:
        """Ask this about a group each time: why it must not be read now, or an empty text.

        Until it is given, none is read.
        """
        ...


class Collector(Protocol):
    """One platform. It keeps no state of its own: cursors go in and come out."""

    @property
    def info(self) -> Info: ...

    def fetch(
        self, watch: Watch, cursor: Cursor, last_look: datetime | None
    ) -> AsyncIterator[Page]:
        """Yield pages, oldest work first where a walk was cut; raise ``CollectError``.

        An empty ``cursor`` is a first look. ``last_look`` (the last complete one) becomes each
        item's ``not_before``. Nothing that happened before ``watch.monitored_from`` is yielded.
        """
        ...

    def normalise(self, raw: RawItem, watch: Watch) -> Activity:
        """Turn one item into an activity; pure; raise ``NormaliseError``."""
        ...

    async def capture(self, activity: Activity, raw: RawItem, watch: Watch) -> Capture:
        """Fetch the act's own record alone, with its proof and target; raise ``CollectError``."""
        ...
