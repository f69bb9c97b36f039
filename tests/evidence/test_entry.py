"""The fast decoder and the model's canonical form agree on every value."""

from __future__ import annotations

import hashlib
import hmac
import os
import random
import sys
from pathlib import Path

import pytest

from monitor.evidence.entry import read
from monitor.model.evidence import GENESIS, Canonical, canonical, commitment, commitments, link


def entry(public: dict[str, Canonical]) -> bytes:
    return canonical(
        {"v": 1, "seq": 1, "at": "x", "kind": "k", "subject": "s", "public": public,
         "content": {}, "files": {}}
    )  # fmt: skip


def test_every_character_has_one_form() -> None:
    step = 997
    for start in range(0, sys.maxunicode + 1, step):
        span = range(start, min(start + step, sys.maxunicode + 1))
        text = "".join(chr(c) for c in span if not 0xD800 <= c <= 0xDFFF)
        assert read(entry({text: text})).public == {text: text}


def test_random_values() -> None:
    rng = random.Random(7)
    for _ in range(2000):
        value = {"k": made(rng, 3)}
        assert read(entry(value)).public == value


def made(rng: random.Random, depth: int) -> Canonical:
    kind = rng.randrange(6 if depth else 4)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind == 1:
        return rng.choice([0, -1, 2**63, -(2**63), 2**64, 10**30, rng.randrange(10**9)])
    if kind in (2, 3):
        return word(rng)
    if kind == 4:
        return [made(rng, depth - 1) for _ in range(rng.randrange(4))]
    return {word(rng): made(rng, depth - 1) for _ in range(rng.randrange(4))}


def word(rng: random.Random) -> str:
    return "".join(rng.choice('ab"\\/\x00\x1f\x7f\n\u00e9\u2028\uffff\U0001f5f3') for _ in range(4))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"v":NaN}', "[" * 100_000, '{"at":"\\ud800"}', "\ufeff{}"]
)
def test_what_is_no_entry(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read(text.encode())


def test_bytes_that_are_no_utf8() -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read(entry({"a": "z"}).replace(b"z", b"\xff"))


def test_many_commitments_are_those_of_each_pair() -> None:
    sizes = (0, 1, 23, 24, 31, 32, 55, 56, 63, 64, 65, 5000)
    salts, bodies = [os.urandom(32) for _ in sizes], [os.urandom(size) for size in sizes]
    assert commitments(salts, bodies) == list(map(commitment, salts, bodies))
    standard = [hmac.new(*pair, hashlib.sha256) for pair in zip(salts, bodies, strict=True)]
    assert commitments(salts, bodies) == [one.hexdigest() for one in standard]


def test_the_example_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text()
    body = canonical({"name": "Tokoh Rekaan"})
    promised = commitment(bytes(range(32)), body)
    data = canonical(
        {"v": 1, "seq": 1, "at": "2024-10-12T02:30:00.000000Z", "kind": "register",
         "subject": "w-1", "public": {"change": "added"}, "content": {"line": promised},
         "files": {}}
    )  # fmt: skip
    assert read(data).content == {"line": promised}
    for text in (body.decode(), promised, data.decode(), link(GENESIS, data).hex()):
        assert text in page
