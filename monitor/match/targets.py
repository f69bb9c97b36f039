"""Whom a field names: names that need no help, names that do, ballot numbers, hashtags."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import attrgetter

import msgspec

from monitor.match.backing import Backing
from monitor.match.lexicon import NAMESAKE, Lexicon
from monitor.match.live import Live
from monitor.match.names import Alias, Form, TagAlias
from monitor.match.namesakes import MOST_RIVALS, narrowed, rivals
from monitor.match.numbers import NumberReader
from monitor.match.page import Cover, Meaning, Page
from monitor.text.index import Found

_PARTED = re.compile(r"[\W_]+")
_MAX_HANDLES = 50
_GIVEN_ON = re.compile(r"\s*RT\s+@", re.IGNORECASE)


# Structs, since reading makes some for each text and they are made fastest.
class Mention(msgspec.Struct, frozen=True, gc=False):
    """One place where a target is meant: word range (both ends included) and how it was named.

    ``rivals`` are targets of other live contests that the same number or name could mean;
    ``unsure`` names mean somebody only by the words beside them.
    """

    target: str
    contest: str
    first: int
    last: int
    form: Form
    party: bool = False
    rivals: tuple[str, ...] = ()
    unsure: bool = False


_PLACE = attrgetter("first", "last")


class Named(msgspec.Struct, frozen=True, gc=False):
    """A phrase that names targets: word range (both ends included), and its bearers.

    ``help``: some of them are meant only with help.
    """

    first: int
    last: int
    aliases: list[Alias]
    help: bool


class TargetReader:
    """Resolves names to targets of live contests."""

    def __init__(
        self,
        lexicon: Lexicon,
        tags: Mapping[str, Sequence[TagAlias]],
        handles: Mapping[str, Sequence[TagAlias]],
        numbers: NumberReader,
        split: Callable[[str], tuple[str, ...]],
    ) -> None:
        """``split`` cuts a part of a handle into known words."""
        self._backing = Backing(lexicon)
        self._split = split
        self._tags = tags
        self._numbers = numbers
        self._handles = handles
        # Whom each phrase names in the contests that counted last.
        self._order: Mapping[str, int] = {}
        self._fits: dict[Meaning, list[Alias]] = {}

    def read(self, page: Page, live: Live, context: Sequence[str] = ()) -> list[Mention]:
        """Return the page's mentions in order.

        ``live`` are the contests that count, first listed first: where one person stands in two,
        the first wins. ``context`` holds targets known from the parent post.
        """
        if not (page.names or page.tags or page.numbered):
            return []
        named = self._named(page, live, context) if page.names else []
        if page.tags:
            named += self._tagged(page, live.order, named)
        if page.numbered:
            numbers = self._numbers.read(page, live, [m.target for m in named] + list(context))
            named += [_numbered(n) for n in numbers]
        return sorted(named, key=_PLACE) if len(named) > 1 else named

    def _named(self, page: Page, live: Live, context: Sequence[str]) -> list[Mention]:
        """Return the mentions by name, of any form."""
        found = self._written(page, live)
        if page.namesakes:
            # A name inside somebody or something else's means nobody.
            others = Cover(page.spots[NAMESAKE])
            found = [n for n in found if not others.holds(n.first, n.last)]
        if len(found) > 1:
            found = _longest(found)
        unsure: set[tuple[int, int]] = set()
        if page.helped and any(n.help for n in found):
            found = self._meant(page, found, live, context, unsure)
        named = _resolved(found, live, context, page)
        if unsure:
            named = [_unsure(m) if (m.first, m.last) in unsure else m for m in named]
        return named

    def _written(self, page: Page, live: Live) -> list[Named]:
        """Return the phrases' names that are of live contests and as they are written."""
        order, words = live.order, page.words
        if order is not self._order:
            self._order, self._fits = order, {}
        known, found = self._fits, []
        for last, first, meaning in page.names:
            fits = known.get(meaning)
            if fits is None:
                known[meaning] = fits = [a for a in meaning.names if a.contest in order]
            if meaning.capitals or (first == last and words[first].slip):
                fits = [a for a in fits if self._backing.as_listed(page, first, last, a)]
            if fits:
                found.append(Named(first, last, fits, meaning.help))
        return found

    def _meant(
        self,
        page: Page,
        found: Sequence[Named],
        live: Live,
        context: Sequence[str],
        unsure: set[tuple[int, int]],
    ) -> list[Named]:
        """Return the names that mean somebody; ``unsure`` takes up those only asked about."""
        sure = [a for n in found for a in n.aliases if not a.ambiguous]
        certain = frozenset(a.target for a in sure)
        homes = {a.contest for a in sure}
        homes |= {live.home[target].id for target in context if target in live.home}
        meant = [
            self._helped(page, n, live, certain, homes, unsure) if n.help else n for n in found
        ]
        return [n for n in meant if n.aliases]

    def _helped(
        self,
        page: Page,
        named: Named,
        live: Live,
        certain: Collection[str],
        homes: Collection[str],
        unsure: set[tuple[int, int]],
    ) -> Named:
        """Keep those of a phrase's names that mean somebody here, the unsure ones last."""
        first, last = named.first, named.last
        meant: list[Alias] = []
        asked: list[Alias] = []
        for alias in named.aliases:
            found = Found(last, first, alias)
            if not alias.ambiguous or self._backing.backed(page, found, certain, homes, live):
                meant.append(alias)
            elif live.close(alias.contest):
                if self._backing.sided(page, found):
                    meant.append(alias)
                elif self._backing.chosen(page, found):
                    asked.append(alias)
        if asked:
            unsure.add((first, last))
        return Named(first, last, meant + asked, named.help)

    def guesses(self, page: Page, live: Live) -> list[Mention]:
        """Return common names that may mean their candidate where a text names nobody.

        Only in contests that the writer votes in. What is made of a guess is a question at most,
        and only if the text's words as a whole say the same.
        """
        found = [self._hinted(page, n, live) for n in self._written(page, live)]
        if page.namesakes:
            # A name inside somebody or something else's means nobody.
            others = Cover(page.spots[NAMESAKE])
            found = [n for n in found if not others.holds(n.first, n.last)]
        named = _resolved(_longest(n for n in found if n.aliases), live, (), page)
        return [_unsure(m) for m in sorted(named, key=_PLACE)]

    def _hinted(self, page: Page, named: Named, live: Live) -> Named:
        """Keep those of a phrase's names that the text as a whole may speak of."""
        first, last = named.first, named.last
        kept = [
            a
            for a in named.aliases
            if a.ambiguous
            and live.close(a.contest)
            and self._backing.hinted(page, Found(last, first, a))
        ]
        return Named(first, last, kept, named.help)

    def addressed(self, page: Page, live: Live) -> str:
        """Return the one target whose name the handles in a text spell, if it is one.

        Used only where the words name nobody: who is spoken to is then who is spoken of.
        """
        order = live.order
        known = [a for h in page.handles[:_MAX_HANDLES] if (a := self._spelled(h, order))]
        found = {a.target: order[a.contest] for a in known}
        if len(found) > 1:
            # A pair's own party is often tagged with it; pairs come before parties.
            lead = min(found.values())
            found = {t: o for t, o in found.items() if o == lead}
        return next(iter(found)) if len(found) == 1 else ""

    def given_on(self, page: Page, live: Live) -> str:
        """Return the target whose own post a text gives on by the old sign "RT @name: ..."."""
        if not (page.handles and _GIVEN_ON.match(page.text)):
            return ""
        alias = self._spelled(page.handles[0], live.order)
        return alias.target if alias else ""

    def _spelled(self, handle: str, order: Mapping[str, int]) -> TagAlias | None:
        """Return the target of a live contest whose name begins a handle."""
        pieces = [p for part in _PARTED.split(handle.lstrip("@")) for p in self._split(part)]
        for size in range(len(pieces), 0, -1):
            heads = self._handles.get("".join(pieces[:size]), ())
            known = [a for a in heads if a.contest in order]
            if known:
                return min(known, key=lambda a: order[a.contest])
        return None

    def _tagged(
        self, page: Page, order: Mapping[str, int], named: Sequence[Mention]
    ) -> list[Mention]:
        """Return mentions by whole campaign hashtags that spell no name."""
        covered = {i for m in named for i in range(m.first, m.last + 1)}
        found = []
        for tag in page.tags:
            known = [t for t in self._tags.get(tag.body, ()) if t.contest in order]
            if known and not covered & set(range(tag.first, tag.last + 1)):
                best = min(known, key=lambda t: order[t.contest])
                found.append(Mention(best.target, best.contest, tag.first, tag.last, Form.SLOGAN))
        return found


def _longest(found: Iterable[Named]) -> list[Named]:
    """Drop names that lie inside a longer one, of names in the order of their ends."""
    kept: list[Named] = []
    for item in found:
        if kept and kept[-1].last == item.last:
            # Of those with one end the longest stands first.
            continue
        while kept and kept[-1].first >= item.first:
            kept.pop()
        kept.append(item)
    return kept


def _resolved(
    found: Sequence[Named], live: Live, context: Sequence[str], page: Page
) -> list[Mention]:
    """Keep one target a place; two of one contest, or too many bearers of a name, are nobody.

    Where one person stands in several contests the first live one counts. Namesakes of other
    contests are told as rivals; for a name that needs a neighbour they leave nobody.
    """
    homes: AbstractSet[str] | None = None
    mentions: list[Mention] = []
    for named in found:
        alias = named.aliases[0]
        if len(named.aliases) == 1:
            mentions.append(
                Mention(
                    alias.target, alias.contest, named.first, named.last, alias.form, alias.party
                )
            )
            continue
        if homes is None:
            homes = _homes(found, live, context)
        mention = _bearer(named.first, named.last, named.aliases, homes, page, live)
        if mention is not None:
            mentions.append(mention)
    return mentions


def _homes(found: Iterable[Named], live: Live, context: Sequence[str]) -> AbstractSet[str]:
    """Return the contests of the names that only one contest knows, and of the context."""
    homes = {live.home[target].id for target in context if target in live.home}
    for named in found:
        aliases, one = named.aliases, named.aliases[0]
        if one.ambiguous:
            continue
        if len(aliases) == 1 or all(a.contest == one.contest for a in aliases):
            homes.add(one.contest)
    return homes


def _bearer(
    first: int,
    last: int,
    choices: Sequence[Alias],
    homes: AbstractSet[str],
    page: Page,
    live: Live,
) -> Mention | None:
    fits = narrowed(choices, homes, page.places, live.own)
    order = live.order
    alias, lead, alone = fits[0], order[fits[0].contest], True
    for other in fits[1:]:
        place = order[other.contest]
        if place < lead:
            alias, lead, alone = other, place, True
        elif place == lead:
            alias, alone = other, alone and other.target == alias.target
    if not alone:
        return None
    others = rivals(alias, fits, live) if len(fits) > 1 else ()
    if others and (alias.ambiguous or len(others) >= MOST_RIVALS):
        return None
    return Mention(alias.target, alias.contest, first, last, alias.form, alias.party, others)


def _unsure(mention: Mention) -> Mention:
    return msgspec.structs.replace(mention, unsure=True)


def _numbered(number: tuple[str, str, int, int, tuple[str, ...]]) -> Mention:
    target, contest, first, last, rivals = number
    return Mention(target, contest, first, last, Form.NUMBER, rivals=rivals)
