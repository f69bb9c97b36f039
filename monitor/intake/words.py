"""What the importer knows beside the list itself: areas, everyday words, well-known names."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError, Fault

FOLDER = "intake"
_SKIPPED_OF_PLACES = frozenset({"kabupaten", "kota", "daerah", "khusus", "ibukota", "istimewa"})
_EAST = frozenset({"81", "82", "91", "92", "93", "94", "95", "96"})
_MIDDLE = frozenset({"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"})


@dataclass(frozen=True, slots=True)
class Knowledge:
    """``areas`` maps dotted codes to names; the sets hold folded words and names.

    ``common`` words stand for a candidate only beside others, ``known`` names are of other people.
    """

    areas: Mapping[str, str]
    common: frozenset[str]
    known: frozenset[str]


def fold(text: str) -> str:
    """Return a name as it is compared: lower case, no apostrophes, single blanks."""
    return " ".join(text.lower().replace("'", "").replace("-", " ").split())


def load(watchlists: Path) -> Knowledge:
    """Read ``intake/`` of a watchlists folder. Raises ``ConfigError``."""
    folder = watchlists / FOLDER
    areas = _areas(folder / "wilayah.csv")
    places = {fold(w) for name in areas.values() for w in name.split()} - _SKIPPED_OF_PLACES
    return Knowledge(
        areas=areas,
        common=_lines(folder / "umum.txt") | places,
        known=_lines(folder / "tokoh.txt"),
    )


def zone(area: str) -> str:
    """Return the time zone of an area's province (Keppres 41/1987 and its successors)."""
    province = area[:2]
    return "WIT" if province in _EAST else "WITA" if province in _MIDDLE else "WIB"


def _areas(path: Path) -> dict[str, str]:
    return {row["kode"]: row["nama"] for row in csv.DictReader(_text(path).splitlines())}


def _lines(path: Path) -> frozenset[str]:
    return frozenset(fold(x) for x in _text(path).splitlines() if x and not x.startswith("#"))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        hint = "it comes with the program, in watchlists/intake/"
        raise ConfigError([Fault(str(path), "", "a readable file", str(error), hint)]) from None
