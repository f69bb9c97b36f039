"""Forward: what a registered channel uploaded, newest first, from the playlist of its uploads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta

from monitor.clock import Clock, to_text
from monitor.collect import youtube_parse as parse
from monitor.collect.base import Cursor, Page
from monitor.collect.resume import moment, restored
from monitor.collect.youtube_api import (
    EMPTY_PAGES,
    ENDLESS,
    STALE,
    Api,
    ClosedError,
    StaleTokenError,
)
from monitor.errors import NotFoundError
from monitor.model.contest import ZONES
from monitor.model.evidence import Exchange, RawItem
from monitor.model.person import Watch

# The most that the API gives at once.
AT_ONCE = "50"
# A video that was planned or first private may lie a little below newer ones.
SLACK = timedelta(days=1)
CLOSED = "the channel is closed to the public"
ODD = "entries of an unknown form: "


@dataclass(frozen=True, slots=True)
class State:
    """Where reading stopped. Instants are ISO 8601 texts, empty where there is none.

    ``until`` is the newest video of the last walk that reached its end, ``whole_at`` when the
    whole list was last read. The rest is the walk under way.
    """

    channel: str = ""
    uploads: str = ""
    handle: str = ""
    etag: str = ""
    until: str = ""
    whole_at: str = ""
    token: str = ""
    newest: str = ""
    began: str = ""
    whole: bool = False
    next_etag: str = ""


def load(cursor: Cursor, channel: str) -> State:
    """Read a cursor; one of another channel, or of another form, is a first look."""
    state = restored(cursor, State, instants=("until", "whole_at", "newest", "began"))
    return state if not channel or state.channel in ("", channel) else State()


@dataclass(slots=True)
class Uploads:
    """One look at one channel; ``full_scan`` is in seconds."""

    api: Api
    clock: Clock
    watch: Watch
    last_look: datetime | None
    state: State
    full_scan: float

    async def pages(self) -> AsyncIterator[Page]:
        """Yield pages; see ``Collector.fetch``."""
        if not self.state.channel:
            answer, channel = await self._channel()
            if channel is None:
                yield self._unavailable(answer)
                return
            self.state = State(channel.id, channel.uploads, channel.handle)
        if not self.state.uploads:
            # Asked anew: the first video makes the playlist.
            yield replace(self._page((), State()), listed=0)
            return
        if not self.state.token:
            self._begin()
        try:
            async for page in self._walk():
                yield page
        except StaleTokenError:
            yield self._page((), self._dropped(), note=STALE)
        except (NotFoundError, ClosedError):
            yield await self._no_list()

    async def _channel(self) -> tuple[Exchange, parse.Channel | None]:
        known = self.watch.native_id or self.state.channel
        return await self.api.channel(known or self.watch.address)

    def _begin(self) -> None:
        state, now = self.state, self.clock()
        last = moment(state.whole_at)
        whole = last is None or (now - last).total_seconds() >= self.full_scan
        self.state = replace(state, newest=state.until, began=to_text(now), whole=whole)

    async def _walk(self) -> AsyncIterator[Page]:
        empty = 0
        while True:
            state = self.state
            # A whole reading is for changes that the newest page does not show.
            etag = "" if state.token or state.whole else state.etag
            answer, found = await self._ask(state, etag)
            if found is None:
                yield self._page((), replace(self._ended(), etag=state.etag))
                return
            items, odd, reached = self._read(answer, found)
            empty = 0 if found.items else empty + 1
            stuck = bool(found.token) and (found.token == state.token or empty > EMPTY_PAGES)
            if not state.token:
                # A page that was not read whole is read again, changed or not.
                self.state = replace(self.state, next_etag="" if odd else found.etag)
            over = stuck or not found.token or reached
            note = ENDLESS if stuck else f"{ODD}{odd}" if odd else ""
            self.state = replace(self.state, token=found.token)
            after = self._dropped() if stuck else self._ended() if over else self.state
            page = self._page(items, after, note=note, last=over)
            yield replace(page, listed=len(found.items))
            if over:
                return

    async def _ask(self, state: State, etag: str) -> tuple[Exchange, parse.Listing | None]:
        params = {"part": "snippet,contentDetails", "playlistId": state.uploads,
                  "maxResults": AT_ONCE}  # fmt: skip
        more = {"pageToken": state.token} if state.token else {}
        return await self.api.ask("playlistItems.list", {**params, **more}, etag)

    def _read(
        self, answer: Exchange, found: parse.Listing
    ) -> tuple[tuple[RawItem, ...], int, bool]:
        """Return the items to keep, how many were unreadable, and whether known ground begins."""
        since = datetime.combine(self.watch.monitored_from, time(), ZONES[self.watch.zone])
        until = None if self.state.whole else moment(self.state.until)
        border = max(until or since, since) - SLACK
        page, digest = answer.bare, answer.body_digest
        kept, odd, reached = [], 0, False
        for body in found.items:
            try:
                video = parse.video(body)
            except ValueError:
                odd += 1
                continue
            # Of a video that is private or deleted the list gives a place, and no time.
            if video.published is None or video.owner != self.state.channel:
                continue
            reached = reached or video.published < border
            # A time to come would hide all that comes until then.
            at = to_text(min(video.published, self.clock()))
            self.state = replace(self.state, newest=max(self.state.newest, at))
            if video.published >= since:
                hints = (("handle", self.state.handle),)
                seen = (answer.finished_at, self.last_look)
                kept.append(RawItem(video.id, body, page, digest, *seen, hints=hints))
        return tuple(kept), odd, reached

    def _ended(self) -> State:
        """Return the state after a walk that reached its end."""
        state = self.state
        whole_at = state.began if state.whole else state.whole_at
        etag = state.next_etag
        return State(state.channel, state.uploads, state.handle, etag, state.newest, whole_at)

    def _dropped(self) -> State:
        """Return the state after a walk that was given up: the next one begins where it began."""
        state = self.state
        return State(
            state.channel, state.uploads, state.handle, until=state.until, whole_at=state.whole_at
        )

    async def _no_list(self) -> Page:
        """Tell a channel without uploads, whose playlist is not there, from one that is gone."""
        answer, channel = await self._channel()
        if channel is None:
            return self._unavailable(answer)
        if channel.uploads != self.state.uploads:
            return self._page((), State(channel.id, channel.uploads, channel.handle), note=STALE)
        return replace(self._page((), self.state), listed=0)

    def _unavailable(self, answer: Exchange) -> Page:
        channel = self.watch.native_id or self.state.channel or self.watch.address
        page, digest = answer.bare, answer.body_digest
        item = RawItem(channel, b"", page, digest, answer.finished_at, self.last_look,
                       hints=(("unavailable", "1"),))  # fmt: skip
        return Page((item,), {}, note=CLOSED)

    def _page(
        self, items: tuple[RawItem, ...], state: State, *, note: str = "", last: bool = True
    ) -> Page:
        kept = {name: value for name, value in asdict(state).items() if value}
        return Page(
            items, kept, complete=not note, last=last, note=note,
            native_id=state.channel, handle=state.handle,
        )  # fmt: skip
