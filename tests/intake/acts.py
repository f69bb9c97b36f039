"""Recorded files of acts, read as the program reads them but without a register."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor import watch
from monitor.intake import act_files, act_profiles, act_reading
from monitor.intake.act_forms import Profile
from monitor.intake.act_lines import Row, Unread
from monitor.intake.act_reading import Opened, OwnName
from monitor.intake.act_rows import BadField, Reader, Who

RECORDINGS = Path(__file__).parent.parent / "recordings" / "imports"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
# What a clerk adds on the command line, where the file does not say it.
SETS = {"apify": "platform=instagram", "4cat-csv": "platform=tiktok",
        "meta-content-library": "platform=instagram"}  # fmt: skip
ZONES = {"tabel": "WIB"}
ACCOUNTS = frozenset(
    {"pegawai.example", "987654", "700700", "555", "9001", "100200", "UCpegawairekaan000000000"}
)


def profile_of(case: str) -> Profile:
    """A case is named by its profile, or by the profile and what is special in it."""
    known = act_profiles.names(watch.shipped())
    name = max((n for n in known if case == n or case.startswith(f"{n}-")), key=len)
    return act_profiles.load(name, watch.shipped())


def file_of(case: str, folder: Path) -> Path:
    """Return a case's file; a folder ``zip`` is packed first."""
    place = RECORDINGS / case
    inside = place / "zip"
    if not inside.is_dir():
        return next(path for path in sorted(place.iterdir()) if path.name != "expected.json")
    packed = folder / f"{case}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(inside.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(inside).as_posix())
    return packed


def read(path: Path, profile: Profile, sets: Sequence[str] = (), zone: str = "") -> dict[str, Any]:
    """Return what a file tells of the accounts that are on the invented register."""
    profile = act_profiles.adjusted(profile, (), sets, zone)
    counts: Counter[str] = Counter()
    acts: list[dict[str, Any]] = []
    unread: list[str] = []
    with act_files.opened(path) as handed:
        said = act_reading.owner(handed, profile.owner)
        for member in handed.members(profile):
            reader = Reader(profile, member.table, frozenset(filter(None, [said.name])))
            with act_reading.opened(handed, member, lambda _: None) as opened:
                for row in opened.rows:
                    told = _told(reader, row, counts, own=profile.own)
                    if isinstance(told, str):
                        unread.append(f"{member.table.id} {row.number}: {told}")
                    elif told:
                        acts.append({"table": member.table.id, "row": row.number, **told})
    return {"owner": _owner(said), "acts": acts, "counts": dict(counts), "unread": unread}


def _told(
    reader: Reader, row: Row | Unread, counts: Counter[str], *, own: bool
) -> dict[str, Any] | str | None:
    if isinstance(row, Unread):
        return row.expected
    try:
        who = reader.who(row)
        if who.reason or not (own or _known(who)):
            counts[who.reason or "strangers"] += 1
            return None
        told = reader.told(row, who.platform, "pegawai.example", NOW)
    except BadField as fault:
        return f"{fault.column}: {fault.expected}"
    found = {
        "platform": who.platform,
        "signal": told.signal.value,
        "object": told.object_id,
        "url": told.object_url,
        "at": told.occurred_at.isoformat() if told.occurred_at else "",
        "not_before": told.not_before.isoformat() if told.not_before else "",
        "text": told.text,
        "media": [*filter(None, told.media)],
        "target": dict(told.target),
        "repaired": told.repaired,
    }
    return {name: value for name, value in found.items() if value}


def _known(who: Who) -> bool:
    return who.native_id in ACCOUNTS or who.handle in ACCOUNTS


def _owner(said: OwnName) -> list[str]:
    return [said.native_id, said.handle, said.name]


@contextmanager
def member(path: Path, profile: Profile) -> Iterator[Opened]:
    """Open the first member of a file that a profile reads."""
    with act_files.opened(path) as handed:
        first = handed.members(profile)[0]
        with act_reading.opened(handed, first, lambda _: None) as opened:
            yield opened
