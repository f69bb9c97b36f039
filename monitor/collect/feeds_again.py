"""One feed entry looked at again: in the feed, else at its own address.

A feed is a window: an entry that left it says nothing. Only the entry's own page says that it is
gone, and only where it lies on the feed's own host: a link to somebody else's page is not ours to
read, and not the registered person's to delete.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from monitor.collect.feeds_read import feed_id, read
from monitor.collect.feeds_split import CutFeed, NotAFeed
from monitor.errors import AuthError, BlockedError, RateLimited, TransientError
from monitor.model.activity import Activity
from monitor.model.evidence import Exchange, Part, RawItem, canonical
from monitor.model.exchange import digested
from monitor.model.person import Watch
from monitor.model.state import ActState, Again, Known, Reason
from monitor.net import Expect, Http

# 410 (RFC 9110 section 15.5.11) says that it is for good; 404 is what most sites answer instead.
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
UNKNOWN = Again(None)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one entry; ``normalise`` turns its element into an activity."""

    http: Http
    accept: str
    known: Known
    watch: Watch
    normalise: Callable[[RawItem, Watch], Activity]

    async def again(self) -> Again:
        """Say how the entry stands; see ``LooksAgain.look_again``."""
        try:
            feed = await self.http.get(
                self.watch.address,
                subject=self.watch.watch_id,
                headers={"Accept": self.accept},
                expect=Expect.FEED,
                configured=True,
            )
            found = await self._in_feed(feed)
        except (BlockedError, AuthError, NotAFeed):
            return Again(ActState.HIDDEN, Reason.REFUSED)
        if feed.status in _GONE:
            return Again(ActState.HIDDEN, Reason.FEED_GONE, parts=_answer(feed))
        if feed.status != HTTPStatus.OK:
            raise TransientError(self.watch.watch_id, f"the feed answered with {feed.status}")
        return found or await self._at_its_address()

    async def _in_feed(self, feed: Exchange) -> Again | None:
        if feed.status != HTTPStatus.OK:
            return None
        try:
            reading = await asyncio.to_thread(read, feed, self.watch)
        except CutFeed as fault:
            raise TransientError(self.watch.watch_id, f"the feed is broken: {fault}") from None
        prefix = f"{feed_id(self.watch)} "
        body = dict(reading.items).get(self.known.object_id.removeprefix(prefix))
        if body is None:
            return None
        raw = RawItem(
            self.known.object_id.removeprefix(prefix),
            body,
            feed.bare,
            feed.body_digest,
            feed.finished_at,
        )
        activity = self.normalise(raw, self.watch)
        same = activity.revision == self.known.revision
        return Again(ActState.THERE if same else ActState.EDITED, activity=activity, raw=raw)

    async def _at_its_address(self) -> Again:
        own = urlsplit(self.watch.address)
        page = urlsplit(self.known.url)
        if not page.hostname or page.hostname != own.hostname:
            return UNKNOWN
        try:
            answer = await self.http.get(
                self.known.url,
                subject=self.watch.watch_id,
                configured=(page.scheme, page.netloc) == (own.scheme, own.netloc),
            )
        except RateLimited:
            raise
        except (BlockedError, AuthError, TransientError):
            return UNKNOWN  # a refusal, a page that is too large: no word about the entry
        if answer.status not in _GONE or urlsplit(answer.url).hostname != own.hostname:
            return UNKNOWN
        return Again(ActState.DELETED, Reason.PAGE_GONE, parts=_answer(answer))


def _answer(answer: Exchange) -> tuple[Part, ...]:
    """Keep how the page answered. Its body is the site's error page and may name anybody."""
    headers = canonical({"v": 1, "exchanges": {"page": digested(answer)}})
    return (Part("headers", "application/json", headers),)
