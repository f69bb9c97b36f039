"""Unlabelled texts: how many would alert, by kind of text and by rule."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO

from monitor.measure.base import Judged, Table
from monitor.measure.score import wilson
from monitor.model.finding import Finding, Outcome

TEN_THOUSAND = 10_000
_REPORTS = (Outcome.ALERT, Outcome.REVIEW)


@dataclass
class Rates:
    """Counts of texts by kind, of outcomes by kind, and of rules reached by kind."""

    texts: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    rules: Counter[tuple[str, str, Outcome]] = field(default_factory=Counter)

    def add(self, j: Judged) -> None:
        kind = j.item.kind or "-"
        self.texts[kind] += 1
        self.outcomes[kind, j.finding.outcome] += 1
        for rule, outcome in {(m.rule, m.outcome) for m in j.finding.matches}:
            self.rules[kind, rule, outcome] += 1

    def tables(self) -> list[Table]:
        return [self._by_kind(), self._by_rule()]

    def _by_kind(self) -> Table:
        made = Table(
            "Reported per 10,000 texts, by kind",
            ("kind", "texts", "alerts", "alert rate", "reviews", "review rate"),
            note="95 % Wilson intervals",
        )
        for kind in sorted(self.texts):
            cells = [kind, str(self.texts[kind])]
            for outcome in _REPORTS:
                count = self.outcomes[kind, outcome]
                cells += [str(count), _rate(count, self.texts[kind])]
            made.rows.append(tuple(cells))
        return made

    def _by_rule(self) -> Table:
        kinds = sorted(self.texts)
        made = Table("Reported per 10,000 texts, by rule (alert / review)", ("rule", *kinds))
        for rule in sorted({rule for _, rule, _ in self.rules}):
            made.rows.append((rule, *(self._pair(kind, rule) for kind in kinds)))
        return made

    def _pair(self, kind: str, rule: str) -> str:
        counts = [self.rules[kind, rule, outcome] for outcome in _REPORTS]
        return " / ".join(f"{n / self.texts[kind] * TEN_THOUSAND:.1f}" for n in counts)


def write(judged: Iterable[Judged], out: IO[str]) -> Iterator[Judged]:
    """Pass items on, writing those to read by hand as JSON Lines.

    Written are alerts, reviews, and near misses: texts where a side was seen but nothing reported.
    """
    for j in judged:
        if j.finding.outcome in _REPORTS or j.finding.targets:
            json.dump(_line(j, j.finding), out, ensure_ascii=False)
            out.write("\n")
        yield j


def _line(j: Judged, found: Finding) -> dict[str, object]:
    return {
        "id": j.item.id,
        "kind": j.item.kind,
        "outcome": found.outcome.value,
        "stance": found.stance.value if found.stance else None,
        "targets": list(found.targets),
        "rules": sorted({m.rule for m in found.matches}),
        "text": found.activity.text,
        "derivation": list(found.derivation),
    }


def _rate(count: int, texts: int) -> str:
    low, high = wilson(count, texts) or (0.0, 0.0)
    per = TEN_THOUSAND
    return f"{count / texts * per:.1f} [{low * per:.1f}, {high * per:.1f}]"
