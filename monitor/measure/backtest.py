"""Labelled files: how often the reader sees the side that a person saw, and where it differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from monitor.measure.base import Judged, Table
from monitor.measure.items import SIDES
from monitor.measure.score import Counts, bootstrap_f1, ratio, share, shown, wilson
from monitor.model.finding import Finding, Outcome

ALERT = "alert"
BOTH = "alert+review"
_LEVELS = {
    ALERT: frozenset({Outcome.ALERT}),
    BOTH: frozenset({Outcome.ALERT, Outcome.REVIEW}),
}
NOTE = "95 % Wilson intervals for proportions, 90 % bootstrap intervals for F1"


def side(finding: Finding, level: str) -> str:
    """Return ``support``, ``attack``, or an empty text where nothing is reported at a level."""
    if finding.outcome not in _LEVELS[level] or finding.stance is None:
        return ""
    return finding.stance.value if finding.stance.value in SIDES else ""


def counts(judged: Sequence[Judged], label: str, level: str) -> Counts:
    """Count one label's right and false hits and misses."""
    pairs = [(j.item.label == label, side(j.finding, level) == label) for j in judged]
    return Counts(
        right=pairs.count((True, True)),
        false=pairs.count((False, True)),
        missed=pairs.count((True, False)),
        rest=pairs.count((False, False)),
    )


def tables(judged: Sequence[Judged], seed: int, *, ambiguous: bool | None) -> list[Table]:
    """Return all totals: per label, target, act and rule; none of them shows an item.

    ``ambiguous`` chooses the items: with them, without them, or (``None``) the labels both ways
    and the rest without.
    """
    clear = [j for j in judged if not j.item.ambiguous]
    chosen = list(judged) if ambiguous else clear
    found = []
    if ambiguous is not True:
        found.append(labels(clear, seed, "Labels, without ambiguous items"))
    if ambiguous is not False:
        found.append(labels(judged, seed, "Labels, with ambiguous items"))
    return [*found, named_targets(chosen), acts(chosen), rules(chosen)]


def labels(judged: Sequence[Judged], seed: int, title: str) -> Table:
    made = Table(
        f"{title}: {len(judged)}",
        ("label", "level", "n", "right", "false", "missed", "precision", "recall", "F1"),
        note=NOTE,
    )
    for label in SIDES:
        for level in _LEVELS:
            c = counts(judged, label, level)
            hits, all_ = c.right + c.false, c.right + c.missed
            made.rows.append(
                (
                    label,
                    level,
                    *map(str, (all_, c.right, c.false, c.missed)),
                    shown(c.precision, wilson(c.right, hits)),
                    shown(c.recall, wilson(c.right, all_)),
                    shown(c.f1, bootstrap_f1(c, seed)),
                )
            )
    return made


def named_targets(judged: Sequence[Judged]) -> Table:
    """Return how often a true positive names the target; only labels with known targets count."""
    made = Table(
        "Target of true positives (alert+review)",
        ("label", "named", "exactly these", "label names no known target"),
    )
    for label in SIDES:
        right = [j for j in judged if j.item.label == label and side(j.finding, BOTH) == label]
        known = [j for j in right if j.item.targets]
        named = sum(_names(j) for j in known)
        exact = sum(frozenset(j.finding.targets) == j.item.targets for j in known)
        unknown = str(len(right) - len(known))
        made.rows.append((label, share(named, len(known)), share(exact, len(known)), unknown))
    return made


def acts(judged: Sequence[Judged]) -> Table:
    """Return the recall for each ``act`` that the labels tell apart."""
    made = Table("Acts: share found", ("label", "act", "n", ALERT, BOTH))
    groups = sorted({(j.item.label, j.item.act) for j in judged if j.item.label in SIDES})
    for label, act in groups:
        own = [j for j in judged if j.item.label == label and j.item.act == act]
        found = [sum(side(j.finding, level) == label for j in own) for level in _LEVELS]
        cells = [shown(ratio(n, len(own)), wilson(n, len(own))) for n in found]
        made.rows.append((label, act or "-", str(len(own)), *cells))
    return made


def rules(judged: Sequence[Judged]) -> Table:
    """Return each rule's precision: the share of its hits whose label is the match's stance."""
    made = Table("Rules: share of hits with the label's side", ("rule", ALERT, BOTH))
    reached = sorted({m.rule for j in judged for m in j.finding.matches})
    for rule in reached:
        cells = []
        for outcomes in _LEVELS.values():
            hits = [
                any(m.stance.value == j.item.label for m in j.finding.matches if m.rule == rule)
                for j in judged
                if any(m.rule == rule and m.outcome in outcomes for m in j.finding.matches)
            ]
            cells.append(share(sum(hits), len(hits)))
        made.rows.append((rule, *cells))
    return made


def differences(judged: Iterable[Judged]) -> Iterator[str]:
    """Yield every miss, false hit, wrong side and wrong target with the reader's own reasons."""
    for j in judged:
        what = fault(j)
        if what:
            yield "\n".join((_head(j, what), *_reasons(j)))


def fault(j: Judged) -> str:
    """Return what the reader got wrong of a labelled item, or an empty text."""
    label = j.item.label if j.item.label in SIDES else ""
    found = side(j.finding, BOTH)
    if label and not found:
        return "miss"
    if found and not label:
        return "false hit"
    if found != label:
        return "wrong side"
    return "wrong target" if found and j.item.targets and not _names(j) else ""


def _names(j: Judged) -> bool:
    return bool(j.item.targets and j.item.targets & frozenset(j.finding.targets))


def _head(j: Judged, what: str) -> str:
    mark = ", ambiguous" if j.item.ambiguous else ""
    stance = j.finding.stance.value if j.finding.stance else "none"
    wanted = ", ".join(sorted(j.item.targets or ())) or "-"
    got = ", ".join(j.finding.targets) or "-"
    return (
        f"{what.upper()} {j.item.id} (line {j.item.line}{mark}): "
        f"label {j.item.label} [{wanted}], got {j.finding.outcome.value} {stance} [{got}]"
    )


def _reasons(j: Judged) -> Iterator[str]:
    yield f"    text: {j.item.statement.activity.text}"
    if j.item.note:
        yield f"    note: {j.item.note}"
    for match in j.finding.matches:
        yield f"    rule: {match.rule} {match.outcome.value} {match.stance.value} {match.target}"
    for reason in j.finding.derivation:
        yield f"    {reason}"
