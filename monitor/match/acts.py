"""What an act without own words says: a like, share, follow, membership or bare quote.

POLICY 4 to 8: it speaks through the account and the text it was done to. A clear one is a
candidate's or team's campaign content; a neutral post of theirs is a question for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.match.page import Page
from monitor.match.stance import Side
from monitor.model.activity import Activity, Signal, Target, TargetState
from monitor.model.rule import Stance

CAMPAIGN_ROLES = frozenset({"candidate", "team"})
POLITICAL_ROLES = CAMPAIGN_ROLES | {"party"}
JOINS = frozenset({Signal.FOLLOW, Signal.MEMBERSHIP})
APPROVALS = frozenset({Signal.LIKE, Signal.REACTION})
PASSES_ON = frozenset({Signal.SHARE, Signal.QUOTE})
_CLEAR, _UNCLEAR, _JOINED = 75, 45, 70


@dataclass(frozen=True, slots=True)
class ActSide:
    """The side that an act takes by itself, and the features that tell how it was found."""

    side: Side
    features: frozenset[str]


def read(
    activity: Activity, parent: Page | None, sides: Sequence[Side], features: frozenset[str]
) -> list[ActSide]:
    """Return the sides of an act without own words.

    ``sides`` is the parent text read as if it were the actor's; ``features`` are the act's.
    """
    target = activity.target
    if target is None or _means_nothing(activity, features):
        return []
    if activity.signal in JOINS:
        return _joining(target)
    if target.state is not TargetState.PRESENT:
        return _unread(target)
    if target.role in POLITICAL_ROLES and target.of:
        return _on_political_account(activity, target, parent, sides, features)
    return _on_other_account(activity, target, parent, sides)


def _means_nothing(activity: Activity, features: frozenset[str]) -> bool:
    """A mocking or praying reaction, or one under a notice of grief or duty, is no side."""
    quiet = {"sympathy", "mock"} & features
    parent = {"parent-courtesy", "parent-reminder"} & features
    return bool(quiet or (parent and activity.signal not in JOINS))


def _joining(target: Target) -> list[ActSide]:
    if target.role not in POLITICAL_ROLES or not target.of:
        return []
    if target.account_type == "jabatan":
        return []
    sure = target.role in CAMPAIGN_ROLES
    reason = f"joined or followed an account of {target.of} ({target.role})"
    extra = frozenset() if sure else frozenset({"weak-side"})
    return [ActSide(Side(target.of, Stance.SUPPORT, _JOINED, sure, (), (reason,)), extra)]


def _unread(target: Target) -> list[ActSide]:
    """The content is gone or unread: never more than a question, and only at a known account."""
    if target.role not in POLITICAL_ROLES or not target.of:
        return []
    reason = f"content of {target.of}'s account could not be read"
    side = Side(target.of, Stance.SUPPORT, _UNCLEAR, clear=False, spans=(), reasons=(reason,))
    return [ActSide(side, frozenset({"target-missing"}))]


def _on_political_account(
    activity: Activity,
    target: Target,
    parent: Page | None,
    sides: Sequence[Side],
    features: frozenset[str],
) -> list[ActSide]:
    content = _toward(sides, target.of)
    campaign = content is not None or any(s.stance is Stance.ATTACK for s in sides)
    campaign = campaign or (parent is not None and _names_number(parent))
    if target.account_type == "jabatan" and not campaign:
        return []
    if target.role == "team" and parent and "parent-education" not in features:
        campaign = campaign or bool(parent.names)
    clear = campaign and not (target.role == "party" and activity.signal in APPROVALS)
    spans = content.spans if content else ()
    reason = f"{activity.signal.value} of {'campaign' if campaign else 'neutral'} content"
    reasons = (f"{reason} on an account of {target.of}", *(content.reasons if content else ()))
    score = _CLEAR if clear else _UNCLEAR
    side = Side(target.of, Stance.SUPPORT, score, clear, spans, reasons)
    extra = frozenset() if campaign else frozenset({"neutral-content"})
    return [ActSide(side, extra)]


def _names_number(parent: Page) -> bool:
    """A candidate's own account that names a ballot number campaigns."""
    after = {last + 1 for _, last in parent.spots.get("number_word", ())}
    return any(0 < i < len(parent.words) and i not in parent.marked("number_other") for i in after)


def _toward(sides: Sequence[Side], target: str) -> Side | None:
    return next((s for s in sides if s.target == target and s.stance is Stance.SUPPORT), None)


def _on_other_account(
    activity: Activity, target: Target, parent: Page | None, sides: Sequence[Side]
) -> list[ActSide]:
    """A private person's text: passing a clear one on is clear, liking it is a question."""
    if target.role not in ("", "person") or not sides or parent is None:
        return []
    best = sides[0]
    passed_on = activity.signal in PASSES_ON
    if best.stance is Stance.ATTACK and not passed_on:
        return []
    clear = best.clear and passed_on and best.stance is Stance.SUPPORT
    reason = f"{activity.signal.value} of a text that takes a side"
    score = best.score if clear else min(best.score, _UNCLEAR)
    # The words are another person's: they stay in the snapshot, and no reason repeats them.
    side = Side(best.target, best.stance, score, clear, best.spans, (reason,))
    return [ActSide(side, frozenset() if clear else frozenset({"weak-side"}))]


def emoji_features(text: str, sympathy: frozenset[str], mocking: frozenset[str]) -> frozenset[str]:
    """Return ``mock`` or ``sympathy`` for the emoji of a reaction."""
    found = set()
    if any(face in text for face in mocking):
        found.add("mock")
    if any(face in text for face in sympathy):
        found.add("sympathy")
    return frozenset(found)
