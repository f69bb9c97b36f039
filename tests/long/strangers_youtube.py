"""An emulated YouTube for ``strangers``: comments under a candidate's video."""

from __future__ import annotations

import random
from contextlib import redirect_stdout
from datetime import timedelta
from io import StringIO
from types import TracebackType
from typing import Self

from monitor import gating
from monitor.clock import utc_now
from tests.installation import Installation
from tests.standin.youtube import KEY, Crowd, StandIn

HANDLE = "calon.dua"
OFFICER = "tuber.example"
SUPPORT = "Ayo coblos nomor 2, menangkan Prakasita-Anggrek!"
STEP = timedelta(seconds=2)
CONFIG = """
[collect.youtube]
enabled = true
server = "{server}"
units_per_day = 1_000_000
"""
ACCOUNT = """
[[target.account]]
platform = "youtube"
handle = "{handle}"
type = "terdaftar_kpu"
source = "Rekaan untuk pengujian."
"""


class Tube:
    """A candidate's channel with one video, and a registered person's channel."""

    def __init__(self) -> None:
        self.server = StandIn(clock=utc_now)
        self.server.quota = 1_000_000

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        self.calon, self.officer = self.server.channel(HANDLE), self.server.channel(OFFICER)
        self.rally = self.server.video(self.calon, SUPPORT, published=utc_now())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        cause: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.server.__aexit__(kind, cause, trace)

    def people(self, place: Installation) -> None:
        place.person("tuber", OFFICER, platform="youtube")

    def write(self, place: Installation) -> None:
        """Add the API's address and key, and the candidate's channel."""
        file = place.folder / "config.toml"
        text = file.read_text("utf-8") + CONFIG.format(server=self.server.url)
        file.write_text(text, "utf-8")
        (place.folder / "secrets" / "youtube_api_key").write_text(KEY)
        contest = next((place.folder / "watchlists" / "contests").glob("*.toml"))
        contest.write_text(contest.read_text("utf-8") + ACCOUNT.format(handle=HANDLE), "utf-8")

    def allow(self, place: Installation) -> None:
        """Record the agreement, as a person would."""
        until = (utc_now() + timedelta(days=30)).date()
        with redirect_stdout(StringIO()):
            paper = (until, "", "Penguji rekaan", "pengujian")
            gating.record(place.folder / "config.toml", "youtube", "Surat rekaan 2", *paper)

    def crowd(self, rng: random.Random, count: int) -> None:
        """Let strangers comment, and the registered person somewhere among them."""
        newest = utc_now() - timedelta(minutes=1)
        self.server.crowd = Crowd(count, self.rally.id, self.calon.id, newest, STEP)
        when = newest - rng.randrange(count) * STEP - STEP / 2
        self.server.comment(self.rally, self.officer, SUPPORT, published=when)
