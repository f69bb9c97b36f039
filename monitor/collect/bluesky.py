"""Bluesky: posts, answers, quotes, reposts, likes and follows of registered accounts.

Every act is read from the registered account's own repository, on its own server, without
logging in. Of people who are not on the register only the records come that a registered person
acted upon (``bluesky_context``), and, one page at a time, the lists of who engaged with a
candidate's account, of which nobody else is kept (``bluesky_reverse``).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from http import HTTPStatus

from monitor.clock import Clock, utc_now
from monitor.collect import bluesky_parse as parse
from monitor.collect import bluesky_place as place
from monitor.collect.base import (
    Cursor,
    Followed,
    Info,
    Members,
    Notices,
    Page,
    Requirement,
    TargetPage,
)
from monitor.collect.bluesky_again import Look
from monitor.collect.bluesky_capture import Shot, same
from monitor.collect.bluesky_cursor import load
from monitor.collect.bluesky_follows import followed, named
from monitor.collect.bluesky_identity import Directory
from monitor.collect.bluesky_poll import HandedOver, Poll
from monitor.collect.bluesky_proof import AbsentError, Claim, verify
from monitor.collect.bluesky_reverse import HandedOver as Engaged
from monitor.collect.bluesky_reverse import Walk
from monitor.collect.bluesky_server import Server
from monitor.collect.bluesky_stream import MOST_ACCOUNTS, stream
from monitor.config import Bluesky as Settings
from monitor.errors import CollectError, NormaliseError, ProofError
from monitor.model.activity import (
    Activity,
    Actor,
    ObjectRef,
    Signal,
    Target,
    TargetState,
    TimeSource,
)
from monitor.model.contest import ZONES, TargetAccount
from monitor.model.evidence import Capture, RawItem
from monitor.model.person import Watch
from monitor.model.state import Again, Known
from monitor.net import Http

VERSION = "1"
BASIS = "AT Protocol: public records read without logging in, as Bluesky's guidelines provide"

ACTS = frozenset(
    {Signal.POST, Signal.REPLY, Signal.QUOTE, Signal.SHARE, Signal.LIKE, Signal.FOLLOW}
)
BLIND_SPOTS = (
    "acts deleted before the next look",
    "direct messages, and accounts whose profile asks for !no-unauthenticated",
    "an edit of a record older than the newest 100, until the next full listing",
    "records under keys that were set to before monitoring began",
    "words inside pictures and videos",
    "in the lists of who engaged with a candidate: accounts that the query server does not show",
)


class Bluesky:
    """The Bluesky collector; reads the account's own repository, newest records first."""

    def __init__(self, http: Http, settings: Settings, clock: Clock = utc_now) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock
        self._directory = Directory(http, settings)
        self._handed = HandedOver()
        self._engaged = Engaged()

    @property
    def info(self) -> Info:
        return Info(
            name="bluesky",
            platform="bluesky",
            version=VERSION,
            observes=ACTS | {Signal.UNAVAILABLE},
            requires=Requirement.NONE,
            min_interval=int(self._settings.min_interval),
            basis=BASIS,
            blind_spots=BLIND_SPOTS,
            looks_again=ACTS,
        )

    def fetch(
        self, watch: Watch, cursor: Cursor, last_look: datetime | None
    ) -> AsyncIterator[Page]:
        """Yield pages of one poll; see ``bluesky_poll`` for what is read and when."""
        state = load(cursor, watch.native_id)
        return Poll(
            http=self._http,
            directory=self._directory,
            settings=self._settings,
            clock=self._clock,
            watch=watch,
            last_look=last_look,
            state=state,
            handed=self._handed,
        ).pages()

    def normalise(self, raw: RawItem, watch: Watch) -> Activity:
        """Read one record; raise ``NormaliseError`` where its form is unknown."""
        subject = f"bluesky {watch.watch_id}"
        hints = dict(raw.hints)
        if "unavailable" in hints:
            return self._unavailable(raw, watch, hints)
        entry = _entry(raw, subject)
        parts = parse.Ref(entry.uri).parts
        if parts is None:
            raise NormaliseError(subject, "uri", "expected an at-URI of a record")
        did, collection, _ = parts
        signal = parse.signal(collection, entry.value)
        if signal is None:
            raise NormaliseError(subject, "uri", "the record is of an unknown collection")
        since = datetime.combine(watch.monitored_from, time(), ZONES[watch.zone])
        when = parse.occurred_at(entry, since, raw.seen_at)
        return Activity(
            platform="bluesky",
            signal=signal,
            actor=Actor(did, hints.get("handle", "")),
            object=ObjectRef(entry.uri, parse.address(parse.Ref(entry.uri)), entry.cid),
            first_seen_at=raw.seen_at,
            watch_id=watch.watch_id,
            target=_target(raw, collection, entry, subject),
            text=parse.words(entry.value) if collection == parse.POST else "",
            media=parse.media(entry.value) if collection == parse.POST else (),
            occurred_at=when,
            occurred_at_source=TimeSource.CLIENT_CLAIM if when else TimeSource.NONE,
            not_before=raw.not_before,
            basis=BASIS,
            collector="bluesky",
            collector_version=VERSION,
        )

    @property
    def stream_size(self) -> int:
        return MOST_ACCOUNTS if self._settings.stream else 0

    def stream(self, accounts: Mapping[str, str], cursor: Cursor) -> AsyncGenerator[Notices, None]:
        """Be told of what these accounts do; see ``bluesky_stream``."""
        return stream(self._http, self._settings, self._clock, accounts, cursor)

    async def follows(self, watch: Watch, accounts: Sequence[str]) -> Followed:
        """Say which of these accounts the person follows, by the whole list of this moment."""
        subject = f"bluesky {watch.watch_id}"
        did = watch.native_id or await self._directory.resolve(watch.address, subject)
        identity = await self._directory.read(did, subject)
        wanted = await named(self._directory, accounts, subject)
        found = await followed(Server(self._http, identity.pds, did, subject), wanted)
        return found if len(wanted) == len(accounts) else replace(found, complete=False)

    def engagers(
        self,
        target: TargetAccount,
        cursor: Cursor,
        last_look: datetime | None,
        members: Members,
    ) -> AsyncIterator[TargetPage]:
        """Yield registered people's acts upon a public account; see ``bluesky_reverse``.

        ``not_before`` is the last look at everything, not ``last_look``: between those a list is
        read only where its count moved.
        """
        del last_look
        return Walk(
            http=self._http,
            directory=self._directory,
            settings=self._settings,
            clock=self._clock,
            account=target,
            members=members,
            state=place.load(cursor),
            handed=self._engaged,
        ).pages()

    async def capture(self, activity: Activity, raw: RawItem, watch: Watch) -> Capture:
        """Fetch the record alone and its proof, and check the proof.

        Raises ``ProofError`` where the proof is false. What cannot be fetched leaves a partial
        capture with the bytes that were judged.
        """
        shot = Shot(raw)
        if activity.signal is not Signal.UNAVAILABLE:
            try:
                await self._shoot(shot, activity.actor.native_id, f"bluesky {watch.watch_id}")
            except ProofError:
                raise
            except CollectError as error:
                shot.missing(error.cause)
        return shot.capture()

    async def look_again(self, known: Known, watch: Watch) -> Again:
        """Read the act's own record; see ``bluesky_again`` for what counts as a deletion."""
        subject = f"bluesky {watch.watch_id}"

        def read(raw: RawItem) -> Activity:
            return self.normalise(raw, watch)

        return await Look(self._http, self._directory, known, read, subject).again()

    async def _shoot(self, shot: Shot, did: str, subject: str) -> None:
        judged = _entry(shot.raw, subject)
        _, collection, key = parse.Ref(judged.uri).parts or ("", "", "")
        shot.identity = await self._directory.read(did, subject)
        server = Server(self._http, shot.identity.pds, did, subject)
        alone = await server.record(collection, key)
        shot.record = alone
        if not same(alone, judged):
            shot.missing("the record was changed or deleted after it was read")
            return
        shot.proof = await server.proof(collection, key)
        if shot.proof.status != HTTPStatus.OK:
            shot.missing(f"the server gave no proof ({shot.proof.status})")
            return
        claim = Claim(did, collection, key, judged.cid, judged.value)
        try:
            shot.proved = verify(shot.proof.body, claim, shot.identity.key, subject)
        except AbsentError:
            if same(await server.record(collection, key), judged):
                raise
            shot.missing("the record was deleted while it was being captured")

    def _unavailable(self, raw: RawItem, watch: Watch, hints: dict[str, str]) -> Activity:
        did = raw.native_key
        return Activity(
            platform="bluesky",
            signal=Signal.UNAVAILABLE,
            actor=Actor(did, hints.get("handle", "")),
            object=ObjectRef(did, f"https://bsky.app/profile/{did}"),
            first_seen_at=raw.seen_at,
            watch_id=watch.watch_id,
            not_before=raw.not_before,
            basis=BASIS,
            collector="bluesky",
            collector_version=VERSION,
        )


def _entry(raw: RawItem, subject: str) -> parse.Entry:
    try:
        return parse.entry(raw.body)
    except ValueError as error:
        raise NormaliseError(subject, "record", str(error)) from None


def _target(raw: RawItem, collection: str, entry: parse.Entry, subject: str) -> Target | None:
    """Return what was acted upon; ``missing`` also where nobody could say whose account it is."""
    hints, context = dict(raw.hints), dict(raw.context)
    handle = hints.get("target_handle", "")
    named = parse.subjects(collection, entry.value)
    if collection == parse.FOLLOW:
        followed = entry.value.get("subject")
        if not isinstance(followed, str):
            raise NormaliseError(subject, "value.subject", "expected a DID")
        target = Target(author_id=followed, author_handle=handle)
    elif named.target is not None:
        target = parse.target(named, context, handle)
    elif collection == parse.POST and "reply" not in entry.value:
        return None
    else:
        raise NormaliseError(subject, "value", "expected a reference to a record")
    unknown = "target_unknown" in hints and target.state is TargetState.PRESENT
    return replace(target, state=TargetState.MISSING) if unknown else target
