"""A Bot API that misbehaves at random, kills its sender, and measures what arrives."""

from __future__ import annotations

import asyncio
import random
import re
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.standin.telegram import Accepted, Fault, StandIn, _error, _tear

CASE = re.compile(r"NTR-[A-Z0-9]{4}-[A-Z0-9]{4}")
# Of a hundred requests that show a message, how many meet which fault.
RATES = {
    "too_many": 1.0,
    "busy": 0.5,
    "error": 0.7,
    "page": 0.3,
    "reset": 0.7,
    "lost": 0.4,
    "cut": 0.4,
    "markup": 0.5,
}


@dataclass(slots=True)
class Seen:
    """A message that was taken: when, where, of which cases, and whether it may come again.

    ``silent`` says why: the sender never heard of it, or was killed before it wrote it down.
    """

    at: float
    chat: str
    cases: frozenset[str]
    message: Accepted
    silent: str = ""


@dataclass(slots=True)
class Held:
    """A 429 with ``retry_after``: one chat must not be sent to until then."""

    chat: str
    since: float
    until: float
    swallowed: bool = False


@dataclass(slots=True)
class Orders:
    """What the server is to do: chats for good, and after which acceptances to kill the sender."""

    gone: Mapping[str, str]
    moved: Mapping[str, str]
    kills: list[int]
    before_answer: Collection[int]
    kill: Callable[[], None] = field(repr=False, default=lambda: None)


class Unruly(StandIn):
    """The stand-in with faults at random and a watch on how fast messages come."""

    def __init__(self, rng: random.Random, orders: Orders) -> None:
        super().__init__()
        self.seen: list[Seen] = []
        self.held: list[Held] = []
        self.broken: list[Held] = []
        self.injected: Counter[str] = Counter()
        self._rng = rng
        self.orders = orders

    async def _answer(
        self, request: web.Request, method: str, parameters: dict[str, Any]
    ) -> web.StreamResponse:
        chat, now = str(parameters.get("chat_id", "")), time.monotonic()
        refused = self._for_good(chat, method)
        if refused is not None or method not in ("sendmessage", "sendphoto"):
            return refused or await super()._answer(request, method, parameters)
        self.broken += [h for h in self.held[-400:] if h.chat == chat and h.since < now < h.until]
        kind, seconds, self._arrived = self._kind(), self._rng.randint(2, 6), now
        if kind:
            self.injected[kind] += 1
            self.faults = [Fault(kind, chat=chat, seconds=seconds)]
        if kind == "too_many":
            self.held.append(Held(chat, now, now + seconds))
        before = len(self.seen)
        # Up to the answer nothing waits, so the fault meets this request and no other.
        response = await super()._answer(request, method, parameters)
        self.faults = []
        return self._killed(request) or response if len(self.seen) > before else response

    def _killed(self, request: web.Request) -> web.StreamResponse | None:
        """Kill the sender where it is its turn: before it has its answer, or just after."""
        kills = self.orders.kills
        if not kills or len(self.seen) < kills[0]:
            return None
        early = kills.pop(0) in self.orders.before_answer
        self.injected["kill before the answer" if early else "kill after the answer"] += 1
        if not early:
            asyncio.get_running_loop().call_later(0.01, self.orders.kill)
            return None
        self.orders.kill()
        return _tear(request)

    def _taken(self, *given: Any, **more: Any) -> web.Response:
        response = super()._taken(*given, **more)
        message = self.messages[-1]
        cases = frozenset(CASE.findall(message.text))
        self.seen.append(Seen(self._arrived, str(message.chat_id), cases, message))
        kinds = {fault.kind for fault in self.faults}
        if kinds & {"lost", "cut"}:
            self.seen[-1].silent = "unanswered"
            self.faults = []
        return response

    def _for_good(self, chat: str, method: str) -> web.Response | None:
        if chat in self.orders.gone and method != "getchat":
            code, _, said = self.orders.gone[chat].partition(" ")
            self.injected[said] += 1
            return _error(int(code), said)
        if chat in self.orders.moved and method != "getchat":
            self.injected["migrated"] += 1
            said = "Bad Request: group chat was upgraded to a supergroup chat"
            return _error(400, said, migrate_to_chat_id=int(self.orders.moved[chat]))
        return None

    def _kind(self) -> str:
        drawn = self._rng.uniform(0, 100)
        for kind, share in RATES.items():
            drawn -= share
            if drawn < 0:
                return kind
        return ""

    def unheard_waits(self) -> int:
        """Count the 429 answers that were not kept, and that a kill can have swallowed.

        A sender that dies with the answer in its hands, before it has written it down, cannot know
        it when it starts again.
        """
        return sum(held.swallowed for held in self.broken)

    def most_within(self, seconds: float, chats: Collection[str] | None = None) -> int:
        """Return the most messages that came in any such stretch, over all or to one chat."""
        times: defaultdict[str, list[float]] = defaultdict(list)
        for one in self.seen:
            if chats is None or one.chat in chats:
                times["" if chats is None else one.chat].append(one.at)
        return max((_densest(sorted(found), seconds) for found in times.values()), default=0)


def _densest(times: list[float], seconds: float) -> int:
    """Return the most of some sorted instants in any half-open stretch of so many seconds."""
    return max(bisect_right(times, at + seconds - 1e-9) - i for i, at in enumerate(times))
