"""What a line asks of the catalogue itself: citations, bodies, dates, and counting once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from monitor import watch
from monitor.collect.registry import COLLECTORS, PLATFORMS
from monitor.errors import ConfigError
from monitor.model.person import EVERY_FACT, IntervalKind
from monitor.model.rule import Rule
from monitor.model.wire import statement
from tests.cases.tables import Table
from tests.cases.world import CONTESTS, reader, ruleset


def faults(check: Table) -> Iterator[str]:
    """Yield everything in which the catalogue is not as a line asks."""
    yield from CHECKS[check["what"]](**{key: check[key] for key in check if key != "what"})


def _rule(name: str) -> Rule:
    return next(rule for rule in ruleset().rules if rule.id == name)


def _cites(rule: Rule, instrument: str, article: str) -> bool:
    return any((b.instrument, b.article) == (instrument, article) for b in rule.legal_basis)


def _cited(rule: str, instrument: str, article: str) -> Iterator[str]:
    if not _cites(_rule(rule), instrument, article):
        yield f"{rule} does not cite {instrument} {article}"


def _together(instrument: str, articles: list[str]) -> Iterator[str]:
    citing = [r for r in ruleset().rules if any(_cites(r, instrument, a) for a in articles)]
    if not citing:
        yield f"no rule cites {instrument}"
    for rule in citing:
        missing = [a for a in articles if not _cites(rule, instrument, a)]
        yield from (f"{rule.id} does not cite {article}" for article in missing)


def _title(instrument: str, words: list[str]) -> Iterator[str]:
    title = ruleset().instruments[instrument].title
    yield from (f"{instrument} does not name {word}" for word in words if word not in title)


def _received(days: Mapping[str, str]) -> Iterator[str]:
    for day, short in days.items():
        body = ruleset().authority_on(date.fromisoformat(day))
        if body is None or body.short != short:
            yield f"on {day} reports go to {body}, not {short}"


def _guidance(rule: str) -> Iterator[str]:
    known = _rule(rule)
    if not known.local_guidance:
        yield f"{rule} keeps no guidance"
    for other in ruleset().rules:
        stated = [b for b in other.legal_basis if b.confidence == "V3"]
        yield from (f"{other.id} rests on a statement: {basis}" for basis in stated)


def _refused(article: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "watchlists"
        shutil.copytree(
            watch.shipped(), folder, ignore=shutil.ignore_patterns("contests", "aliases")
        )
        shutil.copytree(CONTESTS, folder / "contests")
        rule = folder / "rules" / "party-membership.toml"
        bare = f'[[legal_basis]]\narticle = "{article}"\nconfidence = "V2"\n\n[[case]]'
        rule.write_text(rule.read_text("utf-8").replace("[[case]]", bare, 1), "utf-8")
        try:
            watch.load(folder)
        except ConfigError as error:
            if not any("instrument" in fault.key for fault in error.faults):
                yield f"refused for another reason: {error}"
        else:
            yield "an article without an instrument was read"


def _twice(text: str) -> Iterator[str]:
    once, twice = (_reading(said) for said in (text, f"{text}\n\n{text}"))
    for name in ("outcome", "targets", "score"):
        if getattr(once, name) != getattr(twice, name):
            yield f"{name}: {getattr(once, name)} once, {getattr(twice, name)} twice"
    if [m.rule for m in once.matches] != [m.rule for m in twice.matches]:
        yield "a rule was matched once more"
    again = _reading(text).activity
    if (again.id, again.revision) != (once.activity.id, once.activity.revision):
        yield "the same act has another id"


def _reading(text: str) -> Any:
    line = {"id": "x", "text": text, "occurred_at": "2024-10-14T10:00:00+07:00"}
    return reader().judge_statements([statement(line)])[0]


def _not_collected(platforms: list[str]) -> Iterator[str]:
    known = {*COLLECTORS, *PLATFORMS.values()}
    yield from (f"{name} is collected" for name in platforms if name in known)


def _kept(intervals: list[str], facts: list[str]) -> Iterator[str]:
    kinds = {kind.value for kind in IntervalKind}
    yield from (f"the register keeps no interval {kind}" for kind in intervals if kind not in kinds)
    yield from (f"the register keeps no {fact}" for fact in facts if fact not in EVERY_FACT)


CHECKS: Mapping[str, Callable[..., Iterator[str]]] = {
    "cites": _cited,
    "cited together": _together,
    "title says": _title,
    "received by": _received,
    "guidance apart from law": _guidance,
    "refused without instrument": _refused,
    "said twice": _twice,
    "kept on the register": _kept,
    "not collected": _not_collected,
}
