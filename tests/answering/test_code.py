"""The code of a letter: how it is read, and that no typing mistake passes."""

from __future__ import annotations

import itertools

import pytest

from monitor.model import code as codes
from monitor.model.code import ALPHABET, Code

CODE = Code("7QK", "2M4XABCDEFGH")
FLAT = CODE.text().replace("-", "")


def test_a_code_has_sixty_secret_bits_in_four_groups() -> None:
    assert len(CODE.secret) * 5 >= 60
    assert [len(group) for group in CODE.text().split("-")] == [4, 4, 4, 4]
    assert not set("ILOU") & set(ALPHABET)
    assert "2M4X" not in repr(CODE)


@pytest.mark.parametrize(
    "typed", [CODE.text(), FLAT, FLAT.lower(), " ".join(FLAT), CODE.text().replace("-", "–")]
)
def test_it_is_read_however_it_is_typed(typed: str) -> None:
    assert codes.read(typed) == CODE


def test_what_looks_like_a_digit_is_read_as_one() -> None:
    code = Code("100", "1" * 12)
    assert codes.read(code.text().replace("1", "l").replace("0", "O")) == code


def test_every_wrong_symbol_and_every_exchange_is_seen() -> None:
    for at, symbol in itertools.product(range(len(FLAT)), ALPHABET):
        if symbol != FLAT[at]:
            assert codes.read(FLAT[:at] + symbol + FLAT[at + 1 :]) is None
    for one, other in itertools.combinations(range(len(FLAT)), 2):
        changed = list(FLAT)
        changed[one], changed[other] = changed[other], changed[one]
        if "".join(changed) != FLAT:
            assert codes.read("".join(changed)) is None


@pytest.mark.parametrize(
    "typed", ["", "A", FLAT + "0", FLAT[:-1], "U" * 16, "é" * 16, "0" * 5000, "٣" * 16]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert codes.read(typed) is None


def test_a_new_code_takes_no_letter_that_is_in_use() -> None:
    seen: list[str] = []

    def taken(letter: str) -> bool:
        seen.append(letter)
        return len(seen) < 3

    assert codes.make(taken).letter == seen[-1]
    assert len(seen) == 3
