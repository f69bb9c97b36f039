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
from monitor.errors import CollectError
from monitor.model.evidence import Exchange
from monitor.net import Expect, Http

T = TypeVar("T")

AT_ONCE = 4
REMEMBERED = 1_000

Context = tuple[tuple[str, Exchange | None], ...]
Hints = tuple[tuple[str, str], ...]


class Surroundings:
    """One poll's bounded memory of identities and records; ask it for each act in turn."""

    def __init__(self, http: Http, directory: Directory, subject: str) -> None:
        self._http = http
        self._directory = directory
        self._subject = f"{subject}: what was acted upon"
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._identities: dict[str, asyncio.Task[Identity | None]] = {}
        self._handles: dict[str, asyncio.Task[str | None]] = {}
        self._records: dict[Ref, asyncio.Task[Exchange | None]] = {}

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
        return (("target_handle", handle),) if handle else ()

    async def _record(self, ref: Ref) -> Exchange | None:
        return await _once(self._records, ref, lambda: self._fetch(ref))

    async def _identity(self, did: str) -> Identity | None:
        return await _once(self._identities, did, lambda: self._read(did))

    async def _read(self, did: str) -> Identity | None:
        return await self._directory.read(did, self._subject) if is_did(did) else None

    async def _handle(self, did: str) -> str | None:
        identity = await self._identity(did)
        return await self._directory.confirmed(identity, self._subject) if identity else None

    async def _fetch(self, ref: Ref) -> Exchange | None:
        parts = ref.parts
        identity = await self._identity(parts[0]) if parts else None
        if parts is None or identity is None:
            return None
        return await self._http.get(
            f"{identity.pds}/xrpc/com.atproto.repo.getRecord",
            subject=self._subject,
            params=dict(zip(("repo", "collection", "rkey"), parts, strict=True)),
            expect=Expect.JSON,
        )


async def _once(
    memory: dict[Any, asyncio.Task[T | None]], key: object, make: Callable[[], Awaitable[T | None]]
) -> T | None:
    """Ask once for each key; what fails is unknown, and the act goes to a person for review."""
    if key not in memory:
        if len(memory) >= REMEMBERED:
            memory.pop(next(iter(memory)))
        memory[key] = asyncio.ensure_future(_quietly(make))
    return await memory[key]


async def _quietly(make: Callable[[], Awaitable[T | None]]) -> T | None:
    try:
        return await make()
    except CollectError:
        return None
