"""Work on pictures from outside, each in a process of its own (``picture_child``)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CHILD = Path(__file__).with_name("picture_child.py")
# Waiting included; the child's own bound is on the time that it computes.
SECONDS = 30.0
_NO_PILLOW = 4
_WHY = {3: "it cannot be opened", 5: "a box outside the picture"}
INSTALL = "pip install --require-hashes -r requirements/ocr.txt"

Box = tuple[int, int, int, int]


class NotReadable(ValueError):
    """The picture cannot be opened within the bounds: broken, too large, or made to do harm."""


class NoPillow(RuntimeError):
    """The library that opens pictures is not installed: the extra ``ocr``."""

    def __init__(self) -> None:
        super().__init__(f"pictures cannot be opened here: {INSTALL}")


@dataclass(frozen=True, slots=True)
class Look:
    """How large a picture is, and its perceptual hash (64 hex)."""

    width: int
    height: int
    look: str


def prepared(data: bytes) -> bytes:
    """Return a PNG in which letters can be read; ``NotReadable``, ``NoPillow``."""
    return _done("prepare", data)


def cropped(data: bytes, box: Box, hide: Sequence[Box] = ()) -> bytes:
    """Return a PNG of a part of a picture, some boxes of it painted over."""
    return _done("crop", data, {"box": box, "hide": list(hide)})


def looked(data: bytes) -> Look:
    """Return a picture's size and perceptual hash."""
    return Look(**json.loads(_done("look", data)))


def apart(one: str, other: str) -> int:
    """Return in how many of 256 bits two perceptual hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _done(work: str, data: bytes, order: Mapping[str, object] | None = None) -> bytes:
    words = [sys.executable, "-I", str(CHILD), work, json.dumps(order or {})]
    try:
        done = subprocess.run(  # noqa: S603 - our own words; the picture is on standard input
            words, input=data, capture_output=True, timeout=SECONDS, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        raise NotReadable("it takes too long to open") from None
    if done.returncode == _NO_PILLOW:
        raise NoPillow
    if done.returncode:
        raise NotReadable(_WHY.get(done.returncode, "it does harm"))
    return done.stdout
