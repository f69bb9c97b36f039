"""``netralitas match --register``: facts on file for lines that carry a ``watch_id``."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor import watch
from monitor.model.person import EmployerType, Interval, Ownership, Watch
from monitor.store import migrate, register_edit
from monitor.store.writer import Writer
from tests.cli.conftest import Run
from tests.store.enrolled import CLERK, enrol

AT = datetime(2024, 8, 6, tzinfo=UTC)
RINI = Watch(
    watch_id="w-1",
    person_ref="p-1",
    name="Rini Contoh",
    platform="bluesky",
    address="rini.contoh.example",
    instansi="Dinas Rekaan",
    unit="Bidang Uji",
    ownership=Ownership.DECLARED,
    legal_ground="surat tugas rekaan",
    notice_date=date(2024, 8, 1),
    registered_on=date(2024, 8, 2),
    employer_type=EmployerType.PNS,
    zone="WIT",
    as_of=date(2024, 10, 20),
)
BUDI = replace(
    RINI,
    watch_id="w-2",
    person_ref="p-2",
    platform="x",
    address="budi_contoh",
    ownership=Ownership.UNVERIFIED,
)
RESIGNED = Interval("resignation", date(2024, 10, 15), reference="SK 4/2024")
CALL = {
    "text": "Ayo coblos nomor 2, menangkan Prabowo-Gibran!",
    "contests": ["pilpres-2024"],
    "occurred_at": "2024-01-10T10:00:00+07:00",
}
LATE = {**CALL, "occurred_at": "2024-10-14T22:30:00+07:00"}


@pytest.fixture(params=["csv", "database"])
def register(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return the same two persons in either form; only the database holds intervals."""
    return _csv(tmp_path) if request.param == "csv" else _database(tmp_path)


def _csv(folder: Path) -> Path:
    columns = [
        "watch_id", "person_ref", "name", "platform", "address", "instansi", "unit",
        "employer_type", "zone", "ownership", "legal_ground", "notice_date", "registered_on",
        "as_of",
    ]  # fmt: skip
    rows = [",".join(str(getattr(person, column)) for column in columns) for person in (RINI, BUDI)]
    path = folder / "register.csv"
    path.write_text("\n".join([",".join(columns), *rows]) + "\n", "utf-8")
    return path


def _database(folder: Path) -> Path:
    path = folder / "netralitas.sqlite3"
    migrate.upgrade(path)
    with closing(Writer(path)) as writer:
        enrol(writer, [RINI, BUDI], AT)
        with writer.transaction() as tx:
            register_edit.add_interval(tx, "p-2", RESIGNED, CLERK, AT)
    return path


def answers(run: Run, *words: object, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    stdin = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    result = run("match", *words, stdin=stdin)
    assert result.status == 0, result.err
    return [json.loads(line) for line in result.out.splitlines()]


def test_facts_on_file_decide_and_are_named(run: Run, register: Path) -> None:
    lines: list[dict[str, Any]] = [{**LATE, "id": "r", "watch_id": "w-1"}, {**LATE, "id": "n"}]
    filed, plain = answers(run, "--register", register, lines=lines)
    assert filed["facts"] == "stated"
    assert filed["facts_used"]["zone"] == "WIT"
    assert filed["facts_used"]["per_tanggal"] == "2024-10-20"
    assert (plain["facts"], plain["facts_used"]) == ("not stated", {})


def test_an_act_before_notice_and_an_unverified_account(run: Run, register: Path) -> None:
    told: dict[str, Any] = {**CALL, "person": {"notice_date": "2023-12-01"}}
    lines = [{**CALL, "id": "early", "watch_id": "w-1"}, {**told, "id": "own", "watch_id": "w-1"}]
    early, own = answers(run, "--register", register, lines=lines)
    assert early["outcome"] == "none"
    assert own["outcome"] == "alert"
    assert own["facts_used"] == {"notice_date": "2023-12-01"}


def test_intervals_count_in_the_persons_own_zone(run: Run, tmp_path: Path) -> None:
    line = {**LATE, "id": "r", "watch_id": "w-2"}
    (found,) = answers(run, "--register", _database(tmp_path), lines=[line])
    excuses = {e["id"]: e for e in found["exculpations"]}
    assert excuses["ex-resigned"]["result"] == "met"
    assert "2024-10-15 (SK 4/2024)" in excuses["ex-resigned"]["fact"]
    assert excuses["ex-resigned"]["as_of"] == "2024-10-20"
    assert excuses["ex-not-author"]["result"] == "cannot_be_checked"
    assert found["outcome"] == "none"


def test_an_unknown_line_is_told_and_the_rest_goes_on(run: Run, register: Path) -> None:
    stdin = b"".join(
        json.dumps({**CALL, "id": name, "watch_id": name}).encode() + b"\n"
        for name in ("w-9", "w-1")
    )
    result = run("match", "--register", register, stdin=stdin)
    assert result.status == 1
    assert json.loads(result.err)["line"] == 1
    assert "'w-9' is not on the register" in result.err
    assert json.loads(result.out)["id"] == "w-1"


@pytest.mark.drill
def test_several_processes_ask_the_same_register(run: Run, register: Path) -> None:
    lines = [{**LATE, "id": f"n{n}", "watch_id": f"w-{n % 2 + 1}"} for n in range(600)]
    one = answers(run, "--register", register, lines=lines)
    two = answers(run, "--register", register, "--jobs", 2, lines=lines)
    assert one == two


def test_a_register_that_cannot_be_read_is_said(run: Run, tmp_path: Path) -> None:
    missing = run("match", "--register", tmp_path / "none.csv")
    assert missing.status == 2
    assert "none.csv" in missing.err
    broken = tmp_path / "broken.csv"
    broken.write_text("watch_id,nama\nw-1,Rini\n", "utf-8")
    result = run("match", "--register", broken)
    assert result.status == 2
    assert "person_ref" in result.err


def test_the_example_register_answers(run: Run) -> None:
    line = {**LATE, "id": "r", "watch_id": "w-0001"}
    (found,) = answers(run, "--register", watch.shipped() / "register" / "contoh.csv", lines=[line])
    assert found["facts_used"]["employer_type"] == "PNS"
