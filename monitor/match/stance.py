"""Which side a text takes toward each target, with every reason in words.

A side is ``clear`` when an ordinary supervisor would see it without a second look; an attack is
clear only on a call to reject or a hard insult bound to the target in its own clause (POLICY 9).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.match import press
from monitor.match.binding import Bound, bind
from monitor.match.cues import CLASSES, Cue, begins, calls, cues, turn
from monitor.match.lexicon import Lexicon
from monitor.match.names import Form
from monitor.match.page import Page
from monitor.match.targets import Mention
from monitor.model.finding import Span
from monitor.model.rule import Stance
from monitor.text.layout import Tag
from monitor.text.tokens import WORD

# Set once on labelled texts: a side below REVIEW is none, a support side from ALERT on is clear.
REVIEW = 25
ALERT = 55
_ATTACK_ALERT = 50
_SCALE = 2.6
_SHARES = (1.0, 0.6, 0.4, 0.3, 0.2)
_TAG_WEIGHT = 2.3
_BARE_TAG_WEIGHT = 0.9
# Under a text in which nobody talks, a bare name in a hashtag only files it.
_INDEX_TAG_WEIGHT = 0.6
_SLOGAN_WEIGHT = 1.8
_EMOJI_WEIGHT = 1.0
_NAME_CALLING = 2.2
_SHORT_TEXT = 25
_PLAIN = 0.7
# A prayer in the next sentence is as plain as one beside the name.
_PRAYED = 0.6
_MOCKED = 0.6
_PREDICATE = 3
# A ballot's number or a campaign's year; "53" in a party's hashtag is its birthday.
_NUMBER = re.compile(r"0?[1-9]|1\d|2[0-4]|20[1-9]\d")
_CONTENT_LETTERS = 4
_SLOGAN = (Stance.SUPPORT, "slogan", _SLOGAN_WEIGHT)
_CALLED = {Form.SLOGAN: _SLOGAN, Form.DEROGATORY: (Stance.ATTACK, "derogatory name", _NAME_CALLING)}
_CRITICISM = frozenset({"soft", "refuse", "unpraise"})
_NOT_INHERITED = frozenset({"soft", "rally", "lean", "refuse", "unpraise"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for or against a target; ``weight`` is after binding, negation and damping."""

    target: str
    stance: Stance
    weight: float
    reason: str
    spans: tuple[Span, ...]
    clear: bool = False
    tag: bool = False
    direct: bool = False  # said right of the target: in its clause, hashtag or answer

    @property
    def name(self) -> str:
        """Return the kind of evidence: a cue class, hashtag, slogan, derogatory or emoji."""
        return self.reason.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Side:
    """A stance toward one target, from all evidence together.

    ``guessed``: only the second reading sees it, so that it may raise a question and no more;
    ``chance`` is what that one gives it, 0 where it was not asked.
    ``firm``: something direct speaks for it and nothing caps it: the second may confirm it.
    """

    target: str
    stance: Stance
    score: int
    clear: bool
    spans: tuple[Span, ...]
    reasons: tuple[str, ...]
    guessed: bool = False
    firm: bool = False
    chance: float = 0.0


def evidence(
    page: Page,
    names: Sequence[Mention],
    lexicon: Lexicon,
    inherited: str = "",
    *,
    account: bool = False,
) -> list[Evidence]:
    """Return all evidence of a field.

    ``inherited`` is the target known from the parent or from who is spoken to; ``account`` says
    that the parent stands on that target's own account, where a bare cheer is for the target.
    """
    if not names and not inherited:
        return []
    damping = press.damping(press.score(page))
    found = cues(page, names)
    bound = _without_refused(page, bind(page, found, names))
    if inherited and not names:
        bound = _to_parent(page, found, inherited, account=account)
    # Praise under a mocking face is seldom meant.
    mocked = _MOCKED if page.has("mock_emoji") else 1.0
    result = [_from_cue(page, b, damping, mocked) for b in bound]
    result += _from_tags(page, names, lexicon)
    result += _from_names(page, names, damping)
    only = inherited or _only([m.target for m in names])
    return result + _from_emoji(page, only, bound)


def sides(items: Iterable[Evidence], *, capped: bool = False) -> list[Side]:
    """Combine evidence per target; ``capped`` keeps every side short of clear."""
    by_target: dict[str, list[Evidence]] = {}
    for item in items:
        by_target.setdefault(item.target, []).append(item)
    attacked = any(i.stance is Stance.ATTACK and not i.tag for e in by_target.values() for i in e)
    told = by_target.items()
    found = (_side(t, items, attacked=attacked, capped=capped) for t, items in told)
    kept = [side for side in found if side is not None]
    # Of equals the first in the text leads, whoever it is.
    return sorted(kept, key=lambda s: (-s.score, min(span.start for span in s.spans), s.target))


def _side(target: str, items: list[Evidence], *, attacked: bool, capped: bool) -> Side | None:
    support = [i for i in items if i.stance is Stance.SUPPORT]
    attack = [i for i in items if i.stance is Stance.ATTACK]
    if attacked and support and all(i.tag for i in support):
        # The opponent's own hashtag decorates an attack: words beat tags.
        support = []
    for_it, against = _sum(support), _sum(attack)
    net_support, net_attack = for_it - 0.8 * against, against - 0.55 * for_it
    if max(net_support, net_attack) <= 0:
        return None
    if net_support >= net_attack:
        return _make(target, Stance.SUPPORT, net_support, support, capped=capped)
    return _make(target, Stance.ATTACK, net_attack, attack, capped=capped)


def _make(
    target: str, stance: Stance, net: float, items: list[Evidence], *, capped: bool
) -> Side | None:
    score = round(100 * (1 - math.exp(-net / _SCALE)))
    if score < REVIEW:
        return None
    least = ALERT if stance is Stance.SUPPORT else _ATTACK_ALERT
    clear = not capped and score >= least and any(i.clear for i in items)
    spans = tuple(dict.fromkeys(span for item in items for span in item.spans))
    firm = not capped and any(i.direct for i in items)
    return Side(target, stance, score, clear, spans, tuple(i.reason for i in items), firm=firm)


def _sum(items: list[Evidence]) -> float:
    """Add weights with diminishing returns; one reason counts once."""
    best: dict[str, float] = {}
    for item in items:
        best[item.reason] = max(best.get(item.reason, 0.0), item.weight)
    ordered = sorted(best.values(), reverse=True)
    shares = [*_SHARES, *[_SHARES[-1]] * max(0, len(ordered) - len(_SHARES))]
    return sum(w * s for w, s in zip(ordered, shares, strict=False))


def _from_cue(page: Page, bound: Bound, damping: float, mocked: float) -> Evidence:
    cue, kind = bound.cue, CLASSES[bound.cue.name]
    weight = kind.weight * bound.factor * damping
    weight *= mocked if kind.stance is Stance.SUPPORT else 1.0
    words = " ".join(w.form for w in page.words[cue.first : cue.last + 1])
    turned = f", {cue.turned}" if cue.turned else ""
    reason = f"{cue.name} {words!r} ({bound.how}{turned}) -> {bound.target}"
    direct = mocked == 1.0 and (bound.how in ("clause", "account") or cue.name == "wish")
    plain = min(damping, bound.factor) >= (_PRAYED if cue.name == "wish" else _PLAIN)
    told = cue.name == "win" and _only_told(page, cue)
    clear = direct and plain and ((kind.clear and not told) or calls(page, cue))
    direct = direct and (clear or not told)
    if bound.mention and bound.mention.unsure:
        direct = clear = False
    if cue.name == "hard" and bound.mention:
        clear = clear and _says_of(page, cue, bound.mention)
    if cue.name == "reject" and cue.first in page.marked("reject_near"):
        clear = clear and begins(page, cue)
    spans = [_span(page, cue.first, cue.last)]
    if bound.mention:
        spans.append(_span(page, bound.mention.first, bound.mention.last))
    return Evidence(bound.target, kind.stance, weight, reason, tuple(spans), clear, direct=direct)


def _only_told(page: Page, cue: Cue) -> bool:
    """Say whether one bare word ("menang") tells a result: more follows ("menang di Solo")."""
    if cue.last > cue.first or "!" in page.text or page.has("cheer_emoji"):
        return False
    if cue.last + 1 == len(page.words) or begins(page, cue):
        return False
    after = page.words[cue.last + 1]
    return after.clause == page.words[cue.last].clause and after.kind is WORD


def _says_of(page: Page, cue: Cue, mention: Mention) -> bool:
    """Say whether an insult is said of the target: soon after the name, or right before it."""
    if mention.last < cue.first:
        return cue.first - mention.last - 1 <= _PREDICATE
    titles = page.either("honorific", "party_word")
    return all(i in titles for i in range(cue.last + 1, mention.first))


def _without_refused(page: Page, bound: Sequence[Bound]) -> list[Bound]:
    """Drop what belongs to a refused choice: "tidak memilih X jadi presiden" wishes no office."""
    refused = {
        (b.target, page.words[b.cue.first].clause)
        for b in bound
        if b.cue.name in ("reject", "refuse") and b.how == "clause"
    }
    return [
        b
        for b in bound
        if b.cue.kind.stance is Stance.ATTACK
        or (b.target, page.words[b.cue.first].clause) not in refused
    ]


def _to_parent(page: Page, found: Sequence[Cue], inherited: str, *, account: bool) -> list[Bound]:
    """Tie an answer's words to the target answered; a text that refutes or reminds ties none.

    Mild criticism in an answer is mostly of the matter, not of the candidate, and is left out,
    unless the text itself addresses the candidate by handle.
    """
    if any(page.has(name) for name in ("rebuttal", "reminder", "denial", "courtesy", "service")):
        return []
    spots = page.spots.get("cheer", ()) if account else ()
    cheers = [turn(page, Cue("cheer", a, b)) for a, b in spots]
    left_out = _NOT_INHERITED if account or not page.handles else _NOT_INHERITED - _CRITICISM
    kept = [c for c in found if c.name not in left_out]
    cheers = [c for c in cheers if all(c.first > k.last or c.last < k.first for k in kept)]
    asked = [c for c in cheers if c.factor > 0 and not page.words[c.first].asked]
    share = 0.85 if account else 0.7
    how = "account" if account else "parent"
    return [Bound(cue, inherited, cue.factor * share, how, None) for cue in kept + asked]


def _from_tags(page: Page, names: Sequence[Mention], lexicon: Lexicon) -> list[Evidence]:
    found = []
    bare: set[str] = set()
    for mention in names:
        place = page.words[mention.first].tag
        if place < 0:
            continue
        tag = page.tags[place]
        if _chance(page, tag, mention):
            continue
        stance, weight = _tag_says(page, tag, mention, lexicon)
        whole = (mention.first, mention.last) == (tag.first, tag.last)
        if weight == _BARE_TAG_WEIGHT and whole:
            # A target's other names in hashtags of their own say no more than the first.
            if mention.target in bare:
                continue
            bare.add(mention.target)
            filed = press.silent(page) and not _campaigns(page, tag, lexicon)
            weight = _INDEX_TAG_WEIGHT if filed else weight
        reason = f"hashtag #{tag.body} -> {mention.target}"
        spans = (_span(page, tag.first, tag.last),)
        clear = stance is Stance.SUPPORT and weight >= _SLOGAN_WEIGHT
        own = weight >= _TAG_WEIGHT
        found.append(
            Evidence(mention.target, stance, weight, reason, spans, clear, tag=True, direct=own)
        )
    return found


def _campaigns(page: Page, own: Tag, lexicon: Lexicon) -> bool:
    """Say whether another hashtag holds a word of campaigns ("#LanjutkanJatim")."""
    taken = page.named | set(range(own.first, own.last + 1))
    others = (w for i, w in enumerate(page.words) if w.tag >= 0 and i not in taken)
    return any(w.form in lexicon.campaign_parts for w in others)


def _chance(page: Page, tag: Tag, mention: Mention) -> bool:
    """Say whether a name lies in a hashtag by chance: "#prisma3d" leaves a letter before it."""
    scrap = page.words[tag.first].form
    return mention.first == tag.first + 1 and len(scrap) == 1 and scrap.isalpha()


def _tag_says(page: Page, tag: Tag, mention: Mention, lexicon: Lexicon) -> tuple[Stance, float]:
    """Return what a hashtag with a target's name says by its other parts."""
    own = range(mention.first, mention.last + 1)
    rest = [page.words[i].form for i in range(tag.first, tag.last + 1) if i not in own]
    bad = {f for f in rest if f in lexicon.hostile_parts and f not in lexicon.campaign_parts}
    # "Tolak X" refuses X; in "X tolak korupsi" the name is who fights.
    refused = mention.first > tag.first and page.words[mention.first - 1].form in bad
    fought = not refused and not lexicon.phrases["fights"].isdisjoint(rest)
    if mention.form is Form.DEROGATORY or (bad and not fought):
        return Stance.ATTACK, _TAG_WEIGHT
    if mention.form is Form.SLOGAN:
        return Stance.SUPPORT, _TAG_WEIGHT
    if any(form in lexicon.campaign_parts or _NUMBER.fullmatch(form) for form in rest):
        return Stance.SUPPORT, _TAG_WEIGHT
    if mention.party:
        return Stance.SUPPORT, _BARE_TAG_WEIGHT
    other = any(len(form) >= _CONTENT_LETTERS and form not in lexicon.common for form in rest)
    return Stance.SUPPORT, _SLOGAN_WEIGHT if other else _BARE_TAG_WEIGHT


def _from_names(page: Page, names: Sequence[Mention], damping: float) -> list[Evidence]:
    """Slogans speak for their target, derogatory names against it."""
    found = []
    for mention in names:
        if page.words[mention.first].tag >= 0 or mention.form not in _CALLED:
            continue
        stance, kind, weight = _CALLED[mention.form]
        words = " ".join(w.form for w in page.words[mention.first : mention.last + 1])
        reason = f"{kind} {words!r} -> {mention.target}"
        spans = (_span(page, mention.first, mention.last),)
        weight *= damping
        found.append(Evidence(mention.target, stance, weight, reason, spans, direct=True))
    return found


def _from_emoji(page: Page, only: str, bound: Sequence[Bound]) -> list[Evidence]:
    """Hearts and fists speak for the only target of a short text, mocking faces against it."""
    if not only or len(page.words) > _SHORT_TEXT:
        return []
    mocks = page.has("mock_emoji")
    for name, stance in (("mock_emoji", Stance.ATTACK), ("cheer_emoji", Stance.SUPPORT)):
        if page.has(name) and (stance is Stance.ATTACK or not mocks):
            first, last = page.spots[name][0]
            against = any(b.cue.kind.stance is Stance.ATTACK for b in bound)
            if stance is Stance.ATTACK and bound and not against:
                continue
            face = page.words[first].form
            reason = f"emoji {face} -> {only}"
            return [Evidence(only, stance, _EMOJI_WEIGHT, reason, (_span(page, first, last),))]
    return []


def _only(targets: Sequence[str]) -> str:
    distinct = set(targets)
    return next(iter(distinct)) if len(distinct) == 1 else ""


def _span(page: Page, first: int, last: int) -> Span:
    return Span(page.field, page.words[first].start, page.words[last].end)
