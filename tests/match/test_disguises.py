"""Names in disguise: slips of the finger and tricks of writing, on an invented contest."""

from __future__ import annotations

import functools
import random
import string
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.match.engine import Engine
from monitor.model.contest import ContestTarget, TargetKind
from monitor.model.wire import statement
from monitor.text.fold import fold
from tests.match.world import GOVERNOR, PARTIES, governor, parties, ruleset

SYLLABLES = ("su", "har", "ta", "wi", "ra", "ning", "sih", "yo", "lak", "smi", "dir", "ban", "gu")
LEET = str.maketrans("aeiost", "431057")
CYRILLIC = str.maketrans("aeopcxy", "аеорсху")
GREEK = str.maketrans("aoivx", "αοινχ")
BOLD = {ord(c): chr(0x1D41A + place) for place, c in enumerate(string.ascii_lowercase)}
NAMES = 60


def _names() -> list[str]:
    rng = random.Random(11)
    found: dict[str, None] = {}
    while len(found) < NAMES:
        found["".join(rng.choices(SYLLABLES, k=rng.randint(3, 4))) + rng.choice("nkm")] = None
    return list(found)


PEOPLE = [f"{a} {b}" for a, b in zip(_names()[::2], _names()[1::2], strict=True)]


@functools.cache
def engine() -> Engine:
    targets = tuple(
        ContestTarget(f"{GOVERNOR}/{n}", TargetKind.PASLON, name, n, names=(name,))
        for n, name in enumerate(PEOPLE, start=1)
    )
    contests = {GOVERNOR: replace(governor(), targets=targets)}
    return Engine(replace(ruleset(), contests=contests))


def found(written: str, place: int) -> bool:
    text = f"ayo dukung {written}, besok"
    namings = engine().namings(statement({"id": "x", "text": text}).activity, (GOVERNOR,))
    return any(n.target == f"{GOVERNOR}/{place}" for n in namings)


DISGUISES: dict[str, Callable[[str], str]] = {
    "leet": lambda w: w.translate(LEET),
    "stretched": lambda w: w[:2] + w[2] * 4 + w[3:] + w[-1] * 3,
    "Cyrillic": lambda w: w.translate(CYRILLIC),
    "Greek": lambda w: w.translate(GREEK),
    "mathematical": lambda w: w.translate(BOLD),
    "full width": lambda w: "".join(chr(ord(c) + 0xFEE0) for c in w),
    "spaced": " ".join,
    "dotted": ".".join,
    "zero width": "\u200b".join,
    "combining": "\u0301".join,
    "capitals": str.upper,
    "possessive": lambda w: w + "nya",
}


@pytest.mark.parametrize("kind", DISGUISES)
def test_every_disguised_name_is_found(kind: str) -> None:
    missed = []
    for place, name in enumerate(PEOPLE, start=1):
        first, last = name.split()
        if not found(f"{first} {DISGUISES[kind](last)}", place):
            missed.append(name)
    assert missed == []


def test_a_name_with_one_slip_is_found_nearly_always() -> None:
    rng = random.Random(5)
    hits = total = 0
    for _ in range(15):
        for place, name in enumerate(PEOPLE, start=1):
            first, last = name.split()
            hits += found(f"{first} {_slip(rng, last)}", place)
            total += 1
    assert hits / total >= 0.95


def _slip(rng: random.Random, word: str) -> str:
    at = rng.randrange(len(word) - 1)
    letter = rng.choice(string.ascii_lowercase)
    return rng.choice(
        [
            word[:at] + letter + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )


def test_a_slip_in_one_word_is_taken_for_a_persons_name_only() -> None:
    party = replace(parties().targets[0], aliases=("Layaran",))
    contests = {**ruleset().contests, PARTIES: replace(parties(), targets=(party,))}
    reader = Engine(replace(ruleset(), contests=contests))

    def named(text: str) -> bool:
        activity = statement({"id": "x", "text": text}).activity
        return bool(reader.namings(activity, (GOVERNOR, PARTIES)))

    assert named("ayo dukung sarinandr")
    assert named("naik kapal layaran")
    assert not named("naik kapal layarqn")
    assert named("coblos partai layarqn")
    assert named("kata sarikecut")
    assert not named("kata sarikecux")


def test_an_everyday_word_is_no_slip() -> None:
    lexicon = {**ruleset().lexicon, "intake.umum": ("wiratamo",)}
    plain = Engine(replace(ruleset(), lexicon={**lexicon, "intake.umum": ()}))
    warned = Engine(replace(ruleset(), lexicon=lexicon))
    activity = statement({"id": "x", "text": "ayo dukung wiratamo"}).activity
    assert plain.namings(activity, (GOVERNOR,))
    assert not warned.namings(activity, (GOVERNOR,))


def test_a_stretched_letter_may_be_one_or_two_as_the_neighbour_says() -> None:
    person = ContestTarget(
        f"{GOVERNOR}/1", TargetKind.PASLON, "Waliman Sarita", 1, names=("Waliman Sarita",)
    )
    common = (*ruleset().lexicon["kata.common"], "walliman")
    reader = Engine(
        replace(
            ruleset(),
            contests={GOVERNOR: replace(governor(), targets=(person,))},
            lexicon={**ruleset().lexicon, "kata.common": common},
        )
    )

    def named(text: str) -> bool:
        activity = statement({"id": "x", "text": text}).activity
        return bool(reader.namings(activity, (GOVERNOR,)))

    assert named("ayo dukung Wallliman Sarita")
    assert not named("ayo dukung Wallliman Kerta")
    # Written with two, it is the word that the lists hold.
    assert not named("ayo dukung Walliman Sarita")


PIECES = st.sampled_from(
    [
        *(
            "sarinande",
            "W\u0456ratama",
            "#SarinandeMenang",
            "s a r i n a n d e",
            "lukit0",
            "dukung",
        ),
        *("\u200b", "\u0301", "2️⃣", "@sarinande.example", " ", ". ", "😀", "ﷺ", "ß", "nomor 2", "-"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=14).map("".join))
def test_every_name_lies_in_the_text_and_its_letters_fold_to_it(text: str) -> None:
    namings = _engine_of_world().namings(statement({"id": "x", "text": text}).activity, (GOVERNOR,))
    for naming in namings:
        span = naming.span
        assert 0 <= span.start < span.end <= len(text)
        if naming.how == "name":
            # A number needs the words around it; a name is found by its own letters.
            again = fold(text[span.start : span.end]).text
            alone = statement({"id": "x", "text": again}).activity
            assert _engine_of_world().namings(alone, (GOVERNOR,))


@functools.cache
def _engine_of_world() -> Engine:
    return Engine(ruleset())
