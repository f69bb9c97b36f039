"""What looks into a stranger's picture: a program of its own that can do little harm.

    python picture_child.py prepare|crop|look [JSON]  < picture  > result

A picture from outside is a program for the library that opens it. So it is opened here only: in a
process that lives for one picture, with bounds on memory, time and files, and imports nothing of
ours. ``monitor.intake.pictures`` starts it.

Exit status: 0 and the result on standard output; 3 where the picture cannot be read; 4 without
Pillow, which comes with the extra ``ocr``; 5 where a box lies outside the picture.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import warnings
from array import array
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

BROKEN, NO_PILLOW, OUTSIDE = 3, 4, 5
# A phone's screen has 4 million pixels, a long screenshot five times that.
MOST_PIXELS = 40_000_000
MOST_MEMORY, MOST_SECONDS = 1_500_000_000, 20
# How wide a phone's screen is made, so that its letters are as large as the reader likes them.
PHONE_WIDTH, MOST_WIDTH, MOST_HEIGHT = 1_400, 2_800, 9_000
MOST_TIMES = 4.0
DARK = 118
# The bar with the clock: a first band of ink within this share of a phone's height.
BAR, PHONE_SHAPE = 0.055, 1.5
INK = 1.2
LOOK_SIDE = 16


class Outside(Exception):
    """A box lies outside the picture."""


def main(words: list[str]) -> int:
    """Do one piece of work on one picture."""
    _bound()
    try:
        from PIL import Image  # noqa: PLC0415 - a missing one is an answer
    except ImportError:
        return NO_PILLOW
    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    order: dict[str, Any] = json.loads(words[2]) if len(words) > 2 else {}  # noqa: PLR2004
    try:
        sys.stdout.buffer.write(WORKS[words[1]](_opened(sys.stdin.buffer.read()), order))
    except (Image.DecompressionBombError, OSError, ValueError, SyntaxError, MemoryError, Warning):
        return BROKEN
    except Outside:
        return OUTSIDE
    except (ArithmeticError, LookupError, TypeError, AttributeError, EOFError):
        return BROKEN  # what a parser of pictures raises on bytes it did not expect
    return 0


def _bound() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))


def _opened(data: bytes) -> Picture:
    from PIL import Image  # noqa: PLC0415

    picture: Picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
    if picture.width * picture.height > MOST_PIXELS:
        raise ValueError("too many pixels")
    picture.load()
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        picture = Image.new("RGBA", clear.size, "white")
        picture.alpha_composite(clear)
    return picture.convert("RGB")


# ---- for reading ---------------------------------------------------------------------------------


def prepare(picture: Picture, _: dict[str, Any]) -> bytes:
    """Return a grey PNG with dark letters on light, large enough, without the bar of the clock."""
    from PIL import ImageFilter, ImageOps  # noqa: PLC0415

    grey = ImageOps.grayscale(_without_bar(picture))
    if _middle(grey) < DARK:
        grey = ImageOps.invert(grey)
    times = _times(grey)
    if times > 1:
        # The squares that JPEG leaves would be enlarged with the letters.
        grey = grey.filter(ImageFilter.GaussianBlur(0.4))
    size = (max(1, round(grey.width * times)), max(1, round(grey.height * times)))
    grey = grey.resize(size, resample=_lanczos())
    return _png(ImageOps.autocontrast(grey, cutoff=1))


def _middle(grey: Picture) -> int:
    """Return the median brightness: that of the ground, since letters cover little of it."""
    counts = grey.histogram()
    half, seen = grey.width * grey.height // 2, 0
    for value, count in enumerate(counts):
        seen += count
        if seen > half:
            return value
    return 255


def _times(grey: Picture) -> float:
    phone = grey.height > grey.width
    wanted = PHONE_WIDTH if phone else min(MOST_WIDTH, grey.width * 2)
    return min(wanted / grey.width, MOST_TIMES, max(0.1, MOST_HEIGHT / grey.height))


def _without_bar(picture: Picture) -> Picture:
    """Cut the bar with clock and battery off a phone's screenshot, where there is one."""
    if picture.height < picture.width * PHONE_SHAPE:
        return picture
    most = int(picture.height * BAR)
    ink = _ink(picture)
    first = next((y for y in range(most) if ink[y] > INK), None)
    if first is None:
        return picture
    ends = next((y for y in range(first, most) if max(ink[y : y + 4]) <= INK), None)
    return picture.crop((0, ends, picture.width, picture.height)) if ends else picture


def _ink(picture: Picture) -> list[float]:
    """Return per row how much neighbouring pixels differ: 0 on an empty row."""
    from PIL import ImageChops, ImageOps  # noqa: PLC0415

    grey = ImageOps.grayscale(picture)
    edges = ImageChops.difference(grey, ImageChops.offset(grey, 1, 0))
    edges = edges.crop((1, 0, max(2, edges.width), edges.height)).convert("F")
    rows = edges.resize((1, edges.height), resample=_box())
    return array("f", rows.tobytes()).tolist()


# ---- for people ----------------------------------------------------------------------------------


def crop(picture: Picture, order: dict[str, Any]) -> bytes:
    """Return a PNG of the box ``order["box"]`` with each of ``order["hide"]`` painted over.

    Boxes are x, y, width, height in pixels of the original. What is hidden is painted in one
    colour: what was only made unsharp can be read back.
    """
    from PIL import ImageDraw  # noqa: PLC0415

    draw = ImageDraw.Draw(picture)
    for x, y, width, height in order["hide"]:
        draw.rectangle((x, y, x + width - 1, y + height - 1), fill=(128, 128, 128))
    x, y, width, height = order["box"]
    if x < 0 or y < 0 or x + width > picture.width or y + height > picture.height:
        raise Outside
    return _png(picture.crop((x, y, x + width, y + height)))


def look(picture: Picture, _: dict[str, Any]) -> bytes:
    """Return width, height and a difference hash of 256 bits (hex), the clock's bar left out."""
    from PIL import ImageOps  # noqa: PLC0415

    small = ImageOps.grayscale(_without_bar(picture))
    small = small.resize((LOOK_SIDE + 1, LOOK_SIDE), resample=_box())
    data = small.tobytes()
    bits = 0
    for row in range(LOOK_SIDE):
        for column in range(LOOK_SIDE):
            at = row * (LOOK_SIDE + 1) + column
            bits = bits << 1 | (data[at] < data[at + 1])
    said = {"width": picture.width, "height": picture.height, "look": f"{bits:064x}"}
    return json.dumps(said).encode()


def _png(picture: Picture) -> bytes:
    made = io.BytesIO()
    picture.save(made, "PNG", compress_level=1)
    return made.getvalue()


def _lanczos() -> Any:
    from PIL.Image import Resampling  # noqa: PLC0415

    return Resampling.LANCZOS


def _box() -> Any:
    from PIL.Image import Resampling  # noqa: PLC0415

    return Resampling.BOX


WORKS = {"prepare": prepare, "crop": crop, "look": look}

if __name__ == "__main__":
    sys.exit(main(sys.argv))
