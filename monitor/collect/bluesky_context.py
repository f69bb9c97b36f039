"""What a registered person acted upon, fetched forward from its author's own server.

Most authors are strangers. What is read of them lives in memory for one poll, reaches disk only
inside a finding's snapshot, and no error or log line names them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from monitor.collect.bluesky_identity import Directory, Identity, is_did
from monitor.collect.bluesky_parse import FOLLOW, Ref, subjects
from monitor.collect.bluesky_server import Server
from monitor.errors import CollectError, NotFoundError
from monitor.model.evidence import Exchange
from monitor.net import Http

T = TypeVar("T")

TRUSTED = "did:plc:"  # documents that the configured directory itself holds
AT_ONCE = 4
REMEMBERED = 1_000
# Seconds that one poll may lose to servers that stall. An account may not hide its acts by
# engaging with servers that were set up to keep us waiting.
PATIENCE = 60.0

Context = tuple[tuple[str, Exchange | None], ...]
Hints = tuple[tuple[str, str], ...]


class Surroundings:
    """One poll's bounded memory of identities and records; ask it for each act in turn.

    What its author's server does not give is missing, and the act goes to a person for review.
    When the configured directory is out of order the poll ends with its error: waiting is
    better than taking a candidate's account for a stranger's.
    """

    def __init__(self, http: Http, directory: Directory, subject: str) -> None:
        self._http = http
        self._directory = directory
        self._subject = f"{subject}: what was acted upon"
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._identities: dict[str, asyncio.Task[Identity | None]] = {}
        self._handles: dict[str, asyncio.Task[str | None]] = {}
        self._records: dict[Ref, asyncio.Task[Exchange | None]] = {}
        self._answering: set[str] = set()
        self._lost = 0.0

    async def of(self, collection: str, value: Mapping[str, Any]) -> tuple[Context, Hints]:
        """Return the records an act refers to, and the confirmed handle of whom it concerns.

        For a follow only the identity document is read, never the profile.
        """
        named = subjects(collection, value)
        async with self._turns:
            if collection == FOLLOW:
                return (), await self._hints(str(value.get("subject", "")))
            context: list[tuple[str, Exchange | None]] = []
            if named.target:
                context.append(("target", await self._record(named.target)))
            if named.quote:
                context.append(("quote", await self._record(named.quote)))
            hints = await self._hints(named.target.did) if named.target else ()
            return tuple(context), hints

    async def _hints(self, did: str) -> Hints:
        handle = await _once(self._handles, did, lambda: self._handle(did))
        if handle is None:
            return (("target_unknown", "yes"),)
        return (("target_handle", handle),) if handle else ()

    async def _record(self, ref: Ref) -> Exchange | None:
        return await _once(self._records, ref, lambda: self._fetch(ref))

    async def _identity(self, did: str) -> Identity | None:
        return await _once(self._identities, did, lambda: self._read(did))

    async def _read(self, did: str) -> Identity | None:
        if not is_did(did):
            return None
        try:
            return await self._directory.read(did, self._subject)
        except NotFoundError:
            return None
        except CollectError:
            if did.startswith(TRUSTED):
                raise
            return None

    async def _handle(self, did: str) -> str | None:
        """Return the confirmed handle, an empty text for none, ``None`` where nobody can say.

        The resolver may have to ask the handle's own domain, so its trouble is no outage.
        """
        identity = await self._identity(did)
        if identity is None:
            return None
        try:
            return await self._directory.confirmed(identity, self._subject)
        except CollectError:
            return None

    async def _fetch(self, ref: Ref) -> Exchange | None:
        parts = ref.parts
        identity = await self._identity(parts[0]) if parts else None
        if parts is None or identity is None or not self._worth_asking(identity.pds):
            return None
        start = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await Server(self._http, identity.pds, identity.did, self._subject).record(
                    parts[1], parts[2]
                )
        except (CollectError, TimeoutError):
            self._lost += asyncio.get_running_loop().time() - start
            return None
        self._answering.add(identity.pds)
        return answer

    def _worth_asking(self, pds: str) -> bool:
        return pds in self._answering or self._lost < PATIENCE


async def _once(
    memory: dict[Any, asyncio.Task[T | None]], key: object, make: Callable[[], Awaitable[T | None]]
) -> T | None:
    """Ask once for each key, also where several acts of one page concern the same account."""
    if key not in memory:
        if len(memory) >= REMEMBERED:
            memory.pop(next(iter(memory)))
        memory[key] = asyncio.ensure_future(make())
    return await memory[key]
