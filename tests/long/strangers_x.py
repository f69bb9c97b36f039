"""An emulated X for ``strangers``: who passed a candidate's post on, with and without words."""

from __future__ import annotations

import random
from types import TracebackType
from typing import Self

from monitor.clock import utc_now
from tests.installation import Installation
from tests.standin.crowd import MARK
from tests.standin.x import LIMITS, StandIn

HANDLE, OFFICER = "calon_dua", "pegawai_rekaan"
TOKEN = "kunci-rekaan-yang-cukup-panjang"
SUPPORT = "Ayo coblos nomor 2, menangkan Prakasita-Anggrek!"
CONFIG = """
[collect.x]
enabled = true
api = "{api}"
"""


class Exes:
    """Limits are wide open here: what X does when asked too often is shown elsewhere."""

    def __init__(self) -> None:
        self._limits = dict(LIMITS)
        self.server = StandIn(utc_now, TOKEN)

    async def __aenter__(self) -> Self:
        LIMITS.update(dict.fromkeys(LIMITS, 1_000_000))
        await self.server.__aenter__()
        world = self.server.world
        self.calon, self.officer = world.user(HANDLE), world.user(OFFICER)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        cause: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.server.__aexit__(kind, cause, trace)
        LIMITS.update(self._limits)

    @property
    def host(self) -> str:
        return self.server.url.removeprefix("http://")

    def people(self, place: Installation) -> None:
        """Put a tester on the register: no name on X can be nobody's, so consent is on file."""
        place.person("penguji", OFFICER, platform="x")
        place.people[-1] = place.people[-1].replace("Keputusan rekaan 1", "Persetujuan rekaan 1")
        testers = "person_ref,consented_on,document\np-penguji,2024-08-01,Persetujuan rekaan 1\n"
        (place.folder / "penguji.csv").write_text(testers, "utf-8")

    def write(self, place: Installation) -> None:
        """Add the API's address and token, and the candidate's account."""
        place.configure(CONFIG.format(api=self.server.url))
        place.secret("x_bearer", TOKEN)
        place.rival("x", HANDLE)

    def allow(self, place: Installation) -> None:
        """Record the written approval."""
        place.permit("x", "Surat rekaan 3")

    def crowd(self, rng: random.Random, count: int) -> None:
        """Let strangers share and quote a post, and the registered person among them."""
        world = self.server.world
        campaign, place = world.post(self.calon, SUPPORT), rng.randrange(count)
        for number in range(count):
            who = self.officer if number == place else world.user(f"{MARK}_{number}")
            words = SUPPORT if number == place else f"Ikut {MARK}"
            world.post(who, f"RT @{HANDLE}: {SUPPORT}", ("retweeted", campaign))
            world.post(who, words, ("quoted", campaign))
