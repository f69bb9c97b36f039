"""Feeds that a publisher offers: RSS 0.9 to 2.0, Atom, JSON Feed. One feed is one account.

A feed has no stable author id, so the feed itself is the actor. A linked article is not fetched:
the entry is what was published to readers of the feed, and that is what is kept.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from monitor.clock import Clock, utc_now
from monitor.collect import made
from monitor.collect.base import Cursor, Info, Page, Requirement
from monitor.collect.feeds_again import Look
from monitor.collect.feeds_parse import read_entry
from monitor.collect.feeds_read import feed_id, header, read, usable
from monitor.collect.feeds_split import CutFeed, Document, NotAFeed
from monitor.config import Feeds as Settings
from monitor.errors import BlockedError, NormaliseError, TransientError
from monitor.model.activity import Activity, Actor, Media, ObjectRef, Signal, TimeSource
from monitor.model.evidence import Capture, Exchange, Part, RawItem
from monitor.model.exchange import certificate_parts, headers_part
from monitor.model.person import Watch
from monitor.model.state import Again, Known
from monitor.net import Expect, Http

# However long a publisher wishes, we look four times a day.
LONGEST_WISH = 21_600.0

_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9"
_REFUSED = 400
_GONE = 410
_HOURS = 24
_DAY = 86_400.0
_NOT_MODIFIED = 304
_VALIDATOR_LENGTH = 512
_MAX_AGE = re.compile(r"\bmax-age=(\d{1,9})\b", re.IGNORECASE)
# Comment feeds list other people (WordPress, Blogger); nobody on the register speaks in them.
_COMMENT_FEEDS = ("/comments/feed", "/feeds/comments", "/comments/default")


class Feeds:
    """Reads one registered feed a look, with conditional requests."""

    def __init__(self, http: Http, settings: Settings, clock: Clock = utc_now) -> None:
        self._http = http
        self._clock = clock
        self._min_interval = settings.min_interval

    @property
    def info(self) -> Info:
        return Info(
            name="feeds",
            platform="feed",
            version="1",
            observes=frozenset({Signal.POST, Signal.UNAVAILABLE}),
            requires=Requirement.NONE,
            min_interval=int(self._min_interval),
            basis="publisher-feed",
            blind_spots=(
                "comments, likes, shares and follows are not in a feed",
                "deletion is not announced: an entry that leaves the feed means nothing",
                "entries between two looks are missed where more appear than the feed holds",
                "an entry dated before monitoring began is not looked at, also when new",
                "a guest author's entry counts as the feed owner's: read it before acting",
                "the linked article is not read, only what the feed itself says",
            ),
            looks_again=frozenset({Signal.POST}),
        )

    async def fetch(
        self, watch: Watch, cursor: Cursor, last_look: datetime | None
    ) -> AsyncIterator[Page]:
        """Yield the one page of a feed; see ``Collector.fetch``."""
        if any(part in urlsplit(watch.address).path for part in _COMMENT_FEEDS):
            raise BlockedError(watch.watch_id, "a comment feed lists other people: not read")
        conditions = _conditions(watch, cursor)
        exchange = await self._http.get(
            watch.address,
            subject=watch.watch_id,
            headers={"Accept": _ACCEPT, **conditions},
            expect=Expect.FEED,
            configured=True,
        )
        if exchange.status == _NOT_MODIFIED and not conditions:
            raise TransientError(
                watch.watch_id, "the feed answered 304 to an unconditional request"
            )
        if exchange.status == _NOT_MODIFIED:
            yield self._page(watch, exchange, Document(()), cursor)
        elif exchange.status == _GONE:
            note = "the publisher took the feed down"
            yield Page((_gone(exchange, last_look),), {}, note=note, next_in=_DAY)
        elif exchange.status >= _REFUSED:
            raise TransientError(watch.watch_id, f"the feed answered with {exchange.status}")
        else:
            yield await self._read(watch, exchange, last_look)

    def normalise(self, raw: RawItem, watch: Watch) -> Activity:
        """Turn one entry into a post; see ``Collector.normalise``."""
        if ("gone", "1") in raw.hints:
            return self._activity(raw, watch, signal=Signal.UNAVAILABLE)
        try:
            entry = read_entry(raw.body, feed_id(watch))
        except ValueError as fault:
            raise NormaliseError(watch.watch_id, "entry", str(fault)) from None
        post = self._activity(raw, watch, text=entry.words, url=entry.link)
        when = usable(entry.date, raw.seen_at)
        tags = (Media("tags", tags=entry.tags),) if entry.tags else ()
        source = TimeSource.PUBLISHER if when else TimeSource.NONE
        return replace(post, media=entry.media + tags, occurred_at=when, occurred_at_source=source)

    async def capture(self, activity: Activity, raw: RawItem, watch: Watch) -> Capture:
        """Keep the entry's element; a feed has no address for one entry alone."""
        del activity, watch  # nothing more is fetched
        kind = "application/json" if raw.body[:1] == b"{" else "application/xml"
        record = Part("record", kind, raw.body)
        return Capture((record, headers_part(raw), *certificate_parts(raw.page)))

    async def look_again(self, known: Known, watch: Watch) -> Again:
        """Find the entry in the feed, else ask at its own address; see ``feeds_again``."""
        return await Look(self._http, _ACCEPT, known, watch, self.normalise).again()

    async def _read(self, watch: Watch, exchange: Exchange, last_look: datetime | None) -> Page:
        try:
            reading = await asyncio.to_thread(read, exchange, watch)
        except NotAFeed as fault:
            raise BlockedError(watch.watch_id, f"not a feed: {fault}") from None
        except CutFeed as fault:
            raise TransientError(watch.watch_id, f"the feed is broken: {fault}") from None
        bare, digest = exchange.bare, exchange.body_digest
        items = tuple(
            RawItem(key, body, bare, digest, exchange.finished_at, not_before=last_look)
            for key, body in reading.items
        )
        # Without the validators of a page that was not read whole, the next look reads it again.
        cursor = _validators(watch, exchange) if reading.document.whole else {}
        page = self._page(watch, exchange, reading.document, cursor)
        return replace(page, items=items, listed=len(reading.document.entries))

    def _page(self, watch: Watch, exchange: Exchange, document: Document, cursor: Cursor) -> Page:
        wish = next_look(exchange, document, self._clock())
        return Page(
            items=(),
            cursor=cursor,
            complete=document.whole,
            note="; ".join(document.notes),
            native_id=feed_id(watch),
            moved_to=exchange.moved_to,
            next_in=max(wish, self._min_interval) if wish is not None else None,
        )

    def _activity(
        self,
        raw: RawItem,
        watch: Watch,
        *,
        signal: Signal = Signal.POST,
        text: str = "",
        url: str = "",
    ) -> Activity:
        feed, info = feed_id(watch), self.info
        # An entry's id is unique in its own feed only.
        entry = ObjectRef(f"{feed} {raw.native_key}", url)
        return made.activity(info, raw, watch, signal, Actor(feed), entry, text=text)


def next_look(exchange: Exchange, document: Document, now: datetime) -> float | None:
    """Return the publisher's wish in seconds (``max-age``, ``ttl``, never in ``skipHours``)."""
    wishes = [document.ttl or 0.0, _max_age(exchange)]
    wish = min(max(wishes), LONGEST_WISH)
    if not document.skip_hours:
        return wish if wish > 0 else None
    then = now.astimezone(UTC) + timedelta(seconds=wish)
    quiet = document.skip_hours if len(document.skip_hours) < _HOURS else frozenset()
    while then.hour in quiet:
        then = then.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    seconds = (then - now).total_seconds()
    return seconds if seconds > 0 else None


def _gone(exchange: Exchange, last_look: datetime | None) -> RawItem:
    page, digest = exchange.bare, exchange.body_digest
    return RawItem("gone", b"", page, digest, exchange.finished_at, last_look, (), (("gone", "1"),))


def _conditions(watch: Watch, cursor: Cursor) -> dict[str, str]:
    """Return conditional headers, but only for the address that the validators came from."""
    if cursor.get("of") != _address_digest(watch):
        return {}
    known = (("If-None-Match", "etag"), ("If-Modified-Since", "modified"))
    return {name: str(cursor[key]) for name, key in known if cursor.get(key)}


def _validators(watch: Watch, exchange: Exchange) -> dict[str, object]:
    given = {"etag": header(exchange, "etag"), "modified": header(exchange, "last-modified")}
    kept = {key: value for key, value in given.items() if 0 < len(value) <= _VALIDATOR_LENGTH}
    return {"of": _address_digest(watch), **kept} if kept else {}


def _address_digest(watch: Watch) -> str:
    return hashlib.sha256(watch.address.encode()).hexdigest()[:16]


def _max_age(exchange: Exchange) -> float:
    found = _MAX_AGE.search(header(exchange, "cache-control"))
    return float(found[1]) if found else 0.0
