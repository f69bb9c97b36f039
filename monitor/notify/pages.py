"""Papers of several pages: cover and certificate, set by typst from data and one template each."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import segno
import typst

from monitor.errors import NotifyError

FOLDER = Path(__file__).with_name("templates")
PPI = 110.0


def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """Return a paper as PDF; what others wrote comes as ``data``, never as markup.

    Raises a permanent ``NotifyError`` where it cannot be made.
    """
    made = _compile(template, data, "pdf")
    if isinstance(made, bytes):
        return made
    raise NotifyError("the paper cannot be set as one file", permanent=True)


def pictures(template: str, data: Mapping[str, Any]) -> Sequence[bytes]:
    """Return each page of a paper as PNG: what a reader will see."""
    made = _compile(template, data, "png")
    return [made] if isinstance(made, bytes) else made


def code(text: str) -> str:
    """Return a text as a QR code (SVG)."""
    made = io.BytesIO()
    segno.make(text, error="m", micro=False).save(made, kind="svg", border=1, scale=4)
    return made.getvalue().decode()


def _compile(
    template: str, data: Mapping[str, Any], form: Literal["pdf", "png"]
) -> bytes | list[bytes]:
    try:
        return typst.compile(
            (FOLDER / template).read_bytes(),
            format=form,
            ppi=PPI,
            sys_inputs={"data": json.dumps(data)},
        )
    except (RuntimeError, typst.TypstError) as error:
        raise NotifyError(f"the paper cannot be set: {error}", permanent=True) from None
