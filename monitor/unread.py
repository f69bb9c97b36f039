"""Which lines of the register no look will reach, as their platform is not read: for ``check``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing

from monitor.collect import registry as collectors
from monitor.config import Config
from monitor.run.enrol import SHEET
from monitor.store import migrate, register_read, rights
from monitor.store.db import connect
from monitor.watch import register as register_file

BY_HAND = "no collector reads it, acts come by netralitas import acts and by tips"


def lines(settings: Config) -> Iterator[str]:
    """Yield, for each such platform, how many lines are not looked at and what switches it on.

    A register file counts as it is now, whether or not a start has taken it over.
    """
    counts, switched = _on_file(settings)
    if settings.has_register_file:
        read = register_file.read(
            settings.path("register_file"), [], platforms=collectors.PLATFORMS.values()
        )
        counts.update(one["platform"] for _, one in read)
    names = {platform: name for name, platform in collectors.PLATFORMS.items()}
    for platform, count in sorted(counts.items()):
        remedy = _remedy(settings, platform, names.get(platform, ""), off=platform in switched)
        if remedy:
            many = f"{count} register lines are" if count > 1 else "1 register line is"
            yield f"{many} on {platform} and will not be looked at: {remedy}"


def _on_file(settings: Config) -> tuple[Counter[str], set[str]]:
    """Return the lines of the database that stay, by platform, and what a command switched off."""
    if not settings.database.exists() or migrate.current(settings.database) != migrate.HEAD:
        return Counter(), set()
    with closing(connect(settings.database, read_only=True)) as conn:
        replaced = SHEET if settings.has_register_file else ""
        off = {name for name, said in rights.switches(conn).items() if said.off}
        return Counter(register_read.platforms(conn, replaced)), off


def _remedy(settings: Config, platform: str, name: str, *, off: bool) -> str:
    if not name:
        return BY_HAND
    if not getattr(settings.collect, name).enabled:
        return f"collect.{name}.enabled = true switches it on"
    return f"netralitas platform on {platform} switches it on" if off else ""
