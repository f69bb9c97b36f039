"""Sealing: signed checkpoints of the log on schedule, and time stamps from authorities over them.

Signing needs nobody else, so it is never late. A stamp that an authority did not give is asked for
again at each look; one over a newer seal vouches for every seal before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor import config
from monitor.clock import Clock, from_text
from monitor.errors import CollectError, EvidenceError, StoreError
from monitor.evidence import signing, stamp
from monitor.log import logger
from monitor.model.evidence import Exchange
from monitor.model.seal import Seal, signed
from monitor.run.health import Health
from monitor.store import seals
from monitor.store.db import Connection
from monitor.store.keys import SEAL, KeyRing
from monitor.store.writer import Writer

LOOK_SECONDS = 300.0
ALARM = "seal"
_OK = 200


class Poster(Protocol):
    """The part of the HTTP layer that asks an authority."""

    async def post(self, url: str, body: bytes, *, subject: str, media_type: str) -> Exchange: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What asking one authority came to: the stamped time, or why there is none."""

    authority: str
    at: datetime | None
    cause: str = ""


class Sealer:
    """Seals one installation's log."""

    def __init__(
        self,
        writer: Writer,
        keyring: KeyRing,
        http: Poster,
        settings: config.Seal,
        roots: Mapping[str, bytes],
        health: Health,
        clock: Clock,
    ) -> None:
        """``roots`` holds each authority's trusted certificates (PEM) by its name."""
        self._writer = writer
        self._keyring = keyring
        self._http = http
        self._settings = settings
        self._roots = roots
        self._health = health
        self._clock = clock

    @property
    def period(self) -> float:
        """Seconds between two looks."""
        return min(LOOK_SECONDS, self._settings.interval)

    async def look(self) -> None:
        """Seal what is due and ask for the stamps that are owed; nothing without an authority."""
        if not self._settings.authorities:
            return
        if self._is_due():
            self.sign()
        await self.stamp()

    def sign(self) -> Seal | None:
        """Sign everything since the last seal; None where nothing but seals came since.

        Raises ``StoreError`` where the key of the last seal is gone: a new key that the old one
        does not endorse could be anybody's.
        """
        with self._writer.transaction() as tx:
            return add(tx, self._keyring, self._clock()) if seals.unsealed(tx) else None

    async def stamp(self) -> list[Answer]:
        """Ask each authority that owes one for a stamp over the newest seal."""
        return [
            answer
            for answer in await asyncio.gather(*map(self._ask, self._settings.authorities))
            if answer
        ]

    def _is_due(self) -> bool:
        newest = seals.last(self._writer.reader())
        if newest is None:
            return True
        # A seal from the future is one from before the clock was set back.
        age = self._clock() - from_text(newest.checkpoint.at)
        return not timedelta() <= age < timedelta(seconds=self._settings.interval)

    async def _ask(self, authority: config.Authority) -> Answer | None:
        waiting = seals.unstamped(self._writer.reader(), authority.name)
        if waiting is None:
            return None
        oldest, newest = waiting
        try:
            answer, at = await self._answer(authority, newest)
        except (CollectError, EvidenceError) as error:
            logger.warning("not stamped: {}", error)
            self._hold(authority.name, from_text(oldest.checkpoint.at))
            return Answer(authority.name, None, str(error))
        with self._writer.transaction() as tx:
            roots = self._roots[authority.name]
            seals.add_stamp(tx, self._clock(), newest, authority.name, answer, roots, at)
            self._health.clear_in(tx, ALARM, authority.name)
        return Answer(authority.name, at)

    async def _answer(self, authority: config.Authority, seal: Seal) -> tuple[bytes, datetime]:
        query, subject = stamp.query(seal.stamped), f"authority {authority.name}"
        exchange = await self._http.post(
            authority.url, query.body, subject=subject, media_type=stamp.QUERY_TYPE
        )
        if exchange.status != _OK:
            raise EvidenceError(f"{subject}: answered with status {exchange.status}")
        try:
            roots = self._roots[authority.name]
            return exchange.body, stamp.check(exchange.body, seal.digest, roots, query.nonce)
        except EvidenceError as error:
            raise EvidenceError(f"{subject}: {error}") from None

    def _hold(self, name: str, since: datetime) -> None:
        if self._clock() - since >= timedelta(seconds=self._settings.interval):
            self._health.alarm(ALARM, name, since=f"{since:%Y-%m-%d %H:%M} UTC")


def add(tx: Connection, keyring: KeyRing, at: datetime, seed: bytes | None = None) -> Seal:
    """Seal everything since the last seal, inside a transaction, with ``seed`` or the newest key.

    Raises ``StoreError`` where the key of the last seal is gone.
    """
    seed, before = seed or keyring.versions(SEAL)[0], seals.last(tx)
    checkpoint = seals.next_checkpoint(tx, at, signing.public_key(seed))
    data, endorsement = signed(checkpoint.encode()), b""
    if before and before.checkpoint.key != checkpoint.key:
        endorsement = signing.sign(seed_of(keyring, before), data)
    return seals.add(tx, at, checkpoint, signing.sign(seed, data), endorsement)


def seed_of(keyring: KeyRing, seal: Seal) -> bytes:
    """Return the private key of a seal; ``StoreError`` where it is gone."""
    for seed in keyring.versions(SEAL):
        if signing.public_key(seed) == seal.checkpoint.key:
            return seed
    raise StoreError("the key of the last seal is missing: put it back from the backup of the keys")
