"""A list of cases for a destination that has had enough messages for an hour. It names nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.model.delivery import Message
from monitor.notify import render
from monitor.notify.quote import clean
from monitor.notify.words import Language

MOST = 40
AGENCY = 40
# Agency and rule of a line: an agency may be written in signs that count twice.
SIZES = ((AGENCY, 60), (20, 40), (10, 24), (2, 2))


def line(finding: str, content: Mapping[str, Any], watch: Mapping[str, Any]) -> dict[str, str]:
    """Return one case's line: number, outcome, kind of act, agency and first rule."""
    matches = content.get("matches") or [{}]
    return {
        "finding": finding,
        "outcome": content["outcome"],
        "signal": content["activity"]["signal"],
        "instansi": clean(str(watch.get("instansi") or ""), AGENCY),
        "rule": str(matches[0].get("rule", "")),
    }


def render_digest(
    lines: Sequence[Mapping[str, str]], language: Language = "id", stamp: str = ""
) -> Message:
    """Render up to ``MOST`` cases as one message: agencies give way, then rules, never a case."""
    forms = ({"lines": [_cut(line, *size) for line in lines], "stamp": stamp} for size in SIZES)
    return render.fitted(lines[0]["finding"], f"digest.{language}.j2", *forms)


def _cut(line: Mapping[str, str], agency: int, rule: int) -> dict[str, str]:
    cut = {"instansi": clean(line["instansi"], agency), "rule": clean(line["rule"], rule)}
    return {**line, **cut}
