"""``netralitas contests import``: an election body's list of pairs becomes contest files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from monitor import console, watch
from monitor.errors import ConfigError, Fault
from monitor.intake import collisions, contest_files, contests_csv, words
from monitor.intake.contest_files import Written
from monitor.model.contest import Contest
from monitor.watch import calendars
from monitor.watch.calendars import Calendar
from monitor.watch.toml import read

SHOWN = 40  # collisions that are printed; the rest are counted


def contests_import(listed: Path, calendar: Path, watchlists: Path, source: str) -> int:
    """Write contest files; 1 where rows were refused, and then nothing is written."""
    knowledge = words.load(watchlists)
    dates = _calendar(calendar)
    try:
        ballots = contests_csv.read(listed, knowledge.areas)
    except ConfigError as error:
        for fault in error.faults:
            console.complain(str(fault))
        console.complain(f"{len(error.faults)} faults, nothing was written")
        return 1
    taken = _taken(watchlists, dates)
    files = contest_files.texts(ballots, dates, knowledge, source, taken)
    written = contest_files.write(watchlists, files, dates.id)
    _keep(calendar, watchlists / "calendars" / f"{dates.id}.toml")
    rows = sum(len(ballot.rows) for ballot in ballots)
    _report(written, rows, watch.load(watchlists).contests.values())
    return 0


def _calendar(path: Path) -> Calendar:
    faults: list[Fault] = []
    root, _ = read(path.parent, path.name, faults)
    one = calendars.parse(root) if root else None
    if faults or one is None:
        raise ConfigError(faults)
    return one


def _keep(calendar: Path, place: Path) -> None:
    """Put the calendar where the contest files look for it."""
    text = calendar.read_bytes()
    if not place.exists() or place.read_bytes() != text:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text)


def _taken(watchlists: Path, dates: Calendar) -> frozenset[str]:
    """Return the forms of contests of other calendars that are live in the same days."""
    others = [path.stem for path in sorted((watchlists / "contests").glob("*.toml"))]
    mine = f'\ncalendar = "{dates.id}"\n'
    others = [
        stem
        for stem in others
        if mine not in (watchlists / "contests" / f"{stem}.toml").read_text("utf-8")
    ]
    if not others:
        return frozenset()
    end = max(one.selesai for rounds in dates.rounds.values() for one in rounds)
    return frozenset(
        form
        for contest in watch.load(watchlists, contests=tuple(others)).contests.values()
        if collisions.at_once(contest, dates.tahapan_mulai, end)
        for target in contest.targets
        for form in collisions.forms(target)
    )


def _report(written: Written, rows: int, contests: Iterable[Contest]) -> None:
    found = collisions.find(contests)
    shown = [(c.form, c.first, c.second, "strong" if c.strong else "") for c in found[:SHOWN]]
    if shown:
        console.table("Forms that name two targets", ("form", "target", "target", ""), shown)
    if len(found) > SHOWN:
        console.plain(f"and {len(found) - SHOWN} more; ambiguous forms need a political neighbour")
    for name in written.stale:
        console.complain(f"contests/{name}.toml: was imported before, is no longer on the list")
    console.plain(
        f"{rows} rows: {len(written.new)} contests new, {len(written.changed)} changed, "
        f"{len(written.same)} unchanged; {len(found)} shared forms, "
        f"{sum(c.strong for c in found)} of them strong"
    )
