"""An emulated YouTube for ``strangers``: comments under a candidate's video."""

from __future__ import annotations

import random
from datetime import timedelta
from types import TracebackType
from typing import Self

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
        place.configure(CONFIG.format(server=self.server.url))
        place.secret("youtube_api_key", KEY)
        place.rival("youtube", HANDLE)

    def allow(self, place: Installation) -> None:
        """Record the agreement."""
        place.permit("youtube", "Surat rekaan 2")

    def crowd(self, rng: random.Random, count: int) -> None:
        """Let strangers comment, and the registered person somewhere among them."""
        newest = utc_now() - timedelta(minutes=1)
        self.server.crowd = Crowd(count, self.rally.id, self.calon.id, newest, STEP)
        when = newest - rng.randrange(count) * STEP - STEP / 2
        self.server.comment(self.rally, self.officer, SUPPORT, published=when)
