"""A report as it leaves: every cell counted again by its query, in both forms, twice the same."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from monitor import reporting
from monitor.collect.registry import COLLECTORS, info
from monitor.config import Config, parse
from monitor.errors import ConfigError
from monitor.model.contest import Contest, ContestTarget, TargetKind
from monitor.model.rule import RuleSet
from monitor.model.tables import Cell, Form, Table, shown
from monitor.notify.report_book import AGAIN, queries
from monitor.reporting import Report, Wanted
from monitor.run import report_words
from monitor.run.report_tables import blind_spots
from monitor.store import alarms, migrate, recount
from monitor.store.writer import Writer
from tests.measure import desk_log
from tests.measure.desk_log import AGENCIES, CHALLENGER, INCUMBENT, PARTY, START

NOW = datetime(2024, 12, 1, tzinfo=UTC)
SMALL = ("Dinas Kecil", "Dinas Mungil")
# Most cases are of four agencies, some of two small ones.
MANY = (*(AGENCIES * 8), *SMALL)


def pair(name: str, incumbent_of: str = "") -> ContestTarget:
    return ContestTarget(name, TargetKind.PASLON, name, incumbent_of=incumbent_of)


def ruleset() -> RuleSet:
    party = ContestTarget(PARTY, TargetKind.PARTAI, PARTY)
    targets = (pair(INCUMBENT, "Provinsi Rekaan"), pair(CHALLENGER), party)
    contest = Contest("pilgub-99-2024", "Uji", "pilgub", "99", "WIB", date(2024, 1, 1), (), targets)
    return RuleSet(digest="0" * 64, contests={contest.id: contest}, rules=(), lexicon={},
                   instruments={})  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Config, Writer]]:
    folder = tmp_path_factory.mktemp("laporan")
    config = parse({"http": {"contact": "uji@contoh.test"}, "folder": folder}, "uji")
    config.database.parent.mkdir()
    migrate.upgrade(config.database)
    writer = Writer(config.database)
    desk_log.fill(writer, 68, agencies=MANY)
    with writer.transaction() as tx:
        for key, hours in (("stale:bluesky", 30), ("blocked:feed", 3), ("proof:w-1", 2)):
            alarms.raise_(tx, key, "uji", START + timedelta(days=10))
            alarms.clear(tx, key, START + timedelta(days=10, hours=hours))
        alarms.raise_(tx, "store", "uji", START + timedelta(days=11))
    yield config, writer
    writer.close()


def wanted(**more: object) -> Wanted:
    base: dict[str, object] = {
        "week": None, "month": date(2024, 10, 1), "out": Path(), "by": "Ani", "why": "rapat",
    }  # fmt: skip
    return Wanted(**(base | more))  # type: ignore[arg-type] # one place that makes them


def made(place: tuple[Config, Writer], **more: object) -> Report:
    config, writer = place
    return reporting.make(writer.reader(), config, ruleset(), wanted(**more), NOW)


def cells(report: Report) -> Iterator[tuple[Table, Cell]]:
    for table in report.tables:
        for row in table.rows:
            yield from ((table, cell) for cell in row)


@pytest.mark.parametrize(
    "more",
    [{"outside": True}, {"week": date(2024, 10, 9), "month": None}],
)
def test_every_cell_is_what_its_query_counts(
    place: tuple[Config, Writer], more: dict[str, object]
) -> None:
    asked = 0
    for table, cell in cells(made(place, **more)):
        if cell.query:
            again = recount.ask(place[1].reader(), cell.query, cell.values or {})
            # SQLite counts days in floats: to a few microseconds.
            value = cell.value and pytest.approx(cell.value, abs=1e-5)
            assert again == value, (table.key, cell)
            asked += 1
        else:
            bound = cell.form is Form.SHARE
            assert bound or cell.form is Form.TEXT
    assert asked > 200


def test_the_workbook_says_what_the_tables_say(place: tuple[Config, Writer]) -> None:
    report = made(place)
    book = openpyxl.load_workbook(io.BytesIO(report.xlsx))
    for table in report.tables:
        sheet = book[table.key]
        for number, row in enumerate(table.rows, start=2):
            for place_, cell in enumerate(row, start=1):
                value = sheet.cell(number, place_).value
                if isinstance(cell.value, float):
                    assert value == pytest.approx(cell.value)
                elif str(cell.value).startswith(("=", "+", "-")):
                    assert value == f"'{cell.value}"
                else:
                    assert value == cell.value
        bars = 1 if table.plotted and len(table.rows) > 1 else 0
        assert len(sheet._charts) == bars
    again = book[AGAIN]
    listed = {(row[0], row[2]) for row in again.iter_rows(min_row=3, values_only=True)}
    needed = {(t.key, c.query) for t, c in cells(report) if c.query}
    assert listed == needed


def test_no_cell_of_the_workbook_is_a_formula(place: tuple[Config, Writer]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(place).xlsx))
    for sheet in book:
        for row in sheet.iter_rows():
            assert {cell.data_type for cell in row} <= {"s", "n"}


def test_queries_of_rows_that_differ_by_name_alone_are_listed_once(
    place: tuple[Config, Writer],
) -> None:
    by_rule = next(t for t in made(place).tables if t.key == "Aturan")
    assert len(by_rule.rows) == 3
    assert len(queries(by_rule)) == len(by_rule.head) - 1
    assert '"nilai"' not in "".join(given for _, _, given in queries(by_rule))


def test_the_same_log_gives_the_same_bytes(place: tuple[Config, Writer]) -> None:
    first = made(place)
    with place[1].transaction() as tx:
        alarms.raise_(tx, "disk", "uji", NOW)
        alarms.clear(tx, "disk", NOW)
    config, writer = place
    later = NOW + timedelta(days=400)
    again = reporting.make(writer.reader(), config, ruleset(), wanted(), later)
    assert again.xlsx == first.xlsx
    assert again.pdf == first.pdf
    assert first.pdf.startswith(b"%PDF")


def test_outside_no_small_agency_is_told_and_none_follows_from_the_sum(
    place: tuple[Config, Writer],
) -> None:
    inside, outside = made(place), made(place, outside=True)

    def agencies(report: Report) -> dict[str, int]:
        table = next(t for t in report.tables if t.key == "Instansi")
        return {shown(row[0]): int(row[1].value or 0) for row in table.rows}

    assert {*SMALL} <= agencies(inside).keys()
    counts = agencies(outside)
    assert not {*SMALL} & counts.keys()
    assert sum(counts.values()) == sum(agencies(inside).values())
    assert min(counts.values()) >= 10
    said = {shown(cell) for _, cell in cells(outside)} | {value for _, value in outside.facts}
    assert not {*SMALL} & said


def test_an_agency_that_is_unknown_or_too_small_for_outside_is_refused(
    place: tuple[Config, Writer],
) -> None:
    with pytest.raises(ConfigError, match="an agency of the log"):
        made(place, instansi="Dinas Lain")
    with pytest.raises(ConfigError, match="at least 10 indications"):
        made(place, instansi=SMALL[0], outside=True)
    assert made(place, instansi=SMALL[0]).material.figures.total


def test_sides_are_shown_together_or_not_at_all(place: tuple[Config, Writer]) -> None:
    def sides(report: Report) -> set[str]:
        table = next(t for t in report.tables if t.key == "Petahana")
        return {shown(cell) for row in table.rows for cell in row[1:]}

    assert report_words.TOO_FEW not in sides(made(place))
    few = sides(made(place, instansi=SMALL[0]))
    assert few == {report_words.TOO_FEW}


def test_hours_that_nobody_saw_are_told_and_ways_of_messages_are_not(
    place: tuple[Config, Writer],
) -> None:
    table = next(t for t in made(place).tables if t.key == "Tidak teramati")
    rows = {(shown(row[0]), shown(row[1])): (row[2].value, row[3].value) for row in table.rows}
    name = report_words.PLATFORMS
    assert rows[report_words.CAUSES["stale"], name["bluesky"]] == (1, 30.0)
    assert rows[report_words.CAUSES["blocked"], name["feed"]] == (1, 3.0)
    assert rows[report_words.CAUSES["proof"], "–"] == (1, 2.0)
    # Open until the month's end in WIB: 11 October 10.00 is its 12th day's.
    assert rows[report_words.CAUSES["store"], "–"] == (1, 20 * 24.0 - 10)


def test_what_a_collector_cannot_see_is_said_in_the_reports_language() -> None:
    config = parse({"http": {"contact": "uji@contoh.test"}}, "uji")
    every = [info(name, config, lambda: NOW) for name in COLLECTORS]
    said = dict(blind_spots(every))
    for told in every:
        assert len(said[report_words.PLATFORMS[told.platform]]) == len(told.blind_spots)
        assert set(told.blind_spots) & set(said[report_words.PLATFORMS[told.platform]]) == set()


def test_nobody_is_named_in_a_report(place: tuple[Config, Writer]) -> None:
    report = made(place)
    text = "\n".join(shown(cell) for _, cell in cells(report))
    for name in ("Orang Rekaan", "p-1", "NTR-", "Bu Rekaan"):
        assert name not in text
