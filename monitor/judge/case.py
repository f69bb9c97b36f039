"""What an exculpation may look at, and how it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from monitor.judge.moment import Cover, act_days, cover
from monitor.model.activity import Activity
from monitor.model.contest import Contest
from monitor.model.day import Day, Days
from monitor.model.finding import Outcome, Reading, Result
from monitor.model.person import Interval, PersonFacts


@dataclass(frozen=True, slots=True)
class Answer:
    """How looking for an excuse ended, the fact used in Indonesian, and that fact's ISO date."""

    result: Result
    fact: str = ""
    as_of: str = ""


NO = Answer(Result.NOT_MET)


@dataclass(frozen=True, slots=True)
class Case:
    """One act as read, with the facts about its person where there are any.

    ``contests`` and ``days`` (the days off) are those of the rule set.
    """

    activity: Activity
    reading: Reading
    person: PersonFacts | None = None
    contests: Mapping[str, Contest] = field(default_factory=dict)
    days: Days = field(default_factory=Days)

    def has(self, *names: str) -> bool:
        """Say whether the act has one of these features."""
        return not self.reading.features.isdisjoint(names)

    def states(self, key: str) -> bool:
        """Say whether a fact about the person was stated at all, be it as unknown."""
        return self.person is not None and key in self.person.stated

    @property
    def sided(self) -> bool:
        return bool(self.reading.targets)

    @property
    def clear(self) -> bool:
        return any(m.outcome is Outcome.ALERT for m in self.reading.matches)

    @property
    def speaks(self) -> bool:
        """Say whether the person's own words take a side, however weakly."""
        words = self.has("own-words") and not self.has("picture-only")
        return words and self.reading.stance is not None

    @property
    def only_a_deed(self) -> bool:
        """Say whether all that was matched is a deed that the act tells of, without a side."""
        return bool(self.reading.matches) and self.reading.stance is None

    @property
    def spouse_of(self) -> str:
        """Return the target whose husband or wife the person is, or an empty text."""
        return (self.person.candidate_spouse_of if self.person else None) or ""

    @property
    def only_about_spouse(self) -> bool:
        """Say whether nothing was matched toward anybody but the person's husband or wife."""
        targets = {match.target for match in self.reading.matches}
        return bool(self.spouse_of) and targets <= {"", self.spouse_of}

    @property
    def as_of(self) -> str:
        """Return the date of what is on file about the person, or an empty text."""
        known = self.person.as_of if self.person else None
        return known.isoformat() if known else ""

    @property
    def day(self) -> Day | None:
        """Return what kind of day it was where the person serves, if the act's time is claimed."""
        when, person = self.activity.occurred_at, self.person
        if when is None:
            return None
        zone, area = (person.zone, person.area) if person else (None, None)
        return self.days.at(when, zone, area or "")

    def shown(self, fact: str, *, when: bool) -> Answer:
        """Return met by what the act itself shows, dated as the act, or not met."""
        if not when:
            return NO
        days = act_days(self.activity, self.person)
        return Answer(Result.MET, fact, days[1].isoformat() if days else "")

    def on_file(self, kinds: frozenset[str]) -> tuple[Cover, str]:
        """Return how far intervals of these kinds (lower case) cover the act, and which does."""
        days = act_days(self.activity, self.person)
        best = (Cover.NOT, "")
        for interval in (self.person.intervals if self.person else None) or ():
            if interval.kind.casefold() not in kinds or days is None:
                continue
            found = cover(interval, days)
            if found is Cover.WHOLE:
                return found, _in_words(interval)
            if found is Cover.PARTLY:
                best = (found, _in_words(interval))
        return best


def _in_words(interval: Interval) -> str:
    until = f" s.d. {interval.end.isoformat()}" if interval.end else ""
    letter = f" ({interval.reference})" if interval.reference else ""
    return f"{interval.start.isoformat()}{until}{letter}"


@dataclass(frozen=True, slots=True)
class Excuse:
    """One excuse.

    It speaks for the rules that list it, or for every rule where ``everyone`` is set. When it is
    met the act may still be ``leaves``. ``question`` is what to clear up where it leaves a
    question, in Indonesian.
    """

    ask: Callable[[Case], Answer]
    question: str = ""
    everyone: bool = False
    leaves: Outcome = Outcome.NONE
