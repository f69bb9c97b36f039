"""A list that cannot be trusted is refused line by line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.intake.contests_csv import read
from tests.intake.conftest import AREAS, HEADER, LIST

Listed = Callable[[str | bytes], Path]
OTHER = "gubernur,98,2,LAIN ORANG - ORANG LAIN\n"


def test_rows_become_ballots_in_order(listed: Listed) -> None:
    ballots = read(listed(LIST), AREAS)
    assert [(b.level, b.area, [r.number for r in b.rows]) for b in ballots] == [
        ("pilbup", "98.01", [1, 2]),
        ("pilgub", "98", [1, 2]),
        ("pilwako", "98.71", [1, 2]),
    ]
    box = ballots[2].rows[1]
    assert (box.persons, box.line) == ((), 7)


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_ends_and_byte_order_mark_do_not_matter(listed: Listed, ending: str) -> None:
    text = "\ufeff" + LIST.replace("\n", ending)
    assert read(listed(text), AREAS) == read(listed(LIST), AREAS)


def test_dotted_codes_are_the_same(listed: Listed) -> None:
    assert read(listed(LIST.replace(",9801,", ",98.01,")), AREAS) == read(listed(LIST), AREAS)


@pytest.mark.parametrize(
    ("rows", "line", "expected"),
    [
        ("bupati,9801,1,A SATU - B DUA\n", 2, "one of gubernur, bupati_walikota"),
        ("gubernur,9801,1,A SATU - B DUA\n", 2, "two digits for gubernur"),
        ("bupati_walikota,98,1,A SATU - B DUA\n", 2, "four digits for bupati_walikota"),
        ("bupati_walikota,9802,1,A SATU - B DUA\n", 2, "an area of intake/wilayah.csv"),
        ("gubernur,98,nol,A SATU - B DUA\n", 2, "a whole number from 1 to 99"),
        ("gubernur,98,0,A SATU - B DUA\n", 2, "a whole number from 1 to 99"),
        ("gubernur,98,1\n", 2, "4 cells"),
        ("gubernur,98,1,H. SATU, S.E. - DUA\n", 2, "4 cells"),
        ("gubernur,98,1,\n", 2, "two persons with ' - ' between"),
        ("gubernur,98,1,ORANG SATU\n", 2, "two persons with ' - ' between"),
        ("gubernur,98,1,SATU - DUA - TIGA\n", 2, "two persons with ' - ' between"),
        ("gubernur,98,1,SATU 1 - DUA\n", 2, "letters in a name, not '1'"),
        ("gubernur,98,1,=SATU() - DUA\n", 2, "letters in a name, not '='"),
        ("gubernur,98,1,Dr. H. - TABUKALI\n", 2, "a name beside the titles"),
        (f"gubernur,98,2,SATU SAJA - DUA SAJA\n{OTHER}", 3, "a number not used in line 2"),
        (
            "gubernur,98,1,LAIN ORANG - ORANG LAIN\n" + OTHER,
            3,
            "a pair not listed in line 2",
        ),
        (OTHER, 2, "several pairs, or one pair and KOLOM KOSONG"),
        ("gubernur,98,1,KOLOM KOSONG - \n", 2, "several pairs, or one pair and KOLOM KOSONG"),
        (
            f"gubernur,98,1,SATU SAJA - DUA SAJA\n{OTHER}gubernur,98,3,KOLOM KOSONG\n",
            4,
            "several pairs, or one pair and KOLOM KOSONG",
        ),
        ("", 1, "at least one row below the header"),
    ],
)
def test_a_bad_row_is_told_with_its_line(
    listed: Listed, rows: str, line: int, expected: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(listed(HEADER + rows), AREAS)
    told = [f for f in caught.value.faults if expected in f.expected]
    assert [fault.where for fault in told] == [f"paslon.csv:{line}"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "the header"),
        (b"nama,nomor\n", "the header"),
        (HEADER.encode() + b"gubernur,98,1,\xff\xfe\n", "UTF-8"),
        (HEADER.encode() + b'gubernur,98,1,"SATU - DUA\n', "closed quotes"),
    ],
)
def test_a_file_of_another_kind_is_refused(listed: Listed, raw: bytes, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        read(listed(raw), AREAS)


def test_all_faults_are_told_at_once(listed: Listed) -> None:
    bad = "presiden,98,1,A SATU - B DUA\ngubernur,98,x,SATU\n"
    with pytest.raises(ConfigError) as caught:
        read(listed(LIST + bad), AREAS)
    assert [(f.where, f.key) for f in caught.value.faults] == [
        ("paslon.csv:8", "tingkat"),
        ("paslon.csv:9", "nomor_urut"),
        ("paslon.csv:9", "nama_paslon"),
    ]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a readable file"):
        read(tmp_path / "tidak-ada.csv", AREAS)
