"""Whose number is meant: somebody votes in few of the contests that are live at once."""

from __future__ import annotations

import pytest

from monitor.model.finding import Reading
from monitor.model.wire import statement
from tests.match.world import CAMPAIGN, GOVERNOR, LESTARI, PARTIES, REGENT, SARI, WIRA, engine

LIVE = (GOVERNOR, REGENT, PARTIES)


def read(text: str, *own: str) -> Reading:
    line = statement({"id": "x", "text": text, "occurred_at": CAMPAIGN})
    return engine().read([line.activity], [LIVE], [frozenset(own)])[0]


def test_a_number_means_the_contest_that_the_writer_votes_in() -> None:
    assert read("Ayo coblos nomor 2!", GOVERNOR, PARTIES).targets == (WIRA,)
    assert read("Ayo coblos nomor 2!", REGENT, PARTIES).targets == (LESTARI,)


@pytest.mark.parametrize("own", [(), (GOVERNOR, REGENT)])
def test_where_several_are_the_writers_own_all_are_named(own: tuple[str, ...]) -> None:
    reading = read("Ayo coblos nomor 2!", *own)
    assert set(reading.targets) == {WIRA, LESTARI}
    assert "several-contests" in reading.features


def test_words_go_before_the_writers_area() -> None:
    assert read("Ayo coblos gubernur nomor 2!", REGENT).targets == (WIRA,)
    assert read("Ayo coblos Purnomosidi, nomor 1!", GOVERNOR).targets != (SARI,)


def test_a_name_is_read_wherever_the_writer_votes() -> None:
    assert read("Ayo dukung Wiratama!", REGENT).targets == (WIRA,)
