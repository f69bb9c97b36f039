"""The whole way: an official list in, contest files out, hands' additions kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor import importing, watch
from monitor.errors import ConfigError
from monitor.intake import collisions
from monitor.model.contest import Contest, TargetKind
from tests.intake.conftest import HEADER, LIST

Listed = Callable[[str | bytes], Path]
SOURCE = "daftar rekaan"
GOVERNOR, REGENT, MAYOR = "pilgub-98-2030", "pilbup-9801-2030", "pilwako-9871-2030"


@pytest.fixture
def bring(
    listed: Listed, calendar: Path, lists: Path, capfd: pytest.CaptureFixture[str]
) -> Callable[[str], tuple[int, str]]:
    """Import a list; returns the status and everything that was said."""

    def call(text: str) -> tuple[int, str]:
        status = importing.contests_import(listed(text), calendar, lists, SOURCE)
        said = capfd.readouterr()
        return status, said.out + said.err

    return call


Bring = Callable[[str], tuple[int, str]]


def texts(lists: Path) -> dict[str, str]:
    return {p.relative_to(lists).as_posix(): p.read_text("utf-8") for p in lists.rglob("*.toml")}


def test_a_list_becomes_contests_that_load(bring: Bring, lists: Path) -> None:
    status, said = bring(LIST)
    assert status == 0
    assert "6 rows: 3 contests new, 0 changed, 0 unchanged" in said
    contests = watch.load(lists).contests
    assert contests.keys() == {GOVERNOR, REGENT, MAYOR}
    governor, regent = contests[GOVERNOR], contests[REGENT]
    assert governor.title == "Pemilihan Gubernur dan Wakil Gubernur Rekaan 2030"
    assert (regent.title, regent.area) == ("Pemilihan Bupati dan Wakil Bupati Khayal 2030", "98.01")
    assert [(t.id, t.number, t.label) for t in governor.targets] == [
        (f"{GOVERNOR}/1", 1, "Wirasena-Laraswati"),
        (f"{GOVERNOR}/2", 2, "Senopati-Megantara"),
    ]
    assert [target.names for target in regent.targets] == [
        ("Jayaluhur Pramudita", "Muhammad Andaru"),
        ("Agus Budi", "Siti"),
    ]
    assert governor.source == SOURCE


def test_the_calendar_of_each_level_counts(bring: Bring, lists: Path) -> None:
    bring(LIST)
    contests = watch.load(lists).contests
    rounds = {name: [r.id for r in contest.rounds] for name, contest in contests.items()}
    assert rounds == {GOVERNOR: ["utama", "putaran-kedua"], REGENT: ["utama"], MAYOR: ["utama"]}
    assert (lists / "calendars" / "pilkada-2030.toml").is_file()


def test_the_empty_box_is_a_target_where_one_pair_stands(bring: Bring, lists: Path) -> None:
    bring(LIST)
    box = watch.load(lists).contests[MAYOR].targets[1]
    assert (box.id, box.kind, box.number) == (f"{MAYOR}/kosong", TargetKind.KOSONG, 2)
    assert "Kotak Kosong" in box.aliases


def test_importing_again_changes_nothing(bring: Bring, lists: Path) -> None:
    bring(LIST)
    before = {path: path.stat().st_mtime_ns for path in lists.rglob("*.toml")}
    _, said = bring(LIST)
    assert "0 contests new, 0 changed, 3 unchanged" in said
    assert {path: path.stat().st_mtime_ns for path in lists.rglob("*.toml")} == before


def test_the_order_of_rows_does_not_matter(bring: Bring, lists: Path) -> None:
    bring(LIST)
    before = texts(lists)
    head, *rows = LIST.splitlines(keepends=True)
    _, said = bring(head + "".join(reversed(rows)))
    assert "3 unchanged" in said
    assert texts(lists) == before


def test_a_corrected_list_changes_only_what_it_corrects(bring: Bring, lists: Path) -> None:
    bring(LIST)
    _, said = bring(LIST.replace("KALANDRA", "KALANDARA"))
    assert "0 contests new, 1 changed, 2 unchanged" in said


def test_a_contest_that_left_the_list_is_told_and_kept(bring: Bring, lists: Path) -> None:
    bring(LIST)
    shorter = "".join(line for line in LIST.splitlines(keepends=True) if ",9871," not in line)
    status, said = bring(shorter)
    assert status == 0
    assert f"contests/{MAYOR}.toml: was imported before, is no longer on the list" in said
    assert MAYOR in watch.load(lists).contests


def test_what_hands_added_survives_and_wins(bring: Bring, lists: Path) -> None:
    bring(LIST)
    added = lists / "aliases" / f"{GOVERNOR}.toml"
    added.parent.mkdir()
    added.write_text(
        f'contest = "{GOVERNOR}"\nsource = "rekaan"\n\n[[target]]\nid = "{GOVERNOR}/1"\n'
        'label = "Wira-Laras"\naliases = ["Wirasena", "Bang Wira"]\n'
        'ambiguous = ["Wirasena Laraswati"]\nslogans = ["Wira luar biasa"]\n',
        "utf-8",
    )
    before = added.read_bytes()
    status, _ = bring(LIST.replace("TABUKALI", "TABUKALANG"))
    assert (status, added.read_bytes()) == (0, before)
    target = watch.load(lists).contests[GOVERNOR].targets[0]
    assert target.label == "Wira-Laras"
    assert target.aliases[:2] == ("Wirasena", "Bang Wira")
    assert "Wirasena Laraswati" not in target.aliases
    assert "Wirasena" not in target.ambiguous
    assert "Wirasena Laraswati" in target.ambiguous
    assert target.slogans == ("Wira luar biasa",)


def test_a_file_by_hand_is_never_overwritten(bring: Bring, lists: Path) -> None:
    bring(LIST)
    mine = lists / "contests" / f"{REGENT}.toml"
    mine.write_text("# punya saya\n" + mine.read_text("utf-8"), "utf-8")
    before = texts(lists)
    with pytest.raises(ConfigError) as caught:
        bring(LIST.replace("KALANDRA", "KALANDARA"))
    assert [fault.where for fault in caught.value.faults] == [f"contests/{REGENT}.toml"]
    assert texts(lists) == before


def test_bad_rows_write_nothing(bring: Bring, lists: Path) -> None:
    status, said = bring(LIST + "gubernur,98,1,SATU SAJA - DUA SAJA\ngubernur,9,4,SATU\n")
    assert status == 1
    assert "paslon.csv:8: nomor_urut: expected a number not used in line 2" in said
    assert "paslon.csv:9: nama_paslon" in said
    assert not (lists / "contests").exists()


def test_a_faulty_calendar_is_told_before_the_list_is_read(
    bring: Bring, calendar: Path, lists: Path
) -> None:
    calendar.write_text(calendar.read_text("utf-8").replace("2030-05-07", "2030-04-07"), "utf-8")
    with pytest.raises(ConfigError, match="pemungutan_suara"):
        bring(LIST)
    assert not (lists / "contests").exists()


def test_forms_that_two_contests_share_are_shown(bring: Bring) -> None:
    both = LIST.replace("JAYALUHUR PRAMUDITA", "JAYALUHUR TABUKALI")
    _, said = bring(both)
    assert "Forms that name two targets" in said
    row = next(line for line in said.splitlines() if "tabukali" in line)
    assert GOVERNOR in row
    assert REGENT in row
    assert "1 shared forms, 0 of them strong" in said


def test_contests_of_other_places_or_times_do_not_collide(bring: Bring, lists: Path) -> None:
    bring(LIST.replace("BAYUADI KALANDRA", "BAYUADI PRAMUDITA"))
    contests = watch.load(lists).contests
    assert not collisions.together(contests[REGENT], contests[MAYOR])
    assert collisions.together(contests[REGENT], contests[GOVERNOR])
    assert collisions.find(contests.values()) == []


def test_the_box_of_two_contests_is_no_collision(bring: Bring, lists: Path) -> None:
    bring(
        HEADER
        + "".join(
            f"gubernur,98,{n},{x}\n" for n, x in ((1, "WIRA A - LARAS B"), (2, "KOLOM KOSONG"))
        )
        + "bupati_walikota,9801,1,SENO C - MEGA D\nbupati_walikota,9801,2,KOLOM KOSONG\n"
    )
    contests: tuple[Contest, ...] = tuple(watch.load(lists).contests.values())
    assert len(contests) == 2
    assert collisions.find(contests) == []
