"""The tables of a report: each figure beside the query by which it is counted again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.clock import to_text
from monitor.collect.base import Info
from monitor.measure.figures import (
    ERASED,
    LEAST,
    Column,
    Dimension,
    Figures,
    Flow,
    Side,
    Span,
    percentile,
)
from monitor.measure.gaps import Gap
from monitor.measure.report import CLOSING
from monitor.model.tables import Cell, Form, Table
from monitor.notify.coverage_blind import BLIND_ID
from monitor.run import report_words as words
from monitor.store import recount

HOUR = 3600.0
PERCENTS = (50, 90)
Counts = Counter[Column]
# What the tables by agency, rule, level and platform show, as far as a page is wide.
SHOWN = (
    Column.INDICATIONS, Column.ALERTS, Column.REVIEWS, Column.TAKEN, Column.ANSWERED,
    Column.NOT_THEIRS, Column.PERMITTED, Column.NOT_ENOUGH, Column.TO_EXAMINE, Column.FORWARDED,
    Column.OPEN, Column.WAITING, Column.OVERDUE,
)  # fmt: skip
TITLES = {
    Dimension.INSTANSI: ("Menurut instansi", "Instansi"),
    Dimension.RULE: ("Menurut aturan", "Aturan"),
    Dimension.LEVEL: ("Menurut tingkat", "Tingkat"),
    Dimension.PLATFORM: ("Menurut platform", "Platform"),
}
NOTES = {
    Dimension.RULE: "Satu kasus dapat kena lebih dari satu aturan: jumlah baris dapat melebihi "
    "jumlah kasus.",
    Dimension.LEVEL: "Tingkat adalah ke mana aturan mengarah, bukan putusan.",
}


@dataclass(frozen=True, slots=True)
class Material:
    """What tables are made of; ``sides`` are the targets of each side, ``titles`` those of rules.

    ``gaps`` lie from ``since`` until ``until``. With ``least`` above 0, agencies with fewer
    indications share one row: so it may leave the office.
    """

    figures: Figures
    span: Span
    sides: Mapping[Side, Sequence[str]]
    gaps: Mapping[tuple[str, str], Gap]
    since: datetime
    until: datetime
    least: int = 0
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def values(self) -> Mapping[str, str | int]:
        """The parameters that every query has."""
        span = self.span
        return {"pertama": span.first, "terakhir": span.last, "instansi": span.instansi}


def tables(made: Material) -> list[Table]:
    """Return all tables in the order of the report."""
    return [
        _summary(made),
        _flow(made),
        _closings(made),
        _paths(made),
        *(_by(made, dimension) for dimension in Dimension),
        _sides(made),
        _waits(made),
        _gaps(made),
    ]


def _summary(made: Material) -> Table:
    rows = [
        (Cell(words.COLUMNS[column]), _count(made, made.figures.total[column], column))
        for column in Column
    ]
    note = (
        "Kasus, bukan perbuatan: satu kasus dihitung sekali dalam tiap ukuran. Terbuka, menunggu, "
        "dan lewat tenggat adalah keadaan pada akhir masa laporan."
    )
    return Table("Ringkasan", "Ringkasan", ("Ukuran", "Kasus"), rows, note, plotted=1)


def _flow(made: Material) -> Table:
    rows = [
        (
            Cell(words.FLOW[move]),
            Cell(made.figures.flow[move], Form.COUNT, recount.flow(move), made.values),
        )
        for move in Flow
    ]
    note = "Tiap kasus dihitung sekali: bagaimana keadaannya pada awal dan pada akhir masa laporan."
    return Table("Arus", "Arus kasus terbuka", ("Gerak", "Kasus"), rows, note)


def _closings(made: Material) -> Table:
    figures, query = made.figures, recount.of("closing_last")
    steps = sorted(CLOSING, key=lambda step: list(words.STEPS).index(step))
    rows = [
        (
            Cell(words.STEPS[step]),
            Cell(figures.closings[step], Form.COUNT, query, {**made.values, "nilai": step.value}),
        )
        for step in steps
    ]
    share, around = figures.false_share
    whole = recount.of("closed_count")
    rows += [
        (Cell("Ditutup seluruhnya"), Cell(figures.closed, Form.COUNT, whole, made.values)),
        (
            Cell("Bagian yang bukan akunnya atau diperbolehkan"),
            Cell(share, Form.SHARE, recount.of("false_share"), made.values),
        ),
        (Cell("… batas bawah (Wilson 95 %)"), Cell(around[0] if around else None, Form.SHARE)),
        (Cell("… batas atas (Wilson 95 %)"), Cell(around[1] if around else None, Form.SHARE)),
    ]
    note = (
        "Kasus yang ditutup dalam masa laporan, menurut penutupan terakhirnya. Bagian yang bukan "
        "akunnya atau diperbolehkan adalah ukuran kekeliruan sistem ini; batasnya dihitung dari "
        "kedua jumlah itu (selang skor Wilson)."
    )
    return Table("Hasil", "Hasil", ("Hasil", "Kasus"), rows, note)


def _paths(made: Material) -> Table:
    query = recount.of("path")
    rows = [
        (
            Cell(name),
            Cell(made.figures.paths[path], Form.COUNT, query, {**made.values, "nilai": path.value}),
        )
        for path, name in words.PATHS.items()
    ]
    return Table("Jalur", "Diteruskan menurut jalur", ("Jalur", "Kasus"), rows)


def _by(made: Material, dimension: Dimension) -> Table:
    title, name = TITLES[dimension]
    found = made.figures.by[dimension]
    order = sorted(found, key=lambda value: (-found[value][Column.INDICATIONS], value))
    groups: Sequence[Sequence[str]] = [(value,) for value in order]
    note = NOTES.get(dimension, "")
    if dimension is Dimension.INSTANSI and made.least:
        groups = grouped(order, found, made.least)
        note = (
            f"Instansi dengan indikasi di bawah {made.least} digabung, agar angka kecil tidak "
            "menunjuk orang. Rinciannya ada pada laporan untuk pimpinan."
        )
    rows = [_row(made, dimension, values) for values in groups]
    head = (name, *(words.COLUMNS[column] for column in SHOWN))
    return Table(name, title, head, rows, note, plotted=1)


def grouped(order: Sequence[str], found: Mapping[str, Counts], least: int) -> list[Sequence[str]]:
    """Put values below ``least`` together, and one more where their sum would tell one of them."""
    shown = [value for value in order if found[value][Column.INDICATIONS] >= least]
    rest = [value for value in order if value not in set(shown)]

    def tells() -> bool:
        together = sum(found[value][Column.INDICATIONS] for value in rest)
        return bool(rest) and (len(rest) == 1 or together < least)

    while tells() and shown:
        rest.insert(0, shown.pop())
    return [*((value,) for value in shown), *([tuple(rest)] if rest else [])]


def _row(made: Material, dimension: Dimension, values: Sequence[str]) -> Sequence[Cell]:
    counts = Counts()
    for value in values:
        counts.update(made.figures.by[dimension][value])
    alone = len(values) == 1 and not _hidden(made, dimension, values[0], counts)
    if alone:
        name, row, value = _name(made, dimension, values[0]), dimension.value, values[0]
    else:
        name, row = words.OTHERS.format(least=made.least), "lain"
        value = json.dumps(sorted(values), ensure_ascii=False)
    cells = (
        Cell(
            counts[column], Form.COUNT, recount.column(column, row), {**made.values, "nilai": value}
        )
        for column in SHOWN
    )
    return (Cell(name, values={"nilai": value} if row == Dimension.RULE else None), *cells)


def _hidden(made: Material, dimension: Dimension, value: str, counts: Counts) -> bool:
    small = counts[Column.INDICATIONS] < made.least
    return dimension is Dimension.INSTANSI and small and value != ERASED


def _name(made: Material, dimension: Dimension, value: str) -> str:
    if value == ERASED:
        return words.ERASED
    if dimension is Dimension.LEVEL:
        return words.LEVELS.get(value, value)
    if dimension is Dimension.RULE and value in made.titles:
        return f"{value}: {made.titles[value]}"
    return words.PLATFORMS.get(value, value) if dimension is Dimension.PLATFORM else value


def _sides(made: Material) -> Table:
    shown = made.figures.sides_shown
    rows = []
    for column in SHOWN:
        cells = [Cell(words.COLUMNS[column])]
        for side in Side:
            values = {**made.values, "sasaran": json.dumps(sorted(made.sides[side]))}
            count = made.figures.sides[side].counts[column]
            figure = Cell(count, Form.COUNT, recount.side(column), values)
            cells.append(figure if shown else Cell(words.TOO_FEW))
        rows.append(tuple(cells))
    note = (
        f"Kasus tentang petahana dan tentang penantang petahana, menurut daftar pemilihan. "
        f"Ditampilkan bila di belakang masing-masing ada sedikitnya {LEAST} orang; kalau tidak, "
        f"keduanya tidak ditampilkan. Satu kasus dapat tentang keduanya."
    )
    return Table(
        "Petahana", "Petahana dan penantang", ("Ukuran", *words.SIDES.values()), rows, note
    )


def _waits(made: Material) -> Table:
    rows = []
    for wait, name in words.WAITS.items():
        seconds = made.figures.waits[wait]
        cells = [Cell(name)]
        query = recount.wait(wait, counted=True)
        cells.append(Cell(len(seconds), Form.COUNT, query, made.values))
        for percent in PERCENTS:
            value = percentile(seconds, percent)
            hours = None if value is None else value / HOUR
            values = {**made.values, "persen": percent}
            cells.append(Cell(hours, Form.HOURS, recount.wait(wait), values))
        rows.append(tuple(cells))
    head = ("Dari … sampai …", "Kasus", "Median (jam)", "Persentil 90 (jam)")
    note = (
        "Yang berakhir dalam masa laporan; dihitung dari yang pertama kali pada tiap kasus. "
        "Persentil menurut peringkat terdekat: selalu salah satu nilai yang terjadi."
    )
    return Table("Waktu", "Lama waktu", head, rows, note)


def _gaps(made: Material) -> Table:
    period = {"dari": to_text(made.since), "sampai": to_text(made.until)}
    rows = []
    for (kind, platform), gap in sorted(made.gaps.items()):
        at: dict[str, str | int] = {"terakhir": made.span.last, **period}
        at |= {"jenis": kind, "nilai": platform}
        rows.append((
            Cell(words.CAUSES[kind]),
            Cell(words.PLATFORMS.get(platform, platform) or "–"),
            Cell(gap.times, Form.COUNT, recount.of("gap_times"), at),
            Cell(gap.whole, Form.HOURS, recount.of("gap_hours"), at),
        ))  # fmt: skip
    head = ("Sebab", "Platform", "Kali", "Jam")
    note = (
        "Pada jam-jam ini perbuatan tidak teramati; itu bukan tanda bahwa tidak ada. Jam dari "
        "beberapa sumber dijumlahkan."
    )
    return Table("Tidak teramati", "Tidak teramati", head, rows, note)


def _count(made: Material, count: int, column: Column) -> Cell:
    return Cell(count, Form.COUNT, recount.column(column), made.values)


def blind_spots(told: Iterable[Info]) -> list[tuple[str, Sequence[str]]]:
    """Return what is never seen, by where, as the collectors say it of themselves."""
    named = [
        (words.PLATFORMS[one.platform], [BLIND_ID.get(spot, spot) for spot in one.blind_spots])
        for one in sorted(told, key=lambda one: one.platform)
    ]
    return [*named, ("Di mana pun", words.ALWAYS)]
