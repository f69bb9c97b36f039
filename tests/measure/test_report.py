"""Every figure of a report, counted again by queries that share nothing with the counting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.measure import report
from monitor.measure.figures import (
    SIGNS,
    Column,
    Dimension,
    Entry,
    Figures,
    Flow,
    Side,
    Span,
    percentile,
)
from monitor.model.review import Path as Way
from monitor.store import alarms, migrate, recount, tallies
from monitor.store.db import Connection
from monitor.store.writer import Writer
from tests.measure import desk_log
from tests.measure.desk_log import AGENCIES, CHALLENGER, INCUMBENT, START

SIDES = {INCUMBENT: Side.INCUMBENT, CHALLENGER: Side.CHALLENGER}
OF_SIDE = {side: [t for t, s in SIDES.items() if s is side] for side in Side}


@pytest.fixture(scope="module")
def conn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    database = tmp_path_factory.mktemp("desk") / "db.sqlite3"
    migrate.upgrade(database)
    writer = Writer(database)
    desk_log.fill(writer, cases=150)
    yield writer.reader()
    writer.close()


def counted(conn: Connection, span: Span) -> Figures:
    rows = tallies.entries(conn, span.last)
    return report.count(map(Entry._make, rows), span, SIDES)


def span_of(conn: Connection, first_day: int, days: int, instansi: str = "") -> Span:
    start = START + timedelta(days=first_day)
    written = tallies.written(conn, start, start + timedelta(days=days))
    return Span(written.first, written.last, instansi)


@pytest.fixture(params=[(0, 99, ""), (10, 7, ""), (10, 7, AGENCIES[3]), (90, 7, "")])
def span(request: pytest.FixtureRequest, conn: Connection) -> Span:
    return span_of(conn, *request.param)


def ask(conn: Connection, span: Span, text: str, **values: object) -> int | float | None:
    known = {"pertama": span.first, "terakhir": span.last, "instansi": span.instansi}
    return recount.ask(conn, text, known | values)


def test_every_count_is_that_of_its_query(conn: Connection, span: Span) -> None:
    figures = counted(conn, span)
    for column in Column:
        assert ask(conn, span, recount.column(column)) == figures.total[column], column
        for dimension in Dimension:
            text = recount.column(column, dimension)
            for value, counts in figures.by[dimension].items():
                assert ask(conn, span, text, nilai=value) == counts[column], (column, value)


def test_paths_closings_and_sides_are_those_of_their_queries(conn: Connection, span: Span) -> None:
    figures = counted(conn, span)
    for path in Way:
        assert ask(conn, span, recount.of("path"), nilai=path) == figures.paths[path]
    for step in report.CLOSING:
        assert ask(conn, span, recount.of("closing_last"), nilai=step) == figures.closings[step]
    for side in Side:
        for column in Column:
            again = ask(conn, span, recount.side(column), sasaran=json.dumps(OF_SIDE[side]))
            assert again == figures.sides[side].counts[column], (side, column)


def test_waits_are_those_of_their_queries(conn: Connection, span: Span) -> None:
    figures = counted(conn, span)
    for wait, seconds in figures.waits.items():
        assert ask(conn, span, recount.wait(wait, counted=True)) == len(seconds)
        for percent in (50, 90):
            again = ask(conn, span, recount.wait(wait), persen=percent)
            value = percentile(seconds, percent)
            assert again == (None if value is None else pytest.approx(value / 3600, abs=1e-4))


def test_the_open_cases_of_the_end_follow_from_those_of_the_beginning(
    conn: Connection, span: Span
) -> None:
    figures = counted(conn, span)
    for move in Flow:
        assert ask(conn, span, recount.flow(move)) == figures.flow[move], move
    assert (
        sum(sign * figures.flow[move] for move, sign in SIGNS.items()) == figures.flow[Flow.AFTER]
    )
    assert figures.flow[Flow.AFTER] == figures.total[Column.OPEN]


def test_a_clock_that_was_wrong_for_a_while_moves_no_period(tmp_path: Path) -> None:
    migrate.upgrade(tmp_path / "db.sqlite3")
    days = [0, 1, 400, 2, 8, 9, -30, 10, 40]
    with closing(Writer(tmp_path / "db.sqlite3")) as writer:
        with writer.transaction() as tx:
            for day in days:
                alarms.raise_(tx, f"disk:{day}", "uji", START + timedelta(days=day))
        conn = writer.reader()

        def written(first: int, length: int) -> tuple[int, int]:
            start = START + timedelta(days=first)
            found = tallies.written(conn, start, start + timedelta(days=length))
            return found.first, found.last

        assert written(0, 7) == (1, 4)
        assert written(7, 7) == (5, 8)
        assert written(20, 7) == (9, 8)
        assert written(-90, 30) == (1, 0)
