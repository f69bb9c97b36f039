"""Which phase of a contest an act falls in, when its time may be unknown."""

from __future__ import annotations

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
    earliest = contest.phase_at(activity.not_before)
    return earliest if earliest is contest.phase_at(activity.first_seen_at) else Phase.UNKNOWN


def target_phase(contest: Contest, target: str, activity: Activity) -> Phase:
    """Return the phase toward one target: a person may be *bakal calon* before registration opens.

    POLICY 2: a sourced date of recommendation, declaration or penjaringan begins it.
    """
    phase = phase_of(activity, contest)
    known = contest.target(target)
    since = known.bakal_calon_since if known else None
    if phase is Phase.BEFORE and since and activity.occurred_at:
        day = activity.occurred_at.astimezone(ZONES[contest.zone]).date()
        if day >= since:
            return Phase.PROSPECTIVE
    return phase
