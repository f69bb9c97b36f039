"""Papers of several pages: cover and certificate, set by typst from data and one template each."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import segno
import typst

from monitor.errors import NotifyError

# Said on the paper itself: a quotation that lost a sign would not be one.
NO_EMOJI = (
    "Emoji pada kutipan di atas mungkin tanpa warna atau tidak tampak: huruf mesin ini kurang."
)
COLOUR_EMOJI = frozenset({"Noto Color Emoji", "Twitter Color Emoji", "Apple Color Emoji"})
FOLDER = Path(__file__).with_name("templates")
PPI = 110.0
# ISO 19005-2: a file that an archive can still open, with all its fonts in it.
PDF_A: Literal["a-2b"] = "a-2b"


def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """Return a paper as PDF; what others wrote comes as ``data``, never as markup.

    It is PDF/A-2b, or plain PDF where the fonts here lack a sign that was written: an archive's
    form forbids a blank for it. Raises a permanent ``NotifyError`` where it cannot be made.
    """
    try:
        made = _compile(template, data, "pdf", PDF_A)
    except NotifyError:
        made = _compile(template, data, "pdf")
    if isinstance(made, bytes):
        return made
    raise NotifyError("the paper cannot be set as one file", permanent=True)


def pictures(template: str, data: Mapping[str, Any]) -> Sequence[bytes]:
    """Return each page of a paper as PNG: what a reader will see."""
    made = _compile(template, data, "png")
    return [made] if isinstance(made, bytes) else made


@cache
def note() -> str:
    """Return what the machine's fonts cannot show, in words for the reader; empty for nothing."""
    there = typst.Fonts(include_system_fonts=True).families()
    return NO_EMOJI if COLOUR_EMOJI.isdisjoint(there) else ""


def code(text: str) -> str:
    """Return a text as a QR code (SVG)."""
    made = io.BytesIO()
    segno.make(text, error="m", micro=False).save(made, kind="svg", border=1, scale=4)
    return made.getvalue().decode()


def _compile(
    template: str,
    data: Mapping[str, Any],
    form: Literal["pdf", "png"],
    standard: Literal["a-2b"] | None = None,
) -> bytes | list[bytes]:
    try:
        return typst.compile(
            (FOLDER / template).read_bytes(),
            format=form,
            ppi=PPI,
            sys_inputs={"data": json.dumps(data)},
            pdf_standards=standard,
        )
    except (RuntimeError, typst.TypstError) as error:
        raise NotifyError(f"the paper cannot be set: {error}", permanent=True) from None
