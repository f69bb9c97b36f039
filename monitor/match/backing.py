"""What the words beside a name say: that it is a target's, perhaps, or somebody else's."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from monitor.match.lexicon import Lexicon
from monitor.match.live import Live
from monitor.match.names import Alias, Form
from monitor.match.page import Page
from monitor.text.index import Found
from monitor.text.tokens import WORD

_NEAR = 12
# A campaign's year in a hashtag.
_YEAR = re.compile(r"20[1-9]\d")
# A digit between letters.
_INSIDE = re.compile(r"(?<=[a-z])[0-9](?=[a-z])")
_BEFORE_NAME = 2
_PARTY_REACH = 4
_SIDED = 4
_CHOICES = ("vote", "make_win", "reject")
_SIDES = ("vote", "reject", "hard", "soft", "praise", "win", "make_win", "own", "rally", "office")
_PARTY_BACKING = ("party_word", "vote", "politics", "reject", "make_win")


class Backing:
    """Weighs a written name by its letters and its neighbours in the text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def as_listed(self, page: Page, first: int, last: int, value: Alias) -> bool:
        """Check that a short name which is also a word stands in capitals or in a hashtag.

        One word with a slip is taken for a person's name only: other words lie as near to a
        party's or to a nickname. A party's needs a word about parties or voting beside it.
        """
        words = page.words[first : last + 1]
        if len(words) == 1 and words[0].slip and (value.party or value.form is not Form.NAME):
            return value.party and self._party_backs(page, Found(last, first, value))
        if not value.capitals:
            return True
        return all(w.tag >= 0 or (w.upper and not page.shouting) for w in words)

    def backed(
        self,
        page: Page,
        found: Found[Alias],
        certain: Collection[str],
        homes: Collection[str],
        live: Live,
    ) -> bool:
        """Check an ambiguous name for a political neighbour.

        A political word or a year in the same hashtag will do, or one beside the name that is
        said of nothing else; after an honorific any political word nearby. Capitals alone do not.
        In a hashtag a sure name of the same contest (``homes``) elsewhere in the text will do too,
        and the pair's number in place of a letter.
        """
        if found.first == found.last and page.words[found.first].slip:
            return False
        if any(w.tag >= 0 for w in page.words[found.first : found.last + 1]):
            backed = self._tag_backs(page, found) or found.value.contest in homes
            return backed or _wears_number(page, found, live)
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

    def sided(self, page: Page, found: Found[Alias]) -> bool:
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

    def chosen(self, page: Page, found: Found[Alias]) -> bool:
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

    def hinted(self, page: Page, found: Found[Alias]) -> bool:
        """Say whether a common name may mean its candidate because of what the text speaks of.

        A word of choice, praise, blame or politics anywhere will do. An acronym that people also
        say as a word must not end its clause.
        """
        words, last = page.words, found.last
        if any(w.slip or w.tag >= 0 for w in words[found.first : last + 1]):
            return False
        if found.value.capitals and not self._goes_on(page, found):
            return False
        named = set(range(found.first, last + 1))
        return any(not page.marked(name) <= named for name in (*_SIDES, "politics"))

    def _goes_on(self, page: Page, found: Found[Alias]) -> bool:
        """Say whether the clause goes on after an acronym, as after a name."""
        words, last = page.words, found.last
        if found.value.party and words[last].form in self._lexicon.everyday:
            return False
        after = words[last + 1] if last + 1 < len(words) else None
        return after is not None and after.clause == words[last].clause and after.kind is WORD

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


def _wears_number(page: Page, found: Found[Alias], live: Live) -> bool:
    """Say whether a hashtag writes the pair's number in place of a letter: "#B3rsamaSari"."""
    tag = page.tags[page.words[found.first].tag]
    target = live[found.value.contest].target(found.value.target)
    return target is not None and _INSIDE.findall(tag.body) == [str(target.number)]
