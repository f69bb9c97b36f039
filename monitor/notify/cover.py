"""The cover of a forwarded case: what a named official hands on, in the order of Bawaslu's form.

It says what the alert says, from the same recorded data, and names nobody but the person whose
account is on the register, the official who signs, and the officials who decided. Of a stranger
whose post was answered it says that there is one (POLICY 29): their words stay in the files.
Fields that the evidence cannot know are left blank for a hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monitor.clock import from_text
from monitor.errors import NotifyError
from monitor.model.delivery import AlertFacts
from monitor.model.review import Step
from monitor.model.rule import RuleSet
from monitor.notify import card, pages, words
from monitor.notify.card import Size
from monitor.notify.quote import clean, excerpt
from monitor.notify.render import named, render_parts
from monitor.notify.sheet import blocks

TEMPLATE, PARTS, WORDS = "cover.typ", "cover.id.j2", "labels_case.id.j2"
SIZE = Size(quote=20_000, items=200, field=1000)
FIELD = 300
_NUMBERED = re.compile(r"-(?:\d+|masked)$")


@dataclass(frozen=True, slots=True)
class Letter:
    """Who forwards a case, for which office, with which letter."""

    official: str
    office: str
    number: str
    on: date


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One file of the evidence: its name in the export, its SHA-256 (hex), and of which kind."""

    member: str
    sha256: str
    kind: str


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a case: what it says in clear, and who decided in which role, if anybody.

    ``answer`` are the words of the person concerned, ``unanswered`` why there are none;
    ``receiver`` is whom the case goes to.
    """

    seq: int
    at: datetime
    kind: str
    public: Mapping[str, Any]
    who: str = ""
    role: str = ""
    answer: str = ""
    receiver: str = ""
    unanswered: str = ""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A case as it is forwarded: the newest finding with its register line, and all its entries."""

    content: Mapping[str, Any]
    watch: Mapping[str, Any]
    facts: AlertFacts
    events: Sequence[Event]
    head: str


def render_cover(
    letter: Letter, case: Forwarded, exhibits: Sequence[Exhibit], ruleset: RuleSet
) -> bytes:
    """Return the cover as PDF.

    Raises a permanent ``NotifyError`` where no decision to forward is among the events.
    """
    return pages.typeset(TEMPLATE, data(letter, case, exhibits, ruleset))


def data(
    letter: Letter, case: Forwarded, exhibits: Sequence[Exhibit], ruleset: RuleSet
) -> dict[str, Any]:
    """Return what the cover's template is given."""
    named_letter = {
        "official": clean(letter.official, FIELD),
        "office": clean(letter.office, FIELD),
        "number": clean(letter.number, FIELD),
        "on": words.day(letter.on, "id"),
    }
    variables = {**_variables(case, ruleset), "letter": named_letter}
    sections = {name: blocks(part) for name, part in render_parts(PARTS, variables).items()}
    return {
        "finding": case.facts.finding_id,
        "head": case.head,
        "qr": pages.code(case.facts.finding_id),
        "letter": named_letter,
        "sections": sections,
        "note": pages.note(),
        "exhibits": [_exhibit(number, one) for number, one in enumerate(exhibits, start=1)],
    }


def kind_of(name: str) -> str:
    """Return the kind of exhibit that a file or content of an entry is, by its name."""
    known = named(WORDS, "exhibit")
    plain = _NUMBERED.sub("", name)
    return plain if plain in known else "file"


def _exhibit(number: int, one: Exhibit) -> dict[str, Any]:
    what = named(WORDS, "exhibit")[one.kind]
    return {"number": number, "member": one.member, "sha256": one.sha256, "what": what}


def _variables(case: Forwarded, ruleset: RuleSet) -> dict[str, Any]:
    activity, zone = case.content["activity"], case.watch["zone"]
    built = card.build(case.content, case.watch, case.facts, ruleset, "id", SIZE)
    account = {
        "platform": clean(case.watch["platform"], FIELD),
        "handle": clean(activity["actor"]["handle"], FIELD),
        "id": clean(activity["actor"]["id"], FIELD),
    }
    steps = [_step(event, zone) for event in case.events]
    told = [e for e in case.events if e.kind == "delivery" and e.public.get("accepted_at")]
    taken = {event.public.get("step") for event in case.events}
    forwarded = [step for step in steps if step["step"] == Step.FORWARDED]
    if not forwarded:
        raise NotifyError("no decision to forward is on record", permanent=True)
    return {
        **built,
        "account": account,
        "steps": [s for s, e in zip(steps, case.events, strict=True) if e.kind != "delivery"],
        "forwarded": forwarded[-1],
        "told": _moment(from_text(told[0].public["accepted_at"]), zone) if told else "",
        "answered": Step.ANSWERED in taken,
        "answers": [
            excerpt(e.answer.strip(), (), SIZE.quote) for e in case.events if e.answer.strip()
        ],
    }


def _step(event: Event, zone: str) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": _moment(event.at, zone),
        "kind": clean(event.kind, 40),
        "step": event.public.get("step") or "",
        "state": event.public.get("state") or "",
        "who": clean(event.who, FIELD),
        "role": clean(event.role, FIELD),
        "path": event.public.get("path") or "",
        "receiver": clean(event.receiver, FIELD),
        "unanswered": clean(event.unanswered, SIZE.field),
    }


def _moment(at: datetime, zone: str) -> str:
    return words.moment(at, zone, "id")
