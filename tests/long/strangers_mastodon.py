"""Two emulated Mastodon servers for ``strangers``: where a person is at home, and a candidate's."""

from __future__ import annotations

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from tests.installation import Installation
from tests.standin import names
from tests.standin.mastodon import Mastodon

HOME, PARTY = "sosial.example", "partai.example"
# The home of every stranger that the emulator makes up.
ELSEWHERE = "jauh.example"
SUPPORT = "<p>Ayo coblos nomor 2, menangkan Prakasita-Anggrek!</p>"
SERVER = """
[[collect.mastodon.servers]]
domain = "{domain}"
rules = "https://{domain}/about"
reading = "Aturan server rekaan ini membolehkan pembacaan otomatis."
read_by = "Petugas rekaan"
read_on = "2024-08-01"
"""


class Fediverse:
    """Servers with wide open throttles: what they do when asked too often is shown elsewhere."""

    def __init__(self) -> None:
        self.home, self.party = Mastodon(HOME), Mastodon(PARTY)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for server in (self.home, self.party):
            await self._stack.enter_async_context(server)
            for name in list(server.throttles.windows):
                server.throttles.set(name, 1_000_000)
        self._stack.enter_context(names.known(self.ports))
        self.calon = self.party.account("calon")
        self.home.account("sekar")
        self.sekar = self.party.account("sekar", HOME)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        cause: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def ports(self) -> dict[str, int]:
        return {HOME: self.home.port, PARTY: self.party.port}

    @property
    def hosts(self) -> tuple[str, ...]:
        return names.listed(*self.ports)

    def people(self, place: Installation) -> None:
        place.person("sekar", f"sekar@{HOME}", platform="mastodon")

    def write(self, place: Installation) -> None:
        """Add the servers, the right to read them, and the candidate's account."""
        added = "".join(SERVER.format(domain=name) for name in self.ports)
        names.note(place.folder, self.ports)
        polled = "\n[collect.mastodon]\nenabled = true\ninterval = 1.0\nmin_interval = 1.0\n"
        place.configure(polled + added)
        place.rival("mastodon", f"calon@{PARTY}")

    def allow(self, place: Installation) -> None:
        """Record the servers' permission."""
        for name in (HOME, PARTY):
            place.permit("mastodon", "Surat rekaan 1", server=name)

    def crowd(self, count: int) -> None:
        """Let strangers favour a post; the registered person did so after them."""
        post = self.party.post(self.calon, SUPPORT)
        self.party.crowd(post, count)
        self.party.favourite(self.sekar, post)
