"""The recap of a day or a week: counted from the log, said in a few lines."""

from __future__ import annotations

from datetime import datetime

from monitor.measure import recap, report
from monitor.measure.figures import Entry, Figures, Span
from monitor.measure.gaps import gaps
from monitor.measure.recap import Recap
from monitor.model.period import Length, Period
from monitor.notify import words
from monitor.notify.words import Language
from monitor.store import tallies
from monitor.store.db import Connection

HEADINGS = {
    "id": {Length.DAY: "Rekap harian", Length.WEEK: "Rekap mingguan", Length.MONTH: "Rekap bulan"},
    "en": {Length.DAY: "The day", Length.WEEK: "The week", Length.MONTH: "The month"},
}


def text(conn: Connection, period: Period, now: datetime, language: Language = "id") -> str:
    """Return the recap of a period as plain lines, as far as the log goes.

    It reads the whole log once: some seconds for a million entries.
    """
    return recap.text(made(conn, period, now, language), language)


def made(conn: Connection, period: Period, now: datetime, language: Language = "id") -> Recap:
    """Count a period; an entry written later, in another period, changes nothing."""
    written = tallies.written(conn, period.start, period.end)
    span = Span(written.first, written.last)
    sources = tallies.looked(conn, period.start)
    until = min(period.end, now)
    alarms = tallies.alarm_rows(conn, written.last)
    return Recap(
        heading=f"{HEADINGS[language][period.length]} · {said(period, language)}",
        figures=figures(conn, span),
        sources=sources,
        gaps=gaps(alarms, sources, period.start, until),
        first=written.first,
        last=written.last,
        head=written.last_hash,
    )


def figures(conn: Connection, span: Span) -> Figures:
    """Count a span of the log."""
    return report.count(map(Entry._make, tallies.entries(conn, span.last)), span)


def said(period: Period, language: Language) -> str:
    """Name a period: a day, its first and last day, or a month."""
    if period.length is Length.MONTH:
        return words.day(period.first, language).partition(" ")[2]
    first = words.day(period.first, language)
    if period.length is Length.DAY:
        weekday = words.DAYS[language][period.first.weekday()]
        return f"{weekday}, {first} ({period.zone})"
    return f"{first} – {words.day(period.last_day, language)} ({period.zone})"
