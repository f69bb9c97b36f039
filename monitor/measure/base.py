"""What a measurement needs of the reader, and the shape in which it shows figures."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from monitor.measure.items import Item
from monitor.model.activity import Activity
from monitor.model.finding import Finding, Naming
from monitor.model.rule import RuleSet
from monitor.model.wire import Statement

BATCH = 500

Tick = Callable[[int], None]


class Judge(Protocol):
    """Reads and judges stated activities in batches."""

    ruleset: RuleSet

    def judge_statements(
        self, statements: Sequence[Statement], contests: tuple[str, ...] = ()
    ) -> list[Finding]: ...


class Tracer(Judge, Protocol):
    """A judge that also tells where it found names."""

    def with_role(self, activity: Activity) -> Activity: ...

    def namings(self, activity: Activity, live: Sequence[str]) -> list[Naming]: ...


@dataclass(frozen=True, slots=True)
class Judged:
    """One line of a file with what the reader made of it."""

    item: Item
    finding: Finding


@dataclass(frozen=True, slots=True)
class Table:
    """Figures to show; ``note`` says how they were made."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    note: str = ""


def judge(reader: Judge, items: Iterable[Item], tick: Tick) -> Iterator[Judged]:
    """Judge items in order; ``tick`` is told how many more are done."""
    waiting = iter(items)
    while batch := list(itertools.islice(waiting, BATCH)):
        findings = reader.judge_statements([item.statement for item in batch])
        yield from map(Judged, batch, findings)
        tick(len(batch))


def quiet(_: int) -> None:
    """Take no notice of progress."""
