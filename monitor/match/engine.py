"""The reader: activities in, readings out. It holds a rule set and word memories, no other state.

The same activity under the same rule set gives the same reading, whatever came before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.match import acts, rules, stance
from monitor.match.features import View, features
from monitor.match.lexicon import Lexicon
from monitor.match.live import Live, LiveSets
from monitor.match.names import aliases, handle_aliases, places, tag_aliases
from monitor.match.numbers import NumberReader
from monitor.match.page import Page, PageReader
from monitor.match.pictures import Pictures
from monitor.match.second import SecondReader
from monitor.match.stance import Side
from monitor.match.targets import Mention, TargetReader
from monitor.model.activity import Activity, Signal, Target
from monitor.model.finding import Naming, Reading, Span
from monitor.model.rule import RuleSet, Stance
from monitor.text.tokens import TAG

_WORDLESS = acts.JOINS | acts.APPROVALS
_ANSWERS = frozenset({Signal.REPLY, Signal.QUOTE, Signal.SHARE, Signal.POST})
_BARREN = frozenset({"neutrality-reminder", "rebuttal", "denial", "parent-reminder"})


class _Scene:
    """One activity with everything that was read of it; nothing changes it."""

    __slots__ = (
        "activity", "live", "mentions", "own", "pages", "parent", "parent_mentions", "parent_sides"
    )  # fmt: skip

    def __init__(
        self,
        activity: Activity,
        live: Live,
        own: Sequence[tuple[Page, Sequence[Mention]]],
        parent: tuple[Page | None, Sequence[Mention], Sequence[Side]],
    ) -> None:
        self.activity, self.live, self.own = activity, live, own
        self.parent, self.parent_mentions, self.parent_sides = parent
        # What the person's own words and pictures name, and where; asked many times an act.
        self.pages = tuple([page for page, _ in own])
        self.mentions = tuple([m for _, mentions in own for m in mentions])


class Engine:
    """Reads activities with one rule set."""

    def __init__(self, ruleset: RuleSet) -> None:
        """Build the indexes; raise ``ConfigError`` where a word list is missing."""
        self._lexicon = Lexicon(ruleset.lexicon)
        contests = ruleset.contests
        self._pages = PageReader(
            self._lexicon,
            aliases(contests.values(), self._lexicon),
            places(contests.values(), self._lexicon),
        )
        numbers = NumberReader(contests, self._lexicon)
        self._targets = TargetReader(
            self._lexicon,
            tag_aliases(contests.values()),
            handle_aliases(contests.values(), self._lexicon),
            numbers,
            self._pages.forms.split,
        )
        self._pictures = Pictures(contests, self._lexicon)
        self._live = LiveSets(contests)
        self._shelf = rules.Shelf(ruleset.rules)
        self._second = SecondReader(ruleset.weights)

    def read(
        self,
        activities: Sequence[Activity],
        live: Sequence[tuple[str, ...]],
        own: Sequence[frozenset[str]] | None = None,
    ) -> list[Reading]:
        """Return one reading per activity, in order.

        ``live`` holds, per activity, the ids of the contests that may be meant; pairs of
        candidates are preferred to parties, then the order given counts. ``own`` holds those
        that its writer votes in, where that is known.
        """
        own = own if own is not None else [frozenset()] * len(activities)
        rows = zip(activities, live, own, strict=True)
        return [self._read(activity, self._live.of(ids, home)) for activity, ids, home in rows]

    def namings(self, activity: Activity, live: Sequence[str]) -> list[Naming]:
        """Return every place where the act's own fields or its parent name a target."""
        known = self._live.of(live)
        pages, parent = self._pages_of(activity, known, _account_of(activity.target, known))
        if parent[0]:
            pages.append((parent[0], parent[1]))
        return [_naming(page, mention) for page, mentions in pages for mention in mentions]

    def _read(self, activity: Activity, live: Live) -> Reading:
        scene = self._scene(activity, live)
        sides = self._own_sides(scene)
        found = self._features(scene, sides)
        sides, found = self._with_act(scene, sides, found)
        named = _named(scene.own)
        reached = rules.apply(self._shelf, activity, sides, found, live, named)
        best = sides[0] if sides else None
        return Reading(
            stance=best.stance if best else None,
            targets=tuple(dict.fromkeys(s.target for s in sides)),
            score=best.score if best else 0,
            matches=reached.matches,
            derivation=_derivation(sides, found, reached.reasons),
            features=found,
            phases=reached.phases,
        )

    def _scene(self, activity: Activity, live: Live) -> _Scene:
        inherited = _account_of(activity.target, live)
        own, (parent, parent_mentions) = self._pages_of(activity, live, inherited)
        read = self._toward(parent, parent_mentions, inherited, account=True) if parent else []
        sides = stance.sides(read) if read else []
        if parent and parent_mentions and not inherited:
            sides = self._second.heed(parent, parent_mentions, read, sides)
        return _Scene(activity, live, own, (parent, parent_mentions, sides))

    def _pages_of(
        self, activity: Activity, live: Live, inherited: str
    ) -> tuple[list[tuple[Page, list[Mention]]], tuple[Page | None, list[Mention]]]:
        """Return the act's own fields and its parent's, each with whom it names."""
        parent = self._parent(activity.target, live, inherited)
        context = [inherited] if inherited else [m.target for m in parent[1]]
        read = self._targets.read
        return [(page, read(page, live, context)) for page in self._own_pages(activity)], parent

    def _parent(
        self, target: Target | None, live: Live, inherited: str
    ) -> tuple[Page | None, list[Mention]]:
        if target is None:
            return None, []
        context = [inherited] if inherited else []
        page = self._pages.read("target.text", target.text)
        mentions = self._targets.read(page, live, context)
        for place, media in enumerate(target.media):
            if mentions:
                break
            shown = self._pages.read(f"target.media.{place}.alt", media.alt)
            found = self._targets.read(shown, live, context)
            if found:
                return shown, found
        return page, mentions

    def _own_pages(self, activity: Activity) -> list[Page]:
        pages = [self._pages.read("text", activity.text)]
        for place, media in enumerate(activity.media):
            said = media.alt or " ".join(media.tags)
            if said:
                pages.append(self._pages.read(f"media.{place}.alt", said))
        return pages

    def _toward(
        self, page: Page, mentions: Sequence[Mention], inherited: str, *, account: bool
    ) -> list[stance.Evidence]:
        return stance.evidence(page, mentions, self._lexicon, inherited, account=account)

    def _own_sides(self, scene: _Scene) -> list[Side]:
        if scene.activity.signal in _WORDLESS:
            return []
        inherited, spelled = self._inherited(scene)
        items: list[stance.Evidence] = []
        account = bool(_account_of(scene.activity.target, scene.live))
        for page, mentions in scene.own:
            items += self._toward(page, mentions, inherited, account=account)
        if not (items or scene.mentions or inherited):
            return self._guessed(scene)
        found = stance.sides(items, capped=_several(scene.mentions))
        if scene.mentions or spelled:
            page, mentions = scene.own[0]
            found = self._second.heed(page, mentions, items, found, inherited)
            found = found or self._given_on(page, scene.live)
        return _with_rivals(found, scene.mentions)

    def _guessed(self, scene: _Scene) -> list[Side]:
        """Return the side toward somebody who is only guessed from a common name."""
        page = scene.pages[0]
        guesses = self._targets.guesses(page, scene.live) if page.names else []
        if not guesses:
            return []
        items = self._toward(page, guesses, "", account=False)
        return self._second.guess(page, guesses, items, stance.sides(items))

    def _given_on(self, page: Page, live: Live) -> list[Side]:
        """Return what giving on a target's own post says: as a share does, without own words."""
        target = self._targets.given_on(page, live)
        if not target:
            return []
        told = (f"gives on a post of {target}",)
        return [Side(target, Stance.SUPPORT, stance.REVIEW, clear=False, spans=(), reasons=told)]

    def _inherited(self, scene: _Scene) -> tuple[str, bool]:
        """Return the one target that an answer without a name speaks of, if any.

        The second value says that the handles in the text spell that target's name.
        """
        if scene.activity.signal not in _ANSWERS or scene.mentions:
            return "", False
        spelled = self._targets.addressed(scene.pages[0], scene.live)
        known = _account_of(scene.activity.target, scene.live) or spelled
        if not known:
            named = {m.target for m in scene.parent_mentions}
            known = next(iter(named)) if len(named) == 1 else ""
        return known, known == spelled

    def _features(self, scene: _Scene, sides: Sequence[Side]) -> frozenset[str]:
        view = View(
            scene.activity,
            scene.pages,
            scene.parent,
            scene.mentions,
            scene.parent_mentions,
            sides,
            scene.live,
        )
        found = set(features(view))
        found.add("own-words" if scene.pages[0].words else "no-own-words")
        if scene.activity.target and scene.activity.target.role in acts.CAMPAIGN_ROLES:
            found.add("group-of-team")
        return frozenset(found)

    def _with_act(
        self, scene: _Scene, sides: list[Side], found: frozenset[str]
    ) -> tuple[list[Side], frozenset[str]]:
        """Add what the act says by itself, and what its pictures show."""
        activity = scene.activity
        if sides and (sides[0].clear or activity.signal is not Signal.SHARE):
            return sides, found
        if sides and sides[0].stance is Stance.ATTACK:
            return sides, found
        if activity.signal in _WORDLESS or self._passes_on(scene, found):
            emoji = acts.emoji_features(
                activity.text,
                self._lexicon.phrases["sympathy"],
                self._lexicon.phrases["mock_emoji"],
            )
            read = acts.read(activity, scene.parent, scene.parent_sides, found | emoji)
            if not any(item.side.clear for item in read) and sides:
                return sides, found
            extra = [item.features for item in read]
            return [item.side for item in read], found.union(*extra)
        if sides:
            return sides, found
        shown, extra_features = self._pictures.read(scene.pages, scene.mentions, scene.live)
        return shown, found | extra_features

    def _passes_on(self, scene: _Scene, found: frozenset[str]) -> bool:
        """A share speaks unless its own words refuse it; a quote only without own words."""
        if scene.activity.signal not in acts.PASSES_ON or found & _BARREN:
            return False
        wordless = "no-own-words" in found
        return wordless or scene.activity.signal is Signal.SHARE


def _account_of(target: Target | None, live: Live) -> str:
    """Return the target id of a candidate's, team's or party's account, if its contest is live."""
    if target is None or target.role not in acts.POLITICAL_ROLES or not target.of:
        return ""
    return target.of if target.of in live.home else ""


def _named(own: Sequence[tuple[Page, Sequence[Mention]]]) -> dict[str, Span]:
    """Return where the act's own fields first name each target."""
    found: dict[str, Span] = {}
    for page, mentions in own:
        for mention in mentions:
            found.setdefault(mention.target, _span(page, mention))
    return found


def _span(page: Page, mention: Mention) -> Span:
    return Span(page.field, page.words[mention.first].start, page.words[mention.last].end)


def _naming(page: Page, mention: Mention) -> Naming:
    words = page.words[mention.first : mention.last + 1]
    first = words[0]
    said = first.form if len(words) == 1 else " ".join([word.form for word in words])
    span = Span(page.field, first.start, words[-1].end)
    return Naming(span, mention.target, mention.form.value, said, first.kind is TAG)


def _several(mentions: Sequence[Mention]) -> bool:
    return any(m.rivals for m in mentions)


def _with_rivals(sides: list[Side], mentions: Sequence[Mention]) -> list[Side]:
    """Name every target that an ambiguous number or name could mean (POLICY 10)."""
    rivals = {m.target: m.rivals for m in mentions if m.rivals}
    found = list(sides)
    for side in sides:
        found += [replace(side, target=rival) for rival in rivals.get(side.target, ())]
    return found


def _derivation(
    sides: Sequence[Side], found: frozenset[str], excluded: Sequence[str]
) -> tuple[str, ...]:
    reasons = [f"{s.stance.value} {s.target}: {reason}" for s in sides for reason in s.reasons]
    noted = [f"features: {', '.join(sorted(found))}"] if found else []
    return (*reasons, *noted, *excluded)
