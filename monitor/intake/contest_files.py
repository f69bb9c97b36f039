"""Contest files made from ballots. Only files that this module wrote are ever overwritten."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.errors import ConfigError, Fault
from monitor.intake import name_forms
from monitor.intake.contests_csv import Ballot, Row
from monitor.intake.name_forms import Forms, Strength
from monitor.intake.words import Knowledge, zone
from monitor.watch.calendars import Calendar

MARK = "# Dibuat oleh `netralitas contests import`; tambahan tangan: aliases/{}.toml\n"
WIDTH = 100
FACTOR = 2  # no pair of a contest gets more forms than this many times another's (fairness)
TITLES = {
    "pilgub": "Pemilihan Gubernur dan Wakil Gubernur",
    "pilbup": "Pemilihan Bupati dan Wakil Bupati",
    "pilwako": "Pemilihan Wali Kota dan Wakil Wali Kota",
}
BOX = Forms(
    names=(),
    aliases=("Kotak Kosong", "Kolom Kosong"),
    ambiguous=(),
    hashtags=(
        "KotakKosong", "KolomKosong", "KotakKosongMenang", "PilihKotakKosong",
        "CoblosKotakKosong", "DukungKotakKosong",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What a run did: contest ids by fate. ``stale`` were imported before and are not listed."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]
    stale: tuple[str, ...]


def texts(
    ballots: Sequence[Ballot],
    calendar: Calendar,
    knowledge: Knowledge,
    source: str,
    taken: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Return the text of each contest's file by contest id; the same input gives the same text.

    ``taken`` are folded forms of contests that are live at the same time.
    """
    pairs = [row.persons for ballot in ballots for row in ballot.rows if row.persons]
    judge = name_forms.strength(pairs, knowledge, taken)
    return {
        contest_id(ballot, calendar): _text(ballot, calendar, knowledge, source, judge)
        for ballot in ballots
    }


def contest_id(ballot: Ballot, calendar: Calendar) -> str:
    return f"{ballot.level}-{ballot.area.replace('.', '')}-{calendar.year}"


def write(folder: Path, files: Mapping[str, str], calendar: str) -> Written:
    """Write what changed below ``folder/contests``; refuse first where a hand wrote the file."""
    target = folder / "contests"
    target.mkdir(parents=True, exist_ok=True)
    before = {path.stem: path.read_text("utf-8") for path in sorted(target.glob("*.toml"))}
    ours = {stem for stem, text in before.items() if text.startswith(MARK.format(stem))}
    if foreign := sorted((before.keys() & files.keys()) - ours):
        hint = "move it away, or move its words to aliases/"
        faults = [
            Fault(f"contests/{stem}.toml", "", "a file that an import wrote", "one by hand", hint)
            for stem in foreign
        ]
        raise ConfigError(faults)
    for stem, text in files.items():
        if before.get(stem) != text:
            (target / f"{stem}.toml").write_text(text, "utf-8")
    stale = {s for s in ours - files.keys() if f'\ncalendar = "{calendar}"\n' in before[s]}
    return Written(
        new=tuple(sorted(files.keys() - before.keys())),
        changed=tuple(sorted(s for s in files if s in before and before[s] != files[s])),
        same=tuple(sorted(s for s in files if before.get(s) == files[s])),
        stale=tuple(sorted(stale)),
    )


def _text(
    ballot: Ballot, calendar: Calendar, knowledge: Knowledge, source: str, judge: Strength
) -> str:
    name = contest_id(ballot, calendar)
    area = knowledge.areas[ballot.area].removeprefix("Kabupaten ").removeprefix("Kota ")
    head = {
        "id": name,
        "title": f"{TITLES[ballot.level]} {area} {calendar.year}",
        "level": ballot.level,
        "area": ballot.area,
        "zone": zone(ballot.area),
        "calendar": calendar.id,
        "source": source,
    }
    pairs = [row for row in ballot.rows if row.persons]
    made = balanced([name_forms.forms(row.persons, judge, calendar.year) for row in pairs])
    found = dict(zip((row.number for row in pairs), made, strict=True))
    targets = [
        "\n".join(("[[target]]", *_target(name, row, found.get(row.number, BOX))))
        for row in ballot.rows
    ]
    keys = "\n".join(_key(key, value) for key, value in head.items())
    return MARK.format(name) + "\n" + "\n\n".join((keys, *targets)) + "\n"


def balanced(listed: Sequence[Forms]) -> list[Forms]:
    """Cut long lists so that no pair is easier to find than another by more than ``FACTOR``."""
    most = FACTOR * min(len(forms.aliases) for forms in listed)
    cut = [replace(forms, aliases=forms.aliases[:most]) for forms in listed]
    total = FACTOR * min(len(forms.aliases) + len(forms.ambiguous) for forms in cut)
    tags = min(len(forms.hashtags) for forms in cut) * FACTOR
    return [
        replace(
            forms,
            ambiguous=forms.ambiguous[: total - len(forms.aliases)],
            hashtags=forms.hashtags[:tags],
        )
        for forms in cut
    ]


def _target(contest: str, row: Row, forms: Forms) -> Iterator[str]:
    kind, tail = ("paslon", str(row.number)) if row.persons else ("kosong", "kosong")
    yield _key("id", f"{contest}/{tail}")
    yield _key("kind", kind)
    yield _key("label", name_forms.label(row.persons) if row.persons else "Kotak kosong")
    yield f"number = {row.number}"
    lists = ("names", "aliases", "ambiguous", "hashtags")
    yield from (_list(key, getattr(forms, key)) for key in lists if getattr(forms, key))


def _key(key: str, value: str) -> str:
    return f"{key} = {_quoted(value)}"


def _quoted(text: str) -> str:
    # JSON's strings are TOML's basic strings, but for this one character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(key: str, entries: Sequence[str]) -> str:
    """Return a list on one line, or filled lines of ``WIDTH``."""
    quoted = [_quoted(entry) for entry in entries]
    line = f"{key} = [{', '.join(quoted)}]"
    if len(line) <= WIDTH:
        return line
    lines = [" "]
    for entry in quoted:
        if len(lines[-1]) + len(entry) + 2 > WIDTH:
            lines.append(" ")
        lines[-1] += f" {entry},"
    return "\n".join((f"{key} = [", *lines, "]"))
