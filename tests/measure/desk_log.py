"""A log of an invented desk, made by chance: cases, deliveries, steps, corrections, erasures."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.clock import to_text
from monitor.model.evidence import Canonical
from monitor.model.review import Path, Step
from monitor.review.decisions import AFTER
from monitor.store import findings, log
from monitor.store.db import Connection
from monitor.store.writer import Writer

START = datetime(2024, 10, 1, 3, 0, tzinfo=UTC)
AGENCIES = ("Dinas Rekaan", "Badan Uji", "Sekretariat Contoh", '=Dinas "Rumus"')
RULES = ("support-like", "support-text", "attack-text")
INCUMBENT, CHALLENGER, PARTY = "pilgub-99-2024/1", "pilgub-99-2024/2", "partai/rekaan"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
BATCH = 5_000

# What happens in a case, and how many hours after what came before.
Event = tuple[datetime, int, str, str]


def fill(
    writer: Writer,
    cases: int,
    seed: int = 1,
    days: float = 30.0,
    agencies: Sequence[str] = AGENCIES,
) -> None:
    """Append the entries of some cases, mixed as time mixes them."""
    rng = random.Random(seed)
    events = sorted(event for number in range(cases) for event in _events(rng, number, days))
    told: dict[int, int] = {}
    for place in range(0, len(events), BATCH):
        with writer.transaction() as tx:
            for event in events[place : place + BATCH]:
                _append(tx, rng, event, told, agencies)


def name_of(number: int) -> str:
    made = "".join(_LETTERS[number * 2_654_435_761 >> 5 * place & 31] for place in range(8))
    return f"NTR-{made[:4]}-{made[4:]}"


def _events(rng: random.Random, number: int, days: float) -> Iterator[Event]:
    at = START + timedelta(days=rng.random() * days)

    def later(most: float) -> datetime:
        nonlocal at
        at += timedelta(hours=rng.random() * most)
        return at

    yield at, number, "finding", rng.choice(("alert", "review"))
    for _ in range(rng.randrange(3)):
        yield later(0.2), number, "delivery", rng.choice(("accepted", "accepted", "given_up"))
    status: Step | None = None
    for _ in range(rng.randrange(8)):
        following = [step for step in Step if status in AFTER[step]]
        step = rng.choice(following)
        # The person concerned may answer after the decision to examine; that decision stays.
        if not (step is Step.ANSWERED and status is Step.TO_EXAMINE):
            status = step
        yield later(60), number, "review", step.value
        if rng.random() < 0.2:
            yield later(20), number, "reminder", rng.choice(("lewat", "lewat", "sisa-1"))
    if rng.random() < 0.1:
        yield later(60), number, "finding", "none"
        if rng.random() < 0.3:
            yield later(60), number, "finding", "review"
    if rng.random() < 0.05:
        yield later(60), number, "erasure", "pdp"
    if rng.random() < 0.1:
        yield later(60), number, "state", "masih_ada"


def _append(
    tx: Connection, rng: random.Random, event: Event, told: dict[int, int], agencies: Sequence[str]
) -> None:
    at, number, kind, word = event
    subject = name_of(number)
    public: dict[str, Any] = {}
    content: dict[str, Any] = {}
    if kind == "finding":
        revision = told.get(number, 0) + 1
        told[number] = revision
        public, content = _finding(rng, number, at, word, revision, agencies)
    elif kind == "delivery":
        public = {
            "notifier": "telegram", "attempt": 1, "finding_seq": 1, "result": word,
            "accepted_at": to_text(at - timedelta(milliseconds=300)),
        }  # fmt: skip
    elif kind == "review":
        public = {"step": word, "officer": f"p{number % 3}"}
        if word == Step.FORWARDED:
            public["path"] = rng.choice(list(Path)).value
        content = {"review": {"who": "Bu Rekaan", "role": "penelaah", "why": "uji"}}
    elif kind == "reminder":
        term = rng.choice(("pilkada-laporan", "antrean"))
        public = {"term": term, "stage": word, "since": to_text(at), "last_day": "2024-10-09"}
    else:
        public = {"ground": word} if kind == "erasure" else {"state": word, "revision_no": 1}
    head = log.append(tx, at=at, kind=kind, subject=subject, public=public, content=content)
    if kind == "finding":
        findings.add(tx, subject, head.seq, word)


def _finding(
    rng: random.Random, number: int, at: datetime, outcome: str, revision: int,
    agencies: Sequence[str],
) -> tuple[dict[str, Canonical], dict[str, Canonical]]:  # fmt: skip
    rules = sorted(rng.sample(RULES, rng.randrange(1, 3))) if outcome != "none" else []
    public: dict[str, Canonical] = {
        "outcome": outcome, "rules": [{"id": rule, "revision": 1} for rule in rules],
        "ruleset": "0" * 64, "platform": "feed" if number % 3 else "bluesky", "signal": "post",
        "revision_no": revision, "first_seen_at": to_text(at - timedelta(seconds=90)),
        "partial": False, "proof": "",
    }  # fmt: skip
    sides = (INCUMBENT, CHALLENGER, PARTY)
    finding: dict[str, Canonical] = {
        "level": rng.choice(["disiplin", "kode_etik"]) if outcome != "none" else None,
        "targets": sorted(rng.sample(sides, rng.randrange(1, 3))), "phase": "kampanye",
        "activity": {"text": "Teks rekaan.", "occurred_at": to_text(at)},
    }  # fmt: skip
    watch: dict[str, Canonical] = {
        "person_ref": f"p-{number % 97}", "name": "Orang Rekaan",
        "instansi": agencies[number % len(agencies)],
    }  # fmt: skip
    return public, {"finding": finding, "watch": watch}
