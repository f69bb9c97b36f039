"""What a candidate's channel costs of YouTube's daily allowance, beside reading video by video.

The real collector reads the stand-in, hour by hour for a day, on a clock that the bench moves: one
full reading and 24 looks, with new comments in every hour. Units are those that the stand-in
counted. "Video by video" is arithmetic: one request a look for each of a channel's videos of the
last 30 days is the least that such a reader pays, answers not counted.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor import config
from monitor.collect.youtube import Youtube
from monitor.collect.youtube_quota import LEFT_BY_WALKS
from monitor.config_youtube import Youtube as Settings
from monitor.log import set_up
from monitor.model.contest import AccountType, TargetAccount
from monitor.model.person import Watch
from monitor.net import Http
from tests.collect.tubing import Clock, Memory
from tests.standin.youtube import KEY, START, Channel, StandIn, Video

DAILY = 10_000
LOOKS = 24
VIDEOS = 30
# One comment in so many has more answers than come with it.
BUSY, ANSWERS = 20, 8


class Nobody:
    """A register on which none of the commenters is: what it costs to find that out."""

    def watching(self, platform: str, accounts: Collection[str]) -> Mapping[str, Watch]:
        del platform, accounts
        return {}


@dataclass
class Day:
    """One channel over a day, and the units that each part of it cost."""

    server: StandIn
    collector: Youtube
    clock: Clock
    target: TargetAccount

    async def look(self, cursor: Mapping[str, object]) -> tuple[Mapping[str, object], int]:
        before = self.server.units
        async for page in self.collector.engagers(self.target, cursor, None, Nobody()):
            cursor = page.cursor
        return cursor, self.server.units - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000])
    given = parser.parse_args()
    set_up("ERROR")
    print("comments in 30 days | full reading | 24 looks | a day | channels in 10,000 | by video")
    for size in given.sizes:
        asyncio.run(_measured(size))


async def _measured(size: int) -> None:
    async with StandIn() as server:
        candidate = server.channel("calon")
        videos = [server.video(candidate, f"Video {n}") for n in range(VIDEOS)]
        people = [server.channel(f"warga-{n}") for n in range(50)]
        _fill(server, videos, people, size)
        host = config.Http(contact="uji@contoh.test", allow_private=(server.host,),
                           requests_per_second=1_000_000.0)  # fmt: skip
        clock = Clock(START)
        async with Http(host, clock) as http:
            settings = Settings(server=server.url, units_per_day=100_000_000)
            collector = Youtube(http, settings, clock, lambda: KEY)
            collector.meter(Memory())
            server.quota = 100_000_000
            target = TargetAccount("youtube", "calon", AccountType.TERDAFTAR_KPU)
            day = Day(server, collector, clock, target)
            cursor, full = await day.look({})
            looks = 0
            for _ in range(LOOKS):
                clock.now += timedelta(seconds=3_590)
                _some(server, videos, people, clock.now, -(-size // (30 * LOOKS)))
                cursor, units = await day.look(cursor)
                looks += units
    whole = full + looks
    fit = int(DAILY * (1 - LEFT_BY_WALKS) / whole)
    print(f"{size:>19,} | {full:>12,} | {looks:>8,} | {whole:>5,} | {fit:>18,} "
          f"| {LOOKS * VIDEOS + VIDEOS:>8,}")  # fmt: skip


def _fill(server: StandIn, videos: list[Video], people: list[Channel], size: int) -> None:
    space = timedelta(days=29) / size
    for number in range(size):
        at = START - number * space
        who = people[number % len(people)]
        top = server.comment(videos[number % VIDEOS], who, "Hadir", published=at)
        for answer in range(ANSWERS if number % BUSY == 0 else 0):
            server.comment(videos[number % VIDEOS], people[answer], "Ya", parent=top, published=at)


def _some(
    server: StandIn, videos: list[Video], people: list[Channel], now: datetime, count: int
) -> None:
    for number in range(count):
        at = now - timedelta(seconds=number)
        server.comment(videos[number % VIDEOS], people[number % 50], "Baru", published=at)


if __name__ == "__main__":
    main()
