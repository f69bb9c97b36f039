"""``contests/<id>.toml``: one election, its dated rounds, and whom a text can support or attack."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from monitor.model.contest import Contest, Round
from monitor.watch import additions, contest_checks
from monitor.watch.additions import Additions
from monitor.watch.calendars import Calendar
from monitor.watch.fields import UNSET, Level, read_area, read_round, read_target, read_zone
from monitor.watch.toml import Table, near


def parse(
    root: Table, calendars: Mapping[str, Calendar] | None = None, more: Additions | None = None
) -> Contest:
    """Return the contest of one file; what is wrong is told through the table.

    A contest that names a ``calendar`` has its dates; its own rounds and those of ``more`` come
    after them.
    """
    tables = root.tables("target")
    calendar = _calendar(root, calendars or {})
    own = [(table, read_round(table)) for table in root.tables("round")]
    own += more.rounds if more else ()
    level = root.one_of("level", Level) or ""
    shared = calendar.rounds.get(level, ()) if calendar else ()
    begin = root.day("tahapan_mulai", required=calendar is None)
    targets = tuple(read_target(table) for table in tables)
    contest = Contest(
        id=root.text("id").lower(),
        title=root.text("title"),
        level=level,
        area=read_area(root),
        zone=read_zone(root),
        tahapan_mulai=begin or (calendar.tahapan_mulai if calendar else UNSET),
        rounds=shared + tuple(one for _, one in own),
        targets=additions.merge(targets, more) if more else targets,
        source=root.text("source"),
    )
    root.close()
    _check(root, contest, tables, [root] * len(shared) + [table for table, _ in own], more)
    return contest


def _calendar(root: Table, calendars: Mapping[str, Calendar]) -> Calendar | None:
    name = root.text("calendar", "")
    if name and name not in calendars:
        hint = near(name, calendars)
        root.fault("calendar", "a file of calendars/ by its name", repr(name), hint)
        return Calendar(name, 1, UNSET, "", {level: (_unknown(),) for level in Level})
    return calendars.get(name)


def _unknown() -> Round:
    return Round("?", UNSET, (UNSET, UNSET), (UNSET, UNSET), UNSET, UNSET, UNSET)


def _check(
    root: Table, contest: Contest, tables: list[Table], dated: list[Table], more: Additions | None
) -> None:
    contest_checks.identity(root, contest, PurePosixPath(root.where).stem)
    if any(table is not root for table in dated) or not dated:
        # Shared dates alone were checked with their calendar.
        contest_checks.calendar(contest, root, dated, UNSET)
    contest_checks.ballot(contest, root, tables)
    added = {name: table for name, (table, _) in more.targets.items()} if more else {}
    contest_checks.names(contest, tables, added)
    contest_checks.rounds_name_targets(contest, dated)
