"""Tables of scenes that a lawyer can read: an act, who did it, and what a supervisor then reads.

An entry states what an article or a decided case asks for, and shows it in one or more scenes.
A scene is one act of an invented person with what must come of it: outcome, rules, level, how
looking for excuses ended, and the lines of the message. Where nothing is sent, ``because`` says
why. What cannot be shown by an act is a ``check`` of the catalogue.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from monitor.model.delivery import AlertFacts
from monitor.model.evidence import LogHead, canonical
from monitor.model.finding import Finding, Outcome
from monitor.model.wire import finding_content, statement
from monitor.notify.render import render_alert
from tests.cases.world import reader, ruleset

HERE = Path(__file__).parent
CASE = "NTR-ABCD-2345"
ALERT = AlertFacts(CASE, 1, LogHead(128, "9f" * 32), ("record", "headers"), False, "")
# P7: what a message may never say of a person.
FORBIDDEN = ("melanggar", "bersalah", "pelaku ", "sanksi")

Table = Mapping[str, Any]


@dataclass(frozen=True)
class Scene:
    """One act, who did it, and what must come of it.

    A ``look_alike`` is not the decided case but one that it must not hide.
    """

    name: str
    by: Table
    act: Table
    expect: str
    rules: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    level: str = ""
    excuses: Table = field(default_factory=dict)
    used: Table = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    because: str = ""
    look_alike: bool = False


@dataclass(frozen=True)
class Entry:
    """One line of the catalogue, or one decided case."""

    id: str
    asks: str
    tests: str
    scenes: tuple[Scene, ...]
    checks: tuple[Table, ...]


def entries(name: str) -> dict[str, Entry]:
    """Return the entries of one file by their id, in its order."""
    found = tomllib.loads((HERE / name).read_text("utf-8"))
    return {table["id"]: _entry(table, found["person"]) for table in found["entry"]}


def _entry(table: Table, people: Table) -> Entry:
    scenes = tuple(_scene(one, people) for one in table.get("scene", ()))
    checks = tuple(table.get("check", ()))
    # A decided case tells what was seen and decided, and the lesson that is shown here.
    asks = table.get("asks") or f"{table['seen']} {table['decided']}"
    return Entry(table["id"], asks, table.get("tests") or table.get("lesson", ""), scenes, checks)


def _scene(table: Table, people: Table) -> Scene:
    person = people[table["by"]]
    facts = {**person["facts"], **table.get("facts", {})}
    known: dict[str, Any] = {k: v for k, v in table.items() if k not in ("by", "facts")}
    for key in {"rules", "without", "reads"} & set(known):
        known[key] = tuple(known[key])
    return Scene(by={**person, "facts": facts}, **known)


def judged(scene: Scene) -> Finding:
    """Return what reading and judging make of a scene, by the way ``netralitas match`` takes."""
    person = {"candidate_spouse_of": None, **scene.by["facts"]}
    line = _unset({"id": scene.name, **scene.act, "person": person})
    return reader().judge_statements([statement(line)])[0]


def _unset(value: Any) -> Any:
    # TOML has no null: a fact that is stated as unknown is written out.
    if isinstance(value, Mapping):
        return {key: _unset(inner) for key, inner in value.items()}
    return None if value == "null" else value


def message(scene: Scene, finding: Finding) -> list[str]:
    """Return the lines that a supervisor reads on the day, without the number of the case."""
    content = json.loads(canonical(finding_content(finding)))
    said = {"platform": "bluesky", "address": "at://contoh.test"}
    watch = {"as_of": "2024-12-31", "zone": "WIB", **said, **scene.by["facts"], **scene.by}
    told = replace(ALERT, told_at=finding.activity.occurred_at)
    plain = render_alert(content, watch, told, ruleset()).plain
    return [line.removesuffix(f" · {CASE}").strip() for line in plain.splitlines()]


def faults(scene: Scene) -> Iterator[str]:
    """Yield everything in which a scene did not come out as the table says."""
    finding = judged(scene)
    matched = {match.rule for match in finding.matches}
    tried = {excuse.id: excuse for excuse in finding.exculpations}
    if finding.outcome.value != scene.expect:
        yield f"outcome {finding.outcome.value}, not {scene.expect}: {finding.derivation}"
    if missing := set(scene.rules) - matched:
        yield f"not matched: {missing}, but {matched}"
    if there := set(scene.without) & matched:
        yield f"matched: {there}"
    if scene.level and (finding.level is None or finding.level.value != scene.level):
        yield f"level {finding.level}, not {scene.level}"
    for name, result in scene.excuses.items():
        if name not in tried or tried[name].result.value != result:
            yield f"{name} is {tried.get(name)}, not {result}"
    for name, fact in scene.used.items():
        if name not in tried or fact not in tried[name].fact:
            yield f"{name} used {tried.get(name)}, not {fact}"
    yield from _unread(scene, finding)


def _unread(scene: Scene, finding: Finding) -> Iterator[str]:
    """Yield which lines the supervisor does not read, or should not."""
    if finding.outcome is Outcome.NONE:
        if not scene.because or scene.reads:
            yield "nothing is sent: the table must say because of what, and no lines"
        return
    lines = message(scene, finding)
    rest = iter(lines)
    shown = "\n".join(lines)
    yield from (f"not read: {line!r} in:\n{shown}" for line in scene.reads if line not in rest)
    if not scene.reads:
        yield f"the table must say what is read:\n{shown}"
    yield from (f"says {word!r}" for word in FORBIDDEN if word in shown.casefold())
