"""Commands that set up, check and run: init, check, once, run."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from monitor import app, config, console, filing, gating, governing, routechecking, unread, watch
from monitor.clock import utc_now
from monitor.collect import registry as collectors
from monitor.errors import ConfigError, Fault, StoreError
from monitor.log import set_up
from monitor.notify import registry as notifiers
from monitor.run import enrol
from monitor.run.cases import failures, runnable
from monitor.run.outage import Outage
from monitor.run.pipeline import PollReport
from monitor.run.rules import Reader
from monitor.store import keys
from monitor.watch import register as register_file
from monitor.watch import rules as rule_files

# The host of the shipped configuration's contact, which nobody owns.
EXAMPLE = "netralitas.example"


def init(folder: Path) -> int:
    """Scaffold an installation; a folder that holds a configuration already is refused."""
    target = folder / "config.toml"
    if target.exists():
        fault = Fault(str(target), "", "no configuration yet", "one", "choose another folder")
        raise ConfigError([fault])
    folder.mkdir(parents=True, exist_ok=True)
    shipped = watch.shipped()
    shutil.copytree(shipped, folder / "watchlists", dirs_exist_ok=True)
    shutil.copyfile(shipped.parent / "config.toml", target)
    shutil.copytree(watch.templates(), folder / "templat", dirs_exist_ok=True)
    (folder / "secrets").mkdir(mode=0o700, exist_ok=True)
    app.initialise(config.load(target))
    console.plain(f"Written: {folder}")
    console.say("Next:")
    console.plain(f"  1. edit {target} (http.contact, notify.routes)")
    console.plain(f"  2. put your register in {folder}/watchlists/register/ and name it in paths")
    console.plain(f"  3. netralitas telegram setup -c {target}")
    console.plain(f"  4. netralitas check -c {target}")
    console.plain(f"  5. for production: the documents, from the templates in {folder}/templat/")
    return 0


def check(path: Path) -> int:
    """Say everything that is wrong at once; then run each rule's own cases."""
    settings = config.load(path)
    set_up("WARNING")
    faults: list[Fault] = []
    faults += _faults_of(lambda: _check_register(settings))
    faults += _faults_of(lambda: _check_secrets(settings))
    faults += _faults_of(lambda: _check_keys(settings))
    faults += _faults_of(lambda: governing.check(settings))
    faults += _faults_of(lambda: gating.check(settings))
    faults += _faults_of(lambda: _check_roots(settings))
    faults += _faults_of(lambda: routechecking.check(settings))
    faults += _faults_of(lambda: filing.check(settings))
    try:
        ruleset = app.load_ruleset(settings)
    except ConfigError as error:
        raise ConfigError([*error.faults, *faults]) from None
    if faults:
        raise ConfigError(faults)
    place = app.place(settings)
    whole = place.whole(ruleset)
    every = rule_files.cases(place.folder)
    run = runnable(whole, every)
    failed = failures(Reader(whole), run)
    for fault in failed:
        console.complain(str(fault))
    console.say(
        f"{len(ruleset.contests)} contests, {len(ruleset.rules)} rules, "
        f"{len(run) - len(failed)} of {len(run)} rule cases as expected, "
        f"rule set {ruleset.digest[:16]}"
    )
    if not settings.path("keys").is_dir():
        console.say("No keys yet: netralitas keys make")
    governing.print_lacking(settings)
    routechecking.print_warnings(settings, ruleset)
    for warning in _warnings(settings):
        console.complain(f"Warning: {warning}")
    if len(every) > len(run):
        console.say(f"{len(every) - len(run)} cases not run: retired rules, contests not on file")
    return 1 if failed else 0


def once(path: Path) -> int:
    """Look once at every source; 1 where one could not be read."""
    settings = app.settings(path)
    reports = asyncio.run(_once(settings))
    rows = [
        (r.watch_id, r.platform, str(r.items), str(r.alerts), str(r.reviews), r.error or r.note)
        for r in reports
    ]
    if not reports:
        console.say("Nothing was read: no contest is under way, or no platform is open to us")
        console.say("See: netralitas status, netralitas platform list, netralitas gate list")
        return 0
    console.table("Sources", ("source", "platform", "new", "alert", "review", "note"), rows)
    return 1 if any(r.error for r in reports) else 0


def run(path: Path) -> int:
    """Run until SIGTERM, standing still while there is no place to keep evidence."""
    asyncio.run(_run(app.settings(path)))
    return 0


async def _once(settings: config.Config) -> list[PollReport]:
    async with app.opened(settings) as opened:
        return await opened.daemon.once()


async def _run(settings: config.Config) -> None:
    folders = (settings.path("data"), settings.snapshots)
    outage = Outage(folders, lambda text: app.tell_operators(settings, text), utc_now)

    async def work() -> None:
        async with app.opened(settings) as opened:
            outage.over(opened.writer, app.health(settings, opened.writer))
            await opened.daemon.run()

    await outage.keep(work)


def _check_register(settings: config.Config) -> None:
    if not settings.has_register_file:
        return
    file = settings.path("register_file")
    enrol.check(file, collectors.PLATFORMS.values())
    if register_file.inside_git(file, platforms=collectors.PLATFORMS.values()):
        hint = "a register of real persons must never be in a repository"
        raise ConfigError([Fault(str(file), "", "a path outside any git work tree", "", hint)])


def _check_secrets(settings: config.Config) -> None:
    used = {route.notifier for route in settings.notify.routes}
    needed = {notifiers.info(name).needs_secret for name in used} - {""}
    on = [name for name in collectors.COLLECTORS if getattr(settings.collect, name).enabled]
    needed |= {secret for name in on for secret in collectors.secrets_of(name, settings)}
    faults: list[Fault] = []
    for secret in sorted(needed):
        faults += _faults_of(partial(config.read_secret, settings, secret))
    if faults:
        raise ConfigError(faults)


def _warnings(settings: config.Config) -> Iterator[str]:
    """Yield what no start is refused for, and a person should mend."""
    if urlsplit(settings.http.contact).hostname == EXAMPLE:
        yield "http.contact is still the example's: platforms ask for an address that answers"
    yield from unread.lines(settings)
    folder = settings.path("secrets")
    for file in sorted(folder.iterdir()) if os.access(folder, os.R_OK | os.X_OK) else ():
        if file.is_file() and file.stat().st_mode & 0o077:
            yield f"{file}: others on this machine may read it; run: chmod 600 {file}"


def _check_keys(settings: config.Config) -> None:
    folder = settings.path("keys")
    if not folder.is_dir() and not settings.database.exists():
        return  # nothing was kept yet; what is missing is said below
    try:
        keys.load(folder)
    except StoreError as error:
        said = str(error).removeprefix(f"{folder}: ")
        raise ConfigError([Fault(str(folder), "", "this installation's keys", said)]) from None


def _check_roots(settings: config.Config) -> None:
    app.roots(settings)


def _faults_of(part: Callable[[], object]) -> list[Fault]:
    try:
        part()
    except ConfigError as error:
        return list(error.faults)
    return []
