"""A target's written forms, sorted so that like can be put in the place of like."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.model.contest import Contest, ContestTarget, TargetKind
from monitor.text.fold import fold_word

WHOLE = -1
_WORD = re.compile(r"[^\W_]+|[^\w\s]")
_LONG_NAME = 3
_PARTY = "partai"
_MIN_PART = 3


class Sort(StrEnum):
    """Kinds of written forms; only like is put in the place of like."""

    FULL = "full name"
    SHORT = "short name"
    PAIR = "pair"
    DEROGATORY = "derogatory name"
    SLOGAN = "slogan"
    NAMED_SLOGAN = "slogan with a name"
    TAG = "hashtag"
    NAMED_TAG = "hashtag with a name"


NAMES = frozenset({Sort.FULL, Sort.SHORT, Sort.PAIR})
SLOGANS = frozenset({Sort.SLOGAN, Sort.NAMED_SLOGAN})
TAGS = frozenset({Sort.TAG, Sort.NAMED_TAG})


@dataclass(frozen=True, slots=True)
class Written:
    """One form. ``person`` is the place in the pair, or ``WHOLE`` for the pair or the party."""

    text: str
    key: str
    sort: Sort
    person: int = WHOLE
    lead: str = ""

    @property
    def length(self) -> int:
        return self.key.count(" ") + 1


@dataclass(frozen=True, slots=True)
class Names:
    """All forms of one target; ``weak`` are the keys of its ambiguous ones."""

    target: ContestTarget
    forms: tuple[Written, ...]
    weak: frozenset[str]
    parts: tuple[frozenset[str], ...]
    by_key: Mapping[str, Written] = field(default_factory=dict)

    def understand(self, words: str) -> Written:
        """Return the form that a mention's words are; an unknown one is sorted by its words."""
        key = key_of(words)
        known = self.by_key.get(key)
        return known or _short(words, key, self.parts)


def key_of(text: str) -> str:
    """Return a form as its folded words, joined by one space."""
    return " ".join(_WORD.findall(fold_word(text).replace("'", "")))


def names_of(target: ContestTarget) -> Names:
    """Sort the forms of a target."""
    parts = _parts(target)
    forms = _full(target)
    forms += [_short(text, key_of(text), parts) for text in target.aliases]
    forms += _halves(target)
    forms += [Written(t, key_of(t), Sort.DEROGATORY) for t in target.derogatory]
    weak = frozenset(key_of(text) for text in target.ambiguous)
    named = {w.key.replace(" ", "") for w in forms} | {key.replace(" ", "") for key in weak}
    forms += [_motto(t, key_of(t), Sort.SLOGAN, named) for t in target.slogans]
    forms += [_motto(t.lstrip("#"), _tag_key(t), Sort.TAG, named) for t in target.hashtags]
    by_key: dict[str, Written] = {}
    for form in forms:
        by_key.setdefault(form.key, form)
    return Names(target, tuple(by_key.values()), weak, parts, by_key)


def owners(contests: Iterable[Contest]) -> dict[str, frozenset[str]]:
    """Return whose form each key is: one that several targets share stands for none of them."""
    found: dict[str, set[str]] = {}
    for contest in contests:
        for target in contest.targets:
            own = names_of(target)
            for key in (*own.by_key, *own.weak):
                found.setdefault(key, set()).add(target.id)
    return {key: frozenset(ids) for key, ids in found.items()}


def like(form: Written, names: Names, taken: Collection[str] = ()) -> list[Written]:
    """Return the other target's forms that may stand in this one's place, the likest first.

    ``taken`` are keys that mean somebody else too. A slogan or a mocking name without a
    counterpart has none; a short name falls back to the pair's or the full one.
    """
    usable = [w for w in names.forms if w.key not in taken and w.key not in names.weak]
    led = [w for w in usable if form.lead and w.key.startswith(form.lead + " ")]
    if led:
        return sorted(led, key=lambda w: abs(form.length - w.length))
    people = max(1, len(names.target.names))
    person = form.person if form.person < people else 0
    for sort, whose in _ladder(form.sort, person):
        same = [w for w in usable if w.sort is sort and whose in (w.person, None)]
        if same:
            return sorted(same, key=lambda w: _distance(form, w))
    return []


def _ladder(sort: Sort, person: int) -> list[tuple[Sort, int | None]]:
    """Return what to look for, in order; a person of ``None`` means anyone."""
    if sort not in NAMES:
        return [(sort, None)]
    first = 0 if person == WHOLE else person
    rungs: list[tuple[Sort, int | None]] = [(sort, person)]
    rungs += [(Sort.SHORT, first), (Sort.SHORT, WHOLE), (Sort.FULL, first), (Sort.FULL, WHOLE)]
    return [*rungs, (Sort.PAIR, WHOLE)]


def _distance(form: Written, other: Written) -> tuple[bool, int]:
    return form.lead != other.lead, abs(form.length - other.length)


def _parts(target: ContestTarget) -> tuple[frozenset[str], ...]:
    """Return, per person, the words that name him or her, those of the label included."""
    words = [set(_long_words(name)) - {_PARTY} for name in target.names]
    said = re.split(r"\s*-\s*", target.label)
    if len(said) == len(words):
        for known, label in zip(words, said, strict=True):
            known.update(_long_words(label))
    return tuple(frozenset(known) for known in words)


def _long_words(text: str) -> list[str]:
    return [word for word in key_of(text).split() if len(word) >= _MIN_PART]


def _full(target: ContestTarget) -> list[Written]:
    one = target.kind is not TargetKind.PASLON
    return [
        Written(name, key_of(name), Sort.FULL, WHOLE if one else place)
        for place, name in enumerate(target.names)
    ]


def _halves(target: ContestTarget) -> list[Written]:
    """Return the first two words of long names, as the reader makes them."""
    found = []
    for place, name in enumerate(target.names):
        words = [w for w in re.findall(r"[^\W_]+", name) if len(w) >= _MIN_PART]
        if len(words) >= _LONG_NAME and target.kind is TargetKind.PASLON:
            text = " ".join(words[:2])
            found.append(Written(text, key_of(text), Sort.SHORT, place))
    return found


def _short(text: str, key: str, parts: tuple[frozenset[str], ...]) -> Written:
    words = key.split()
    named = [i for i, own in enumerate(parts) if any(_belongs(w, own) for w in words)]
    known = frozenset[str]().union(*parts)
    lead = words[0] if len(words) > 1 and not _belongs(words[0], known) else ""
    if len(parts) <= 1:
        return Written(text, key, Sort.SHORT, WHOLE, lead)
    if not named:
        initials = [i for i, own in enumerate(parts) if _is_acronym(key, own)]
        named = initials or []
    if len(named) == 1:
        return Written(text, key, Sort.SHORT, named[0], lead)
    return Written(text, key, Sort.PAIR, WHOLE)


def _belongs(word: str, own: frozenset[str]) -> bool:
    if len(word) < _MIN_PART:
        return False
    if word in own or len(word) == _MIN_PART:
        return any(name.startswith(word) for name in own)
    return any(word in name or name in word or _one_letter_less(word, name) for name in own)


def _one_letter_less(word: str, name: str) -> bool:
    short, long = sorted((word, name), key=len)
    cut = (long[:i] + long[i + 1 :] for i in range(len(long)))
    return len(long) == len(short) + 1 and short in cut


def _is_acronym(key: str, own: frozenset[str]) -> bool:
    return len(key) in range(2, 6) and set(key) <= {word[0] for word in own}


def _motto(text: str, key: str, sort: Sort, named: Collection[str]) -> Written:
    """Tell a slogan or hashtag that names its target from one that stands for it without."""
    glued = key.replace(" ", "")
    if any(name in glued for name in named if len(name) >= _MIN_PART):
        sort = Sort.NAMED_TAG if sort is Sort.TAG else Sort.NAMED_SLOGAN
    return Written(text, key, sort)


def _tag_key(tag: str) -> str:
    return fold_word(tag).lstrip("#")
