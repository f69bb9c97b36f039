"""``rules/<id>.toml``: one file per act, with its law, its exclusions and its own cases."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

from monitor.errors import ConfigError, Fault
from monitor.model.activity import Signal
from monitor.model.contest import Phase, TargetKind
from monitor.model.person import EmployerType
from monitor.model.rule import (
    Exclusion,
    Guidance,
    LegalBasis,
    Level,
    PersonFlag,
    Rule,
    Stance,
    Status,
)
from monitor.watch import fields
from monitor.watch.toml import Table, names, near, read

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
WHEN = re.compile(r"[a-z][a-z0-9_-]*(:[^\s:][^:]*)?")


class Confidence(StrEnum):
    """How the wording of an article is known (``model.rule.LegalBasis``)."""

    V1 = "V1"
    V2 = "V2"
    V3 = "V3"
    INFERENCE = "I"
    MEMORY = "M"


class Expect(StrEnum):
    ALERT = "alert"
    REVIEW = "review"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RuleCase:
    """A rule's own example: ``line`` is one activity as ``netralitas match`` reads it."""

    rule: str
    name: str
    expect: str
    line: Mapping[str, Any]
    stance: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that rules may use because code answers to them; ``None``: only the form counts."""

    detectors: frozenset[str] | None = None
    features: frozenset[str] | None = None
    exculpations: frozenset[str] | None = None


def parse(root: Table, instruments: Collection[str], words: Vocabulary) -> Rule:
    """Return the rule of one file; what is wrong is told through the table."""
    status = root.one_of("status", Status) or Status.SHADOW
    level = root.one_of("level", Level) or Level.SINYAL
    rule = Rule(
        id=_id(root),
        revision=root.integer("revision", least=1) or 1,
        title=root.text("title"),
        status=status,
        level=level,
        act=root.text("act"),
        signals=root.any_of("signals", Signal),
        stances=root.any_of("stances", Stance),
        phases=root.any_of("phases", Phase),
        unsur=root.texts("unsur", required=True),
        legal_basis=_law(root, instruments, status, level),
        target_kinds=root.any_of("target_kinds", TargetKind),
        target_roles=frozenset(root.texts("target_roles")),
        needs=_known(root, "needs", words.features),
        caps=_known(root, "caps", words.features),
        exclusions=tuple(_exclusion(t, words.detectors) for t in root.tables("exclusion")),
        exculpations=_listed(root, "exculpations", words.exculpations),
        known_false_positives=root.text("known_false_positives", ""),
        author=root.text("author"),
        modified=_modified(root),
        contest_levels=frozenset(
            level.value for level in root.any_of("contest_levels", fields.Level)
        ),
        employer_types=root.any_of("employer_types", EmployerType),
        positions=frozenset(root.texts("positions")),
        person_flags=root.any_of("person_flags", PersonFlag),
        in_place_of_others=root.flag("in_place_of_others"),
        local_guidance=tuple(_guidance(table) for table in root.tables("local_guidance")),
    )
    _cases(root, rule.id)
    root.close()
    return rule


def cases(folder: Path) -> list[RuleCase]:
    """Return every rule's own cases, in the order of the files; raise ``ConfigError``."""
    faults: list[Fault] = []
    found: list[RuleCase] = []
    for name in names(folder, "rules"):
        root, _ = read(folder, name, faults)
        if root:
            found += _cases(root, PurePosixPath(name).stem)
    if faults:
        raise ConfigError(faults)
    return found


def _id(root: Table) -> str:
    found, stem = root.text("id"), PurePosixPath(root.where).stem
    if found and not ID.fullmatch(found):
        root.fault("id", "lower-case words joined by '-'", repr(found))
    elif found and found != stem:
        root.fault("id", f"the file's name, {stem!r}", repr(found))
    return found


def _modified(root: Table) -> str:
    day = root.day("modified")
    return day.isoformat() if day else ""


def _law(
    root: Table, instruments: Collection[str], status: Status, level: Level
) -> tuple[LegalBasis, ...]:
    bases = tuple(_basis(table, instruments) for table in root.tables("legal_basis"))
    if not bases and level is not Level.SINYAL:
        hint = "an alert names its article; only a rule of level 'sinyal' has none"
        root.fault("legal_basis", "at least one [[legal_basis]]", "none", hint)
    elif bases and status is Status.LIVE and all(b.confidence == Confidence.MEMORY for b in bases):
        hint = "an article known from memory is never shown; keep the rule in shadow"
        root.fault("legal_basis", "a live rule with one basis that is not M", "M only", hint)
    return bases


def _basis(table: Table, instruments: Collection[str]) -> LegalBasis:
    instrument = table.text("instrument")
    if instrument and instrument not in instruments:
        hint = near(instrument, instruments) or "add it to legal.toml first"
        table.fault("instrument", "an instrument of legal.toml", repr(instrument), hint)
    basis = LegalBasis(
        instrument=instrument,
        article=table.text("article"),
        confidence=table.one_of("confidence", Confidence) or "",
    )
    table.close()
    return basis


def _guidance(table: Table) -> Guidance:
    area = fields.read_area(table).replace(".", "")
    guidance = Guidance(table.text("says"), table.text("source"), area)
    table.close()
    return guidance


def _exclusion(table: Table, detectors: frozenset[str] | None) -> Exclusion:
    exclusion = Exclusion(table.text("reason"), table.text("when"), table.text("note", ""))
    name = exclusion.when.partition(":")[0]
    if exclusion.when and not WHEN.fullmatch(exclusion.when):
        expected = "a detector: a lower-case name, or name:argument"
        table.fault("when", expected, repr(exclusion.when))
    elif name and detectors is not None and name not in detectors:
        hint = near(name, detectors) or f"known: {', '.join(sorted(detectors))}"
        table.fault("when", "a known detector", repr(name), hint)
    table.close()
    return exclusion


def _known(root: Table, name: str, words: frozenset[str] | None) -> frozenset[str]:
    return frozenset(_listed(root, name, words))


def _listed(root: Table, name: str, words: frozenset[str] | None) -> tuple[str, ...]:
    listed = root.texts(name)
    for place, word in enumerate(listed):
        if words is not None and word not in words:
            hint = near(word, words) or f"known: {', '.join(sorted(words))}"
            root.fault(f"{name}.{place}", "a known word", repr(word), hint)
    return listed


def _cases(root: Table, rule: str) -> list[RuleCase]:
    found: dict[str, RuleCase] = {}
    for table in root.tables("case"):
        one = _case(table, rule)
        if one.name in found:
            table.fault("name", "a name not yet used in this rule", repr(one.name))
        found[one.name] = one
    return list(found.values())


def _case(table: Table, rule: str) -> RuleCase:
    name = table.text("name")
    line = {"id": f"{rule}/{name}", **table.mapping("line")}
    stance = table.one_of("stance", Stance) if "stance" in table.data else None
    one = RuleCase(
        rule=rule,
        name=name,
        expect=table.one_of("expect", Expect) or "",
        line=_json(line),
        stance=stance or "",
        target=table.text("target", ""),
    )
    table.close()
    return one


def _json(value: Any) -> Any:
    """Return a TOML value as JSON would hold it: TOML has dates, a line has texts."""
    if isinstance(value, dict):
        return {key: _json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
