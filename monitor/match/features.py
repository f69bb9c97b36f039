"""Named features of an act: what a rule may need, be capped by, or be excluded by.

Each is one small question with one name. Rules refer to the names; adding a feature is one
function and one line in ``FEATURES``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from monitor.match import deeds, press
from monitor.match.lexicon import SMALL_NUMBER
from monitor.match.live import Live
from monitor.match.names import Form
from monitor.match.page import Page
from monitor.match.stance import ALERT, Side
from monitor.match.targets import Mention
from monitor.model.activity import Activity, Signal
from monitor.model.rule import BESIDE, Stance

_SMALL = frozenset(f"{pad}{n}" for pad in ("", "0") for n in range(1, 10))
_HEADLINE = 0.7
_PAIR = 2
# From this chance on a text as a whole takes its side.
_PLAIN = 0.8


@dataclass(frozen=True, slots=True)
class View:
    """What a feature may look at: the act, its pages, its mentions and its sides.

    ``own`` are pages of the person's own words and pictures, ``parent`` the page acted upon.
    """

    activity: Activity
    own: Sequence[Page]
    parent: Page | None
    mentions: Sequence[Mention]
    parent_mentions: Sequence[Mention]
    sides: Sequence[Side]
    live: Live
    said: AbstractSet[str] = field(init=False)

    def __post_init__(self) -> None:
        # Asked often: the lists that the person's own words hold a phrase of.
        first, *others = self.own
        said = set(first.spots).union(*(page.spots for page in others))
        object.__setattr__(self, "said", said)

    def says(self, name: str) -> bool:
        """Say whether the person's own words hold a phrase of a list."""
        return name in self.said

    @property
    def supports(self) -> bool:
        return any(s.stance is Stance.SUPPORT for s in self.sides)

    @property
    def clear_support(self) -> bool:
        return any(s.clear and s.stance is Stance.SUPPORT for s in self.sides)

    @property
    def partisan(self) -> bool:
        """Say whether the text as a whole takes a side: a word of an excuse is part of that."""
        told = any(s.chance >= _PLAIN and not s.guessed for s in self.sides)
        return told or self.clear_support

    @property
    def charges(self) -> list[Side]:
        """Return the attacks in which the text itself says more than one mild word."""
        return [s for s in self.sides if s.stance is Stance.ATTACK and s.score >= ALERT]


def _reminder(view: View) -> bool:
    if not view.says("reminder"):
        return False
    return not (view.partisan or view.charges or _taken_back(view, "reminder"))


def _taken_back(view: View, name: str) -> bool:
    """Say whether "but" follows a phrase of a list, and after it a side: "saya netral, tapi"."""
    buts = {p.field: p.words[at].start for p in view.own if (at := p.taken_back(name)) >= 0}
    spans = (span for side in view.sides for span in side.spans)
    return any(span.start > buts.get(span.field, span.start) for span in spans)


def _parent_reminder(view: View) -> bool:
    return bool(view.parent and view.parent.has("reminder"))


def _education(view: View) -> bool:
    return view.says("education") and not (view.partisan or view.supports)


def _parent_education(view: View) -> bool:
    return bool(view.parent and view.parent.has("education") and not view.parent_mentions)


def _courtesy(view: View) -> bool:
    return view.says("courtesy") and not view.clear_support


def _parent_courtesy(view: View) -> bool:
    return bool(view.parent and view.parent.has("courtesy"))


def _rebuttal(view: View) -> bool:
    return (_refutes(view) or _rebuts_parent(view)) and not view.partisan


def _refutes(view: View) -> bool:
    """Say whether a word corrects a report; after the text's own charge it is part of that."""
    if not view.charges:
        return view.says("rebuttal")
    begin = min((span.start for side in view.charges for span in side.spans), default=0)
    spots = ((page, i) for page in view.own for i, _ in page.spots.get("rebuttal", ()))
    return any(page.words[i].start < begin for page, i in spots)


def _rebuts_parent(view: View) -> bool:
    return view.activity.signal is Signal.QUOTE and view.says("reminder")


def _service(view: View) -> bool:
    return view.says("service") and not view.supports


def _passive(view: View) -> bool:
    listens = view.says("passive") or (view.says("listens") and view.says("campaign_event"))
    return listens and not view.clear_support


def _all_candidates(view: View) -> bool:
    """All pairs of one contest named alike, or spoken of together, with no side taken."""
    if view.clear_support:
        return False
    for contest in {m.contest for m in view.mentions}:
        pairs = view.live.pairs[contest]
        named = {m.target for m in view.mentions} & pairs
        taken = {s.target for s in view.sides} & pairs
        if len(pairs) >= _PAIR and named == pairs and taken in (set(), pairs):
            return True
    return view.says("list_word") and not view.sides and _of_many(view)


def _of_many(view: View) -> bool:
    """Words such as "semua" speak of candidates where several are named, or the contest is."""
    named = {m.target for m in view.mentions}
    if named:
        return len(named) >= _PAIR
    said = view.says("politics") or view.says("contest_word")
    return said or view.activity.target is not None


def _other_vote(view: View) -> bool:
    return view.says("other_vote") and not any(m.form is Form.NAME for m in view.mentions)


def _press(view: View) -> bool:
    """A report by its shape. Words in it count for little, so a clear side is a campaign's tag."""
    if view.clear_support:
        return False
    return any(press.score(page) >= _HEADLINE for page in view.own if page.words)


def _question(view: View) -> bool:
    return any(page.asked for page in view.own)


def _doubt(view: View) -> bool:
    return view.says("doubt")


def _added(view: View) -> bool:
    return view.says("added")


def _denial(view: View) -> bool:
    if not view.says("denial"):
        return False
    return not (view.clear_support or _taken_back(view, "denial"))


def _invites(view: View) -> bool:
    return view.says("invite")


def _old(view: View) -> bool:
    return view.says("before_years") and not view.clear_support


def _picture(view: View, words: str) -> bool:
    named = {m.target for m in view.mentions}
    return bool(named) and any(p.field.startswith("media") and p.has(words) for p in view.own)


def _photo(view: View) -> bool:
    return _picture(view, "photo")


def _props(view: View) -> bool:
    return _picture(view, "props")


def _team_photo(view: View) -> bool:
    return _picture(view, "team")


def _gesture(view: View) -> bool:
    return view.says("gesture")


def _allowed_pose(view: View) -> bool:
    return view.says("fist") and not view.says("gesture") and not view.sides


def _office_account(view: View) -> bool:
    target = view.activity.target
    return bool(target and target.account_type == "jabatan")


def _voted(view: View) -> bool:
    return view.says("voted") and not view.sides


def _stray_number(view: View) -> bool:
    """A small number, written or shown, that no target answers to."""
    if view.mentions:
        return False
    places = [(page, i) for page in view.own for i, _ in page.spots.get(SMALL_NUMBER, ())]
    return any(page.words[i].form in _SMALL for page, i in places)


def _derogatory(view: View) -> bool:
    return any(m.form is Form.DEROGATORY for m in view.mentions)


def _several(view: View) -> bool:
    return any(m.rivals for m in view.mentions)


FEATURES: Mapping[str, Callable[[View], bool]] = {
    "neutrality-reminder": _reminder,
    "parent-reminder": _parent_reminder,
    "voter-education": _education,
    "parent-education": _parent_education,
    "courtesy": _courtesy,
    "parent-courtesy": _parent_courtesy,
    "rebuttal": _rebuttal,
    "official-service": _service,
    "passive-attendance": _passive,
    "all-candidates": _all_candidates,
    "other-election": _other_vote,
    "press-shape": _press,
    "question": _question,
    "undecided": _doubt,
    "added-by-others": _added,
    "denial": _denial,
    "invites": _invites,
    "old-content": _old,
    "photo-with-target": _photo,
    "props-in-photo": _props,
    "team-in-photo": _team_photo,
    "gesture": _gesture,
    "allowed-pose": _allowed_pose,
    "office-account": _office_account,
    "voted": _voted,
    "number-without-target": _stray_number,
    "derogatory-name": _derogatory,
    "several-contests": _several,
    **deeds.DEEDS,
}

# Set by the engine itself, because they tell how it came to a side.
ENGINE_FEATURES = frozenset(
    {
        "own-words",
        "no-own-words",
        "target-missing",
        "neutral-content",
        "weak-side",
        "ballot-gesture",
        "picture-only",
        "group-of-team",
        BESIDE,
    }
)
NAMES = frozenset(FEATURES) | ENGINE_FEATURES


def features(view: View) -> frozenset[str]:
    """Return the names of all features that an act has."""
    asked = set(_ALWAYS)
    for name in _roused(view):
        asked.update(_BY_CAUSE.get(name, ()))
    return frozenset(name for name in asked if FEATURES[name](view))


def _roused(view: View) -> AbstractSet[str]:
    """Return the causes to ask anything: the lists found, and what the act has beside words."""
    causes = set(view.said)
    if view.mentions:
        causes.add(_NAMED)
    if view.parent or view.activity.target:
        causes.add(_TARGET)
    return causes


# A feature that can only be there for a cause is not asked for without it; one that is not listed
# here is always asked for.
_NAMED, _TARGET = "a mention", "a target"
WAKE: Mapping[str, tuple[str, ...]] = {
    "neutrality-reminder": ("reminder",),
    "parent-reminder": (_TARGET,),
    "voter-education": ("education",),
    "parent-education": (_TARGET,),
    "courtesy": ("courtesy",),
    "parent-courtesy": (_TARGET,),
    "rebuttal": ("rebuttal", "reminder"),
    "official-service": ("service",),
    "passive-attendance": ("passive", "listens"),
    "all-candidates": (_NAMED, "list_word"),
    "other-election": ("other_vote",),
    "undecided": ("doubt",),
    "added-by-others": ("added",),
    "denial": ("denial",),
    "invites": ("invite",),
    "old-content": ("before_years",),
    "photo-with-target": ("photo",),
    "props-in-photo": ("props",),
    "team-in-photo": ("team",),
    "gesture": ("gesture",),
    "allowed-pose": ("fist",),
    "office-account": (_TARGET,),
    "voted": ("voted",),
    "number-without-target": (SMALL_NUMBER,),
    "derogatory-name": (_NAMED,),
    "several-contests": (_NAMED,),
    **deeds.WAKE,
}
_ALWAYS = frozenset(FEATURES) - set(WAKE)
_CAUSES = {cause for causes in WAKE.values() for cause in causes}
_BY_CAUSE = {cause: [n for n, causes in WAKE.items() if cause in causes] for cause in _CAUSES}
