"""``netralitas submit`` and ``tips``: what people report, and what officers do with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from monitor import app, console
from monitor.clock import to_text, utc_now
from monitor.config import Config
from monitor.errors import ConfigError, Fault
from monitor.intake.stripped import PNG, NotAPicture, stripped
from monitor.model.review import Officer, Role
from monitor.model.tip import Picture, Sender, Tip
from monitor.run.tips import Refused, TipDesk
from monitor.store import keys, reviews
from monitor.store.writer import Writer

WAY = "office"
ABLE = frozenset({Role.REVIEWER, Role.CLERK})
WHY_NOT = {
    Refused.OFF: "tips are taken: tips.enabled in the config",
    Refused.EMPTY: "a link, a note or a picture",
    Refused.LINK: "--link as a web address, as the browser shows it",
    Refused.LARGE: "pictures up to tips.picture_bytes",
    Refused.PAUSED: "a sender from whom tips are taken: this one is paused",
    Refused.SENDER_DAY: "fewer tips of one sender in 24 hours: tips.sender_day",
    Refused.OFFICE_DAY: "fewer tips in 24 hours: tips.office_day",
}
ENDINGS = {PNG: ".png"}


@contextmanager
def _desk(path: Path) -> Iterator[tuple[Config, Writer, TipDesk]]:
    with app.desk(path) as (config, writer):
        ring = keys.load(config.path("keys"))
        yield config, writer, TipDesk(writer, ring, config, utc_now)


def submit(path: Path, tip: Tip, pictures: Sequence[Path], sender: str) -> int:
    """Take a tip that somebody brought to the office."""
    if not sender.strip():
        raise ConfigError([Fault("submit", "--sender", "who brought it; it is sealed", "nothing")])
    shown = [_picture(one) for one in pictures]
    with _desk(path) as (_, _, desk):
        taken = desk.take(tip, shown, Sender(WAY, sender.strip().casefold(), sender.strip()))
    if taken.refused:
        raise ConfigError([Fault("submit", "", WHY_NOT[taken.refused], taken.refused.value)])
    console.plain(f"{taken.tip_id}: taken, belum diverifikasi. Give this number to the sender.")
    return 0


def show_all(path: Path) -> int:
    """List the tips that are still there, by what may be listed of them."""
    with _desk(path) as (_, _, desk):
        rows = desk.rows()
        marks = {row.tip_id: "terkoordinasi?" if desk.coordinated(row) else "" for row in rows}
    columns = ("tip", "at", "state", "account", "case", "pictures", "alike", "mark", "ends")
    table = [
        (
            row.tip_id,
            to_text(row.received_at),
            row.state.value,
            row.watch_id or "not registered",
            row.finding_id,
            str(row.pictures),
            str(row.alike),
            marks[row.tip_id],
            str(row.ends_on or ""),
        )
        for row in rows
    ]
    console.table("Tips", columns, table)
    return 0


def show(path: Path, tip_id: str, by: str, why: str, out: Path | None) -> int:
    """Open one tip for a named person; the look is logged. Pictures are written only on request."""
    with _desk(path) as (_, _, desk):
        said, pictures = desk.read(tip_id, by, why)
    lines = {
        "Link": said.link, "Note": said.note, "When": said.seen_at, "Place": said.place,
        "Witnesses": said.witnesses, "Known from": said.known_from,
    }  # fmt: skip
    for name, text in lines.items():
        if text:
            console.plain(f"{name}: {text}")
    console.plain(f"Pictures: {len(pictures)}")
    for number, picture in enumerate(pictures, start=1) if out else ():
        file = out / f"{tip_id}-{number}{ENDINGS.get(picture.media_type, '.jpg')}" if out else None
        if file:
            file.write_bytes(picture.data)
            console.plain(f"Written: {file}")
    return 0


def link(path: Path, tip_id: str, finding: str, officer: str, why: str) -> int:
    """Put a tip on a case."""
    with _desk(path) as (_, writer, desk):
        desk.link(tip_id, finding, _able(writer, officer, why), why)
    console.plain(f"{tip_id}: it stands on {finding} now; the outcome of the case is as it was")
    return 0


def reject(path: Path, tip_id: str, officer: str, why: str) -> int:
    """Mark a tip as of no use."""
    with _desk(path) as (_, writer, desk):
        desk.reject(tip_id, _able(writer, officer, why), why)
    console.plain(f"{tip_id}: ditolak; it is destroyed on its day")
    return 0


def pause(path: Path, tip_id: str, days: int, officer: str, why: str) -> int:
    """Take nothing from a tip's sender for some days."""
    until = utc_now().date() + timedelta(days=days)
    with _desk(path) as (_, writer, desk):
        desk.pause(tip_id, until, _able(writer, officer, why), why)
    console.plain(f"{tip_id}: nothing is taken from its sender until {until}")
    return 0


def _able(writer: Writer, officer: str, why: str) -> Officer:
    found, today = reviews.officer(writer.reader(), officer), utc_now().date()
    faults = list(_unable(found, today, why))
    if faults:
        raise ConfigError(faults)
    return found


def _unable(officer: Officer, today: date, why: str) -> Iterator[Fault]:
    if not officer.roles(today) & ABLE:
        roles = " or ".join(sorted(ABLE))
        yield Fault("tips", "--officer", f"an officer who is {roles} today", officer.id)
    if not why.strip():
        yield Fault("tips", "--why", "a reason", "nothing")


def _picture(file: Path) -> Picture:
    try:
        data, media_type = stripped(file.read_bytes())
    except OSError as error:
        got = error.strerror or "an error"
        raise ConfigError([Fault(str(file), "", "a readable file", got)]) from None
    except NotAPicture as error:
        raise ConfigError([Fault(str(file), "", "a PNG or JPEG picture", str(error))]) from None
    return Picture(data, media_type)
