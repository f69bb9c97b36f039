"""Acts in context with what they should come to: shares kept, and every line that differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from monitor.measure.base import Judged, Table
from monitor.measure.items import Expectation
from monitor.measure.score import share
from monitor.model.finding import Outcome, Result

PARTS = ("outcome", "stance", "targets", "rules", "exculpations")


def checks(j: Judged) -> dict[str, bool]:
    """Return, for each part that a line's expectation asks for, whether it was kept.

    Targets and rules are asked of a finding that reports something: none has neither.
    """
    wanted, found = j.item.expect, j.finding
    if wanted is None:
        return {}
    kept = {"outcome": found.outcome.value in wanted.outcomes}
    if wanted.stance:
        kept["stance"] = found.stance is not None and found.stance.value == wanted.stance
    if found.outcome is not Outcome.NONE:
        kept |= _of_a_report(wanted, j)
    if wanted.exculpations_any:
        met = {e.id for e in found.exculpations if e.result is not Result.NOT_MET}
        kept["exculpations"] = bool(met & wanted.exculpations_any)
    return kept


def _of_a_report(wanted: Expectation, j: Judged) -> dict[str, bool]:
    kept = {}
    if wanted.targets:
        kept["targets"] = wanted.targets == frozenset(j.finding.targets)
    if wanted.rules_any:
        kept["rules"] = bool(wanted.rules_any & {m.rule for m in j.finding.matches})
    return kept


def table(judged: Sequence[Judged]) -> Table:
    """Return the share kept of each part, and how many that must be ``none`` became an alert."""
    asked, kept = Counter[str](), Counter[str]()
    for j in judged:
        for part, right in checks(j).items():
            asked[part] += 1
            kept[part] += right
    made = Table(f"As expected, of {len(judged)}", ("part", "share"))
    made.rows.extend((part, share(kept[part], asked[part])) for part in PARTS)
    silent = [j for j in judged if j.item.expect and j.item.expect.outcomes == {"none"}]
    alerted = sum(j.finding.outcome is Outcome.ALERT for j in silent)
    made.rows.append(("none that became an alert", f"{alerted} of {len(silent)}"))
    return made


def differences(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield every line that differs from its expectation, with the reader's reasons."""
    for j in judged:
        wrong = [part for part, right in checks(j).items() if not right]
        if wrong:
            yield "\n".join((f"{j.item.id} (line {j.item.line}): {', '.join(wrong)}", *_both(j)))


def _both(j: Judged) -> Iterator[str]:
    wanted, found = j.item.expect, j.finding
    if wanted:
        yield (
            f"    expected: {'|'.join(sorted(wanted.outcomes))} {wanted.stance or 'any side'} "
            f"[{_list(wanted.targets)}] rules {_list(wanted.rules_any)} "
            f"exculpations {_list(wanted.exculpations_any)}"
        )
    yield (
        f"    got: {found.outcome.value} {found.stance.value if found.stance else 'none'} "
        f"[{_list(found.targets)}] rules {_list(m.rule for m in found.matches)} "
        f"exculpations {_list(f'{e.id} {e.result.value}' for e in found.exculpations)}"
    )
    if j.item.note:
        yield f"    why: {j.item.note}"
    for reason in found.derivation:
        yield f"    {reason}"


def _list(values: Iterable[str]) -> str:
    return ", ".join(sorted(set(values))) or "-"
