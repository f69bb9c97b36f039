from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.model.person import EmployerType, Ownership, Watch
from monitor.watch import register
from tests.watch.conftest import GOOD

REGISTER = GOOD / "register.csv"


def faults(raw: bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        register.parse(raw, "r.csv")
    return [str(fault) for fault in caught.value.faults]


def test_a_register_is_read_whole() -> None:
    first, second, third = register.load(REGISTER)
    assert first == Watch(
        watch_id="w-1",
        person_ref="p-1",
        name="Tari Rekaan",
        platform="bluesky",
        address="tari.rekaan.example",
        instansi="Dinas Rekaan",
        unit="Bidang Satu",
        ownership=Ownership.DECLARED,
        legal_ground="SK 1/2030",
        notice_date=date(2030, 1, 2),
        registered_on=date(2030, 1, 5),
        employer_type=EmployerType.PNS,
        position="guru",
        area="99.01",
        zone="WITA",
        as_of=date(2030, 1, 5),
    )
    assert second.name == "Rekaan, Dito"
    assert second.address == "https://dito.example/Feed.xml"
    assert (second.employer_type, second.zone, second.position) == (
        EmployerType.PPPK,
        "WIT",
        "staff",
    )
    assert (third.address, third.route) == ("tari-dua.example", "inspektorat")
    assert third.monitored_from == date(2030, 2, 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(',"Rekaan, Dito",', ",Dito,").replace(",", ";"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text + "\n,,,,,,,,,,,,,,,,,\n",
        lambda text: text.replace("watch_id,", "WATCH_ID ,"),
    ],
    ids=["semicolons", "bom", "crlf", "blank lines", "header case"],
)
def test_forms_that_offices_export(change: object) -> None:
    assert callable(change)
    text = change(REGISTER.read_text("utf-8"))
    read = register.parse(text.encode(), "r.csv")
    assert [w.watch_id for w in read] == ["w-1", "w-2", "w-3"]


def test_lines_are_counted_as_an_editor_shows_them() -> None:
    lines = REGISTER.read_text("utf-8").splitlines()
    lines[2] = lines[2].replace("Tari Rekaan", '"Tari\nRekaan"')
    lines[4] = lines[4].replace("WITA", "GMT")
    told = faults("\n".join(lines).encode())
    assert told == ["r.csv:6: zone: expected one of WIB, WITA, WIT, got 'GMT'"]


def test_an_unclosed_quote_is_told_at_its_line() -> None:
    lines = REGISTER.read_text("utf-8").splitlines()
    lines[3] = lines[3].replace('"Rekaan, Dito"', '"Rekaan, Dito')
    assert [told.split(" ")[0] for told in faults("\n".join(lines).encode())] == ["r.csv:4:"]


def test_a_cell_beyond_the_csv_limit_is_a_fault() -> None:
    text = REGISTER.read_text("utf-8").replace("Bidang Dua", "x" * 200_000)
    (told,) = faults(text.encode())
    assert told.startswith("r.csv: expected a CSV file, got field larger than field limit")


def test_platforms_come_from_the_caller() -> None:
    text = REGISTER.read_text("utf-8").replace("bluesky,@Tari.Rekaan.example", "mastodon,@Tari")
    read = register.parse(text.encode(), "r.csv", platforms={"feed", "bluesky", "mastodon"})
    assert (read[0].platform, read[0].address) == ("mastodon", "tari")


def test_the_same_address_on_two_platforms_is_two_accounts() -> None:
    text = REGISTER.read_text("utf-8")
    same = text.replace("feed,HTTPS://Dito.example/Feed.xml", "mastodon,tari.rekaan.example")
    read = register.parse(same.encode(), "r.csv", platforms={"bluesky", "mastodon"})
    assert read[0].address == read[1].address


def test_a_real_register_in_a_work_tree_is_found(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    real = tmp_path / "data" / "register.csv"
    real.parent.mkdir()
    text = REGISTER.read_text("utf-8").replace("dito.example", "dito.go.id")
    real.write_text(text.replace("Dito.example", "dito.go.id"), "utf-8")
    assert register.inside_git(real) == tmp_path
    real.write_text(REGISTER.read_text("utf-8"), "utf-8")
    assert register.inside_git(real) is None


def test_a_register_that_cannot_be_read_is_taken_for_real(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "register.csv"
    path.write_text("not a register", "utf-8")
    assert register.inside_git(path) == tmp_path


def test_a_register_outside_any_work_tree_is_fine(tmp_path: Path) -> None:
    text = REGISTER.read_text("utf-8").replace(".example", ".go.id")
    path = tmp_path / "register.csv"
    path.write_text(text, "utf-8")
    assert register.inside_git(path) is None


def test_a_folder_is_not_a_register(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a readable file, got Is a directory"):
        register.load(tmp_path)
