"""Jetstream: being told at once that a registered account did something.

What comes is never evidence and its records are not even decoded: each frame only says whose
server to ask, where the act is then read with its proof. The wire is Jetstream's version 1.

A connection that resumes from a cursor has missed nothing where the last event comes again. Where
it does not, the server holds no more so far back and began later without a word (a silent clamp).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import urlencode, urlsplit

import msgspec

from monitor.clock import Clock
from monitor.collect.base import Cursor, Notice, NoticeKind, Notices
from monitor.collect.bluesky_identity import is_did
from monitor.collect.bluesky_parse import COLLECTIONS, Ref
from monitor.config import Bluesky as Settings
from monitor.errors import BlockedError, NotFoundError, TransientError
from monitor.net import Http
from monitor.net_socket import Socket

# What one connection may follow, by the protocol.
MOST_ACCOUNTS = 10_000
# An AT Protocol record has at most 1 MB; in JSON with its envelope it stays under this.
MOST_BYTES = 4_000_000
SECOND = 1_000_000
# Two servers' clocks, and events that reach them in another order.
REWIND = 5 * SECOND
# What the public servers keep. A server that keeps less is found out by what it sends.
REACH = 36 * 3_600 * SECOND
# Servers' clocks and ours differ by minutes; a time further ahead is no time to go on from.
MOST_AHEAD = 900 * SECOND
# Bursts are handed on together.
LINGER = 1.0
MOST_EVENTS = 1_000
# How long the last event may take to come again, and how long the server may read our accounts.
PATIENCE = 60.0
# After so long without an event we ask for the last one again: a live server can repeat it.
QUIET = 3_600.0
MOST_UNREADABLE = 20
MOST_UNASKED = 100

CLAMPED = "the stream began later than where it was left"
UNPROVED = "the stream did not repeat the last event"
TOO_OLD = "the last event lies further back than the stream reaches"
FROM_NOW = "the stream begins with the present"
UNREADABLE = "a frame of the stream could not be read"

_SUBJECT = "bluesky stream"
_CHANCE = random.SystemRandom()
_DELETE = "delete"


class _Commit(msgspec.Struct):
    operation: str
    collection: str
    rkey: str


class _Event(msgspec.Struct):
    """What is read of a frame. A commit's record is skipped, not decoded."""

    did: str
    time_us: int
    kind: str = ""
    commit: _Commit | None = None


class _Proof(Enum):
    """Whether the last event came again."""

    AWAITED = auto()
    GIVEN = auto()


_DECODE = msgspec.json.Decoder(_Event).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(slots=True)
class Reading:
    """What one connection has told so far; ``now`` is our clock in microseconds.

    ``us`` is the newest event's time by the server, ``known_to`` where the last connection ended
    plus what two servers may differ by.
    """

    accounts: Mapping[str, str]
    us: int
    host: str
    known_to: int = 0
    proof: _Proof = _Proof.GIVEN
    missed: str = ""
    unreadable: int = 0
    unasked: int = 0
    told: dict[tuple[str, NoticeKind, str], None] = field(default_factory=dict)

    def take(self, frame: bytes, now: int) -> None:
        """Read one frame; raise ``CollectError`` where the server cannot be what it should."""
        try:
            event = _DECODE(frame)
        except _UNREADABLE:
            self._spoilt()
            return
        watch_id = self.accounts.get(event.did)
        if watch_id is None:
            self._stranger()
            return
        if not 0 < event.time_us <= now + MOST_AHEAD:
            self._spoilt()
        elif self.is_awaited or event.time_us > self.us:
            self._at(event.time_us)
        kind, record = _about(event)
        if kind is not None:
            self.told[watch_id, kind, record] = None

    def batch(self) -> Notices:
        """Hand over what came, with the cursor after it."""
        silent = self.missed == UNPROVED
        notices = tuple(Notice(*one) for one in self.told)
        made = Notices(notices, self.cursor, not self.missed, self.missed, silent)
        self.told, self.missed = {}, ""
        return made

    def asks_again(self, now: int) -> bool:
        """Say, after a wait in vain, whether a new connection should repeat the last event.

        Where that was what we waited for, something may have been missed.
        """
        if self.is_awaited:
            self.give_up(UNPROVED)
            return False
        return 0 < now - self.us < REACH

    @property
    def cursor(self) -> Cursor:
        return {"us": self.us, "host": self.host} if self.us else {}

    @property
    def is_awaited(self) -> bool:
        return self.proof is _Proof.AWAITED

    def give_up(self, why: str) -> None:
        """Stop waiting for the last event: something may have been missed."""
        self.proof, self.missed = _Proof.GIVEN, why

    def _at(self, us: int) -> None:
        if self.is_awaited:
            if us > self.known_to:
                self.give_up(CLAMPED)
            self.proof = _Proof.GIVEN
        self.us = max(self.us, us)

    def _spoilt(self) -> None:
        self.unreadable += 1
        self.missed = self.missed or UNREADABLE
        if self.unreadable > MOST_UNREADABLE:
            raise BlockedError(_SUBJECT, "the server sends frames of no known form")

    def _stranger(self) -> None:
        # Counted, and forgotten: who it was is not even kept until the next frame.
        self.unasked += 1
        if self.unasked > MOST_UNASKED:
            raise BlockedError(_SUBJECT, "the server sends accounts that were not asked for")


async def stream(
    http: Http, settings: Settings, clock: Clock, accounts: Mapping[str, str], cursor: Cursor
) -> AsyncGenerator[Notices, None]:
    """Follow some accounts over one connection; see ``collect.base.Streams``."""
    if len(accounts) > MOST_ACCOUNTS:
        raise ValueError(f"{len(accounts)} accounts for one connection of {MOST_ACCOUNTS}")
    # One id of no valid form would have the whole list refused.
    accounts = {did: watch_id for did, watch_id in accounts.items() if is_did(did)}
    if not accounts:
        # An empty list would mean everybody.
        raise NotFoundError(_SUBJECT, "no account on the list has an id of a valid form")
    url = _CHANCE.choice(settings.stream)
    reading = _resumed(accounts, cursor, urlsplit(url).netloc, _now(clock))
    async with http.socket(_address(url, reading), subject=_SUBJECT, max_bytes=MOST_BYTES) as door:
        await _follow(door, accounts, reading, clock)
        yield reading.batch()
        while await _gather(door, reading, clock) or not reading.asks_again(_now(clock)):
            door.still()
            yield reading.batch()


def _resumed(accounts: Mapping[str, str], cursor: Cursor, host: str, now: int) -> Reading:
    us = cursor.get("us")
    if not isinstance(us, int) or us <= 0:
        return Reading(accounts, 0, host, missed=FROM_NOW)
    if now - us > REACH:
        return Reading(accounts, 0, host, missed=TOO_OLD)
    known_to = us if cursor.get("host") == host else us + REWIND
    return Reading(accounts, us, host, known_to, _Proof.AWAITED)


def _address(url: str, reading: Reading) -> str:
    """Name where to begin; the accounts are sent afterwards, since no URL could hold them."""
    query = {"requireHello": "true"}
    if reading.us:
        query["cursor"] = str(max(0, reading.us - REWIND))
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"


async def _follow(
    door: Socket, accounts: Mapping[str, str], reading: Reading, clock: Clock
) -> None:
    """Say whom to follow, and wait until the server has read it."""
    wanted = {
        "wantedCollections": COLLECTIONS,
        "wantedDids": list(accounts),
        "maxMessageSizeBytes": MOST_BYTES,
    }
    hello = {"type": "options_update", "payload": wanted}
    await door.send(msgspec.json.encode(hello).decode())
    await door.ask()
    try:
        async with asyncio.timeout(PATIENCE):
            while frame := await door.receive():
                reading.take(frame, _now(clock))
                if len(reading.told) >= MOST_EVENTS:
                    return
    except TimeoutError:
        raise TransientError(_SUBJECT, "the server does not answer") from None


async def _gather(door: Socket, reading: Reading, clock: Clock) -> bool:
    """Wait for an event, then for those that come with it; false where none came for long."""
    began = False
    try:
        async with asyncio.timeout(PATIENCE if reading.is_awaited else QUIET) as limit:
            reading.take(await door.receive(), _now(clock))
            began = True
            limit.reschedule(asyncio.get_running_loop().time() + LINGER)
            now = _now(clock)
            for _ in range(MOST_EVENTS):
                reading.take(await door.receive(), now)
    except TimeoutError:
        if not limit.expired():
            raise
    return began


def _about(event: _Event) -> tuple[NoticeKind | None, str]:
    """Say what an event is about and the record it names; ``None`` for a kind that is not ours."""
    commit = event.commit
    if commit is None or event.kind != "commit":
        return (NoticeKind.ACCOUNT if event.kind in ("account", "identity") else None), ""
    if commit.collection and commit.collection not in COLLECTIONS:
        return None, ""
    if commit.operation == _DELETE:
        uri = f"at://{event.did}/{commit.collection}/{commit.rkey}"
        if Ref(uri).parts is not None:
            return NoticeKind.RETRACTED, uri
    return NoticeKind.ACT, ""


def _now(clock: Clock) -> int:
    return int(clock().timestamp() * SECOND)
