"""A registered channel and a candidate's, read by the real collector from the stand-in."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from monitor.collect.base import Page, TargetPage
from monitor.collect.youtube import Youtube
from monitor.config_youtube import Youtube as Settings
from monitor.model.contest import AccountType, TargetAccount
from monitor.model.person import EmployerType, Ownership, Watch
from tests.net.serving import client
from tests.standin.youtube import KEY, START, Channel, StandIn, Video

OFFICER = Watch(
    watch_id="w-yt-1",
    person_ref="ref-yt-1",
    name="Sekar Ayu Pramesti",
    platform="youtube",
    address="sekar.pramesti",
    instansi="Dinas Contoh Provinsi Nusa Raya",
    unit="Bidang Umum",
    ownership=Ownership.VERIFIED,
    legal_ground="SKB 2022",
    notice_date=date(2024, 10, 1),
    registered_on=date(2024, 9, 15),
    employer_type=EmployerType.PNS,
)


@dataclass
class Clock:
    """The time that collector and platform share, until a test lets it pass."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Memory:
    """A ledger that lasts as long as the test."""

    spent: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def used(self, platform: str, day: str) -> int:
        return sum(n for (p, d, _), n in self.spent.items() if (p, d) == (platform, day))

    def spend(self, platform: str, day: str, method: str, units: int, most: int) -> bool:
        if self.used(platform, day) + units > most:
            return False
        self.spent[platform, day, method] += units
        return True


@dataclass
class Registered:
    """The register lines among some accounts; remembers how many it was asked about."""

    watches: Collection[Watch]
    asked: int = 0

    def watching(self, platform: str, accounts: Collection[str]) -> Mapping[str, Watch]:
        assert platform == "youtube"
        self.asked += len(accounts)
        return {w.native_id: w for w in self.watches if w.native_id in accounts}


@dataclass
class Tube:
    """The world of a test: who is there, and one collector that reads it."""

    server: StandIn
    collector: Youtube
    ledger: Memory
    clock: Clock
    officer: Channel
    candidate: Channel
    rally: Video

    @property
    def watch(self) -> Watch:
        return replace(OFFICER, native_id=self.officer.id)

    @property
    def target(self) -> TargetAccount:
        return TargetAccount("youtube", self.candidate.handle, AccountType.TERDAFTAR_KPU)

    def later(self, **passed: float) -> None:
        self.clock.now += timedelta(**passed)

    async def look(
        self,
        cursor: Mapping[str, object] | None = None,
        last_look: datetime | None = None,
        watch: Watch = OFFICER,
    ) -> list[Page]:
        return [page async for page in self.collector.fetch(watch, cursor or {}, last_look)]

    async def walk(
        self,
        cursor: Mapping[str, object] | None = None,
        *,
        members: Registered | None = None,
        last_look: datetime | None = None,
        target: TargetAccount | None = None,
    ) -> list[TargetPage]:
        known = members or Registered([self.watch])
        wanted = target or self.target
        return [
            page async for page in self.collector.engagers(wanted, cursor or {}, last_look, known)
        ]


@asynccontextmanager
async def tube(
    *, settings: Mapping[str, Any] | None = None, key: str = KEY, **http: Any
) -> AsyncIterator[Tube]:
    """Start the stand-in with a registered officer, a candidate and a video of a rally."""
    clock = Clock(START + timedelta(hours=6))
    async with StandIn() as server, client(f"http://{server.host}", **http) as opened:
        officer, candidate = server.channel("sekar.pramesti"), server.channel("calon.dua")
        rally = server.video(candidate, "Kampanye akbar paslon nomor 2", "Bersama calon rekaan")
        made = Settings(enabled=True, server=server.url, **(settings or {}))
        collector = Youtube(opened, made, clock, lambda: key)
        ledger = Memory()
        collector.meter(ledger)
        server.clock = clock
        yield Tube(server, collector, ledger, clock, officer, candidate, rally)


def at_next(world: Tube, method: str, act: Callable[[], object], *, after: int) -> None:
    """Have something happen when the platform is asked, ``after`` so many times."""
    left = [after]

    def hook(asked: str) -> None:
        left[0] -= asked == method
        if left[0] < 0:
            world.server.before.clear()
            act()

    world.server.before.append(hook)
