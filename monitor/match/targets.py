"""Whom a field names: names that need no help, names that do, ballot numbers, hashtags."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from monitor.match.lexicon import SMALL_NUMBER, Lexicon
from monitor.match.live import Live
from monitor.match.names import Alias, Form, TagAlias
from monitor.match.namesakes import MOST_RIVALS, narrowed, rivals
from monitor.match.numbers import NumberReader
from monitor.match.page import Page
from monitor.text.index import Found
from monitor.text.tokens import TAG

_PARTED = re.compile(r"[\W_]+")
_NEAR = 12
# A campaign's year in a hashtag.
_YEAR = re.compile(r"20[1-9]\d")
_MAX_HANDLES = 50
_BEFORE_NAME = 2
_PARTY_REACH = 4
_SIDED = 4
_CHOICES = ("vote", "make_win", "reject")
_SIDES = ("vote", "reject", "hard", "soft", "praise", "win", "make_win", "own", "rally", "office")
_PARTY_BACKING = ("party_word", "vote", "politics", "reject", "make_win")


@dataclass(frozen=True, slots=True)
class Mention:
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
        self._lexicon = lexicon
        self._split = split
        self._tags = tags
        self._numbers = numbers
        self._handles = handles

    def read(self, page: Page, live: Live, context: Sequence[str] = ()) -> list[Mention]:
        """Return the page's mentions in order.

        ``live`` are the contests that count, first listed first: where one person stands in two,
        the first wins. ``context`` holds targets known from the parent post.
        """
        if not (page.names or page.tags or page.has(SMALL_NUMBER)):
            return []
        order = live.order
        found = [f for f in page.names if f.value.contest in order and self._written(page, f)]
        if page.has("namesake"):
            found = [f for f in found if not _of_namesake(page, f)]
        meant, unsure = self._meant(page, _longest(found), live, context)
        named = _resolved([*meant, *unsure], live, context, page.places)
        if unsure:
            places = {(f.first, f.last) for f in unsure}
            named = [replace(m, unsure=(m.first, m.last) in places) for m in named]
        named += self._tagged(page, order, named)
        numbers = self._numbers.read(page, live, [m.target for m in named] + list(context))
        named += [_numbered(n) for n in numbers]
        return sorted(named, key=lambda m: (m.first, m.last))

    def _meant(
        self, page: Page, found: Sequence[Found[Alias]], live: Live, context: Sequence[str]
    ) -> tuple[list[Found[Alias]], list[Found[Alias]]]:
        """Return the names that mean somebody, and those that do only by the words beside them."""
        sure = [f for f in found if not f.value.ambiguous]
        certain = frozenset(f.value.target for f in sure)
        homes = {f.value.contest for f in sure}
        homes |= {live.home[target].id for target in context if target in live.home}
        meant: list[Found[Alias]] = []
        unsure: list[Found[Alias]] = []
        for f in found:
            if not f.value.ambiguous or self._backed(page, f, certain, homes):
                meant.append(f)
            elif live.close(f.value.contest):
                if self._sided(page, f):
                    meant.append(f)
                elif self._chosen(page, f):
                    unsure.append(f)
        return meant, unsure

    def addressed(self, page: Page, live: Live) -> str:
        """Return the one target whose name the handles in a text spell, if it is one.

        Used only where the words name nobody: who is spoken to is then who is spoken of.
        """
        order = live.order
        found: dict[str, int] = {}
        for handle in page.handles[:_MAX_HANDLES]:
            pieces = [p for part in _PARTED.split(handle.lstrip("@")) for p in self._split(part)]
            for size in range(len(pieces), 0, -1):
                heads = self._handles.get("".join(pieces[:size]), ())
                known = [a for a in heads if a.contest in order]
                if known:
                    best = min(known, key=lambda a: order[a.contest])
                    found[best.target] = order[best.contest]
                    break
        if len(found) > 1:
            # A pair's own party is often tagged with it; pairs come before parties.
            lead = min(found.values())
            found = {t: o for t, o in found.items() if o == lead}
        return next(iter(found)) if len(found) == 1 else ""

    def _written(self, page: Page, found: Found[Alias]) -> bool:
        """Check that a short name which is also a word stands in capitals or in a hashtag.

        One word with a slip is taken for a person's name only: other words lie as near to a
        party's or to a nickname. A party's needs a word about parties or voting beside it.
        """
        value, words = found.value, page.words[found.first : found.last + 1]
        if len(words) == 1 and words[0].slip and (value.party or value.form is not Form.NAME):
            return value.party and self._party_backs(page, found)
        if not value.capitals:
            return True
        return all(w.tag >= 0 or (w.upper and not page.shouting) for w in words)

    def _backed(
        self, page: Page, found: Found[Alias], certain: Collection[str], homes: Collection[str]
    ) -> bool:
        """Check an ambiguous name for a political neighbour.

        A political word or a year in the same hashtag will do, or one beside the name that is
        said of nothing else; after an honorific any political word nearby. Capitals alone do not.
        In a hashtag a sure name of the same contest (``homes``) elsewhere in the text will do too.
        """
        if found.first == found.last and page.words[found.first].slip:
            return False
        if any(w.tag >= 0 for w in page.words[found.first : found.last + 1]):
            return self._tag_backs(page, found) or found.value.contest in homes
        if found.value.target in certain:
            return True
        if found.value.party:
            return self._party_backs(page, found)
        near = range(max(0, found.first - _NEAR), min(len(page.words), found.last + _NEAR + 1))
        political = page.marked("politics")
        said = [i for i in near if i in political and not found.first <= i <= found.last]
        if found.first - 1 in page.marked("honorific") or found.value.capitals:
            return bool(said)
        plain = page.marked("plain_politics")
        return self._adjacent(found, [i for i in said if i not in plain])

    def _sided(self, page: Page, found: Found[Alias]) -> bool:
        """Say whether a word of praise, blame or choice stands beside a short name.

        Asked only of contests that the writer votes in: there a rare given name in such words is
        mostly the candidate's.
        """
        words = page.words
        if found.value.party or found.value.capitals or words[found.first].tag >= 0:
            return False
        if any(w.form in self._lexicon.everyday for w in words[found.first : found.last + 1]):
            return False
        clause = words[found.first].clause
        near = range(max(0, found.first - _SIDED), min(len(words), found.last + _SIDED + 1))
        here = {i for i in near if words[i].clause == clause and words[i].tag < 0}
        here -= set(range(found.first, found.last + 1))
        return any(page.marked(name) & here for name in _SIDES)

    def _chosen(self, page: Page, found: Found[Alias]) -> bool:
        """Say whether a common given name closes a short call to choose: "menangkan Sari!".

        Enough for a question in a contest that the writer votes in, and no more: people choose
        many things that bear a name.
        """
        words, last = page.words, found.last
        if found.value.party or found.value.capitals or words[last].tag >= 0:
            return False
        if found.first == last and words[last].slip:
            return False
        clause = words[last].clause
        before = {
            i for i in range(max(0, found.first - 2), found.first) if words[i].clause == clause
        }
        after = [i for i in range(last + 1, min(len(words), last + 3)) if words[i].clause == clause]
        return len(after) <= 1 and any(page.marked(name) & before for name in _CHOICES)

    def _adjacent(self, found: Found[Alias], strong: Sequence[int]) -> bool:
        return any(
            abs(i - found.first) <= _BEFORE_NAME or abs(i - found.last) <= _BEFORE_NAME
            for i in strong
        )

    def _party_backs(self, page: Page, found: Found[Alias]) -> bool:
        reach = _PARTY_REACH if found.value.capitals else _BEFORE_NAME
        last = found.last + _PARTY_REACH if found.value.capitals else found.first
        near = range(found.first - reach, last + 1)
        lists = [page.marked(name) for name in _PARTY_BACKING]
        return any(i in marks for i in near if i != found.first for marks in lists)

    def _tag_backs(self, page: Page, found: Found[Alias]) -> bool:
        place = page.words[found.first].tag
        if place < 0:
            return False
        tag = page.tags[place]
        others = {
            page.words[i].form
            for i in range(tag.first, tag.last + 1)
            if not found.first <= i <= found.last
        }
        known = self._lexicon.phrases["politics"] | self._lexicon.hostile_parts
        return bool(others & known) or any(map(_YEAR.fullmatch, others))

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


def _of_namesake(page: Page, found: Found[Alias]) -> bool:
    """Say whether a name lies inside somebody or something else's."""
    others = page.spots["namesake"]
    return any(first <= found.first and found.last <= last for first, last in others)


def _longest(found: Iterable[Found[Alias]]) -> list[Found[Alias]]:
    """Drop names that lie inside a longer one."""
    kept: list[Found[Alias]] = []
    reach, start = -1, -1
    for item in sorted(found, key=lambda f: (f.first, -f.last)):
        # In this order a name can only lie inside the one that reaches furthest so far.
        if item.last > reach or (item.last == reach and item.first == start):
            kept.append(item)
            if item.last > reach:
                reach, start = item.last, item.first
    return kept


def _resolved(
    kept: Sequence[Found[Alias]], live: Live, context: Sequence[str], places: AbstractSet[str]
) -> list[Mention]:
    """Keep one target a place; two of one contest, or too many bearers of a name, are nobody.

    Where one person stands in several contests the first live one counts. Namesakes of other
    contests are told as rivals; for a name that needs a neighbour they leave nobody.
    """
    by_place: dict[tuple[int, int], list[Alias]] = {}
    for item in kept:
        by_place.setdefault((item.first, item.last), []).append(item.value)
    homes = _homes(by_place.values(), live, context)
    found = []
    for (first, last), choices in by_place.items():
        mention = _bearer(first, last, choices, homes, places, live)
        if mention:
            found.append(mention)
    return found


def _homes(named: Iterable[Sequence[Alias]], live: Live, context: Sequence[str]) -> frozenset[str]:
    """Return the contests of the names that only one contest knows, and of the context."""
    homes = {live.home[target].id for target in context if target in live.home}
    for choices in named:
        contests = {c.contest for c in choices}
        if len(contests) == 1 and not choices[0].ambiguous:
            homes |= contests
    return frozenset(homes)


def _bearer(
    first: int,
    last: int,
    choices: Sequence[Alias],
    homes: frozenset[str],
    places: AbstractSet[str],
    live: Live,
) -> Mention | None:
    fits: Sequence[Alias] = choices
    if len(choices) > 1:
        fits = narrowed(choices, homes, places, live.own)
    lead = min(live.order[c.contest] for c in fits)
    best = {c.target: c for c in fits if live.order[c.contest] == lead}
    if len(best) != 1:
        return None
    alias = next(iter(best.values()))
    others = rivals(alias, fits, live) if len(fits) > 1 else ()
    if others and (alias.ambiguous or len(others) >= MOST_RIVALS):
        return None
    return Mention(alias.target, alias.contest, first, last, alias.form, alias.party, others)


def _numbered(number: tuple[str, str, int, int, tuple[str, ...]]) -> Mention:
    target, contest, first, last, rivals = number
    return Mention(target, contest, first, last, Form.NUMBER, rivals=rivals)


def is_tag(page: Page, mention: Mention) -> bool:
    """Say whether a mention stands in a hashtag."""
    return page.words[mention.first].kind is TAG
