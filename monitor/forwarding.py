"""The cover of a case that a named official forwards, made from what the log holds of it.

A program never reports anybody: without a person's decision on record there is nothing to forward
(UU 7/2017 Pasal 454, UU 27/2022 Pasal 10).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from monitor.clock import from_text
from monitor.errors import ConfigError, Fault
from monitor.evidence.export import FORWARDING, Add
from monitor.evidence.export_masked import ANSWER
from monitor.model.evidence import CARD, LogHead
from monitor.model.finding import Outcome
from monitor.model.review import REVIEW, CaseState, Step, state_after
from monitor.model.rule import RuleSet
from monitor.notify import cover
from monitor.notify.receipt import in_words
from monitor.run.compose import alert_facts
from monitor.store import answers, findings
from monitor.store.cases import Found
from monitor.store.db import Connection

COVER, PICTURE = "pengantar.pdf", "kartu.png"
# The files of an act come first, then what was found in them, then what people said.
_ORDER = ("files/", "warc/", "content/")


@dataclass(frozen=True, slots=True)
class Asked:
    """The letter as the command line gives it; every part is needed."""

    official: str
    office: str
    number: str
    on: str

    def letter(self, who: str, why: str, decision: Mapping[str, Any]) -> cover.Letter:
        """Read it; number and date may stand in the decision, and may not be others than there.

        ``ConfigError`` lists everything that is missing, not a date, or not what was decided.
        """
        number, on = (
            _decided(decision, *pair) for pair in (("letter", self.number), ("date", self.on))
        )
        given = {
            "--official": self.official, "--office": self.office, "--letter": number,
            "--date": on, "--by": who, "--why": why,
        }  # fmt: skip
        where = f"export --profile {FORWARDING}"
        faults = [
            Fault(where, key, "a text", "nothing")
            for key, text in given.items()
            if not text.strip()
        ]
        try:
            day = date.fromisoformat(on) if on.strip() else date.min
        except ValueError:
            faults.append(Fault(where, "--date", "a day as 2024-10-15", repr(on)))
        asked = (("--letter", self.number, number), ("--date", self.on, on))
        faults += [
            Fault(where, key, f"{known}, as it was decided", repr(said))
            for key, said, known in asked
            if said.strip() and said != known
        ]
        if faults:
            raise ConfigError(faults)
        return cover.Letter(self.official, self.office, number, day)


NONE = Asked("", "", "", "")


def _decided(decision: Mapping[str, Any], name: str, asked: str) -> str:
    return str(decision.get(name) or asked)


def decided(finding: str, found: Sequence[Found]) -> Mapping[str, Any]:
    """Return the decision to forward a case: what was said with it, in closed content.

    Raises ``ConfigError`` unless it is the last word on the case, and a person's, or where a
    correction left nothing of the act: nobody is handed on for what was wrongly laid to them.
    """
    outcomes = [_public(one)["outcome"] for one in found if "outcome" in _public(one)]
    if outcomes and outcomes[-1] == Outcome.NONE:
        got = "a correction that left nothing of it"
        hint = "netralitas review step ID dibuka_kembali; tell the receiver of an earlier letter"
        expected = "a case in which something was found"
        where = f"export {finding}"
        raise ConfigError([Fault(where, f"--profile {FORWARDING}", expected, got, hint)])
    steps = [Step(_public(one)["step"]) for one in found if _kind(one) == REVIEW]
    if state_after(steps) is CaseState.FORWARDED:
        last = [one for one in found if _public(one).get("step") == Step.FORWARDED][-1]
        return _said(last, REVIEW)
    hint = (
        "two persons decide that: netralitas review step; "
        "an export for an auditor needs no decision: --profile audit"
    )
    got = f"{steps[-1]} as the last decision" if steps else "no decision"
    expected = f"a recorded decision to forward ({REVIEW} entry, step {Step.FORWARDED})"
    raise ConfigError([Fault(f"export {finding}", f"--profile {FORWARDING}", expected, got, hint)])


def add_cover(
    conn: Connection,
    finding: str,
    found: Sequence[Found],
    letter: cover.Letter,
    ruleset: RuleSet,
    head: LogHead,
) -> Add:
    """Return what adds the cover to an export's members, with each exhibit's digest."""
    seq = findings.last_entry(conn, finding)
    newest = next(one for one in found if one.seq == seq)
    case = cover.Forwarded(
        content=_content(newest, "finding", finding),
        watch=_content(newest, "watch", finding),
        facts=alert_facts(conn, seq),
        events=[_event(one) for one in found],
        head=f"{head.seq}:{head.hash}",
    )

    def add(made: Mapping[str, bytes]) -> Mapping[str, bytes]:
        exhibits = [_exhibit(name, made[name]) for name in _shown(made)]
        # The newest card under a name that opens where it is clicked.
        drawn = [data for name, data in made.items() if name == f"files/{seq}/{CARD}"]
        picture = {PICTURE: drawn[0]} if drawn else {}
        return {COVER: cover.render_cover(letter, case, exhibits, ruleset), **picture}

    return add


def _shown(made: Mapping[str, bytes]) -> list[str]:
    """Return the members that are evidence, in the order in which a reader needs them."""
    return [name for start in _ORDER for name in made if name.startswith(start)]


def _exhibit(member: str, data: bytes) -> cover.Exhibit:
    folder, _, name = member.partition("/")
    kind = folder if folder == "warc" else cover.kind_of(name.partition("/")[2])
    return cover.Exhibit(member, hashlib.sha256(data).hexdigest(), kind)


def _event(one: Found) -> cover.Event:
    entry, told = json.loads(one.canonical), _said(one, ANSWER)
    # The person concerned signs nothing here; who decided does.
    said = _said(one, REVIEW) if entry["kind"] == REVIEW else {}
    return cover.Event(
        seq=one.seq,
        at=from_text(entry["at"]),
        kind=entry["kind"],
        public=entry["public"],
        who=str(said.get("who") or ""),
        role=str(said.get("role") or ""),
        answer=in_words(answers.read(told)) if told else "",
        receiver=str(said.get("receiver") or ""),
        unanswered=str(said.get("unanswered") or ""),
    )


def _said(one: Found, name: str) -> dict[str, Any]:
    bodies = (json.loads(content.body) for content in one.contents if content.name == name)
    said = next(bodies, None)
    return said if isinstance(said, dict) else {}


def _content(one: Found, name: str, finding: str) -> dict[str, Any]:
    if said := _said(one, name):
        return said
    expected = "a finding whose content is there"
    raise ConfigError([Fault(f"export {finding}", name, expected, "content that was erased")])


def _kind(one: Found) -> str:
    return str(json.loads(one.canonical)["kind"])


def _public(one: Found) -> dict[str, Any]:
    public: dict[str, Any] = json.loads(one.canonical)["public"]
    return public
