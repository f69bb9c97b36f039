"""``netralitas tips picture, crop, original, sender``: who may see what, and that they saw it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from monitor import console
from monitor.clock import to_text, utc_now
from monitor.errors import ConfigError, Fault
from monitor.intake.pictures import Box, NoPillow, NotReadable
from monitor.intake.stripped import PNG
from monitor.model.review import Role
from monitor.run.tip_doors import Asked
from monitor.run.tip_pictures import TipPictures
from monitor.store import keys
from monitor.store.writer import Writer
from monitor.tipping import able, opened, written

INTAKE = frozenset({Role.CLERK})
ANY = frozenset(Role)
SIDES = 4


@contextmanager
def _pictures(path: Path) -> Iterator[tuple[Writer, TipPictures]]:
    with opened(path) as (config, writer, _):
        ring = keys.load(config.path("keys"))
        yield writer, TipPictures(writer, ring, config, utc_now)


def picture(path: Path, tip_id: str, officer: str, why: str, out: Path) -> int:
    """Give an intake officer the whole pictures of a tip, for cropping."""
    with _pictures(path) as (writer, room):
        shown = room.intake(tip_id, able(writer, officer, why, INTAKE), why)
    for number, one in enumerate(shown, start=1):
        written(out, f"{tip_id}-{number}{_ending(one.media_type)}", one.data)
    console.plain("Delete the files once the crops are made.")
    return 0


def crop(
    path: Path, tip_id: str, number: int, box: str, hide: Sequence[str], officer: str, why: str
) -> int:
    """Make the part of a picture that reviewers see."""
    wanted, hidden = _box("--box", box), [_box("--hide", one) for one in hide]
    with _pictures(path) as (writer, room):
        who = able(writer, officer, why, INTAKE)
        try:
            room.crop(tip_id, number, wanted, hidden, who, why)
        except NoPillow as error:
            raise ConfigError([Fault("tips crop", "", "the extra ocr", str(error))]) from None
        except NotReadable as error:
            expected = "a picture that opens, and a box inside it"
            raise ConfigError([Fault(tip_id, "--box", expected, str(error))]) from None
    console.plain(f"{tip_id}: picture {number} is cropped; reviewers see that part and no other")
    return 0


def original(path: Path, tip_id: str, officer: str, why: str, out: Path) -> int:
    """Open the originals to the second of two officers."""
    with _pictures(path) as (writer, room):
        found = room.original(tip_id, able(writer, officer, why, ANY), why)
    if isinstance(found, Asked):
        return _wait(found)
    for number, one in enumerate(found.pictures, start=1):
        written(out, f"{tip_id}-{number}-asli{_ending(one.media_type)}", one.data)
        if aside := found.aside.get(number - 1):
            written(out, f"{tip_id}-{number}-sisi.bin", aside)
    return 0


def sender(path: Path, tip_id: str, officer: str, ground: str, why: str) -> int:
    """Open who gave a tip to the second of two officers."""
    with _pictures(path) as (writer, room):
        who = able(writer, officer, why, ANY, ground)
        found = room.sender(tip_id, who, ground, why)
    if isinstance(found, Asked):
        return _wait(found)
    console.plain(f"Way: {found.way}\nNumber there: {found.number}")
    if found.name:
        console.plain(f"Name: {found.name}")
    return 0


def _wait(asked: Asked) -> int:
    console.plain(
        f"Asked by {asked.officer}. It opens when another officer gives the same command before "
        f"{to_text(asked.until)}. Both stand in the log."
    )
    return 0


def _ending(media_type: str) -> str:
    return ".png" if media_type == PNG else ".jpg"


def _box(option: str, text: str) -> Box:
    parts = text.split(",")
    if len(parts) == SIDES and all(part.strip().isdecimal() for part in parts):
        x, y, width, height = (int(part) for part in parts)
        if width and height:
            return x, y, width, height
    raise ConfigError([Fault("tips crop", option, "x,y,width,height in pixels", text)])
