"""A stage whose servers also tell of each act: the emulated network behind a Jetstream server."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.demo.atproto import Atproto
from tests.standin.jetstream import Jetstream
from tests.whole import Stage


@dataclass
class Relay:
    """Tells a stream what happened in the emulated repositories since it looked last."""

    network: Atproto
    stream: Jetstream
    told: dict[str, str] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)

    async def pump(self, *, quietly: bool = False) -> None:
        """Emit what is new; ``quietly`` takes it as told."""
        for did, account in list(self.network._accounts.items()):
            now = {f"{did}/{path}": r.block.text for path, r in account.repo.records.items()}
            for uri, cid in now.items():
                if self.told.get(uri) != cid and not quietly:
                    verb = "update" if uri in self.told else "create"
                    await self._commit(uri, verb, account.repo.records[uri.partition("/")[2]].value)
            mine = [uri for uri in self.told if uri.startswith(f"{did}/")]
            for uri in (uri for uri in mine if uri not in now):
                del self.told[uri]
                if not quietly:
                    await self._commit(uri, "delete")
            self.told |= now
            await self._account(did, account.closed, quietly=quietly)

    async def _commit(self, uri: str, operation: str, record: object = None) -> None:
        did, collection, key = uri.split("/")
        await self.stream.commit(did, operation, collection, key, record)

    async def _account(self, did: str, closed: str, *, quietly: bool) -> None:
        if self.closed.get(did, "") != closed and not quietly:
            status = closed.removeprefix("Repo").lower()
            await self.stream.account(did, active=not closed, status=status)
        self.closed[did] = closed


def follow_stream(stage: Stage, stream: Jetstream, more: str = "") -> None:
    """Name the stream in the configuration; accounts are read by themselves once an hour."""
    stage.place.hosts = (*stage.place.hosts, stream.host)
    stage.place.write()
    file = stage.place.folder / "config.toml"
    asks = f'resolver = "{stage.place.resolver}"\n'
    text = file.read_text("utf-8")
    assert asks in text
    named = f'stream = ["{stream.url}"]\nstream_interval = 3600.0\n{more}'
    file.write_text(text.replace(asks, asks + named), "utf-8")


def rows(stage: Stage, query: str) -> list[tuple[object, ...]]:
    conn = stage.place.connect()
    try:
        return conn.execute(query).fetchall()
    finally:
        conn.close()
