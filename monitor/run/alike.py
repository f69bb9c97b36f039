"""POLICY 15: whether a candidate is followed alone or all are followed alike is asked at once.

The list is read when a follow of a candidate's account is judged, passed on in memory, and never
stored. Where it cannot be read to its end, judging knows that, and a person is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.collect.base import Collector, ReadsFollows
from monitor.errors import CollectError
from monitor.judge.decide import Facts
from monitor.log import logger
from monitor.model.activity import Activity, Signal
from monitor.model.contest import AccountType, TargetKind
from monitor.model.person import Follows, Watch
from monitor.model.rule import RuleSet
from monitor.run.rules import Reader

Case = tuple[Activity, Facts]


async def with_follows(
    collector: Collector, watch: Watch, reader: Reader, cases: Sequence[Case]
) -> list[Case]:
    """Add to each follow of a candidate which candidates of that contest are followed too."""
    found: dict[str, Follows | None] = {}
    told = []
    for activity, facts in cases:
        contest_id = _contest(reader, activity)
        if contest_id and facts.person is not None:
            if contest_id not in found:
                found[contest_id] = await _ask(collector, watch, reader.ruleset, contest_id)
            stated = facts.person.stated | {"follows"}
            person = replace(facts.person, stated=stated, follows=found[contest_id])
            told.append((activity, replace(facts, person=person)))
        else:
            told.append((activity, facts))
    return told


def _contest(reader: Reader, activity: Activity) -> str:
    """Return the contest whose candidate is followed, if that is what the act is."""
    if activity.signal is not Signal.FOLLOW:
        return ""
    target = reader.with_role(activity).target
    if target is None or target.role != "candidate":
        return ""
    contests = reader.ruleset.contests.values()
    return next((c.id for c in contests if c.target(target.of)), "")


async def _ask(
    collector: Collector, watch: Watch, ruleset: RuleSet, contest_id: str
) -> Follows | None:
    """Return the targets followed, ``None`` where the list cannot be read."""
    accounts = _accounts(ruleset, contest_id, watch.platform)
    if not isinstance(collector, ReadsFollows):
        return None
    try:
        found = await collector.follows(watch, sorted(accounts))
    except CollectError as error:
        logger.warning("list of follows not read: {}", error.cause)
        return None
    targets = frozenset(accounts[account] for account in found.accounts)
    known = _candidates(ruleset, contest_id) <= set(accounts.values())
    return Follows(targets, complete=found.complete and known)


def _accounts(ruleset: RuleSet, contest_id: str, platform: str) -> Mapping[str, str]:
    """Return the candidates' own accounts of one contest, each with its target."""
    contest = ruleset.contests[contest_id]
    return {
        account.native_id or account.handle: target.id
        for target in contest.targets
        for account in target.accounts
        if account.platform == platform and account.type is not AccountType.PEMENANGAN
    }


def _candidates(ruleset: RuleSet, contest_id: str) -> set[str]:
    targets = ruleset.contests[contest_id].targets
    return {t.id for t in targets if t.kind is not TargetKind.KOSONG}
