"""Which lines of the register no look will reach, as their platform is not read: for ``check``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing

from monitor.clock import utc_now
from monitor.collect import gate
from monitor.collect import registry as collectors
from monitor.config import Config
from monitor.run.doors import server_of
from monitor.run.enrol import SHEET
from monitor.store import migrate, register_read, rights
from monitor.store.db import connect
from monitor.watch import register as register_file

BY_HAND = "no collector reads it, acts come by netralitas import acts and by tips"
NAMES = {platform: name for name, platform in collectors.PLATFORMS.items()}

# Platform and address of a line.
Account = tuple[str, str]


def lines(settings: Config) -> Iterator[str]:
    """Yield, for each such platform or server, how many lines are not looked at, and what helps.

    A register file counts as it is now, whether or not a start has taken it over.
    """
    servers, off = _servers(settings), set[str]()
    counts: Counter[tuple[str, str]] = Counter()
    if settings.database.exists() and migrate.current(settings.database) == migrate.HEAD:
        with closing(connect(settings.database, read_only=True)) as conn:
            off = {name for name, said in rights.switches(conn).items() if said.off}
            kept = register_read.accounts(conn, SHEET if settings.has_register_file else "")
            counts.update(_place(one, servers) for one in kept)
    counts.update(_place(one, servers) for one in _in_file(settings))
    for (platform, server), count in sorted(counts.items()):
        remedy = _remedy(settings, platform, server, off=platform in off)
        if remedy:
            many = f"{count} register lines are" if count > 1 else "1 register line is"
            at = f" at {server}" if server else ""
            yield f"{many} on {platform}{at} and will not be looked at: {remedy}"


def _in_file(settings: Config) -> Iterator[Account]:
    if settings.has_register_file:
        file, known = settings.path("register_file"), collectors.PLATFORMS.values()
        for _, line in register_file.read(file, [], platforms=known):
            yield line["platform"], line["address"]


def _servers(settings: Config) -> dict[str, list[str]]:
    """Return the servers that may be asked, of platforms that are on and have such a list."""
    on = {
        platform: collectors.shut(name, settings, utc_now)
        for platform, name in NAMES.items()
        if getattr(settings.collect, name).enabled
    }
    return {p: gate.subjects(one) for p, one in on.items() if gate.is_per_server(one.info)}


def _place(account: Account, servers: dict[str, list[str]]) -> tuple[str, str]:
    """Return a line's platform, with its server where that one is on no list."""
    platform, address = account
    server = server_of(address)
    unlisted = platform in servers and server not in servers[platform]
    return platform, server if unlisted else ""


def _remedy(settings: Config, platform: str, server: str, *, off: bool) -> str:
    name = NAMES.get(platform, "")
    if not name:
        return BY_HAND
    if not getattr(settings.collect, name).enabled:
        return f"collect.{name}.enabled = true switches it on"
    if off:
        return f"netralitas platform on {platform} switches it on"
    return f"it is not in collect.{name}.servers" if server else ""
