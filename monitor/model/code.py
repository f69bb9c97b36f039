"""The code of an invitation letter: what a person copies from paper, and its typing mistakes.

``ABCD-EFGH-JKMN-PQRS``: three symbols name the letter, twelve are its secret (60 bits), the last
checks the others. The alphabet is Crockford's, which has no letter that looks like a digit.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTER, SECRET, GROUP = 3, 12, 4
LENGTH = LETTER + SECRET + 1
# What people write for a digit of the alphabet.
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BETWEEN = str.maketrans("", "", "-–—_. \t\r\n")
# x^5 + x^2 + 1, so that the symbols are the field GF(32).
_FIELD, _SIZE = 0b100101, 32
# A code is short; what is longer is not looked at symbol by symbol.
_MOST_TYPED = 64


@dataclass(frozen=True, slots=True)
class Code:
    """A code as read: ``letter`` finds the invitation, ``secret`` opens it and is never shown."""

    letter: str
    secret: str = field(repr=False)

    def text(self) -> str:
        """Return the code as the letter prints it; nothing else may hold this text."""
        whole = self.letter + self.secret
        whole += _check(whole)
        return "-".join(whole[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def make(taken: Callable[[str], bool] = lambda _: False) -> Code:
    """Return a new code; ``taken`` says which letters' symbols are in use."""
    letter = _random(LETTER)
    while taken(letter):
        letter = _random(LETTER)
    return Code(letter, _random(SECRET))


def read(typed: str) -> Code | None:
    """Return what a person typed, in any case and grouping; None where it cannot be a code.

    One wrong symbol, or two that changed places, is always seen.
    """
    if len(typed) > _MOST_TYPED:
        return None
    text = typed.upper().translate(_BETWEEN).translate(_READ_AS)
    if len(text) != LENGTH or not set(text) <= set(ALPHABET) or _check(text[:-1]) != text[-1]:
        return None
    return Code(text[:LETTER], text[LETTER:-1])


def _random(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def _check(text: str) -> str:
    """Return the symbol that makes the word a multiple of x over GF(32)."""
    value = 0
    for symbol in text:
        value = _times_x(value ^ ALPHABET.index(symbol))
    return ALPHABET[value]


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _FIELD if value & _SIZE else value
