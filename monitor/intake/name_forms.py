"""The short forms under which people write of a pair, and which of them may stand alone.

A strong form points at the pair by itself. An ambiguous one is a common name or word, somebody
else's name, or one that several candidates bear; reading then asks for a political neighbour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from monitor.intake.person_names import PersonName
from monitor.intake.words import Knowledge, fold

# Parts that many names begin with; nobody is called by them alone.
OPENINGS = frozenset({
    "muhammad", "muhamad", "mohammad", "mohamad", "mochammad", "mochamad", "muchamad", "muchammad",
    "muh", "moh", "mohd", "moch", "mhd", "ahmad", "achmad", "akhmad", "abdul", "abdullah", "abd",
    "andi", "la", "ode", "laode", "wa", "waode", "wayan", "made", "nyoman", "ketut", "putu",
    "gede", "gde", "gusti", "ngurah", "kadek", "komang", "ni", "ida", "bagus", "ayu", "anak",
    "agung", "dewa", "siti", "sitti", "sri", "nur", "raden", "teuku", "tengku", "cut", "lalu",
    "baiq", "haji", "hi", "daeng", "dg", "dj", "bin", "binti", "al", "el", "ibn", "br", "dt",
    "datuk",
})  # fmt: skip
SINGLE, PART = 5, 3  # letters that a form of one word, and a part of a longer form, must have
LONG = 3  # words of a form that is one person's own even where each word is common
MANY = 8  # persons of one list that bear a name part before it counts as common
PAIRINGS = 4
NAMED = "paslon"
TAG_ENDS = ("", "{year}", "Menang")
TAG_BEGINS = ("Pilih", "Coblos", "Dukung")


@dataclass(frozen=True, slots=True)
class Forms:
    """Forms of one pair, most useful first; ``ambiguous`` may repeat a full name."""

    names: tuple[str, ...]
    aliases: tuple[str, ...]
    ambiguous: tuple[str, ...]
    hashtags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Strength:
    """Decides whether a form stands alone, from general knowledge and from the whole list."""

    knowledge: Knowledge
    bearers: Counter[str]
    users: Counter[str] = field(default_factory=Counter)
    taken: frozenset[str] = frozenset()

    def strong(self, form: str) -> bool:
        """Say whether nobody and nothing else goes by this form.

        One word never does: Indonesian given names and clan names are borne by many. A nickname
        that is known to be one person's own is a matter for a hand.
        """
        key = fold(form)
        if key in self.knowledge.known or key in self.taken or self.users[key] > 1:
            return False
        words = [word for word in key.split() if word != "dan"]
        if len(words) >= LONG:
            return True
        own = [word for word in words if word not in OPENINGS]
        return " " in form and not all(self._common(word) for word in own)

    def usable(self, form: str) -> bool:
        """Say whether a form may be listed at all.

        An everyday word or name alone (*Muslim*, *Agus*) points at nobody: with all contests
        live, each would stand for a dozen candidates.
        """
        key = fold(form)
        return " " in form or (len(key) >= SINGLE and key not in self.knowledge.common)

    def _common(self, word: str) -> bool:
        return word in self.knowledge.common or len(word) <= PART or self.bearers[word] >= MANY


def strength(
    pairs: Iterable[Sequence[PersonName]], knowledge: Knowledge, taken: frozenset[str]
) -> Strength:
    """Return the judgement for one list; ``taken`` are folded forms of other contests."""
    listed = [tuple(pair) for pair in pairs]
    bearers = Counter(word for pair in listed for p in pair for word in set(map(fold, p.words)))
    users: Counter[str] = Counter()
    for pair in listed:
        users.update({fold(form) for form in (*_of_pair(pair), *_of_persons(pair))})
        users.update({fold(person.full) for person in pair})
    return Strength(knowledge, bearers, users, taken)


def forms(pair: Sequence[PersonName], judge: Strength, year: int) -> Forms:
    """Return every form of one pair, sorted by strength."""
    names = tuple(person.full for person in pair)
    listed = [*_of_pair(pair), *_of_persons(pair), " ".join(names), " dan ".join(names)]
    full = {fold(name) for name in names}
    found = [form for form in _unique(listed) if judge.usable(form)]
    strong = [form for form in found if fold(form) not in full and judge.strong(form)]
    weak = [form for form in found if fold(form) not in full and not judge.strong(form)]
    weak = [n for n in names if judge.usable(n) and not judge.strong(n)] + weak
    return Forms(names, tuple(strong), tuple(weak), tuple(_hashtags(pair, judge, year)))


def label(pair: Sequence[PersonName]) -> str:
    """Return the pair as the press writes it: ``Bustami-Fadhil``."""
    return "-".join(calls(person)[0] for person in pair)


def calls(person: PersonName) -> tuple[str, ...]:
    """Return one word or two by which a person is called, likeliest first."""
    own = [w for w in person.words if len(w) >= PART and fold(w) not in OPENINGS]
    own = own or [max(person.words, key=len)]
    return tuple(dict.fromkeys(own[:1] + [w for w in own[-1:] if len(w) >= SINGLE]))


def _of_pair(pair: Sequence[PersonName]) -> Iterator[str]:
    pairings = _pairings(pair) or [(calls(pair[0])[0], calls(pair[1])[0])]
    for first, second in pairings[:1]:
        yield f"{first} {second}"
        yield f"{first} dan {second}"
        # With the office word the two names are no third person's.
        yield f"{NAMED} {first} {second}"
        yield f"{NAMED} {first} dan {second}"
    for first, second in pairings[1:]:
        yield f"{first} {second}"
        yield f"{first} dan {second}"


def _pairings(pair: Sequence[PersonName]) -> list[tuple[str, str]]:
    first, second = (_unique([*calls(person), *person.called]) for person in pair)
    both = [(a, b) for a, b in product(first, second) if fold(a) != fold(b)]
    both.sort(key=lambda two: first.index(two[0]) + second.index(two[1]))
    return both[:PAIRINGS]


def _of_persons(pair: Sequence[PersonName]) -> Iterator[str]:
    """Yield forms of each person, taking turns so that a cut takes from both."""
    each = [list(_of_person(person)) for person in pair]
    for place in range(max(map(len, each))):
        for listed in each:
            yield from listed[place : place + 1]


def _of_person(person: PersonName) -> Iterator[str]:
    words = [word for word in person.words if len(word) >= PART]
    call = calls(person)
    yield from person.called
    if len(person.words) > PART - 1 and len(words) >= PART - 1:
        yield " ".join(words[:2])
        yield f"{call[0]} {words[-1]}" if call[0] != words[-1] else " ".join(words[-2:])
        yield " ".join(words[-2:])
    yield from call
    yield from (f"{title} {call[0]}" for title in person.titles)


def _hashtags(pair: Sequence[PersonName], judge: Strength, year: int) -> Iterator[str]:
    first, second = (calls(person)[0].replace("'", "").replace("-", "") for person in pair)
    both = f"{first}{second}"
    alone = judge.strong(f"{first} {second}")
    for end in TAG_ENDS if alone else TAG_ENDS[1:]:
        yield both + end.format(year=year)
    yield from (begin + both for begin in TAG_BEGINS)


def _unique(texts: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(fold(text), text)
    return list(found.values())
