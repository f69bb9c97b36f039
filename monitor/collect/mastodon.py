"""Mastodon, and servers that speak its API: each only where it stands on the operator's list.

Forward, an account is read on its own server: posts, answers, boosts, quotes, whom it follows.
Reverse, the lists of a candidate's or party's own statuses are asked for registered people. No
stream is used: it needs a user's token and tells nothing that a look does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from monitor.clock import Clock, utc_now
from monitor.collect.base import Cursor, Followed, Info, Members, Page, Requirement, TargetPage
from monitor.collect.mastodon_again import Look
from monitor.collect.mastodon_capture import Shot
from monitor.collect.mastodon_cursor import State, TargetState
from monitor.collect.mastodon_follows import followed
from monitor.collect.mastodon_home import Homes
from monitor.collect.mastodon_poll import HandedOver, Poll
from monitor.collect.mastodon_read import BASIS, VERSION, Act, read
from monitor.collect.mastodon_server import Secret, Server, listed
from monitor.collect.mastodon_targets import Engagers
from monitor.collect.resume import restored
from monitor.config_mastodon import Mastodon as Settings
from monitor.config_mastodon import MastodonServer
from monitor.errors import BlockedError, CollectError
from monitor.model.activity import Activity, Signal
from monitor.model.contest import TargetAccount
from monitor.model.evidence import Capture, RawItem
from monitor.model.person import Watch
from monitor.model.state import Again, Known
from monitor.net import Http

STATUSES = frozenset({Signal.POST, Signal.REPLY, Signal.QUOTE, Signal.SHARE})
ACTS = STATUSES | {Signal.FOLLOW, Signal.LIKE}
UNLISTED = "its server is not on the list in collect.mastodon.servers, and was not asked"
# Seconds for a capture. What a slower server leaves is partial, and no stranger is named in it.
PATIENCE = 30.0
BLIND_SPOTS = (
    "accounts on servers that are not on the list",
    "statuses for followers or for those addressed only",
    "favourites that an account gives, except where the target's own server lists them",
    "favourites and boosts in a target's list have no time, and are that server's word alone",
    "favourites and boosts on statuses beyond the target's newest ones, or taken back in between",
    "follows that stood before the first look, and lists that their owner hides",
    "answers beyond the 60 that a server shows to visitors, and those it has not fetched",
    "an edit of a status beyond the newest 40, until the next full reading",
    "previews of links, and words inside pictures, sounds and videos",
)


class Mastodon:
    """The Mastodon collector; it asks listed servers and nobody else."""

    def __init__(
        self,
        http: Http,
        settings: Settings,
        clock: Clock = utc_now,
        secret: Secret | None = None,
    ) -> None:
        """``secret`` reads a credentials file by name, for servers that ask for a token."""
        self._http = http
        self._settings = settings
        self._clock = clock
        self._secret = secret
        self._handed = HandedOver()
        self._homes = Homes(http, clock, settings.full_scan)

    @property
    def info(self) -> Info:
        return Info(
            name="mastodon",
            platform="mastodon",
            version=VERSION,
            observes=ACTS | {Signal.UNAVAILABLE},
            requires=Requirement.SERVER_ALLOWLIST,
            min_interval=int(self._settings.min_interval),
            basis=BASIS.format(server="a server"),
            blind_spots=BLIND_SPOTS,
            looks_again=STATUSES,
        )

    @property
    def servers(self) -> Mapping[str, str]:
        """Map each host that is asked to its server's name; see ``base.PerServer``.

        One that answers elsewhere is asked at its own name, too, whether it does
        (``mastodon_home``); with ``www``, where many a domain leads first.
        """
        listed = self._settings.servers
        asked = {(urlsplit(server.address).hostname or ""): server.domain for server in listed}
        elsewhere = {one.domain for one in listed if one.domain not in asked}
        named = {host: domain for domain in elsewhere for host in (domain, f"www.{domain}")}
        return {**named, **asked}

    def fetch(
        self, watch: Watch, cursor: Cursor, last_look: datetime | None
    ) -> AsyncIterator[Page]:
        """Yield pages of one look; see ``mastodon_poll`` for what is read and when."""
        state = restored(cursor, State)
        if watch.native_id and state.uri not in ("", watch.native_id):
            state = State()
        return Poll(
            server=self._server(watch.address, f"mastodon {watch.watch_id}"),
            clock=self._clock,
            watch=watch,
            full_scan=self._settings.full_scan,
            last_look=last_look,
            state=state,
            handed=self._handed,
        ).pages()

    def engagers(
        self,
        target: TargetAccount,
        cursor: Cursor,
        last_look: datetime | None,
        members: Members,
    ) -> AsyncIterator[TargetPage]:
        """Yield registered people's acts towards a target; see ``mastodon_targets``."""
        place = self._place(target.handle, copies=True)
        if place is None:
            return _nobody(cursor)
        return Engagers(
            server=self._at(place, target.handle, "mastodon target"),
            settings=self._settings,
            clock=self._clock,
            target=target,
            members=members,
            last_look=last_look,
            home=self._home,
            state=restored(cursor, TargetState),
        ).pages()

    def normalise(self, raw: RawItem, watch: Watch) -> Activity:
        """Read one item; raise ``NormaliseError`` where its form is unknown."""
        return read(raw, watch)

    async def follows(self, watch: Watch, accounts: Sequence[str]) -> Followed:
        """Say which of these accounts the person follows, by the whole list of this moment."""
        server = self._server(watch.address, f"mastodon {watch.watch_id}")
        found, _ = await server.lookup(_handle(watch))
        if watch.native_id not in ("", found.native_id):
            raise BlockedError(server.subject, "the name is another account's now")
        return await followed(server, found, accounts)

    async def capture(self, activity: Activity, raw: RawItem, watch: Watch) -> Capture:
        """Fetch the status alone; what cannot be fetched leaves a partial capture."""
        hints = dict(raw.hints)
        shot = Shot(raw, activity, place=self._place(f"@{hints.get('server', '')}"))
        if activity.signal is not Signal.UNAVAILABLE and not hints.get("act"):
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._shoot(shot, hints.get("server", ""), watch)
            except TimeoutError:
                shot.missing("the server gave no answer in time")
            except CollectError as error:
                shot.missing(error.cause)
        elif hints.get("act") != Act.UNAVAILABLE:
            shot.listed()
        return shot.capture()

    async def look_again(self, known: Known, watch: Watch) -> Again:
        """Read the act's own status; see ``mastodon_again`` for what counts as a deletion."""
        server = self._home(watch)
        if server is None:
            return Again(None)  # found in a target's list; its own server is not ours to ask

        def again(raw: RawItem) -> Activity:
            return self.normalise(raw, watch)

        return await Look(server, known, _handle(watch), again).again()

    async def _shoot(self, shot: Shot, domain: str, watch: Watch) -> None:
        """Ask the server that showed the status: its own, or a target's that has a copy."""
        server = self._server(f"@{domain}", f"mastodon {watch.watch_id}")
        await shot.take(server)

    def _place(self, handle: str, *, copies: bool = False) -> MastodonServer | None:
        return listed(self._settings.servers, handle.strip().lower(), copies=copies)

    def _home(self, watch: Watch) -> Server | None:
        place = self._place(_handle(watch))
        if place is None:
            return None
        return self._at(place, _handle(watch), f"mastodon {watch.watch_id}")

    def _server(self, handle: str, subject: str) -> Server:
        place = self._place(handle)
        if place is None:
            raise BlockedError(subject, UNLISTED)
        return self._at(place, handle, subject)

    def _at(self, place: MastodonServer, handle: str, subject: str) -> Server:
        about = handle.strip().removeprefix("@").lower()
        return Server(self._http, place, subject, self._homes, about, self._secret)


async def _nobody(cursor: Cursor) -> AsyncIterator[TargetPage]:
    yield TargetPage((), cursor, complete=False, note=UNLISTED)


def _handle(watch: Watch) -> str:
    return watch.address.strip().removeprefix("@").lower()
