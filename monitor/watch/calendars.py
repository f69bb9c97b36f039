"""``calendars/<id>.toml``: dates that many contests share, kept in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath

from monitor.model.contest import ZONES, Contest, Round
from monitor.watch import contest_checks
from monitor.watch.fields import UNSET, Level, read_round
from monitor.watch.toml import Table


@dataclass(frozen=True, slots=True)
class Calendar:
    """The dates of one election day. ``rounds`` holds, per level of contest, its rounds."""

    id: str
    year: int
    tahapan_mulai: date
    source: str
    rounds: Mapping[str, tuple[Round, ...]] = field(default_factory=dict)


def parse(root: Table) -> Calendar:
    """Return the calendar of one file; what is wrong is told through the table.

    A ``[[round]]`` without ``levels`` is one of every level.
    """
    tables = root.tables("round")
    dated = [(table, table.any_of("levels", Level), read_round(table)) for table in tables]
    one = Calendar(
        id=root.text("id"),
        year=root.integer("year", least=1) or 1,
        tahapan_mulai=root.day("tahapan_mulai") or UNSET,
        source=root.text("source"),
        rounds=_by_level([(levels, found) for _, levels, found in dated]),
    )
    root.close()
    stem = PurePosixPath(root.where).stem
    if one.id != stem:
        root.fault("id", f"the file's name, {stem!r}", repr(one.id))
    _check(root, one, dated)
    return one


def _by_level(
    dated: Sequence[tuple[frozenset[Level], Round]],
) -> dict[str, tuple[Round, ...]]:
    return {
        level: tuple(found for levels, found in dated if not levels or level in levels)
        for level in Level
    }


def _check(
    root: Table, one: Calendar, dated: Sequence[tuple[Table, frozenset[Level], Round]]
) -> None:
    """Tell dates that contradict each other, once for rounds that all levels share."""
    told: set[tuple[Round, ...]] = set()
    for level, rounds in one.rounds.items():
        if rounds and rounds not in told:
            told.add(rounds)
            tables = [table for table, levels, _ in dated if not levels or level in levels]
            contest_checks.calendar(_contest(one, level, rounds), root, tables, UNSET)
    if not told:
        root.fault("round", "at least one [[round]]", "none")


def _contest(one: Calendar, level: str, rounds: tuple[Round, ...]) -> Contest:
    zone = next(iter(ZONES))
    return Contest(one.id, "", level, "", zone, one.tahapan_mulai, rounds, ())
