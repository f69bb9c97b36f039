"""The evidence card: a finding as a picture that a supervisor reads at a glance. The only typst.

It shows what the alert says, from the same template, so the two can never say different things.
The code in the corner is the finding id alone.
"""

from __future__ import annotations

import html
import io
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import segno
import typst

from monitor.errors import NotifyError
from monitor.model.delivery import Message
from monitor.notify.render import BLANK_LINES, TAG

TEMPLATE = Path(__file__).with_name("templates") / "card.typ"
PPI = 144.0
COLOUR_EMOJI = frozenset({"Noto Color Emoji", "Twitter Color Emoji", "Apple Color Emoji"})
NO_EMOJI = (
    "Emoji pada kartu ini tanpa warna atau tidak tampak: pasang paket fonts-noto-color-emoji."
)
LIMITS = "Diamati oleh kami pada {seen}. Ini indikasi untuk dinilai manusia, bukan putusan."

Form = Literal["png", "pdf"]


@dataclass(frozen=True, slots=True)
class Card:
    """A rendered card; ``note`` says what the machine's fonts could not show."""

    data: bytes
    note: str = ""


def render_card(message: Message, seen: str, form: Form = "png") -> Card:
    """Set an alert as a picture; ``seen`` says in words when the act was observed.

    Raises a permanent ``NotifyError`` where the picture cannot be made.
    """
    note = "" if _has_colour_emoji() else NO_EMOJI
    limits = [LIMITS.format(seen=seen), *([note] if note else [])]
    data = {
        "finding": message.subject,
        "blocks": blocks(message.html),
        "limits": limits,
        "qr": _code(message.subject),
    }
    try:
        made = typst.compile(
            TEMPLATE.read_bytes(), format=form, ppi=PPI, sys_inputs={"data": json.dumps(data)}
        )
    except (RuntimeError, typst.TypstError) as error:
        raise NotifyError(f"the card cannot be drawn: {error}", permanent=True) from None
    if not isinstance(made, bytes):
        raise NotifyError("the card does not fit on one page", permanent=True)
    return Card(made, note)


def blocks(markup: str) -> list[dict[str, Any]]:
    """Return an alert's HTML as blocks of lines of runs; words marked in a quotation say so."""
    found: list[dict[str, Any]] = [{"quote": False, "lines": [[]]}]
    bold = False
    for part in TAG.split(BLANK_LINES.sub("\n\n", markup)):
        if part in ("<blockquote>", "</blockquote>"):
            found.append({"quote": part == "<blockquote>", "lines": [[]]})
        elif part in ("<b>", "</b>"):
            bold = part == "<b>"
        elif not TAG.fullmatch(part):
            _write(found[-1], html.unescape(part), bold=bold)
    return [
        {"quote": block["quote"], "lines": lines}
        for block in found
        if (lines := [line for line in block["lines"] if line])
    ]


def _write(block: dict[str, Any], text: str, *, bold: bool) -> None:
    for number, line in enumerate(text.split("\n")):
        if number:
            block["lines"].append([])
        if line:
            mark = bold and block["quote"]
            block["lines"][-1].append({"text": line, "bold": bold, "mark": mark})


def _code(finding: str) -> str:
    made = io.BytesIO()
    segno.make(finding, error="m", micro=False).save(made, kind="svg", border=1, scale=4)
    return made.getvalue().decode()


@cache
def _has_colour_emoji() -> bool:
    return not COLOUR_EMOJI.isdisjoint(typst.Fonts(include_system_fonts=True).families())
