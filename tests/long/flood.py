"""The fault run of sending as a whole: 10,000 alerts, 200 chats, 100 kills, and nothing is lost.

    python -m tests.long.flood --percent 1 --seed 7

The sender is the program's dispatcher and client in a process of its own, which the server kills:
half of the times when it has taken a message and not answered yet, half just after. The server is
the stand-in that aiogram's models judge, with every fault at random. What is checked:

* each finding was told to its chat; where the chat is gone for good, it is a dead letter, an alarm
  was raised once, and the spare chat got the case;
* a case came twice only as often as a message about it was taken without an answer, or the kill
  fell between acceptance and commit;
* each chat was told in order; no group or channel got more than 20 messages in any minute, nobody
  more than 30 in any second, as the server counts them;
* no chat was sent to before its ``retry_after`` was over, and the others went on meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import math
import multiprocessing
import os
import random
import secrets
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from monitor.clock import utc_now
from monitor.model.evidence import Canonical
from monitor.store import alarms, log, migrate, outbox
from monitor.store.writer import Writer
from tests.long import flood_child
from tests.long.drill import say
from tests.long.flood_server import CASE, Orders, Seen, Unruly
from tests.notify import examples

ALERTS, CHATS, KILLS = 10_000, 200, 100
# Kills fall while most is still to be sent.
UNDER_LOAD = 0.5
KIND = "finding"
OPERATOR, SPARE = "-900001", "-900002"
GONE = (
    "403 Forbidden: bot was blocked by the user",
    "400 Bad Request: chat not found",
    "403 Forbidden: bot was kicked from the channel chat",
)
LONGEST = 4_200.0


@dataclass(slots=True)
class Plan:
    """Who is owed what: chat to findings in order, and which chats are special."""

    owed: dict[str, list[str]]
    types: dict[str, str]
    gone: dict[str, str]
    moved: dict[str, str]
    kills: list[int]
    before_answer: frozenset[int]


@dataclass(slots=True)
class Run:
    """What is under way: the folder, the server, and the sender that is alive now."""

    folder: Path
    server: Unruly
    process: Any = None
    killed: int = 0
    wake: asyncio.Event = field(default_factory=asyncio.Event)


def make_plan(rng: random.Random, percent: float) -> Plan:
    """Draw chats of three kinds, who gets which finding, and when the sender is killed."""
    count = math.ceil(ALERTS * percent / 100)
    chats = max(12, math.ceil(CHATS * percent / 100))
    kinds = ("supergroup", "channel", "private")
    types = {_chat(n, kinds[n % 3]): kinds[n % 3] for n in range(chats)}
    names = list(types)
    owed: dict[str, list[str]] = {chat: [] for chat in names}
    for number in range(count):
        owed[rng.choice(names)].append(_finding(number))
    special = rng.sample([chat for chat in names if types[chat] != "private"], 4)
    private = rng.choice([chat for chat in names if types[chat] == "private"])
    gone = dict(zip((private, *special[:2]), GONE, strict=True))
    moved = {chat: f"-100{7_000_000 + n}" for n, chat in enumerate(special[2:])}
    kills = max(1, math.ceil(KILLS * percent / 100))
    places = sorted(rng.sample(range(1, int(count * UNDER_LOAD)), kills))
    return Plan(owed, types, gone, moved, places, frozenset(rng.sample(places, (kills + 1) // 2)))


def _chat(number: int, kind: str) -> str:
    base = {"supergroup": -1_001_000_000, "channel": -1_002_000_000, "private": 3_000_000}
    return str(base[kind] - number if kind != "private" else base[kind] + number)


def _finding(number: int) -> str:
    return f"NTR-{number // 10_000:04d}-{number % 10_000:04d}"


def owe(writer: Writer, plan: Plan) -> None:
    """Record every finding and owe it to its chat, as recording does, each with its entry."""
    content: dict[str, Canonical] = {"finding": examples.post(), "watch": examples.WATCH}
    public: dict[str, Canonical] = {
        "outcome": "alert",
        "revision_no": 1,
        "partial": False,
        "proof": "",
    }
    every = sorted((finding, chat) for chat, found in plan.owed.items() for finding in found)
    for start in range(0, len(every), 500):
        with writer.transaction() as tx:
            for finding, chat in every[start : start + 500]:
                at, way = utc_now(), [("telegram", chat)]
                head = log.append(
                    tx, at=at, kind=KIND, subject=finding, public=public, content=content
                )
                seq = head.seq
                outbox.put(tx, kind=KIND, subject=finding, seq=seq, destinations=way, at=at)


def settings(plan: Plan, url: str) -> dict[str, Any]:
    """Return the configuration: a route for each chat, the operator's, and the spare one."""
    routes: list[dict[str, Any]] = [
        {"notifier": "telegram", "destination": chat, "card": "none"} for chat in plan.owed
    ]
    routes.append({"notifier": "telegram", "destination": OPERATOR, "health": True, "outcomes": []})
    routes.append({"notifier": "telegram", "destination": SPARE, "spare": True})
    # Long enough that no answer comes too late, which the server could not know of.
    telegram = {"api": url, "timeout": 30}
    notify = {"telegram": telegram, "routes": routes}
    return {"http": {"contact": "drill@netralitas.example"}, "notify": notify}


async def run(rng: random.Random, percent: float, folder: Path) -> str:
    """Carry out the whole run and return what it came to; ``AssertionError`` says what failed."""
    plan = make_plan(rng, percent)
    migrate.upgrade(folder / flood_child.DATABASE)
    writer = Writer(folder / flood_child.DATABASE)
    owe(writer, plan)
    orders = Orders(plan.gone, plan.moved, list(plan.kills), plan.before_answer)
    started = time.monotonic()
    async with Unruly(rng, orders) as server:
        _chats(server, plan)
        made = json.dumps(settings(plan, server.url))
        (folder / flood_child.SETTINGS).write_text(made, "utf-8")
        running = Run(folder, server)
        orders.kill = lambda: _kill(running)
        _start(running)
        await _until_sent(running, writer, started)
        running.process.kill()
        running.process.join()
        _note_silent(server, writer)
    found = _compare(server, writer, plan)
    found |= {"kills": running.killed, "seconds": round(time.monotonic() - started)}
    writer.close()
    assert running.killed == len(plan.kills), f"{running.killed} kills of {len(plan.kills)}"
    return ", ".join(f"{name} {value}" for name, value in found.items())


def _chats(server: Unruly, plan: Plan) -> None:
    for chat, kind in plan.types.items():
        name = {"first_name": "Atasan"} if kind == "private" else {"title": "Meja"}
        server.chats[chat] = {"id": int(chat), "type": kind, **name}
    for chat in (*plan.moved.values(), OPERATOR, SPARE):
        server.chats[chat] = {"id": int(chat), "type": "supergroup", "title": "Meja"}


def _start(running: Run) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.long.flood_child"])
    arguments = (running.folder, running.server.token)
    running.process = context.Process(target=flood_child.send, args=arguments, daemon=True)
    running.process.start()


def _kill(running: Run) -> None:
    os.kill(running.process.pid, 9)
    running.killed += 1
    running.wake.set()


async def _until_sent(running: Run, writer: Writer, started: float) -> None:
    told = 0.0
    while time.monotonic() - started < LONGEST:
        with suppress(TimeoutError):
            await asyncio.wait_for(running.wake.wait(), 2.0)
        if running.wake.is_set():
            running.wake.clear()
            running.process.join()
            _note_silent(running.server, writer)
            _start(running)
        assert running.process.is_alive(), f"the sender ended: {running.process.exitcode}"
        states = outbox.backlog(writer.reader())
        if not any(count for state, count in states.items() if state == "pending"):
            return
        if time.monotonic() - told > 30:
            told = time.monotonic()
            count = len(running.server.seen)
            say(f"flood: {told - started:.0f} s, {count} messages, {dict(states)}")
    raise AssertionError(f"not through after {LONGEST:.0f} s")


def _note_silent(server: Unruly, writer: Writer) -> None:
    """Mark what was taken and is not written down: the kill fell between the two."""
    # An alarm names its case in its words, an alert by its subject.
    query = "SELECT destination, subject || ' ' || body FROM outbox WHERE state = 'pending'"
    pending: defaultdict[str, set[str]] = defaultdict(set)
    for chat, said in writer.reader().execute(query):
        pending[chat].update(CASE.findall(said))
    _note_swallowed(server, writer)
    for one in server.seen:
        if not one.silent and one.cases & pending[_owed_as(server, one.chat)]:
            one.silent = "killed"


def _note_swallowed(server: Unruly, writer: Writer) -> None:
    """Mark each wait that the dead process was told and had not written down."""
    query = "SELECT max(next_try_at) FROM outbox WHERE state = 'pending' AND destination = ?"
    for held in server.held:
        if held.until > time.monotonic():
            owed = (_owed_as(server, held.chat),)
            (kept,) = writer.reader().execute(query, owed).fetchone()
            held.swallowed |= kept is None or kept <= time.time()


def _owed_as(server: Unruly, chat: str) -> str:
    return next((old for old, new in server.orders.moved.items() if new == chat), chat)


def _compare(server: Unruly, writer: Writer, plan: Plan) -> dict[str, object]:
    told: defaultdict[str, list[Seen]] = defaultdict(list)
    for one in server.seen:
        told[_owed_as(server, one.chat)].append(one)
    _nothing_lost(writer, plan, told)
    _alarms_once(server, writer, plan)
    repeated = _explained(told)
    _in_order(plan, told)
    groups = [chat for chat in told if int(chat) < 0] + list(plan.moved.values())
    minute, second = server.most_within(60.0, groups), server.most_within(1.0)
    assert minute <= 20, f"{minute} messages in a minute to one group or channel"
    assert second <= 30, f"{second} messages in a second"
    swallowed = server.unheard_waits()
    early = len(server.broken) - swallowed
    assert not early, f"{early} messages came before their retry_after"
    silent = Counter(one.silent for one in server.seen if one.silent)
    return {
        "alerts": sum(map(len, plan.owed.values())),
        "chats": len(plan.owed),
        "messages": len(server.seen),
        "lost": 0,
        "repeated": repeated,
        "unheard": dict(silent),
        "faults": dict(server.injected),
        "most in a minute": minute,
        "most in a second": second,
        "429 that a kill swallowed": swallowed,
        "others during a 429": _others(server),
    }


def _nothing_lost(writer: Writer, plan: Plan, told: Mapping[str, Sequence[Seen]]) -> None:
    got = {chat: frozenset[str]().union(*(s.cases for s in seen)) for chat, seen in told.items()}
    query = "SELECT destination, subject, state FROM outbox WHERE kind = 'finding'"
    states = {(chat, case): state for chat, case, state in writer.reader().execute(query)}
    for chat, found in plan.owed.items():
        there, wanted = (SPARE, "dead") if chat in plan.gone else (chat, "sent")
        lost = [case for case in found if case not in got.get(there, frozenset())]
        assert not lost, f"{len(lost)} findings of {chat} were lost: {lost[:5]}"
        wrong = [case for case in found if states[chat, case] != wanted]
        assert not wrong, f"{chat}: {wrong[:5]} should be {wanted}"
    accepted = _accepted(writer)
    twice = [one for one, count in accepted.items() if count > 1]
    assert not twice, f"accepted twice in the log: {twice[:5]}"


def _accepted(writer: Writer) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for row in log.rows(writer.reader()):
        entry = json.loads(row.canonical)
        if entry["kind"] == "delivery" and entry["public"]["result"] == "accepted":
            to = (log.content(writer.reader(), row.seq, "delivery") or {})["destination"]
            found[entry["subject"], to] += 1
    return found


def _alarms_once(server: Unruly, writer: Writer, plan: Plan) -> None:
    keys = {alarm.key for alarm in alarms.open_(writer.reader())}
    wanted = {f"dead-letter:telegram:{chat}" for chat in plan.gone if plan.owed[chat]}
    assert wanted <= keys, f"no alarm about {wanted - keys}"
    texts = [one.message.text for one in server.seen if one.chat == OPERATOR]
    for chat in [chat for chat in (*plan.gone, *plan.moved) if plan.owed[chat]]:
        assert any(chat in text for text in texts), f"the operator was not told about {chat}"
    raised = "SELECT count(*) FROM outbox WHERE kind = 'health' AND subject = ?"
    for key in wanted:
        (count,) = writer.reader().execute(raised, (key,)).fetchone()
        assert count == 1, f"{key} was raised {count} times"


def _explained(told: Mapping[str, Sequence[Seen]]) -> int:
    """Return how many messages repeated a case; each must follow one that nobody heard of."""
    repeated = 0
    for chat, seen in told.items():
        copies = Counter(case for one in seen for case in one.cases)
        unheard = Counter(case for one in seen if one.silent for case in one.cases)
        known: set[str] = set()
        for one in seen:
            repeated += bool(one.cases & known)
            known |= one.cases
        for case, count in copies.items():
            said = f"{case} came {count} times to {chat}, unheard {unheard[case]}"
            assert count - 1 <= unheard[case], said
    return repeated


def _in_order(plan: Plan, told: Mapping[str, Sequence[Seen]]) -> None:
    for chat, found in plan.owed.items():
        if chat in plan.gone:
            continue
        place = {case: number for number, case in enumerate(found)}
        first: dict[str, None] = {}
        for one in told.get(chat, ()):
            first |= dict.fromkeys(sorted(one.cases, key=place.__getitem__))
        assert list(first) == found, f"{chat} was not told in order"


def _others(server: Unruly) -> str:
    """Say for how long nothing came to any other chat while one was held by a 429.

    Only the first half of all messages counts, while there is always something to send.
    """
    half = server.seen[len(server.seen) // 2].at
    gaps = sorted(gap for held in server.held if held.until < half for gap in _gaps(server, held))
    if not gaps:
        return "none was held"
    return f"silent {gaps[len(gaps) // 2]:.2f} s at the median, {gaps[-1]:.2f} s at most"


def _gaps(server: Unruly, held: Any) -> Iterator[float]:
    times = [s.at for s in server.seen if s.chat != held.chat and held.since <= s.at <= held.until]
    edges = [held.since, *times, held.until]
    yield max(b - a for a, b in pairwise(edges))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.long.flood")
    parser.add_argument("--percent", type=float, default=100.0, help="share of the full run")
    parser.add_argument("--seed", type=int, help="repeat a run's draws")
    chosen = parser.parse_args()
    # A killed sender's half a request is no news here.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    seed = secrets.randbits(32) if chosen.seed is None else chosen.seed
    say(f"flood: seed {seed}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            said = asyncio.run(run(random.Random(seed), chosen.percent, Path(folder)))
    except AssertionError as fault:
        say(f"flood: seed {seed} failed: {fault}")
        sys.exit(1)
    say(f"flood: seed {seed}, {said}")


if __name__ == "__main__":
    main()
