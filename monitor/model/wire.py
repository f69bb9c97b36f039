"""JSON forms: the line that ``netralitas match`` reads, and a finding's stored content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor.clock import to_text
from monitor.model import keys
from monitor.model.activity import Activity, Actor, Media, ObjectRef, Signal, Target, TargetState
from monitor.model.evidence import Canonical
from monitor.model.finding import Finding, Match
from monitor.model.person import EmployerType, Follows, Interval, Ownership, PersonFacts

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_USED = (
    "employer_type", "position", "area", "zone", "ownership", "notice_date", "candidate_spouse_of",
    "intervals",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """One activity to judge, and which facts the sender stated (an absent key is not stated).

    ``contests`` is ``None`` where the sender named none.
    """

    activity: Activity
    person: PersonFacts | None
    contests: tuple[str, ...] | None
    stated: frozenset[str]


def statement(line: Mapping[str, Any]) -> Statement:
    """Read one JSON object (DESIGN section 4); every key but ``id`` may be missing.

    Raises ``ValueError`` with the key, what was expected and what came.
    """
    given_id = keys.text(line, "id")
    if not given_id:
        raise ValueError("id: expected a text that is not empty")
    actor = keys.obj(line, "actor")
    activity = Activity(
        given_id=given_id,
        platform=keys.text(line, "platform"),
        signal=keys.one_of(Signal, line.get("signal") or "post", "signal"),
        actor=Actor(str(actor.get("id", "")), str(actor.get("handle", ""))),
        object=ObjectRef(given_id, url=keys.text(line, "url")),
        first_seen_at=keys.instant(line, "first_seen_at") or EPOCH,
        watch_id=keys.text(line, "watch_id"),
        target=_target(line.get("target")),
        text=keys.text(line, "text"),
        media=_media(line.get("media"), "media"),
        occurred_at=keys.instant(line, "occurred_at"),
        not_before=keys.instant(line, "not_before"),
        complete=line.get("complete") is not False,
    )
    person = None if line.get("person") is None else keys.obj(line, "person")
    return Statement(
        activity,
        None if person is None else person_facts(person),
        _contests(line.get("contests")),
        frozenset(line),
    )


def finding_output(finding: Finding) -> dict[str, Any]:
    """Return the output line of ``netralitas match`` (DESIGN section 6)."""
    return {
        "id": finding.activity.id,
        "outcome": finding.outcome.value,
        "stance": finding.stance.value if finding.stance else None,
        "targets": list(finding.targets),
        "score": finding.score,
        "level": finding.level.value if finding.level else None,
        "phase": finding.phase,
        "facts": finding.facts,
        "ruleset": finding.ruleset,
        "matches": [match_content(m) for m in finding.matches],
        "exculpations": _exculpations(finding),
        "questions": list(finding.questions),
    }


def facts_output(person: PersonFacts | None) -> dict[str, Any]:
    """Return the facts about a person that judging used, as stated; intervals by their kind."""
    if person is None:
        return {}
    found = {key: getattr(person, key) for key in _USED if key in person.stated}
    if person.intervals is not None:
        found["intervals"] = [i.kind for i in person.intervals]
    if person.as_of or not person.stated.isdisjoint(("as_of", "per_tanggal")):
        found["per_tanggal"] = person.as_of
    return found


def finding_content(finding: Finding) -> dict[str, Canonical]:
    """Return what the evidence log keeps of a finding; a stranger is left out (POLICY 29)."""
    return {
        "activity": activity_content(finding.activity),
        "outcome": finding.outcome.value,
        "stance": finding.stance.value if finding.stance else None,
        "targets": list(finding.targets),
        "level": finding.level.value if finding.level else None,
        "phase": finding.phase,
        "facts": finding.facts,
        "ruleset": finding.ruleset,
        "matches": [{**match_content(m), "outcome": m.outcome.value} for m in finding.matches],
        "exculpations": _exculpations(finding),
        "questions": list(finding.questions),
        "incumbents": list(finding.incumbents),
        "derivation": _reasons(finding),
    }


def _exculpations(finding: Finding) -> list[Canonical]:
    return [
        {"id": e.id, "result": e.result.value, "fact": e.fact, "as_of": e.as_of}
        for e in finding.exculpations
    ]


def _reasons(finding: Finding) -> list[Canonical]:
    # A reason quotes the words it rests on. Beside a stranger's post they may be the stranger's.
    target = finding.activity.target
    quoted = target is not None and target.is_stranger
    return [r for r in finding.derivation if not quoted or not ("'" in r or '"' in r)]


def activity_content(activity: Activity) -> dict[str, Canonical]:
    """Return an activity's stored form. Of a stranger's post only its state remains."""
    return {
        "id": activity.id,
        "revision": activity.revision,
        "platform": activity.platform,
        "signal": activity.signal.value,
        "actor": {"id": activity.actor.native_id, "handle": activity.actor.handle},
        "object": {
            "id": activity.object.id,
            "url": activity.object.url,
            "digest": activity.object.digest,
        },
        "watch_id": activity.watch_id,
        "target": _target_content(activity.target),
        "text": activity.text,
        "media": [_media_content(m) for m in activity.media],
        "occurred_at": keys.maybe(activity.occurred_at, to_text),
        "occurred_at_source": activity.occurred_at_source.value,
        "not_before": keys.maybe(activity.not_before, to_text),
        "first_seen_at": to_text(activity.first_seen_at),
        "complete": activity.complete,
        "basis": activity.basis,
        "collector": activity.collector,
        "collector_version": activity.collector_version,
    }


def match_content(match: Match) -> dict[str, Any]:
    return {
        "rule": match.rule,
        "revision": match.revision,
        "target": match.target,
        "stance": match.stance.value,
        "level": match.level.value,
        "spans": [{"field": s.field, "start": s.start, "end": s.end} for s in match.spans],
        "legal_basis": [
            {"instrument": b.instrument, "article": b.article, "confidence": b.confidence}
            for b in match.legal_basis
        ],
    }


def _target_content(target: Target | None) -> Canonical:
    if target is None:
        return None
    if target.is_stranger:
        return {"state": target.state.value, "stranger": True}
    return {
        "id": target.id,
        "url": target.url,
        "author_id": target.author_id,
        "author_handle": target.author_handle,
        "text": target.text,
        # A post quoted inside an answer may be a stranger's: it stays in the snapshot (POLICY 29).
        "media": [_media_content(m) for m in target.media if m.kind != "quote"],
        "state": target.state.value,
        "role": target.role,
        "of": target.of,
        "account_type": target.account_type,
        "stranger": False,
    }


def _media_content(media: Media) -> dict[str, Canonical]:
    return {
        "kind": media.kind,
        "url": media.url,
        "alt": media.alt,
        "digest": media.digest,
        "tags": list(media.tags),
    }


def _target(value: Any) -> Target | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise keys.wrong("target", "an object or null", value)
    author = keys.obj(value, "author", "target.author")
    unread = "text" in value and value["text"] is None
    return Target(
        id=keys.text(value, "id"),
        url=keys.text(value, "url"),
        author_id=str(author.get("id") or ""),
        author_handle=str(author.get("handle") or ""),
        text=keys.text(value, "text"),
        media=_media(value.get("media"), "target.media"),
        state=TargetState.MISSING if unread else TargetState.PRESENT,
        role=str(author.get("role") or ""),
        of=str(author.get("of") or ""),
        account_type=str(author.get("account_type") or ""),
    )


def _media(value: Any, key: str) -> tuple[Media, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(m, Mapping) for m in value):
        raise keys.wrong(key, "a list of objects", value)
    return tuple(
        Media(
            kind=keys.text(m, "kind"),
            url=keys.text(m, "url"),
            alt=keys.text(m, "alt"),
            digest=keys.text(m, "digest"),
            tags=keys.texts(m, "tags", f"{key}.tags"),
        )
        for m in value
    )


def person_facts(value: Mapping[str, Any]) -> PersonFacts:
    """Read the facts about a person; ``null`` or ``unknown`` is a fact, an absent key is none."""
    return PersonFacts(
        stated=frozenset(value),
        employer_type=keys.choice(_in_indonesian(value), "employer_type", EmployerType),
        position=keys.maybe(keys.known(value, "position"), str),
        area=keys.maybe(keys.known(value, "area"), str),
        zone=keys.maybe(keys.known(value, "zone"), str),
        ownership=keys.choice(value, "ownership", Ownership),
        notice_date=keys.day(keys.known(value, "notice_date"), "person.notice_date"),
        intervals=_intervals(value.get("intervals"), "person.intervals"),
        candidate_spouse_of=keys.maybe(keys.known(value, "candidate_spouse_of"), str),
        as_of=keys.day(keys.known(value, "per_tanggal"), "person.per_tanggal"),
        instansi=keys.maybe(keys.known(value, "instansi"), str),
        follows=_follows(keys.known(value, "follows")),
    )


def _in_indonesian(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """An agency's account may be stated in English."""
    agency = value.get("employer_type") == "AGENCY"
    return {**value, "employer_type": EmployerType.INSTANSI.value} if agency else value


def _intervals(value: Any, key: str) -> tuple[Interval, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(i, Mapping) for i in value):
        raise keys.wrong(key, "a list of objects", value)
    return tuple(_interval(i, key) for i in value)


def _interval(value: Mapping[str, Any], key: str) -> Interval:
    kind, start = keys.text(value, "kind"), keys.day(value.get("from"), f"{key}.from")
    if not kind or start is None:
        raise ValueError(f"{key}: expected kind and from, got {', '.join(value) or 'nothing'}")
    return Interval(kind=kind, start=start, end=keys.day(value.get("to") or None, f"{key}.to"))


def _follows(value: Any) -> Follows | None:
    """Read target ids, or an object of them; a bare list may lack some."""
    if value is None:
        return None
    listed = {"targets": value} if isinstance(value, list) else value
    if not isinstance(listed, Mapping):
        raise keys.wrong("person.follows", "an object with targets and complete", value)
    targets = keys.texts(listed, "targets", "person.follows.targets")
    return Follows(frozenset(targets), complete=listed.get("complete") is True)


def _contests(value: Any) -> tuple[str, ...] | None:
    return None if value is None else keys.texts({"contests": value}, "contests", "contests")
