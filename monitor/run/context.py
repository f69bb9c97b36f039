"""What was on the ballot: the contests a finding speaks of, as they stood when it was judged.

Watchlists change; the evidence keeps the numbers and the standing of the candidates that the
judgement rested on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from monitor.model import keys
from monitor.model.contest import Contest
from monitor.model.evidence import Canonical
from monitor.model.finding import Finding


def contests_of(finding: Finding, contests: Mapping[str, Contest]) -> list[Canonical]:
    """Return each contest that holds a target of the finding, with the phase of the act in it.

    ``phase`` tells *bakal calon* from *calon*; only the targets that are named are listed.
    """
    named = {*finding.targets, *(match.target for match in finding.matches)}
    at = finding.activity.occurred_at
    return [
        _contest(contest, named, at)
        for contest in contests.values()
        if any(target.id in named for target in contest.targets)
    ]


def _contest(contest: Contest, named: set[str], at: datetime | None) -> dict[str, Canonical]:
    current = contest.round_at(at) if at else None
    return {
        "id": contest.id,
        "title": contest.title,
        "round": current.id if current else None,
        "penetapan": current.penetapan.isoformat() if current else None,
        "phase": contest.phase_at(at).value,
        "source": contest.source,
        "targets": [
            {
                "id": target.id,
                "label": target.label,
                "number": target.number,
                "bakal_calon_since": keys.maybe(target.bakal_calon_since, str),
            }
            for target in contest.targets
            if target.id in named
        ],
    }
