"""``netralitas backtest`` and ``fairness``: the reader measured on files, without a register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor import console, watch
from monitor.clock import utc_now
from monitor.errors import ConfigError, Fault
from monitor.log import set_up
from monitor.measure import backtest as labelled
from monitor.measure import diff, expected, items, rates, runs
from monitor.measure import fairness as swaps
from monitor.measure.base import Judged, Table, Tick, judge
from monitor.measure.items import Form, Item
from monitor.model.wire import statement
from monitor.run.rules import Reader
from monitor.watch import rules as rule_files


@dataclass(frozen=True, slots=True)
class Wanted:
    """What ``backtest`` was asked for, beside the file."""

    watchlists: Path | None = None
    against: Path | None = None
    totals: bool = False
    ambiguous: bool | None = None
    unread: bool | None = None
    kinds: bool = False
    sample: int = 0
    alerts_out: Path | None = None
    seed: int = 1


def backtest(file: Path, wanted: Wanted) -> int:
    """Score a file in the form that its lines have; print totals, then what differs."""
    set_up("WARNING")
    reader = Reader(watch.load(wanted.watchlists or watch.shipped()))
    if wanted.kinds:
        return _kinds(reader, file, wanted)
    chosen = _chosen(file, wanted.unread)
    if chosen[0].form is Form.PLAIN:
        hint = "an unlabelled file is measured with --kinds"
        raise ConfigError([Fault(str(file), "", "labels or expectations", "neither", hint)])
    judged = _judged(reader, chosen)
    _say_run(file, wanted, reader)
    _say_unknown(chosen, reader)
    _score(judged, wanted)
    if wanted.against:
        _diff(chosen, judged, wanted.against, totals=_silent(wanted))
    return 0


def _score(judged: list[Judged], wanted: Wanted) -> None:
    if judged[0].item.form is Form.EXPECTED:
        _show([expected.table(judged)])
        differences = expected.differences(judged)
    else:
        _show(labelled.tables(judged, wanted.seed, ambiguous=wanted.ambiguous))
        differences = labelled.differences(
            j for j in judged if wanted.ambiguous is not False or not j.item.ambiguous
        )
    if not _silent(wanted) and not wanted.against:
        _print(differences)


def _diff(chosen: list[Item], after: list[Judged], folder: Path, *, totals: bool) -> None:
    """Show what changed on the way from the watchlists of ``folder`` to the scored ones."""
    reader = Reader(watch.load(folder))
    before = _judged(reader, chosen)
    console.say()
    console.plain(f"Against {folder}, rule set {reader.ruleset.digest[:16]}:")
    _say_unknown(chosen, reader)
    _show(diff.tables(before, after))
    if not totals:
        _print(diff.listed(diff.changed(before, after)))


def _kinds(reader: Reader, file: Path, wanted: Wanted) -> int:
    found = items.sample(items.read(file), wanted.sample, wanted.seed)
    counted = rates.Rates()
    with _bar("backtest", len(found)) as tick, _kept(wanted.alerts_out) as keep:
        for j in keep(judge(reader, found, tick)):
            counted.add(j)
    _say_run(file, wanted, reader)
    _show(counted.tables())
    return 0


def _chosen(file: Path, unread: bool | None) -> list[Item]:  # noqa: FBT001 - three values
    found = items.load(file)
    chosen = [item for item in found if unread is None or item.unread == unread]
    if not chosen:
        raise ConfigError([Fault(str(file), "", "a line of the part asked for", "none")])
    return chosen


def _silent(wanted: Wanted) -> bool:
    """Say whether only totals are shown: of the unread part no item is ever printed."""
    return wanted.totals or wanted.unread is True


def _judged(reader: Reader, chosen: list[Item]) -> list[Judged]:
    with _bar("backtest", len(chosen)) as tick:
        return list(judge(reader, chosen, tick))


def _say_run(file: Path, wanted: Wanted, reader: Reader) -> None:
    part = {None: "", True: "/unread", False: "/read"}[wanted.unread]
    number = runs.count(items.digest(file) + part, utc_now(), runs.state_file())
    which = part.removeprefix("/")
    console.plain(
        f"{file}{f', {which} part' if which else ''}: run {number} on this content, "
        f"rule set {reader.ruleset.digest[:16]}"
    )


def _say_unknown(chosen: Iterable[Item], reader: Reader) -> None:
    """Tell which contests of the lines are not on file: their targets cannot be found."""
    known = reader.ruleset.contests
    missing = Counter(c for i in chosen for c in i.statement.contests or () if c not in known)
    if missing:
        said = ", ".join(f"{name} ({lines} lines)" for name, lines in sorted(missing.items()))
        console.complain(f"Contests not on file, read without them: {said}")


def _show(tables: Iterable[Table]) -> None:
    for table in tables:
        console.say()
        console.table(table.title, table.columns, table.rows)
        if table.note:
            console.plain(table.note)


def _print(texts: Iterable[str]) -> None:
    for text in texts:
        console.say()
        console.plain(text)


@contextmanager
def _bar(text: str, total: int) -> Iterator[Tick]:
    with console.progress(text, total) as bar:
        yield lambda done: bar.advance(bar.task_ids[0], done)


@contextmanager
def _kept(path: Path | None) -> Iterator[Callable[[Iterator[Judged]], Iterator[Judged]]]:
    """Give what passes items on, and writes those to read by hand where a path was given."""
    if path is None:
        yield lambda judged: judged
        return
    _refuse_git(path)
    try:
        with path.open("x", encoding="utf-8") as out:
            yield lambda judged: rates.write(judged, out)
    except OSError as error:
        got = error.strerror or ""
        raise ConfigError([Fault(str(path), "", "a new file to write", got)]) from None


def _refuse_git(path: Path) -> None:
    # Real posts belong to their writers; a file of them must not be one commit from being public.
    if any((folder / ".git").exists() for folder in path.resolve().parents):
        hint = "real posts must never be in a repository"
        raise ConfigError([Fault(str(path), "", "a path outside any git work tree", "", hint)])


def fairness(files: list[Path], watchlists: Path | None, *, totals: bool) -> int:
    """Swap targets through the rules' own cases and the files; 1 where a side is read otherwise."""
    set_up("WARNING")
    folder = watchlists or watch.shipped()
    reader = Reader(watch.load(folder))
    cases = [statement(case.line) for case in rule_files.cases(folder)]
    sources = {"rule cases": cases}
    for file in files:
        loaded = items.load(file)
        _say_unknown(loaded, reader)
        sources[str(file)] = [item.statement for item in loaded]
    reports = []
    for name, lines in sources.items():
        with _bar("fairness", len(lines)) as tick:
            reports.append(swaps.measure(reader, name, lines, tick))
    _show([*swaps.tables(reports), swaps.balance(reader.ruleset.contests.values())])
    for report in reports:
        if report is reports[0] or not totals:
            _print("\n".join(("FLIP " + report.name, *flip.lines())) for flip in report.flips)
    return 0 if all(report.fair for report in reports) else 1
