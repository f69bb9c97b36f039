"""What an exculpation may look at, and how it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from monitor.model.activity import Activity
from monitor.model.finding import Outcome, Reading, Result
from monitor.model.person import PersonFacts


@dataclass(frozen=True, slots=True)
class Case:
    """One act as read, with the facts about its person where there are any."""

    activity: Activity
    reading: Reading
    person: PersonFacts | None = None

    def has(self, *names: str) -> bool:
        """Say whether the act has one of these features."""
        return not self.reading.features.isdisjoint(names)

    @property
    def sided(self) -> bool:
        return bool(self.reading.targets)

    @property
    def clear(self) -> bool:
        return any(m.outcome is Outcome.ALERT for m in self.reading.matches)

    @property
    def spouse_of(self) -> str:
        """Return the target whose husband or wife the person is, or an empty text."""
        return (self.person.candidate_spouse_of if self.person else None) or ""

    @property
    def only_about_spouse(self) -> bool:
        """Say whether nothing was matched toward anybody but the person's husband or wife."""
        targets = {match.target for match in self.reading.matches}
        return bool(self.spouse_of) and targets <= {"", self.spouse_of}

    def interval_on(self, day: date | None, kinds: frozenset[str]) -> str:
        """Return the recorded interval of these kinds that covers a day, in words, or nothing."""
        for interval in (self.person.intervals if self.person else None) or ():
            if interval.kind.casefold() not in kinds or day is None or day < interval.start:
                continue
            if interval.end is None or day <= interval.end:
                until = f" s.d. {interval.end.isoformat()}" if interval.end else ""
                return f"{interval.start.isoformat()}{until}"
        return ""


@dataclass(frozen=True, slots=True)
class Answer:
    """How looking for an excuse ended, the fact used, and that fact's date."""

    result: Result
    fact: str = ""
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Excuse:
    """One excuse.

    It speaks for the rules that list it, or for every rule where ``everyone`` is set. When it is
    met the act may still be ``leaves``. ``question`` is what to clear up where it cannot be
    checked, in Indonesian.
    """

    ask: Callable[[Case], Answer]
    question: str = ""
    everyone: bool = False
    leaves: Outcome = Outcome.NONE


def met(fact: str, *, when: bool) -> Answer:
    """Return a plain answer: met by a fact, or not met."""
    return Answer(Result.MET, fact) if when else Answer(Result.NOT_MET)
