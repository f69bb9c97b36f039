"""An emulated network, the real HTTP layer, and the collector under test."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from monitor import config
from monitor.collect.base import Cursor, Page
from monitor.collect.bluesky import Bluesky
from monitor.demo.atproto import Atproto, Made
from monitor.demo.atproto_faults import Trouble
from monitor.model.activity import Activity
from monitor.model.evidence import RawItem
from monitor.model.person import EmployerType, Ownership, Watch
from monitor.net import Http

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
REPOST = "app.bsky.feed.repost"
FOLLOW = "app.bsky.graph.follow"


class Now:
    """A clock that a test moves by hand."""

    def __init__(self, start: datetime) -> None:
        self.at = start

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **amount: float) -> None:
        self.at += timedelta(**amount)


@dataclass
class Seen:
    """What one poll gave."""

    pages: list[Page] = field(default_factory=list)

    @property
    def items(self) -> list[RawItem]:
        return [item for page in self.pages for item in page.items]

    @property
    def cursor(self) -> Cursor:
        """The last cursor as the store gives it back: through JSON."""
        loaded: Cursor = json.loads(json.dumps(self.pages[-1].cursor))
        return loaded

    @property
    def last(self) -> Page:
        return self.pages[-1]


@dataclass
class World:
    net: Atproto
    http: Http
    bluesky: Bluesky
    now: Now
    settings: config.Bluesky

    def restarted(self) -> Bluesky:
        """Return a collector that remembers nothing of this process."""
        return Bluesky(self.http, self.settings, self.now)

    def post(self, did: str, text: str, **more: Any) -> Made:
        return self.write(did, POST, text=text, **more)

    def like(self, did: str, subject: Made) -> Made:
        return self.write(did, LIKE, subject=subject.ref)

    def write(self, did: str, collection: str, **record: Any) -> Made:
        self.now.forward(seconds=1)
        return self.net.create_record(did, collection, {"createdAt": self.text, **record})

    @property
    def text(self) -> str:
        return self.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")

    async def poll(
        self, who: Watch, cursor: Mapping[str, object] | None = None, pages: int = 1_000
    ) -> Seen:
        """Read until the end, or until the process "dies" after some pages."""
        seen = Seen()
        walk = self.bluesky.fetch(who, cursor or {}, None)
        async for page in walk:
            seen.pages.append(page)
            if len(seen.pages) == pages:
                break
        return seen

    async def acts(self, who: Watch, cursor: Mapping[str, object] | None = None) -> list[Activity]:
        seen = await self.poll(who, cursor)
        return [self.bluesky.normalise(item, who) for item in seen.items]


def watch(address: str, **changes: Any) -> Watch:
    given: dict[str, Any] = {
        "watch_id": "asn-1",
        "person_ref": "ref-1",
        "name": "Sekar Wulandari",
        "platform": "bluesky",
        "address": address,
        "instansi": "Dinas Contoh",
        "unit": "Umum",
        "ownership": Ownership.VERIFIED,
        "legal_ground": "SKB",
        "notice_date": date(2024, 8, 1),
        "registered_on": date(2024, 8, 1),
        "employer_type": EmployerType.PNS,
    }
    return Watch(**{**given, **changes})


def waiting(trouble: Trouble) -> float:
    """Return how many seconds to wait for a server; only a silent one is waited out."""
    return 3.0 if trouble is Trouble.STALL else 30.0


@asynccontextmanager
async def world(**http: Any) -> AsyncIterator[World]:
    now = Now(datetime(2024, 10, 12, 2, 30, tzinfo=UTC))
    async with Atproto(now) as net:
        given = {"contact": "uji@contoh.test", "attempts": 1, "requests_per_second": 10_000}
        port = net.host.rpartition(":")[2]
        allowed = (net.host, f"localhost:{port}")
        layer = config.Http(**{**given, "allow_private": allowed, **http})
        settings = config.Bluesky(directory=net.url, resolver=net.url, appview=net.url)
        async with Http(layer, now) as client:
            yield World(net, client, Bluesky(client, settings, now), now, settings)
