from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from monitor.errors import ConfigError, Fault
from monitor.watch import register
from tests.watch.conftest import GOOD

REGISTER = GOOD / "register.csv"
READ = frozenset({"bluesky", "feed", "mastodon"})


def parse(raw: bytes, platforms: frozenset[str] = READ) -> list[register.Line]:
    told: list[Fault] = []
    found = [
        line for _, line in register.stream(io.BytesIO(raw), "r.csv", told, platforms=platforms)
    ]
    if told:
        raise ConfigError(told)
    return found


def faults(raw: bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(raw)
    return [str(fault) for fault in caught.value.faults]


def test_a_register_is_read_whole() -> None:
    first, second, third = parse(REGISTER.read_bytes())
    assert {name: value for name, value in first.items() if value} == {
        "watch_id": "w-1",
        "person_ref": "p-1",
        "name": "Tari Rekaan",
        "platform": "bluesky",
        "address": "tari.rekaan.example",
        "instansi": "Dinas Rekaan",
        "unit": "Bidang Satu",
        "ownership": "declared",
        "legal_ground": "SK 1/2030",
        "notice_date": "2030-01-02",
        "registered_on": "2030-01-05",
        "employer_type": "PNS",
        "position": "guru",
        "area": "99.01",
        "zone": "WITA",
        "as_of": "2030-01-05",
    }
    assert (second["name"], second["address"]) == ("Rekaan, Dito", "https://dito.example/Feed.xml")
    assert (second["employer_type"], second["zone"], second["position"]) == ("PPPK", "WIT", "staff")
    assert (third["address"], third["route"]) == ("tari-dua.example", "inspektorat")


def test_an_exemption_from_notice_is_written_and_never_implied() -> None:
    text = REGISTER.read_text("utf-8").replace("notice_date,", "notice_exemption,", 1)
    told = faults(text.encode())
    assert told == ["r.csv:2: notice_date: expected this column, got no such column"]
    cells = dict(parse(REGISTER.read_bytes())[0]) | {"notice_date": ""}
    told_of: list[Fault] = []
    assert register.line("r.csv", 2, cells, told_of, platforms=READ) is None
    assert "P3: the account stays inactive" in str(told_of[0])
    exempted = register.line("r.csv", 2, cells | {"notice_exemption": "SK 9"}, [], platforms=READ)
    assert exempted is not None
    assert (exempted["notice_date"], exempted["notice_exemption"]) == ("2030-01-05", "SK 9")
    waits = register.line("r.csv", 2, cells, [], platforms=READ, may_wait=True)
    assert waits is not None
    assert waits["notice_date"] == ""


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
    read = parse(text.encode())
    assert [line["watch_id"] for line in read] == ["w-1", "w-2", "w-3"]


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
    text = REGISTER.read_text("utf-8").replace("bluesky,@Tari.Rekaan.example", "portal,@Tari")
    read = parse(text.encode(), frozenset({"feed", "bluesky", "portal"}))
    assert (read[0]["platform"], read[0]["address"]) == ("portal", "tari")


def test_the_same_address_on_two_platforms_is_two_accounts() -> None:
    text = REGISTER.read_text("utf-8")
    same = text.replace("feed,HTTPS://Dito.example/Feed.xml", "portal,tari.rekaan.example")
    read = parse(same.encode(), frozenset({"bluesky", "portal"}))
    assert read[0]["address"] == read[1]["address"]


def test_a_real_register_in_a_work_tree_is_found(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    real = tmp_path / "data" / "register.csv"
    real.parent.mkdir()
    text = REGISTER.read_text("utf-8").replace("dito.example", "dito.go.id")
    real.write_text(text.replace("Dito.example", "dito.go.id"), "utf-8")
    assert register.inside_git(real, platforms=READ) == tmp_path
    real.write_text(REGISTER.read_text("utf-8"), "utf-8")
    assert register.inside_git(real, platforms=READ) is None


def test_a_register_that_cannot_be_read_is_taken_for_real(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "register.csv"
    path.write_text("not a register", "utf-8")
    assert register.inside_git(path, platforms=READ) == tmp_path


def test_a_register_outside_any_work_tree_is_fine(tmp_path: Path) -> None:
    text = REGISTER.read_text("utf-8").replace(".example", ".go.id")
    path = tmp_path / "register.csv"
    path.write_text(text, "utf-8")
    assert register.inside_git(path, platforms=READ) is None


def test_a_folder_is_not_a_register(tmp_path: Path) -> None:
    told: list[Fault] = []
    assert list(register.read(tmp_path, told, platforms=READ)) == []
    assert "expected a readable file, got Is a directory" in str(told[0])
