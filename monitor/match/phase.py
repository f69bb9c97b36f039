"""Which phase of a contest an act falls in, when its time may be unknown."""

from __future__ import annotations

from datetime import datetime

from monitor.model.activity import Activity
from monitor.model.contest import ZONES, Contest, Phase
from monitor.model.wire import EPOCH


def phase_of(activity: Activity, contest: Contest) -> Phase:
    """Return the phase of an act in one contest.

    With a claimed time, that time decides. Without one, the two bounds that we know ourselves do:
    the last look without the act and the first with it; if both lie in one phase, it is that
    phase, else ``UNKNOWN``, which caps at ``review``. A line that was typed in and states no time
    at all has neither (its ``first_seen_at`` is the epoch): the campaign is assumed, and the
    output says that facts were not stated.
    """
    if activity.occurred_at is not None:
        return contest.phase_at(activity.occurred_at)
    if activity.first_seen_at == EPOCH:
        return Phase.CAMPAIGN
    if activity.not_before is None:
        return Phase.UNKNOWN
    first, last = activity.not_before, activity.first_seen_at
    earliest = contest.phase_at(first)
    same = earliest is contest.phase_at(last) and contest.round_at(first) == contest.round_at(last)
    return earliest if same else Phase.UNKNOWN


def target_phase(contest: Contest, target: str, activity: Activity) -> Phase:
    """Return the phase toward one target: a person may be *bakal calon* before registration opens.

    POLICY 2: a sourced date of recommendation, declaration or penjaringan begins it.
    """
    phase = phase_of(activity, contest)
    known = contest.target(target)
    since = known.bakal_calon_since if known else None
    if phase is not Phase.BEFORE or since is None:
        return phase
    zone = ZONES[contest.zone]
    ends = (activity.occurred_at,) if activity.occurred_at else _ends(activity)
    begun = {end.astimezone(zone).date() >= since for end in ends}
    if len(begun) > 1:
        return Phase.UNKNOWN
    return Phase.PROSPECTIVE if True in begun else phase


def _ends(activity: Activity) -> tuple[datetime, ...]:
    """Return the bounds of an act without a time, as far as they are known."""
    return (activity.not_before, activity.first_seen_at) if activity.not_before else ()
