"""``aliases/<contest id>.toml``: what people add by hand to a contest that a program wrote.

The importer writes ``contests/`` and never reads or touches this folder, so a new import loses
nothing that somebody wrote.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from monitor.model.contest import ContestTarget, Round
from monitor.watch.fields import read_round, read_target
from monitor.watch.toml import Table, near


@dataclass(frozen=True, slots=True)
class Additions:
    """One file: rounds that only this contest has, and more words for its targets."""

    root: Table
    rounds: tuple[tuple[Table, Round], ...]
    targets: dict[str, tuple[Table, ContestTarget]]


def parse(root: Table) -> Additions:
    """Return one file's additions; what is wrong is told through the table."""
    stem = PurePosixPath(root.where).stem
    contest = root.text("contest").lower()
    if contest != stem:
        root.fault("contest", f"the file's name, {stem!r}", repr(contest))
    root.text("source")
    rounds = tuple((table, read_round(table)) for table in root.tables("round"))
    targets: dict[str, tuple[Table, ContestTarget]] = {}
    for table in root.tables("target"):
        one = read_target(table, added=True)
        if one.id in targets:
            table.fault("id", "a target not yet added to in this file", repr(one.id))
        targets[one.id] = (table, one)
    root.close()
    return Additions(root, rounds, targets)


def merge(targets: Iterable[ContestTarget], more: Additions) -> tuple[ContestTarget, ...]:
    """Return the targets with what was added; an addition for none of them is a fault."""
    found = {target.id: target for target in targets}
    for name, (table, addition) in more.targets.items():
        if name not in found:
            hint = near(name, found)
            table.fault("id", "a target of this contest", repr(name), hint)
        else:
            found[name] = _together(found[name], addition)
    return tuple(found.values())


def _together(target: ContestTarget, more: ContestTarget) -> ContestTarget:
    """Return both together. What a hand put under ``aliases`` or ``ambiguous`` stays there."""
    return replace(
        target,
        label=more.label or target.label,
        aliases=_joined(_without(target.aliases, more.ambiguous), more.aliases),
        ambiguous=_joined(_without(target.ambiguous, more.aliases), more.ambiguous),
        derogatory=_joined(target.derogatory, more.derogatory),
        slogans=_joined(target.slogans, more.slogans),
        hashtags=_joined(target.hashtags, more.hashtags),
        accounts=target.accounts + more.accounts,
        incumbent_of=more.incumbent_of or target.incumbent_of,
        leave=target.leave + more.leave,
        bakal_calon_since=more.bakal_calon_since or target.bakal_calon_since,
    )


def _joined(first: tuple[str, ...], then: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({text.casefold(): text for text in (*then, *first)}.values()) if then else first


def _without(entries: tuple[str, ...], gone: tuple[str, ...]) -> tuple[str, ...]:
    moved = {text.casefold() for text in gone}
    return tuple(text for text in entries if text.casefold() not in moved) if moved else entries
