"""Two emulated servers, the real HTTP layer, and the collector under test.

``sosial.example`` is where the registered person is at home, ``partai.example`` the target. What
happens on one is told to the other as servers tell each other: a boost and an answer arrive, a
favourite only at the author's own server.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from monitor import config
from monitor.collect.base import Cursor, TargetPage
from monitor.collect.mastodon import Mastodon
from monitor.config_mastodon import Mastodon as Settings
from monitor.config_mastodon import MastodonServer
from monitor.errors import ConfigError, Fault
from monitor.model.activity import Activity
from monitor.model.contest import AccountType, TargetAccount
from monitor.model.evidence import RawItem
from monitor.model.person import Watch
from monitor.net import Http
from tests.collect import bluesky_world
from tests.collect.bluesky_world import Now, Seen
from tests.standin import names as standin
from tests.standin.mastodon import Account, Status
from tests.standin.mastodon import Mastodon as Emulated

HOME, PARTY = "sosial.example", "partai.example"
# Where the first answers when it is told to answer elsewhere.
WEB = "web.sosial.example"
CALON = TargetAccount("mastodon", f"calon@{PARTY}", AccountType.TERDAFTAR_KPU)


def watch(address: str = f"sekar@{HOME}", **changes: Any) -> Watch:
    return bluesky_world.watch(address, **{"platform": "mastodon", **changes})


class Members:
    """The register, as reverse mode asks it: by id where one is known, else by name."""

    def __init__(self, *watches: Watch) -> None:
        self.watches = watches
        self.asked = 0

    def watching(self, platform: str, accounts: Collection[str]) -> Mapping[str, Watch]:
        assert platform == "mastodon"
        self.asked += len(accounts)
        known = {w.native_id: w for w in self.watches if w.native_id}
        named = {w.address: w for w in self.watches if not w.native_id}
        return {a: found for a in accounts if (found := known.get(a) or named.get(a))}


@dataclass
class Reached:
    """What one look at a target gave."""

    pages: list[TargetPage] = field(default_factory=list)

    @property
    def items(self) -> list[tuple[Watch, RawItem]]:
        return [item for page in self.pages for item in page.items]

    @property
    def cursor(self) -> Cursor:
        """The last cursor as the store gives it back: through JSON."""
        loaded: Cursor = json.loads(json.dumps(self.pages[-1].cursor))
        return loaded

    @property
    def last(self) -> TargetPage:
        return self.pages[-1]

    @property
    def withheld(self) -> int:
        return sum(page.withheld for page in self.pages)


def reading(secrets: Mapping[str, str]) -> Callable[[str], str]:
    """Read secrets as the program does: one that is gone is a fault of the configuration."""

    def read(name: str) -> str:
        if name not in secrets:
            raise ConfigError([Fault(name, "", "a file with the secret", "none")])
        return secrets[name]

    return read


@dataclass
class World:
    home: Emulated
    party: Emulated
    http: Http
    mastodon: Mastodon
    now: Now
    settings: Settings
    secrets: dict[str, str]

    def restarted(self, **changes: Any) -> Mastodon:
        """Return a collector that remembers nothing of this process."""
        settings = self.settings.model_copy(update=changes)
        return Mastodon(self.http, settings, self.now, reading(self.secrets))

    def tick(self) -> None:
        self.now.forward(seconds=1)

    def post(self, author: Account, text: str, **more: Any) -> Status:
        self.tick()
        server = self.home if author.id in self.home.accounts else self.party
        return server.post(author, f"<p>{text}</p>", **more)

    async def poll(
        self,
        who: Watch,
        cursor: Mapping[str, object] | None = None,
        pages: int = 1_000,
        into: Seen | None = None,
    ) -> Seen:
        """Read until the end, or until the process "dies" after some pages or by an error."""
        seen = Seen() if into is None else into
        async for page in self.mastodon.fetch(who, cursor or {}, None):
            seen.pages.append(page)
            if len(seen.pages) == pages:
                break
        return seen

    async def acts(self, who: Watch, cursor: Mapping[str, object] | None = None) -> list[Activity]:
        seen = await self.poll(who, cursor)
        return [self.mastodon.normalise(item, who) for item in seen.items]

    async def reach(
        self,
        members: Members,
        cursor: Mapping[str, object] | None = None,
        *,
        target: TargetAccount = CALON,
        pages: int = 1_000_000,
        last_look: datetime | None = None,
        keep: Callable[[TargetPage], object] = lambda page: page,
    ) -> Reached:
        """Read who engaged, until the end or until the process "dies" after some pages."""
        reached = Reached()
        walk = self.mastodon.engagers(target, cursor or {}, last_look, members)
        async for page in walk:
            keep(page)
            reached.pages.append(page)
            if len(reached.pages) == pages:
                break
        return reached

    def reached(self, found: Reached) -> list[Activity]:
        return [self.mastodon.normalise(raw, watch) for watch, raw in found.items]


def listed(server: Emulated, **more: Any) -> MastodonServer:
    given = {
        "domain": server.domain,
        "rules": f"https://{server.domain}/about",
        "reading": "Aturan server tidak melarang pembacaan otomatis yang sopan.",
        "read_by": "Ratna Dewanti",
        "read_on": date(2024, 8, 1),
    }
    return MastodonServer(**{**given, **more})


@asynccontextmanager
async def world(
    *,
    home: Mapping[str, Any] | None = None,
    party: Mapping[str, Any] | None = None,
    names: Mapping[str, int] | None = None,
    **http: Any,
) -> AsyncIterator[World]:
    """Yield two servers; ``names`` leads further names to ports of loopback, or these elsewhere."""
    now = Now(datetime(2024, 10, 12, 2, 30, tzinfo=UTC))
    async with Emulated(HOME, now) as first, Emulated(PARTY, now) as second:
        for server in (first, second):  # so much that no test waits for its turn
            server.throttles.set("api", 300_000_000)
            server.throttles.set("paging", 300_000_000)
        given = {"contact": "uji@contoh.test", "attempts": 1, "requests_per_second": 10_000}
        ports = {HOME: first.port, WEB: first.port, PARTY: second.port, **(names or {})}
        layer = config.Http(**{**given, "allow_private": standin.listed(*ports), **http})
        servers = (listed(first, **(home or {})), listed(second, **(party or {})))
        settings = Settings(enabled=True, servers=servers)
        secrets = {"mastodon-sosial": "kunci-rahasia"}
        with standin.known(ports):
            async with Http(layer, now) as client:
                made = Mastodon(client, settings, now, reading(secrets))
                yield World(first, second, client, made, now, settings, secrets)


def known_at(server: Emulated, account: Account, domain: str) -> Account:
    """Let an account of another server be known here, as that server tells of it."""
    made = server.account(account.username, domain)
    made.uri, made.url = account.uri, account.url
    return made
