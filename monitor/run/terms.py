"""When a contest is watched: it ends by itself, unless somebody keeps it open (P25).

Rounds stand in the contest's file, each with its ruling as source; between them, and after the
last, nothing is polled for it (POLICY 18). A named person may keep a contest open longer, with a
reason, by an entry of the log. That opens the days from then on, and none before: what happened
while nobody watched stays unwatched.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from monitor.model.contest import ZONES, Contest, Round
from monitor.model.evidence import Canonical
from monitor.model.rule import RuleSet
from monitor.store import governance
from monitor.store.db import Connection
from monitor.store.governance import Decision

CONTEST = "contest/"
LONGER = "diperpanjang"
_ONE_DAY = timedelta(days=1)

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Word:
    """Somebody's word on a contest: from the moment it was given, watch until a day."""

    at: datetime
    until: date


Words = Mapping[str, tuple[Word, ...]]


@dataclass(frozen=True, slots=True)
class Term:
    """How a contest stands: its round now, else the next, else the last, with both end days."""

    contest: str
    open: bool
    round: str
    first: date
    last: date


class Terms:
    """What was said of contests, as the log has it now; reads only what is new."""

    def __init__(self) -> None:
        self._seq = 0
        self._words: dict[str, tuple[Word, ...]] = {}

    def words(self, conn: Connection) -> Words:
        """Return every word by contest, oldest first."""
        for decision in governance.decisions(conn, self._seq):
            self._seq = decision.seq
            for contest, words in said([decision]).items():
                self._words[contest] = (*self._words.get(contest, ()), *words)
        return dict(self._words)


def said(decisions: Iterable[Decision]) -> Words:
    """Return the words among decisions, by contest, in their order."""
    found: dict[str, tuple[Word, ...]] = {}
    for one in decisions:
        if one.topic.startswith(CONTEST):
            contest = one.topic.removeprefix(CONTEST)
            word = Word(one.at, date.fromisoformat(one.public["until"]))
            found[contest] = (*found.get(contest, ()), word)
    return found


def keep_open(
    tx: Connection, contest: str, until: date, *, who: str, why: str, now: datetime
) -> None:
    """Log that a contest is watched until a day, who says so, and why (P25)."""
    public: dict[str, Canonical] = {"until": until.isoformat()}
    governance.record(tx, CONTEST + contest, public, {"who": who, "why": why}, now)


def extended(ruleset: RuleSet, words: Words) -> RuleSet:
    """Return the set with the days added that contests were kept open; its digest tells them."""
    longer: dict[str, Contest] = {}
    for name in sorted(words):
        contest = ruleset.contests.get(name)
        added = tuple(_added(contest, words[name])) if contest else ()
        if contest and added:
            rounds = sorted((*contest.rounds, *added), key=lambda r: r.bakal_calon)
            longer[name] = replace(contest, rounds=tuple(rounds))
    if not longer:
        return ruleset
    days = {name: _spans(ruleset.contests[name], made) for name, made in longer.items()}
    digest = hashlib.sha256(f"{ruleset.digest}\n{json.dumps(days)}".encode()).hexdigest()
    return replace(ruleset, digest=digest, contests={**ruleset.contests, **longer})


def term(contest: Contest, now: datetime) -> Term:
    """Return how a contest stands at a moment."""
    day = now.astimezone(ZONES[contest.zone]).date()
    ahead = (r for r in contest.rounds if r.selesai >= day)
    current = next(ahead, contest.rounds[-1])
    return Term(contest.id, contest.is_live(now), current.id, current.bakal_calon, current.selesai)


def _added(contest: Contest, words: Sequence[Word]) -> Iterator[Round]:
    """Yield the days kept open as rounds: what they add to the rounds on file."""
    periods = _periods(words, contest.zone)
    for place, current in enumerate(contest.rounds):
        later = contest.rounds[place + 1 :]
        begin = current.selesai + _ONE_DAY
        end = later[0].bakal_calon - _ONE_DAY if later else date.max
        for since, until in periods:
            first, last = max(begin, since), min(end, until)
            if first <= last:
                # All dates of the vote lie before it: the phase is that after the vote.
                name = f"{current.id}, {LONGER}"
                yield replace(current, id=name, bakal_calon=first, selesai=last)


def _periods(words: Sequence[Word], zone: str) -> list[Days]:
    """Return the days spoken of, apart from each other; a later word may also shorten."""
    periods: list[Days] = []
    for word in words:
        day = word.at.astimezone(ZONES[zone]).date()
        cut = [(first, min(last, max(word.until, day))) for first, last in periods]
        periods = [(first, last) for first, last in cut if first <= last]
        if periods and periods[-1][1] >= day - _ONE_DAY:
            first, last = periods.pop()
            periods.append((first, max(last, word.until)))
        elif word.until >= day:
            periods.append((day, word.until))
    return periods


def _spans(on_file: Contest, longer: Contest) -> list[str]:
    return [f"{r.bakal_calon}/{r.selesai}" for r in longer.rounds if r not in on_file.rounds]
