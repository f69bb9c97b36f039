"""X: posts, answers, quotes and reposts of registered accounts, through the paid API alone.

X's terms forbid this use unless X agreed to it in writing (developer agreement, "User protection"
and "Government use"), so the collector is gated. What X takes out of view goes here too, within
24 hours (``RETRACTIONS``). Scraping is forbidden, and there is none.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from monitor.clock import Clock, utc_now
from monitor.collect import made
from monitor.collect import x_parse as parse
from monitor.collect.base import (
    Cursor,
    Info,
    Members,
    Page,
    Requirement,
    Retractions,
    TargetPage,
)
from monitor.collect.x_again import Look
from monitor.collect.x_api import Api, Secret
from monitor.collect.x_poll import Poll, excerpts, item, load
from monitor.collect.x_reverse import Engagers
from monitor.config_gated import X as Settings
from monitor.errors import CollectError, NormaliseError
from monitor.model.activity import Activity, Actor, ObjectRef, Signal
from monitor.model.contest import TargetAccount
from monitor.model.evidence import Capture, Part, RawItem
from monitor.model.exchange import certificate_parts, headers_part
from monitor.model.person import Watch
from monitor.model.state import Again, Known
from monitor.net import Http

VERSION = "1"
BASIS = "X API v2 under a written approval on record"
ACTS = frozenset({Signal.POST, Signal.REPLY, Signal.QUOTE, Signal.SHARE})
RETRACTIONS = Retractions(
    24,
    "X developer agreement, content compliance: at most 24 hours after a request",
    every=43_200.0,  # twice a day: what is not seen cannot go in time
)
BLIND_SPOTS = (
    "likes: X shows them to the account's owner alone",
    "follows: not read, X may refuse the list and asks money for each name",
    "protected accounts, and posts that X withholds in a country",
    f"posts older than the newest {3_200}, and of answers to a target those older than 7 days",
    "posts deleted before the next look",
    "who reposted or quoted a target's posts that are older than its newest 100",
    "words inside pictures and videos",
)


class X:
    """The X collector: the account's own list, and who reposted, quoted and answered a target."""

    def __init__(
        self, http: Http, settings: Settings, clock: Clock = utc_now, secret: Secret = str
    ) -> None:
        """``secret`` returns the app's bearer token; it is asked at each request."""
        self._http = http
        self._settings = settings
        self._clock = clock
        self._secret = secret

    @property
    def info(self) -> Info:
        return Info(
            name="x",
            platform="x",
            version=VERSION,
            observes=ACTS | {Signal.UNAVAILABLE},
            requires=Requirement.AGREEMENT,
            min_interval=int(self._settings.min_interval),
            basis=BASIS,
            blind_spots=BLIND_SPOTS,
            looks_again=ACTS,
            retractions=RETRACTIONS,
        )

    def fetch(
        self, watch: Watch, cursor: Cursor, last_look: datetime | None
    ) -> AsyncIterator[Page]:
        """Yield pages of one poll; see ``x_poll``."""
        state = load(cursor, watch.native_id)
        return Poll(self._api(watch), self._clock, watch, last_look, state).pages()

    def engagers(
        self,
        target: TargetAccount,
        cursor: Cursor,
        last_look: datetime | None,
        members: Members,
    ) -> AsyncIterator[TargetPage]:
        """Yield what registered people did to a target account's posts; see ``x_reverse``."""
        api = self._named(f"x target {target.handle}")
        return Engagers.of(api, self._clock, target, cursor, last_look, members).pages()

    def normalise(self, raw: RawItem, watch: Watch) -> Activity:
        """Read one post; raise ``NormaliseError`` where its form is unknown."""
        hints = dict(raw.hints)
        if "unavailable" in hints:
            account = ObjectRef(raw.native_key, f"https://x.com/i/user/{raw.native_key}")
            actor = Actor(raw.native_key, hints.get("handle", ""))
            return made.activity(self.info, raw, watch, Signal.UNAVAILABLE, actor, account)
        try:
            post = parse.post(raw.body)
        except ValueError as fault:
            raise NormaliseError(f"x {watch.watch_id}", "post", str(fault)) from None
        actor = Actor(str(post.value["author_id"]), hints.get("handle", ""))
        kept = excerpts(dict(raw.context))
        return made.activity(
            self.info,
            raw,
            watch,
            post.signal,
            actor,
            ObjectRef(post.first_id, parse.address(post.id)),
            at=post.at,
            target=parse.target(
                post, kept, hints.get("target_author", ""), hints.get("target_handle", "")
            ),
            text=post.text,
            media=post.media,
        )

    async def capture(self, activity: Activity, raw: RawItem, watch: Watch) -> Capture:
        """Fetch the post alone; what cannot be fetched leaves the bytes that were judged."""
        if activity.signal is Signal.UNAVAILABLE:
            record = Part("record", "application/json", raw.body)
            return Capture((record, headers_part(raw), *certificate_parts(raw.page)))
        note, shown = "", raw
        try:
            answer, found = await self._api(watch).lookup(raw.native_key)
            alone = [item(act, answer, raw.not_before) for act in parse.acts(found)]
            same = [one for one in alone if self._revision(one, watch) == activity.revision]
            shown = same[0] if same else raw
            note = "" if same else "the post was changed or deleted after it was read"
        except CollectError as error:
            note = error.cause
        parts = [Part("record", "application/json", shown.body)]
        for name, body in excerpts(dict(raw.context)).items():
            if body:
                parts.append(Part(name, "application/json", body))
        parts += [headers_part(shown), *certificate_parts(shown.page)]
        return Capture(tuple(parts), bool(note), (note,) if note else ())

    async def look_again(self, known: Known, watch: Watch) -> Again:
        """Read the post by its id; see ``x_again`` for what counts as a deletion."""

        def read(raw: RawItem) -> Activity:
            return self.normalise(raw, watch)

        return await Look(self._api(watch), known, read).again()

    def _api(self, watch: Watch) -> Api:
        return self._named(f"x {watch.watch_id}")

    def _named(self, subject: str) -> Api:
        base = self._settings.api.rstrip("/")
        return Api(self._http, base, self._secret, self._clock, subject)

    def _revision(self, raw: RawItem, watch: Watch) -> str:
        try:
            return self.normalise(raw, watch).revision
        except NormaliseError:
            return ""
