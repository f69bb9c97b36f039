"""Two rule sets on one file: which items changed, and whether for better or worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from monitor.measure.backtest import fault
from monitor.measure.base import Judged, Table
from monitor.measure.expected import checks
from monitor.measure.items import Form
from monitor.model.finding import Finding, Outcome

GAINED, LOST, RAISED, LOWERED, OTHER = "gained", "lost", "raised", "lowered", "other side or target"
_RANK = {Outcome.NONE: 0, Outcome.REVIEW: 1, Outcome.ALERT: 2}
_COLUMNS = (GAINED, LOST, RAISED, LOWERED, OTHER)

Pair = tuple[Judged, Judged]


def changed(before: Sequence[Judged], after: Sequence[Judged]) -> list[Pair]:
    """Return the items that come out differently, old and new side by side."""
    pairs = zip(before, after, strict=True)
    return [(old, new) for old, new in pairs if how(old.finding, new.finding)]


def how(old: Finding, new: Finding) -> str:
    """Return in which way a result changed, or an empty text."""
    was, now = _RANK[old.outcome], _RANK[new.outcome]
    if not was or not now:
        return "" if was == now else (GAINED if now else LOST)
    if was != now:
        return RAISED if now > was else LOWERED
    same = old.stance == new.stance and set(old.targets) == set(new.targets)
    return "" if same else OTHER


def tables(before: Sequence[Judged], after: Sequence[Judged]) -> list[Table]:
    """Return what changed per label (or kind) and per rule."""
    pairs = changed(before, after)
    return [_by_label(before, pairs), _by_rule(before, after)]


def _by_label(before: Sequence[Judged], pairs: Sequence[Pair]) -> Table:
    made = Table(
        f"Changed: {len(pairs)} of {len(before)}",
        ("label", "n", *_COLUMNS, "now right", "now wrong"),
        note="right: as labelled or expected, at alert+review",
    )
    for label, total in sorted(Counter(_group(j) for j in before).items()):
        own = [(old, new) for old, new in pairs if _group(old) == label]
        ways = Counter(how(old.finding, new.finding) for old, new in own)
        turns = Counter((_right(old), _right(new)) for old, new in own)
        counts = [ways[way] for way in _COLUMNS]
        now = [turns[False, True], turns[True, False]]
        made.rows.append((label, str(total), *map(str, (*counts, *now))))
    return made


def _by_rule(before: Sequence[Judged], after: Sequence[Judged]) -> Table:
    made = Table("Hits of each rule", ("rule", "before", "after", GAINED, LOST))
    old = [{m.rule for m in j.finding.matches} for j in before]
    new = [{m.rule for m in j.finding.matches} for j in after]
    for rule in sorted(set[str]().union(*old, *new)):
        was = {n for n, rules in enumerate(old) if rule in rules}
        now = {n for n, rules in enumerate(new) if rule in rules}
        counts = (len(was), len(now), len(now - was), len(was - now))
        made.rows.append((rule, *map(str, counts)))
    return made


def listed(pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield each changed item with both results and the new reasons."""
    for old, new in pairs:
        way = how(old.finding, new.finding)
        head = f"{way.upper()} {new.item.id} (line {new.item.line}, {_group(new)})"
        yield "\n".join(
            (
                head,
                f"    text: {new.item.statement.activity.text}",
                f"    before: {_said(old.finding)}",
                f"    after:  {_said(new.finding)}",
                *(f"    {reason}" for reason in new.finding.derivation),
            )
        )


def _said(found: Finding) -> str:
    stance = found.stance.value if found.stance else "none"
    rules = ", ".join(sorted({m.rule for m in found.matches})) or "-"
    return f"{found.outcome.value} {stance} [{', '.join(found.targets) or '-'}] rules {rules}"


def _group(j: Judged) -> str:
    if j.item.expect:
        return "|".join(sorted(j.item.expect.outcomes))
    return j.item.label or j.item.kind or "-"


def _right(j: Judged) -> bool | None:
    """Say whether an item came out as labelled or expected; ``None`` where neither is known."""
    if j.item.form is Form.LABELLED:
        return not fault(j)
    if j.item.form is Form.EXPECTED:
        return all(checks(j).values())
    return None
