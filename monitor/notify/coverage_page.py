"""The coverage page: what is observed and what is not, as HTML without anything from outside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.clock import to_text
from monitor.model.contest import ZONES
from monitor.notify import coverage_words as words
from monitor.notify.render import page_style, render_page
from monitor.notify.words import Language

ZONE = "WIB"
STYLE = "coverage_style.css"
# What a file of ours begins with: such a one may be written anew.
MARK = "<!doctype html>\n<!-- netralitas coverage -->"


def main(values: Mapping[str, Any], language: Language) -> str:
    """Return the page of all platforms; ``values`` are those of ``coverage.html.j2``."""
    return _page("coverage.html.j2", "title", values, language)


def accounts(values: Mapping[str, Any], language: Language) -> str:
    """Return one page of accounts; ``values`` are those of ``coverage_accounts.html.j2``."""
    return _page("coverage_accounts.html.j2", "accounts_title", values, language)


def shown(at: datetime | None) -> str:
    """Return a time as the page has it, in the capital's zone; empty for none."""
    return f"{at.astimezone(ZONES[ZONE]):%Y-%m-%d %H:%M} {ZONE}" if at else ""


def _page(template: str, title: str, values: Mapping[str, Any], language: Language) -> str:
    digest = hashlib.sha256(page_style(STYLE).encode()).digest()
    now: datetime = values["now"]
    said = words.WORDS[language]
    return render_page(
        template,
        {
            **values,
            "language": language,
            "w": said,
            "sights": words.SIGHTS[language],
            "states": words.STATES[language],
            "title": said[title],
            "made": shown(now),
            "made_iso": to_text(now),
            "style_hash": base64.b64encode(digest).decode(),
        },
        STYLE,
    )
