"""``netralitas check`` on routes: what is refused, and what is only said."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from monitor import console
from monitor.clock import utc_now
from monitor.collect.registry import PLATFORMS
from monitor.config import Config
from monitor.errors import ConfigError
from monitor.model.rule import RuleSet
from monitor.notify.route import Reader
from monitor.run import routecheck
from monitor.run.routing import known_readers
from monitor.store import migrate, register_read
from monitor.store.db import connect
from monitor.watch import register as register_file


def check(config: Config) -> None:
    """Raise ``ConfigError`` where some case would have nobody to tell."""
    found = list(routecheck.faults(config.notify.routes, str(config.folder / "config.toml")))
    if found:
        raise ConfigError(found)


def print_warnings(config: Config, ruleset: RuleSet) -> None:
    """Say which names of the routes are on no list, and which agencies lack a second desk."""
    places, readers = _on_file(config)
    routes = config.notify.routes
    today = utc_now().date()
    for line in routecheck.warnings(routes, ruleset.contests, places, readers, today):
        console.complain(f"Warning: {line}")


def _on_file(config: Config) -> tuple[set[tuple[str, str]], dict[str, Reader]]:
    places: set[tuple[str, str]] = set()
    readers: dict[str, Reader] = {}
    if _is_ready(config.database):
        with closing(connect(config.database, read_only=True)) as conn:
            places |= register_read.places(conn)
            readers = known_readers(conn, config.notify.routes)
    limited = any(route.instansi or route.unit for route in config.notify.routes)
    if config.has_register_file and limited:
        file, known = config.path("register_file"), PLATFORMS.values()
        lines = register_file.read(file, [], platforms=known)
        places |= {(line["instansi"], line["unit"]) for _, line in lines}
    return places, readers


def _is_ready(database: Path) -> bool:
    return database.exists() and migrate.current(database) == migrate.HEAD
