"""Features that tell which deed a text speaks of: the articles' own acts, beside taking a side.

Each looks for phrases of ``lexicons/peran.toml`` in the person's own words and pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from monitor.model.activity import Signal
from monitor.text.tokens import WORD

if TYPE_CHECKING:
    from monitor.match.features import View
    from monitor.match.page import Page

_OPENINGS = ("self_opening", "takes_role", "active_part")
_WORN = ("asn_attributes", "party_attributes")
_PARTISAN = ("invite", "appeal", "goods", "meeting")
_NEAR = 4
_LONG = 4
_MIN_WORDS = 5
_TITLED = 0.6


def _says(*names: str) -> Callable[[View], bool]:
    """Return a feature: one of these lists is in the person's own words or pictures."""
    return lambda view: any(view.says(name) for name in names)


_wears = _says(*_WORN)


def _own_voice(view: View) -> bool:
    """The writer tells of the own deeds: a first person, or an opening that leaves it out."""
    return any(_speaks_of_self(page) for page in view.own)


def _speaks_of_self(page: Page) -> bool:
    return page.has("first") or any(0 in page.marked(name) for name in _OPENINGS)


def _displays(view: View) -> bool:
    """Campaign material put up by the writer, or at the writer's place."""
    up = view.says("props") and view.says("props_up")
    return up and (view.says("own_place") or _own_voice(view))


def _active(view: View) -> bool:
    return view.says("active_part") and _own_voice(view)


def _partisan(view: View) -> bool:
    """Ps. 5 huruf n angka 6: meeting, invitation, appeal, call, or giving goods."""
    return any(view.says(name) for name in _PARTISAN)


def _mobilises(view: View) -> bool:
    """Civil servants spoken to, and asked for something."""
    return view.says("addressed_staff") and _partisan(view)


def _takes_role(view: View, role: str) -> bool:
    """A role in a campaign taken by the writer; in a profile the role is enough."""
    if view.activity.signal is Signal.PROFILE:
        return view.says(role)
    return _own_voice(view) and any(_takes(page, role) for page in view.own)


def _takes(page: Page, role: str) -> bool:
    """Say whether words of taking stand just before a role."""
    takings, roles = page.spots.get("takes_role", ()), page.spots.get(role, ())
    return any(a <= c <= b + _NEAR for a, b in takings for c, _ in roles)


def _team_role(view: View) -> bool:
    return _takes_role(view, "team_role")


def _executor(view: View) -> bool:
    return _takes_role(view, "executor_role")


def _member(view: View) -> bool:
    profile = view.activity.signal is Signal.PROFILE and view.says("member_word")
    return bool(view.mentions) and (profile or view.says("member"))


def _approaches(view: View) -> bool:
    """Seeking a candidacy with a party; a plan to stand counts in the own voice only."""
    seeks = view.says("approach") or (view.says("candidacy_plan") and _own_voice(view))
    return seeks and (view.says("party_place") or bool(view.mentions))


def _collects_cards(view: View) -> bool:
    return view.says("id_cards") and (view.says("independent") or bool(view.mentions))


def _title_case(view: View) -> bool:
    """Most words begin with a capital, as in a headline that somebody else wrote."""
    return any(_titled(page) for page in view.own)


def _titled(page: Page) -> bool:
    if page.text.islower():
        return False
    words = [w.title for w in page.words if w.kind is WORD and w.end - w.start >= _LONG]
    return len(words) >= _MIN_WORDS and sum(words) >= _TITLED * len(words) and not page.shouting


def _spouse_photo(view: View) -> bool:
    """A picture with husband or wife, or with a candidate, as its description says."""
    pictures = [page for page in view.own if page.field.startswith("media")]
    return any(p.has("spouse") or (p.has("photo") and p.names) for p in pictures)


def _presence(view: View) -> bool:
    return view.says("campaign_event") or view.says("registration")


def _worn_in_photo(view: View) -> bool:
    """A picture with husband or wife, away from any campaign, in signs of an office or a side."""
    return not _presence(view) and _spouse_photo(view) and _wears(view)


def _marked_beside_spouse(view: View) -> bool:
    """SE MenPANRB 18/2023: attributes, a speech, a part taken, or things of the state."""
    spoken = view.says("speaker") or view.says("state_facility") or _active(view)
    return _worn_in_photo(view) or (_presence(view) and (spoken or _wears(view)))


DEEDS: Mapping[str, Callable[[View], bool]] = {
    "displays-props": _displays,
    "campaign-event": _says("campaign_event"),
    "active-part": _active,
    "own-voice": _own_voice,
    "candidacy-registration": _says("registration"),
    "campaign-presence": _presence,
    "attributes-or-speaker": _says(*_WORN, "speaker", "state_facility"),
    "own-attributes": _wears,
    "marked-beside-spouse": _marked_beside_spouse,
    "attributes-in-photo": _worn_in_photo,
    "state-facility": _says("state_facility"),
    "addresses-staff": _mobilises,
    "partisan-act": _partisan,
    "campaign-act": _says("campaign_event", "active_part", "goods", "meeting", "id_cards"),
    "office-decision": _says("decision"),
    "team-role": _team_role,
    "campaign-executor": _executor,
    "role-over": _says("former_role"),
    "party-member": _member,
    "approaches-party": _approaches,
    "own-candidacy": _says("own_candidacy"),
    "collects-id-cards": _collects_cards,
    "spouse-photo": _spouse_photo,
    "title-case": _title_case,
}

# The lists of which the own words must hold one, or the deed need not be asked for.
WAKE: Mapping[str, tuple[str, ...]] = {
    "displays-props": ("props_up",),
    "campaign-event": ("campaign_event",),
    "active-part": ("active_part",),
    "own-voice": ("first", *_OPENINGS),
    "candidacy-registration": ("registration",),
    "campaign-presence": ("campaign_event", "registration"),
    "attributes-or-speaker": (*_WORN, "speaker", "state_facility"),
    "own-attributes": _WORN,
    "marked-beside-spouse": (*_WORN, "speaker", "state_facility", "active_part"),
    "attributes-in-photo": _WORN,
    "state-facility": ("state_facility",),
    "addresses-staff": ("addressed_staff",),
    "partisan-act": _PARTISAN,
    "campaign-act": ("campaign_event", "active_part", "goods", "meeting", "id_cards"),
    "office-decision": ("decision",),
    "team-role": ("team_role",),
    "campaign-executor": ("executor_role",),
    "role-over": ("former_role",),
    "party-member": ("member", "member_word"),
    "approaches-party": ("approach", "candidacy_plan"),
    "own-candidacy": ("own_candidacy",),
    "collects-id-cards": ("id_cards",),
    "spouse-photo": ("spouse", "photo"),
}
