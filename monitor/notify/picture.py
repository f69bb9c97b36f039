"""The evidence card as a picture that a supervisor reads at a glance, and a recap's bars.

The code in the corner is the finding id alone.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import segno
import typst

from monitor.errors import NotifyError

TEMPLATE = Path(__file__).with_name("templates") / "card.typ"
PLOT = TEMPLATE.with_name("plot.typ")
# Telegram and a phone take no more with comfort; a longer card is drawn a little coarser.
MOST_BYTES = 150_000
# Pixels per inch; a card is 5 inches wide.
FINEST, COARSEST, STEP = 144, 60, 6
# A picture this coarse costs little, and tells how large a finer one will be: measured over cards
# of every kind, bytes grow as this power of the resolution, within a few per cent.
PROBE = 36
GROWTH = 1.46
# The estimate may be a few per cent too low, and drawing again takes half as long again.
AIM = 0.96 * MOST_BYTES
COLOUR_EMOJI = frozenset({"Noto Color Emoji", "Twitter Color Emoji", "Apple Color Emoji"})
NO_EMOJI = (
    "Emoji pada kartu ini tanpa warna atau tidak tampak: pasang paket fonts-noto-color-emoji."
)

Form = Literal["png", "pdf"]


@dataclass(frozen=True, slots=True)
class Card:
    """A drawn card; ``note`` says what the machine's fonts could not show."""

    data: bytes
    note: str = ""


def draw(sheet: Mapping[str, Any], form: Form = "png") -> Card:
    """Draw a card; a PNG has at most ``MOST_BYTES``, at the finest resolution that allows it.

    Raises a permanent ``NotifyError`` where the picture cannot be made.
    """
    note = "" if _has_colour_emoji() else NO_EMOJI
    limits = [*sheet["limits"], *([note] if note else [])]
    data = json.dumps({**sheet, "limits": limits, "qr": code(sheet["finding"])})
    if form == "pdf":
        return Card(_compiled(data, form, FINEST), note)
    resolution = _fitting(len(_compiled(data, form, PROBE)))
    while resolution >= COARSEST:
        made = _compiled(data, form, resolution)
        if len(made) <= MOST_BYTES:
            return Card(made, note)
        resolution -= STEP
    raise NotifyError(f"the card is larger than {MOST_BYTES} bytes", permanent=True)


def draw_plot(plot: Mapping[str, Any]) -> Card:
    """Draw figures as a PNG: a ``title``, bars (``svg``) and a line under them (``foot``).

    Raises a permanent ``NotifyError`` where the picture cannot be made.
    """
    return Card(_compiled(json.dumps(plot), "png", FINEST, PLOT))


def _fitting(probed: int) -> int:
    """Return the resolution at which a card fits, from its size in bytes at ``PROBE``."""
    return min(FINEST, int(PROBE * (AIM / probed) ** (1 / GROWTH)))


def _compiled(data: str, form: Form, resolution: int, template: Path | None = None) -> bytes:
    try:
        made = _compiler(template or TEMPLATE).compile(
            format=form, ppi=float(resolution), sys_inputs={"data": data}
        )
    except (RuntimeError, typst.TypstError) as error:
        # The library's own words may repeat what somebody posted.
        raise NotifyError("the card cannot be drawn", permanent=True) from error
    if not isinstance(made, bytes):
        raise NotifyError("the card does not fit on one page", permanent=True)
    return made


@cache
def _compiler(template: Path) -> typst.Compiler:
    # Kept: reading template and fonts again would take longer than drawing.
    return typst.Compiler(template, font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True)


@cache
def _has_colour_emoji() -> bool:
    return not COLOUR_EMOJI.isdisjoint(_fonts().families())


def code(finding: str) -> str:
    """Return a finding id as a QR code (SVG)."""
    made = io.BytesIO()
    segno.make(finding, error="m", micro=False).save(made, kind="svg", border=1, scale=4)
    return made.getvalue().decode()
