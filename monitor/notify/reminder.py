"""The message that reminds of a term: the case's number, the day and the law, and nobody's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from monitor.clock import from_text
from monitor.model.day import local_day
from monitor.model.delivery import Message
from monitor.model.rule import Instrument
from monitor.notify import words
from monitor.notify.quote import clean
from monitor.notify.render import fitted

FIELD = 200
DAYS = {
    "id": {"hari_kalender": "hari kalender", "hari_kerja": "hari kerja"},
    "en": {"hari_kalender": "calendar days", "hari_kerja": "working days"},
}
HOUSE = "instansi"


def render_reminder(
    subject: str,
    said: Mapping[str, Any],
    instruments: Mapping[str, Instrument],
    language: words.Language,
    stamp: str = "",
) -> Message:
    """Render what ``run.reminders`` owes; raises a permanent ``NotifyError`` if it is too long."""
    values = {"stamp": stamp, "finding_id": clean(subject, FIELD), **said}
    if "cases" not in said:
        values |= _term(said, instruments, language)
    return fitted(subject, f"reminder.{language}.j2", values)


def _term(
    said: Mapping[str, Any], instruments: Mapping[str, Instrument], language: words.Language
) -> dict[str, Any]:
    known = {name: one.short for name, one in instruments.items()}
    zone = said.get("zone") or words.DEFAULT_ZONE
    return {
        "name": clean(said["name"], FIELD),
        "last": words.day(date.fromisoformat(said["last"]), language),
        "since": words.day(local_day(from_text(said["since"]), zone), language),
        "days": DAYS[language][said["count"]],
        "basis": [
            (clean(known.get(i, i), 80), clean(article, FIELD), code)
            for i, article, code in said["basis"]
        ],
        "house": said["regime"] == HOUSE,
        "unsure": [clean(why, FIELD) for why in said["unsure"]][:3],
    }
