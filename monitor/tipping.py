"""``netralitas submit`` and ``tips``: what people report, and what officers do with it.

Pictures are in ``tipping_pictures``, and what becomes a case in ``tipping_case``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from monitor import app, console
from monitor.clock import to_text, utc_now
from monitor.config import Config
from monitor.errors import ConfigError, Fault
from monitor.intake.pictures import NoPillow
from monitor.intake.stripped import NotAPicture, stripped
from monitor.model.review import Officer, Role
from monitor.model.tip import Picture, Sender, Tip, TipStep
from monitor.run.tip_leaving import TipLeaving
from monitor.run.tip_sights import Sights
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


@contextmanager
def opened(path: Path) -> Iterator[tuple[Config, Writer, TipDesk]]:
    with app.desk(path) as (config, writer):
        ring = keys.load(config.path("keys"))
        yield config, writer, TipDesk(writer, ring, config, utc_now)


def submit(path: Path, tip: Tip, pictures: Sequence[Path], sender: str) -> int:
    """Take a tip that somebody brought to the office."""
    if not sender.strip():
        raise ConfigError([Fault("submit", "--sender", "who brought it; it is sealed", "nothing")])
    shown = [_picture(one) for one in pictures]
    with opened(path) as (config, writer, desk):
        taken = desk.take(tip, shown, Sender(WAY, sender.strip().casefold(), sender.strip()))
        _look(config, writer)
    if taken.refused:
        raise ConfigError([Fault("submit", "", WHY_NOT[taken.refused], taken.refused.value)])
    console.plain(f"{taken.tip_id}: taken, belum diverifikasi. Give this number to the sender.")
    console.plain("With it they can ask what is held, and take it back while it is on no case.")
    return 0


def _look(config: Config, writer: Writer) -> None:
    """Look at new screenshots, so that one sent again is known; say where nothing can."""
    try:
        Sights(writer, keys.load(config.path("keys"))).look_all()
    except NoPillow as error:
        console.complain(f"Screenshots are not compared with each other: {error}")


def show_all(path: Path) -> int:
    """List the tips that are still there, by what may be listed of them."""
    with opened(path) as (config, writer, desk):
        _look(config, writer)
        rows = desk.rows()
        marks = {row.tip_id: "terkoordinasi?" if desk.coordinated(row) else "" for row in rows}
    columns = ("tip", "at", "state", "person", "case", "pictures", "same act", "mark", "ends")
    table = [
        (
            row.tip_id,
            to_text(row.received_at),
            row.state.value,
            row.watch_id or "not registered",
            row.finding_id,
            f"{row.pictures} ({row.cropped} cropped)" if row.pictures else "0",
            str(row.alike),
            marks[row.tip_id],
            str(row.ends_on or ""),
        )
        for row in rows
    ]
    console.table("Tips", columns, table)
    return 0


def show(path: Path, tip_id: str, by: str, why: str, out: Path | None) -> int:
    """Open one tip for a named person; the look is logged. Crops are written only on request."""
    given = {"--by": by, "--why": why}
    faults = [Fault("tips show", n, "a text", "nothing") for n, v in given.items() if not v.strip()]
    if faults:
        raise ConfigError(faults)
    with opened(path) as (_, _, desk):
        row = next((row for row in desk.rows() if row.tip_id == tip_id), None)
        said, crops = desk.read(tip_id, by, why)
    lines = {
        "Link": said.link, "Note": said.note, "When": said.seen_at, "Place": said.place,
        "Witnesses": said.witnesses, "Known from": said.known_from,
    }  # fmt: skip
    for name, text in lines.items():
        if text:
            console.plain(f"{name}: {indented(text)}")
    if row and row.finding_id:
        console.plain(f"Case: {row.finding_id}, where its words are")
    console.plain(f"Pictures: {row.pictures if row else 0}, of which cropped: {len(crops)}")
    for number, crop in crops.items() if out else ():
        written(out, f"{tip_id}-{number + 1}-potongan.png", crop)
    return 0


def indented(text: str) -> str:
    """Return a stranger's words so that no line of theirs looks like one of ours."""
    return "\n  ".join(text.splitlines())


def written(folder: Path | None, name: str, data: bytes) -> None:
    """Write what was opened into a folder, for its owner alone; never over a file that is there."""
    if folder is None:
        return
    file = folder / name
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
            new.write(data)
    except OSError as error:
        got = error.strerror or "an error"
        raise ConfigError([Fault(str(file), "--out", "a new file", got)]) from None
    console.plain(f"Written: {file}")


def link(path: Path, tip_id: str, finding: str, officer: str, why: str) -> int:
    """Put a tip on a case."""
    with opened(path) as (_, writer, desk):
        desk.link(tip_id, finding, able(writer, officer, why), why)
    console.plain(f"{tip_id}: it stands on {finding} now; the outcome of the case is as it was")
    return 0


def reject(path: Path, tip_id: str, officer: str, why: str) -> int:
    """Mark a tip as of no use."""
    with opened(path) as (_, writer, desk):
        desk.settle(tip_id, TipStep.REJECTED, able(writer, officer, why), why)
    console.plain(f"{tip_id}: ditolak. It changes no case; on no case, it is destroyed on its day")
    return 0


def corroborate(path: Path, tip_id: str, officer: str, why: str) -> int:
    """Say that another source bears out a tip that stands on a case."""
    with opened(path) as (_, writer, desk):
        desk.settle(tip_id, TipStep.CORROBORATED, able(writer, officer, why), why)
    console.plain(f"{tip_id}: dikuatkan. The outcome of the case is as it was")
    return 0


def withdraw(path: Path, tip_id: str, officer: str, why: str) -> int:
    """Withdraw a tip for its sender at the counter: two officers give this command."""
    with opened(path) as (config, writer, _):
        ring = keys.load(config.path("keys"))
        leaving = TipLeaving(writer, ring, config, utc_now)
        asked = leaving.for_sender(tip_id, able(writer, officer, why), why)
    if asked:
        console.plain(
            f"Asked by {asked.officer}. It is withdrawn when another officer gives the same command"
            f" before {to_text(asked.until)}. Both stand in the log."
        )
        return 0
    console.plain(f"{tip_id}: ditarik. What it said, its pictures and who gave it are erased.")
    console.plain("The log keeps that it came and was withdrawn. Older backups hold it, sealed.")
    return 0


def pause(path: Path, tip_id: str, days: int, officer: str, why: str) -> int:
    """Take nothing from a tip's sender for some days."""
    until = utc_now().date() + timedelta(days=days)
    with opened(path) as (_, writer, desk):
        desk.pause(tip_id, until, able(writer, officer, why), why)
    console.plain(f"{tip_id}: nothing is taken from its sender until {until}")
    return 0


def able(
    writer: Writer, officer: str, why: str, roles: frozenset[Role] = ABLE, ground: str | None = None
) -> Officer:
    """Return an officer who has one of some roles today; ``ConfigError`` with all that is missing.

    ``ground`` is asked for where it is a text, if only an empty one.
    """
    found, today = reviews.officer(writer.reader(), officer), utc_now().date()
    faults = list(_unable(found, today, why, roles))
    if ground is not None and not ground.strip():
        faults.append(Fault("tips", "--ground", "the article that allows it", "nothing"))
    if faults:
        raise ConfigError(faults)
    return found


def _unable(officer: Officer, today: date, why: str, roles: frozenset[Role]) -> Iterator[Fault]:
    if not officer.roles(today) & roles:
        named = " or ".join(sorted(roles))
        yield Fault("tips", "--officer", f"an officer who is {named} today", officer.id)
    if not why.strip():
        yield Fault("tips", "--why", "a reason", "nothing")


def _picture(file: Path) -> Picture:
    try:
        return stripped(file.read_bytes())
    except OSError as error:
        got = error.strerror or "an error"
        raise ConfigError([Fault(str(file), "", "a readable file", got)]) from None
    except NotAPicture as error:
        raise ConfigError([Fault(str(file), "", "a PNG or JPEG picture", str(error))]) from None
