"""``netralitas tips person, read, case``: a tip about somebody on the register becomes a case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path

from monitor import app, console
from monitor.clock import utc_now
from monitor.config import Config
from monitor.errors import ConfigError, Fault
from monitor.evidence.files import Files
from monitor.intake import ocr
from monitor.intake.pictures import NotReadable
from monitor.model.activity import Signal
from monitor.model.contest import ZONES
from monitor.model.finding import Outcome
from monitor.notify.drawer import Drawer
from monitor.run.cards import Cards
from monitor.run.quarantine import Quarantine
from monitor.run.record import Recorder
from monitor.run.routing import Router
from monitor.run.rules import Reader
from monitor.run.tip_case import Judged, Opened, Order, TipCases
from monitor.run.tip_sights import Sights
from monitor.run.tips import TipDesk
from monitor.store import keys, readings
from monitor.store.seen import Seen
from monitor.store.writer import Writer
from monitor.tipping import able, indented, opened
from monitor.tipping_pictures import INTAKE

SIGNALS = frozenset(Signal) - {Signal.PROFILE, Signal.UNAVAILABLE}


def person(path: Path, tip_id: str, line: str, officer: str, ground: str, why: str) -> int:
    """Say which line of the register a tip is about."""
    with opened(path) as (_, writer, desk):
        desk.name(tip_id, line, able(writer, officer, why, INTAKE, ground), ground, why)
    console.plain(f"{tip_id}: it is about {line}; it still ends on its day unless it is a case")
    return 0


def read(path: Path, tip_id: str, order: Order, officer: str, why: str) -> int:
    """Show what a tip would become; nothing but the look is recorded."""
    with opened(path) as (config, writer, desk):
        who = able(writer, officer, why)
        desk.refuse_own(tip_id, who)
        with writer.transaction() as tx:
            at, command = utc_now(), "tips read"
            readings.note(tx, at=at, command=command, subject=tip_id, who=who.name, why=why)
        with _readable(tip_id):
            _show(asyncio.run(_judged(config, writer, desk, tip_id, order)))
        _tell_like(config, writer, tip_id)
    return 0


def case(path: Path, tip_id: str, order: Order, officer: str, why: str) -> int:
    """Make a case of a tip, through the same judging and recording as any act."""
    with opened(path) as (config, writer, desk):
        who = able(writer, officer, why)

        async def made() -> Opened:
            async with _cases(config, writer, desk) as cases:
                return await cases.open(tip_id, order, who, why)

        _tell_like(config, writer, tip_id)
        with _readable(tip_id):
            found = asyncio.run(made())
    _show(found.judged)
    if not found.finding_id:
        console.plain(f"{tip_id}: no rule applies; nothing was recorded, and it ends on its day")
    elif found.is_new:
        console.plain(f"{tip_id}: it is case {found.finding_id} now, to be reviewed")
    else:
        console.plain(f"{tip_id}: it stands on {found.finding_id}, the case of the same act")
    return 0


def order(path: Path, signal: str, at: str, text: str, target: str, platform: str) -> Order:
    """Read the options that say what kind of act a tip tells of.

    A time without a zone is the office's (``report.zone``).
    """
    faults, when = [], None
    if signal not in SIGNALS:
        known = ", ".join(sorted(SIGNALS))
        faults.append(Fault("tips", "--signal", f"one of {known}", signal))
    if platform and not (platform.isascii() and platform.isalnum() and platform.islower()):
        faults.append(Fault("tips", "--platform", "a word such as facebook or tiktok", platform))
    try:
        when = datetime.fromisoformat(at) if at else None
    except ValueError:
        faults.append(Fault("tips", "--at", "a time such as 2024-10-12T09:30", at))
    if when and when.tzinfo is None:
        when = when.replace(tzinfo=ZONES[app.settings(path).report.zone])
    if when and when > utc_now():
        faults.append(Fault("tips", "--at", "a time that is past", at))
    if faults:
        raise ConfigError(faults)
    return Order(Signal(signal), when, text, target, platform)


@contextmanager
def _readable(tip_id: str) -> Iterator[None]:
    try:
        yield
    except (ocr.NoReader, NotReadable) as error:
        hint = "give --text with the words that stand there"
        raise ConfigError(
            [Fault(tip_id, "", "a crop that can be read", str(error), hint)]
        ) from None


async def _judged(
    config: Config, writer: Writer, desk: TipDesk, tip_id: str, wanted: Order
) -> Judged:
    async with _cases(config, writer, desk) as cases:
        return cases.judged(tip_id, wanted)


@asynccontextmanager
async def _cases(config: Config, writer: Writer, desk: TipDesk) -> AsyncIterator[TipCases]:
    ring, clock, told = keys.load(config.path("keys")), utc_now, app.health(config, writer)
    reader = Reader(app.load_ruleset(config))
    drawer = Drawer(config.schedule.card_timeout)
    recorder = Recorder(
        writer,
        Files(config.snapshots),
        ring,
        Seen(ring),
        Router(config.notify.routes, told).owed,
        Quarantine(writer, reader, told, config.rules, clock),
        clock,
        config.recheck.spaces[0],
    )
    try:
        yield TipCases(desk, writer, ring, reader, recorder, Cards(drawer, config, told), clock)
    finally:
        await drawer.close()


def _tell_like(config: Config, writer: Writer, tip_id: str) -> None:
    for other in Sights(writer, keys.load(config.path("keys"))).like(tip_id):
        case = f" on {other.finding_id}: one act? netralitas tips link" if other.finding_id else ""
        console.plain(f"Its screenshot is like that of {other.tip_id}{case}")


def _show(judged: Judged) -> None:
    finding = judged.finding
    console.plain(f"Read by {judged.read_by}:\n  {indented(judged.words) or '(nothing)'}\n")
    if finding.outcome is Outcome.NONE:
        console.plain("Rules: none applies")
        return
    stance = finding.stance.value if finding.stance else "-"
    console.plain(f"Rules: {finding.outcome.value}, {stance}, {', '.join(finding.targets)}")
    for question in finding.questions:
        console.plain(f"  ? {question}")
