"""Each rule file's own cases, judged with the set that they belong to."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.errors import Fault
from monitor.model.finding import Finding
from monitor.model.rule import Rule, RuleSet, Status
from monitor.model.wire import statement
from monitor.run.rules import Reader
from monitor.run.standing import Standing
from monitor.watch.rules import RuleCase


def runnable(ruleset: RuleSet, cases: Iterable[RuleCase]) -> list[RuleCase]:
    """Return the cases that say something here.

    Those of a retired rule do not, nor those that speak of a contest that is not on file.
    """
    retired = {rule.id for rule in ruleset.rules if rule.status is Status.RETIRED}
    return [
        case
        for case in cases
        if case.rule not in retired and set(case.line.get("contests", ())) <= set(ruleset.contests)
    ]


def failures(reader: Reader, cases: Iterable[RuleCase]) -> list[Fault]:
    """Return one fault per runnable case that came out otherwise.

    A rule in shadow is judged as if it were live: its cases are how its owner sees that it is
    ready.
    """
    rules = {rule.id: rule for rule in reader.ruleset.rules}
    run = runnable(reader.ruleset, cases)
    return [fault for case in run if (fault := _fault(reader, case, rules[case.rule]))]


def _fault(reader: Reader, case: RuleCase, rule: Rule) -> Fault | None:
    where, key = f"rules/{case.rule}.toml", f"case {case.name!r}"
    try:
        line = statement({"id": case.name, **case.line})
    except ValueError as error:
        return Fault(where, key, "a line as netralitas match reads it", str(error))
    standing = Standing(given={(rule.id, rule.revision): Status.LIVE})
    expected, got = _difference(case, reader.judge_statements([line], standing=standing)[0])
    return Fault(where, key, expected, got) if expected else None


def _difference(case: RuleCase, found: Finding) -> tuple[str, str]:
    """Return what was expected and what came, or two empty texts."""
    if found.outcome.value != case.expect:
        return case.expect, found.outcome.value
    stance = found.stance.value if found.stance else "no stance"
    if case.stance and stance != case.stance:
        return case.stance, stance
    if case.target and case.target not in found.targets:
        return f"target {case.target}", ", ".join(found.targets) or "none"
    return "", ""
