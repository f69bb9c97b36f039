"""When an act can have happened, in the days of the person's own zone."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

from monitor.model.activity import Activity
from monitor.model.contest import ZONES
from monitor.model.person import Interval, PersonFacts
from monitor.model.wire import EPOCH


class Cover(Enum):
    """How far an interval covers the days on which an act can have happened."""

    WHOLE = "whole"
    PARTLY = "partly"
    NOT = "not"


def bounds(activity: Activity) -> tuple[datetime, datetime] | None:
    """Return the earliest and the latest instant of an act, or ``None`` where they are not known.

    A claimed time is both. Without one, our own two looks are: the last one without the act and
    the first one with it. A time is never invented.
    """
    if activity.occurred_at is not None:
        return activity.occurred_at, activity.occurred_at
    if activity.not_before is None or activity.first_seen_at == EPOCH:
        return None
    return activity.not_before, activity.first_seen_at


def act_days(activity: Activity, person: PersonFacts | None) -> tuple[date, date] | None:
    """Return the first and the last day on which the act can have happened, both included.

    Where the person's zone is not known, the days of all three zones count.
    """
    known = bounds(activity)
    if known is None:
        return None
    zone = ZONES.get((person.zone if person else None) or "")
    zones = [zone] if zone else list(ZONES.values())
    first, last = known
    days = [instant.astimezone(each).date() for instant in (first, last) for each in zones]
    return min(days), max(days)


def cover(interval: Interval, days: tuple[date, date]) -> Cover:
    """Say how far an interval covers the first to the last day, both included."""
    first, last = days
    end = interval.end or date.max
    if interval.start <= first and last <= end:
        return Cover.WHOLE
    return Cover.NOT if last < interval.start or end < first else Cover.PARTLY
