"""The composition root: builds every part once, and closes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    closing,
    contextmanager,
    suppress,
)
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.clock import Clock, utc_now
from monitor.collect import registry as collectors
from monitor.collect.base import Collector
from monitor.config import Config, load, read_secret
from monitor.errors import ConfigError, EvidenceError, Fault, NotifyError, StoreError
from monitor.evidence import stamp
from monitor.evidence.files import Files
from monitor.log import logger, set_up
from monitor.model.rule import RuleSet
from monitor.net import Http
from monitor.notify import registry as notifiers
from monitor.notify.base import Notifier
from monitor.notify.render import render_health
from monitor.run import bot_made, enrol, governance, outage, pace, pictures, startup, stream
from monitor.run.answers import Answering
from monitor.run.daemon import Daemon
from monitor.run.dispatch import Dispatcher
from monitor.run.doors import made as made_doors
from monitor.run.erase import Eraser
from monitor.run.expire import Expirer
from monitor.run.governance import Admission
from monitor.run.health import Health
from monitor.run.pace import Pace
from monitor.run.pictures import Pictures
from monitor.run.pipeline import Parts
from monitor.run.quarantine import Quarantine
from monitor.run.recaps import Recaps
from monitor.run.recheck import Rechecker
from monitor.run.record import Recorder
from monitor.run.reload import Place, Reloader
from monitor.run.reminders import Reminders
from monitor.run.retain import Retainer
from monitor.run.reverse import Reverse
from monitor.run.roster import Roster
from monitor.run.routing import Router
from monitor.run.rules import Reader
from monitor.run.seal import Poster, Sealer
from monitor.run.season import Season
from monitor.run.terms import Terms, extended
from monitor.run.tip_sights import Sights
from monitor.run.tips import TipDesk
from monitor.store import keys, migrate, register, register_import
from monitor.store.backup import commitments
from monitor.store.db import connect
from monitor.store.erasure import pending
from monitor.store.keys import KeyRing
from monitor.store.register_import import By
from monitor.store.register_stage import Stage
from monitor.store.seen import Seen
from monitor.store.writer import Writer
from monitor.watch import trial


@dataclass(frozen=True, slots=True)
class App:
    """The running program's parts that commands use."""

    config: Config
    ruleset: RuleSet
    writer: Writer
    daemon: Daemon
    dispatcher: Dispatcher


def settings(path: Path) -> Config:
    """Read the configuration that a command names, and log as it says."""
    loaded = load(path)
    set_up(loaded.log.level, json_lines=loaded.log.json_lines)
    return loaded


@contextmanager
def desk(path: Path) -> Iterator[tuple[Config, Writer]]:
    """Open the database of a configuration for one command; raise ``StoreError`` without one."""
    config = settings(path)
    if not config.database.exists():
        raise StoreError(f"{config.database}: no database yet; run: netralitas migrate")
    migrate.check(config.database)
    with closing(Writer(config.database)) as writer:
        finish_erasure(config)
        yield config, writer


def finish_erasure(config: Config) -> None:
    """Do what a killed process left of an erasure; a database that cannot be read is left alone."""
    with suppress(StoreError), closing(connect(config.database, read_only=True)) as conn:
        if not pending(conn):
            return
        with closing(Writer(config.database)) as writer:
            eraser(config, writer).finish()


def eraser(config: Config, writer: Writer, clock: Clock = utc_now) -> Eraser:
    """Make what erases by order, and what finishes an erasure that was cut short."""
    return Eraser(writer, Files(config.snapshots), keys.load(config.path("keys")), clock)


def load_ruleset(config: Config) -> RuleSet:
    """Read the watchlists that the configuration names; raise ``ConfigError`` with all faults."""
    return place(config).load()


def place(config: Config) -> Place:
    """Say where the watchlists lie and which contests count."""
    return Place(config.path("watchlists"), config.contests)


def sealer(config: Config, writer: Writer, http: Poster, clock: Clock = utc_now) -> Sealer:
    """Make what seals the log; ``ConfigError`` where an authority's certificates cannot be read."""
    keyring, told = keys.load(config.path("keys")), health(config, writer, clock)
    return Sealer(writer, keyring, http, config.seal, roots(config), told, clock)


def roots(config: Config) -> dict[str, bytes]:
    """Read the certificates (PEM) that are trusted for each time-stamp authority."""
    found, faults = {}, []
    for authority in config.seal.authorities:
        path = config.beside(authority.ca_file)
        try:
            found[authority.name] = path.read_bytes()
            stamp.check_roots(found[authority.name])
        except (OSError, EvidenceError) as error:
            cause = getattr(error, "strerror", None) or str(error)
            faults.append(Fault(str(path), "", "a file of CA certificates (PEM)", cause))
    if faults:
        raise ConfigError(faults)
    return found


def health(config: Config, writer: Writer, clock: Clock = utc_now) -> Health:
    return Health(writer, config.health, config.path("data"), _health_routes(config), clock)


@asynccontextmanager
async def opened(config: Config, clock: Clock = utc_now) -> AsyncIterator[App]:
    """Check everything that can be wrong, build the parts, and close them at the end.

    Raises ``ConfigError`` for what a person must mend, ``StoreError`` where the database cannot be
    trusted; in both cases nothing was fetched or sent.
    """
    ruleset = load_ruleset(config)
    keyring = keys.load(config.path("keys"))
    config.path("data").mkdir(mode=0o700, parents=True, exist_ok=True)
    if config.database.exists():
        finish_erasure(config)
    startup.prepare(config.database, config.snapshots)
    async with AsyncExitStack() as stack:
        writer = Writer(config.database)
        stack.callback(writer.close)
        roster = Roster(writer, _usual(config), clock)
        admission = Admission(config, trial.testers(config.path("testers")))
        ends = _enter(config, writer, roster, admission, clock)
        ruleset = extended(ruleset, Terms().words(writer.reader()))
        files = Files(config.snapshots)
        files.sweep(lambda: set(commitments(writer.reader())))
        http = await stack.enter_async_context(Http(config.http, clock))
        told = health(config, writer, clock)
        doors = made_doors(config, _usual(config), http, writer, told, clock)
        drawn = await stack.enter_async_context(pictures.opened(config, http, told))
        parts = parts_of(
            config, Reader(ruleset), doors.collectors, writer, files, keyring, drawn, clock
        )
        dispatcher = Dispatcher(writer, ruleset, await _notifiers(config, stack), config, clock)
        reloader = Reloader(place(config), parts, dispatcher)
        reloader.begin()
        season = Season(parts.reader, parts.health, admission, ends, doors.fault)
        seals = sealer(config, writer, http, clock)
        ways = [(route.notifier, route.destination) for route in config.notify.routes]
        again = Rechecker(parts, files, season, config.recheck, ways)
        retainer = _retainer(config, writer, files, keyring, told, clock)
        job = (config, parts, dispatcher, reloader, season, seals, roster, again)
        beside = bot_made.tasks(config, parts, keyring, lambda: dispatcher.ruleset, stack)
        beside += stream.tasks(config, parts, doors, season, again.run_once)
        if config.tips.enabled:
            beside.append(Sights(writer, keyring).run)
        daemon = Daemon(
            *job,
            doors=doors,
            retainer=retainer,
            reminders=Reminders(writer, config, clock),
            recaps=Recaps(writer, config, clock),
            reverse=Reverse(config, parts, season, admission, doors.is_open),
            beside=beside,
        )
        yield App(config, ruleset, writer, daemon, dispatcher)


def _retainer(
    config: Config, writer: Writer, files: Files, keyring: KeyRing, told: Health, clock: Clock
) -> Retainer:
    """Build what destroys data when its time is over: cases, tips, answers."""
    eraser = Eraser(writer, files, keyring, clock)
    daily = [
        TipDesk(writer, keyring, config, clock).destroy_due,
        Answering(writer, config, clock).purge,
    ]
    hourly = [Expirer(writer, eraser, told, clock).run]
    return Retainer(writer, eraser, config.retention, clock, daily, hourly)


def _enter(
    config: Config, writer: Writer, roster: Roster, admission: Admission, clock: Clock
) -> datetime | None:
    """Take the register's file over, where one is configured, and see whether we may run."""
    with ExitStack() as stack:
        stage = stack.enter_context(_staged(config)) if config.has_register_file else None
        with writer.transaction() as tx:
            ends = governance.begin(tx, config, clock())
            if stage:
                by = By("netralitas", "paths.register, read at start")
                changes = register_import.apply(tx, stage, by, clock())
                logger.info("register: {} changes recorded", changes.total())
            admission.check(register.claims(tx), clock())
    roster.look()
    if not len(roster):
        where = str(config.path("register_file") if config.has_register_file else config.database)
        enrol.by_hand(writer.reader(), where)
    return ends


def _staged(config: Config) -> AbstractContextManager[Stage]:
    file = config.path("register_file")
    lines = enrol.reader(file, collectors.PLATFORMS.values())
    return enrol.staged(str(file), lines, config.database)


def parts_of(
    config: Config,
    reader: Reader,
    made: Mapping[str, Collector],
    writer: Writer,
    files: Files,
    keyring: KeyRing,
    drawn: Pictures,
    clock: Clock,
) -> Parts:
    """Compose what a look needs, for the daemon or for a command that records acts."""
    seen, told = Seen(keyring), health(config, writer, clock)
    owed = Router(config.notify.routes, told).owed
    quarantine = Quarantine(writer, reader, told, config.rules, clock)
    first = config.recheck.spaces[0]
    return Parts(
        collectors=made,
        reader=reader,
        writer=writer,
        seen=seen,
        recorder=Recorder(writer, files, keyring, seen, owed, quarantine, clock, first),
        pictures=drawn,
        health=told,
        quarantine=quarantine,
        pace=Pace(_intervals(config), config.schedule.max_interval),
        clock=clock,
        capture_timeout=config.schedule.capture_timeout,
        poll_timeout=config.schedule.poll_timeout,
    )


def initialise(config: Config) -> None:
    """Make keys and database where there are none; what exists is left alone."""
    config.path("data").mkdir(mode=0o700, parents=True, exist_ok=True)
    if not config.path("keys").exists():
        keys.make(config.path("keys"))
    if not config.database.exists():
        migrate.upgrade(config.database)


def _usual(config: Config) -> dict[str, float]:
    """Return the usual interval of every platform that is on, in seconds."""
    return {
        platform: pace.usual(section)
        for name, platform in collectors.PLATFORMS.items()
        if (section := getattr(config.collect, name)).enabled
    }


def _intervals(config: Config) -> Mapping[str, tuple[float, float]]:
    sections = {p: getattr(config.collect, n) for n, p in collectors.PLATFORMS.items()}
    return {p: (pace.usual(section), section.min_interval) for p, section in sections.items()}


async def tell_operators(config: Config, text: str) -> bool:
    """Tell an alarm when the database cannot: to every route of alarms, once, unrecorded.

    Returns whether everyone was reached; a refusal for good counts, as it would in the outbox.
    """
    mark = governance.STAMP if config.mode == governance.TRIAL else ""
    message = render_health(outage.ALARM, text, config.notify.language, mark)
    reached = True
    async with AsyncExitStack() as stack:
        made = await _notifiers(config, stack)
        for name, destination in _health_routes(config):
            try:
                await made[name].send(message, destination)
            except NotifyError as error:
                logger.warning("{} was not told: {}", name, error)
                reached = reached and error.permanent
    return reached


async def _notifiers(config: Config, stack: AsyncExitStack) -> dict[str, Notifier]:
    made: dict[str, Notifier] = {}
    for name in sorted({route.notifier for route in config.notify.routes}):
        notifier = notifiers.make(name, config, lambda secret: read_secret(config, secret))
        stack.push_async_callback(notifier.close)
        try:
            await notifier.open()
        except NotifyError as error:
            # What is owed waits in the outbox, and each try says it again; watching goes on.
            logger.warning("{} is not ready: {}", name, error)
        made[name] = notifier
    return made


def _health_routes(config: Config) -> Sequence[tuple[str, str]]:
    return [(r.notifier, r.destination) for r in config.notify.routes if r.health]
