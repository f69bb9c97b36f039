"""Every written form of every target, made from the contest files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from monitor.match.lexicon import Lexicon
from monitor.model.contest import Contest, ContestTarget, TargetKind
from monitor.text.fold import fold_word

_LONG_NAME = 3
_MIN_PART = 3
_HANDLE_LETTERS = 5
# What a contest's title says beside the name of its area.
_OFFICE_WORDS = frozenset(
    (
        *("pemilihan", "umum", "pilkada", "gubernur", "bupati", "wakil", "wali", "kota"),
        *("walikota", "kabupaten", "provinsi", "dan", "di"),
    )
)


class Form(Enum):
    """How a target was named; only a name that stands for itself needs no neighbour."""

    NAME = "name"
    AMBIGUOUS = "ambiguous"
    DEROGATORY = "derogatory"
    SLOGAN = "slogan"
    HANDLE = "handle"
    NUMBER = "number"
    ACCOUNT = "account"
    PARENT = "parent"


@dataclass(frozen=True, slots=True)
class Alias:
    """One written form. ``capitals`` asks for capital letters outside hashtags."""

    target: str
    contest: str
    form: Form
    party: bool = False
    capitals: bool = False
    ambiguous: bool = field(init=False)

    def __post_init__(self) -> None:
        # Asked for every name in every text.
        object.__setattr__(self, "ambiguous", self.form is Form.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class TagAlias:
    """A whole hashtag that stands for a target's campaign."""

    target: str
    contest: str


@dataclass(frozen=True, slots=True)
class Place:
    """The name of the area that votes in a contest."""

    contest: str


def places(contests: Iterable[Contest], lexicon: Lexicon) -> Iterator[tuple[str, Place]]:
    """Yield (phrase, place) for each contest of one area, by the name in its title."""
    for contest in contests:
        words = lexicon.name(contest.title).split()
        phrase = " ".join(w for w in words if w not in _OFFICE_WORDS and not w.isdigit())
        if contest.area and phrase:
            yield phrase, Place(contest.id)


def aliases(contests: Iterable[Contest], lexicon: Lexicon) -> Iterator[tuple[str, Alias]]:
    """Yield (phrase, alias) for every form of every target."""
    for contest in contests:
        for target in contest.targets:
            for text, form in _written(target):
                phrase = lexicon.name(text)
                if phrase:
                    yield phrase, _alias(contest, target, phrase, form, lexicon)
            for account in target.accounts:
                handle = "@" + fold_word(account.handle).lstrip("@")
                yield handle, Alias(target.id, contest.id, Form.HANDLE)


def tag_aliases(contests: Iterable[Contest]) -> dict[str, list[TagAlias]]:
    """Return campaign hashtags, folded and without ``#``."""
    found: dict[str, list[TagAlias]] = {}
    for contest in contests:
        for target in contest.targets:
            for tag in target.hashtags:
                folded = fold_word(tag).lstrip("#")
                found.setdefault(folded, []).append(TagAlias(target.id, contest.id))
            for slogan in target.slogans:
                glued = re.sub(r"\W+", "", fold_word(slogan))
                found.setdefault(glued, []).append(TagAlias(target.id, contest.id))
    return found


def handle_aliases(contests: Iterable[Contest], lexicon: Lexicon) -> dict[str, list[TagAlias]]:
    """Return what a handle that begins with a target's name looks like, without spaces."""
    found: dict[str, list[TagAlias]] = {}
    for contest in contests:
        for target in contest.targets:
            for text, form in _written(target):
                glued = lexicon.name(text).replace(" ", "")
                if form is Form.NAME and len(glued) >= _HANDLE_LETTERS:
                    alias = TagAlias(target.id, contest.id)
                    found.setdefault(glued, []).append(alias)
    return found


def _alias(
    contest: Contest, target: ContestTarget, phrase: str, form: Form, lexicon: Lexicon
) -> Alias:
    party = target.kind is TargetKind.PARTAI
    return Alias(target.id, contest.id, form, party, phrase in lexicon.uppercase)


def _written(target: ContestTarget) -> Iterator[tuple[str, Form]]:
    listed = [(text, Form.AMBIGUOUS) for text in target.ambiguous]
    listed += [(text, Form.NAME) for text in target.aliases]
    listed += [(text, Form.DEROGATORY) for text in target.derogatory]
    listed += [(text, Form.SLOGAN) for text in target.slogans]
    yield from listed
    if target.kind is TargetKind.KOSONG:
        yield "kotak kosong", Form.NAME
    weak = {text.casefold() for text in target.ambiguous}
    yield from ((t, Form.NAME) for t in _from_names(target) if t.casefold() not in weak)


def _from_names(target: ContestTarget) -> Iterator[str]:
    for name in target.names:
        # Many bear a name of one word: it counts as it is listed, strong or ambiguous.
        if " " in name:
            yield name
        words = [w for w in re.findall(r"[^\W_]+", name) if len(w) >= _MIN_PART]
        if len(words) >= _LONG_NAME and target.kind is TargetKind.PASLON:
            yield " ".join(words[:2])
            yield " ".join(words[-2:])
