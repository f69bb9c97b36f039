"""Rectification (UU 27/2022 Ps. 6; P12): a wrong attribution is corrected, and the error shows.

Nothing is rewritten. A corrected finding gets a new revision that says which one it corrects; the
former stays, and whoever was told of it is told of the correction.

An act is judged again with the facts now on file, as of its own day. An act toward a stranger's
post cannot be read again, because that post was never kept beside the snapshot: of it only what
was found before is judged again, so the outcome can become milder and never graver.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitor.clock import from_text
from monitor.judge.decide import Facts, decide
from monitor.model.activity import Activity
from monitor.model.day import local_day
from monitor.model.evidence import Canonical
from monitor.model.finding import Exculpation, Finding, Match, Outcome, Reading, Result, Span
from monitor.model.person import PersonFacts
from monitor.model.rule import LegalBasis, Level, Stance
from monitor.model.stored import stored_activity
from monitor.model.wire import finding_content
from monitor.run import standing
from monitor.run.corrected import RECTIFICATION
from monitor.run.facts_then import watch_then
from monitor.run.record import register_snapshot
from monitor.run.rules import EVERY_KEY, Reader
from monitor.store import about, findings, log, outbox, rechecks, register
from monitor.store.db import Connection

NOT_THEIRS = "ex-not-author"
FEATURES = "features: "
# Of the former revision's entry: what was seen, by whom; the snapshot stays with that entry.
KEPT = ("platform", "signal", "collector", "collector_version", "partial", "proof")


class Cause(StrEnum):
    """What was wrong."""

    ACCOUNT = "akun_bukan_miliknya"
    ACT = "bukan_perbuatannya"
    FACTS = "data_keliru"


@dataclass(frozen=True, slots=True)
class Error:
    """What was wrong, who corrects it and why; ``before`` are the former words of facts."""

    cause: Cause
    who: str
    why: str
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Before:
    """A finding's newest revision, as it stands."""

    finding: str
    seq: int
    public: Mapping[str, Any]
    content: Mapping[str, Any]
    watch: Mapping[str, Any]
    at: datetime

    @property
    def outcome(self) -> str:
        return str(self.content["outcome"])

    @property
    def denied(self) -> bool:
        """Say whether it was corrected before as an act that was not the person's."""
        excuses = self.content["exculpations"]
        return any(e["id"] == NOT_THEIRS and e["result"] == Result.MET for e in excuses)


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction comes to: the new judgement, and whether it says anything new.

    ``changed`` compares with what the same rules make of the facts of then: rules that changed
    meanwhile are no correction of a person's data.
    """

    before: Before
    finding: Finding
    watch: Mapping[str, Canonical]
    changed: bool


def newest(conn: Connection, finding: str) -> Before | None:
    """Return a finding as it stands; ``None`` where its content was erased."""
    seq = findings.last_entry(conn, finding)
    row, there = about.entry(conn, seq), about.opened(conn, seq)
    if row is None or not {"finding", "watch"} <= there.keys():
        return None
    entry = json.loads(row.canonical)
    at = from_text(entry["at"])
    return Before(finding, seq, entry["public"], there["finding"], there["watch"], at)


def denied(before: Before, at: datetime) -> Corrected:
    """Return the correction of an act that was not the person's: nothing is left of it."""
    activity = stored_activity(before.content["activity"])
    excuse = Exculpation(NOT_THEIRS, Result.MET, as_of=at.date().isoformat())
    made = Finding(
        activity=activity,
        outcome=Outcome.NONE,
        stance=None,
        targets=(),
        score=0,
        level=None,
        phase=before.content["phase"],
        facts=before.content["facts"],
        ruleset=before.content["ruleset"],
        matches=(),
        exculpations=(excuse,),
        derivation=(f"none: {NOT_THEIRS} met",),
    )
    changed = not before.denied
    return Corrected(before, made, {**before.watch, "ownership": "contested"}, changed)


def judged(conn: Connection, reader: Reader, before: Before) -> Corrected | None:
    """Judge a finding's act again with the facts now on file; ``None`` where none are any more."""
    activity = stored_activity(before.content["activity"])
    watch = register.any_watch(conn, activity.watch_id)
    if watch is None:
        return None
    at = activity.occurred_at
    on = local_day(at, watch.zone) if at else None
    now, then = watch, watch_then(conn, watch, before.at)
    made, former = (_judge(conn, reader, before, activity, w.facts(on)) for w in (now, then))
    return Corrected(before, made, register_snapshot(watch, on), _gist(made) != _gist(former))


def _judge(
    conn: Connection, reader: Reader, before: Before, activity: Activity, person: PersonFacts
) -> Finding:
    facts = Facts(person, EVERY_KEY)
    target = activity.target
    if target is not None and target.is_stranger:
        return decide(activity, _reading(before.content, reader), facts, reader.ruleset)
    # As of when it was recorded: a contest that is over by now was not over then.
    (again,) = reader.judge([(activity, facts)], before.at, standing.now(conn))
    return again.finding


def record(tx: Connection, one: Corrected, error: Error, at: datetime) -> int:
    """Record a correction: why, the new revision, and the messages; return how many are owed."""
    before = one.before
    number = findings.next_revision(tx, before.finding)
    said = log.append(
        tx,
        at=at,
        kind=RECTIFICATION,
        subject=before.finding,
        public={
            "cause": error.cause.value,
            "corrects": before.public["revision_no"],
            "revision_no": number,
            "outcome_before": before.outcome,
            "outcome": one.finding.outcome.value,
        },
        content={
            "by": {"who": error.who, "why": error.why},
            "correction": {
                "before": dict(error.before),
                "after": dict(error.after),
                "zone": before.watch["zone"],
            },
        },
    )
    head = log.append(
        tx,
        at=at,
        kind="finding",
        subject=before.finding,
        public=_public(one, number),
        content={"finding": finding_content(one.finding), "watch": one.watch},
    )
    findings.add(tx, before.finding, head.seq, one.finding.outcome.value)
    if one.finding.outcome is Outcome.NONE:
        rechecks.put_off(tx, before.finding, None)  # nothing gives the right to look again
    return _tell(tx, one, said.seq, head.seq, at)


def note(tx: Connection, person_ref: str, error: Error, at: datetime) -> None:
    """Log a correction of a person's facts that no finding rests on, or beside those that do."""
    log.append(
        tx,
        at=at,
        kind=RECTIFICATION,
        subject=person_ref,
        public={"cause": error.cause.value},
        content={
            "by": {"who": error.who, "why": error.why},
            "correction": {"before": dict(error.before), "after": dict(error.after)},
        },
    )


def _tell(tx: Connection, one: Corrected, said: int, revision: int, at: datetime) -> int:
    """Owe a correction to whoever was told; who waits for the former gets the new one instead."""
    finding = one.before.finding
    waiting = outbox.withdraw(tx, "finding", finding)
    told = outbox.recipients(tx, "finding", finding)
    if one.finding.outcome is not Outcome.NONE:
        outbox.put(tx, kind="finding", subject=finding, seq=revision, destinations=waiting, at=at)
    return outbox.put(tx, kind=RECTIFICATION, subject=finding, seq=said, destinations=told, at=at)


def _public(one: Corrected, number: int) -> dict[str, Canonical]:
    was, finding = one.before.public, one.finding
    rules: list[Canonical] = [{"id": m.rule, "revision": m.revision} for m in finding.matches]
    return {
        **{key: was[key] for key in KEPT if key in was},
        "outcome": finding.outcome.value,
        "rules": rules,
        "ruleset": finding.ruleset,
        "revision_no": number,
        "corrects": was["revision_no"],
    }


def _reading(content: Mapping[str, Any], reader: Reader) -> Reading:
    """Return what was read before, out of the finding: its matches and its named features."""
    noted = [r.removeprefix(FEATURES) for r in content["derivation"] if r.startswith(FEATURES)]
    known = reader.ruleset.by_id
    matches = tuple(_match(m) for m in content["matches"] if m["rule"] in known)
    return Reading(
        stance=Stance(content["stance"]) if content["stance"] else None,
        targets=tuple(content["targets"]),
        score=0,
        matches=matches,
        derivation=tuple(content["derivation"]),
        features=frozenset(name for one in noted for name in one.split(", ")),
        phases=tuple((m.target.rpartition("/")[0], content["phase"]) for m in matches),
    )


def _match(kept: Mapping[str, Any]) -> Match:
    return Match(
        rule=kept["rule"],
        revision=kept["revision"],
        target=kept["target"],
        stance=Stance(kept["stance"]),
        level=Level(kept["level"]),
        outcome=Outcome(kept["outcome"]),
        spans=tuple(Span(s["field"], s["start"], s["end"]) for s in kept["spans"]),
        legal_basis=tuple(
            LegalBasis(b["instrument"], b["article"], b["confidence"]) for b in kept["legal_basis"]
        ),
    )


def _gist(finding: Finding) -> Sequence[Any]:
    matches = [(m.rule, m.target, m.outcome, m.level) for m in finding.matches]
    excuses = [(e.id, e.result) for e in finding.exculpations]
    return [finding.outcome, finding.level, sorted(matches), sorted(excuses)]
