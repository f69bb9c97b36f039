"""X on loopback, the real HTTP layer, and the collector under test."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from monitor import config
from monitor.collect.base import Cursor, Members, TargetPage
from monitor.collect.x import X
from monitor.config_gated import X as Settings
from monitor.model.activity import Activity
from monitor.model.contest import AccountType, TargetAccount
from monitor.model.person import Watch
from monitor.net import Http
from tests.collect.bluesky_world import Now, Seen, watch
from tests.net.serving import Sleeper
from tests.standin.x import StandIn, User

PEGAWAI = watch("pegawai_a", platform="x", watch_id="asn-1")


class Register:
    """Who is on the register, by id and by name; it remembers how often it was asked."""

    def __init__(self, *lines: tuple[str, Watch]) -> None:
        self.lines = dict(lines)
        self.asked = 0

    def watching(self, platform: str, accounts: Collection[str]) -> Mapping[str, Watch]:
        self.asked += 1
        return {one: self.lines[one] for one in accounts if one in self.lines}


class Roll(Register):
    """A register that also names its accounts."""

    def handles(self, platform: str, most: int) -> Sequence[str]:
        return [line.address for line in dict.fromkeys(self.lines.values())]


@dataclass
class Walked:
    """What one look at a target gave."""

    pages: list[TargetPage] = field(default_factory=list)

    @property
    def cursor(self) -> Cursor:
        loaded: Cursor = json.loads(json.dumps(self.pages[-1].cursor))
        return loaded

    @property
    def last(self) -> TargetPage:
        return self.pages[-1]

    @property
    def keys(self) -> list[str]:
        return [raw.native_key for page in self.pages for _, raw in page.items]


@dataclass
class World:
    net: StandIn
    http: Http
    x: X
    now: Now
    own: User
    calon: User

    def post(self, author: User, text: str, *refs: tuple[str, str], **more: Any) -> str:
        self.now.forward(seconds=1)
        return self.net.world.post(author, text, *refs, **more)

    async def poll(
        self, cursor: Mapping[str, object] | None = None, pages: int = 1_000, who: Watch = PEGAWAI
    ) -> Seen:
        """Read until the end, or until the process "dies" after some pages."""
        seen = Seen()
        async for page in self.x.fetch(who, cursor or {}, None):
            seen.pages.append(page)
            if len(seen.pages) == pages:
                break
        return seen

    async def acts(self, cursor: Mapping[str, object] | None = None) -> list[Activity]:
        seen = await self.poll(cursor)
        return [self.x.normalise(item, PEGAWAI) for item in seen.items]

    async def walk(
        self, members: Members, cursor: Mapping[str, object] | None = None, pages: int = 10_000
    ) -> Walked:
        target = TargetAccount("x", self.calon.username, AccountType.TERDAFTAR_KPU)
        walked = Walked()
        async for page in self.x.engagers(target, cursor or {}, None, members):
            walked.pages.append(page)
            if len(walked.pages) == pages:
                break
        return walked


@asynccontextmanager
async def world(**http: Any) -> AsyncIterator[World]:
    now = Now(datetime(2024, 10, 12, 2, 30, tzinfo=UTC))
    async with StandIn(now) as net:
        allowed = (net.url.rpartition("/")[2],)
        given = {"contact": "uji@contoh.test", "attempts": 1, "requests_per_second": 10_000}
        layer = config.Http(**{**given, "allow_private": allowed, **http})
        async with Http(layer, now, sleep=Sleeper()) as client:
            collector = X(client, Settings(api=net.url), now, lambda: net.token)
            own, calon = net.world.user("pegawai_a"), net.world.user("calon_satu")
            yield World(net, client, collector, now, own, calon)
