"""``netralitas export --all``: tables that name nobody, with entries that anybody can prove."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.evidence import export_check, verify_evidence
from monitor.evidence.export_all import TABLES
from monitor.store import governance, log
from monitor.store.writer import Writer
from tests.cli.conftest import Run
from tests.cli.test_export import FINDING, place
from tests.cli.test_forward import DESK, TIPSTER, case, database, members, observe
from tests.cli.test_governance import production
from tests.notify import examples

__all__ = ["case", "place"]

WORDS = ("--all", "--profile", "audit", "--by", "Bu Rekaan", "--why", "diminta auditor")
# Whatever says who it was, what they said, or for whom.
SECRETS = (
    "Sari Contohwati", "sari.contoh.test", "did:plc:sari", "Dinas Kebersihan", "Bu Rahma",
    "pilgub-99-2024/2", DESK, TIPSTER, "-100123", "Itu memang saya tulis", "bsky.app",
)  # fmt: skip


def export(run: Run, place: Path, to: Path, *words: str) -> Path:
    done = run("export", *WORDS, "--to", to, *words, "-c", place)
    assert done.status == 0, done.err
    (path,) = to.glob("all-audit-*.zip")
    verified = run("verify", "--export", path)
    assert verified.status == 0, verified.err
    assert "All cases of some days" in verified.out
    assert verify_evidence.export(path)
    return path


def lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


def sheet(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_every_case_as_json_lines(run: Run, case: Path, tmp_path: Path) -> None:
    made = members(export(run, case, tmp_path, "--format", "jsonl"))
    (finding,) = lines(made["findings.jsonl"])
    assert list(finding) == sorted(TABLES["findings"])
    assert (finding["seq"], finding["finding_id"], finding["outcome"]) == (4, FINDING, "alert")
    assert (finding["person_ref"], finding["employer_type"]) == ("ref-0001", "PNS")
    assert finding["checked"] == ["ex-cltn:not_met", "ex-official-duty:cannot_be_checked"]
    assert finding["content"] == "there"
    _, file = lines(made["evidence.jsonl"])
    assert (file["name"], file["media_type"], file["file"]) == (
        "record",
        "application/json",
        "there",
    )
    (sent,) = lines(made["deliveries.jsonl"])
    assert (sent["result"], sent["accepted_at"]) == ("accepted", "2024-10-12T02:42:10.000000Z")
    decisions = lines(made["decisions.jsonl"])
    assert [d["step"] for d in decisions] == [None, "dihapus", "dijawab", "diteruskan"]
    assert decisions[-1]["content"]["review"] == {
        "who": "inspektorat",
        "role": "inspektorat",
        "why": "inspektorat menilai cukup",
    }
    assert [entry["seq"] for entry in lines(made["log/entries.jsonl"])] == [4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_no_table_says_who_what_or_for_whom(
    run: Run, case: Path, tmp_path: Path, form: str
) -> None:
    made = members(export(run, case, tmp_path, "--format", form))
    for needle in SECRETS:
        assert [name for name, data in made.items() if needle.encode() in data] == [], needle


def test_cells_never_begin_a_formula(run: Run, place: Path, tmp_path: Path, now: datetime) -> None:
    production(place)
    watch = {**examples.WATCH, "person_ref": '=HYPERLINK("http://x")', "zone": "+62"}
    observe(place, now, examples.post(), watch)
    run("seal", "-c", place)
    made = members(export(run, place, tmp_path))
    (row,) = sheet(made["findings.csv"])
    assert list(row) == list(TABLES["findings"])
    assert (row["person_ref"], row["zone"]) == ('\'=HYPERLINK("http://x")', "'+62")
    cells = [
        cell
        for r in csv.reader(made["findings.csv"].decode("utf-8-sig").splitlines())
        for cell in r
    ]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_days_are_those_of_jakarta(run: Run, place: Path, tmp_path: Path, now: datetime) -> None:
    """The entry is of 12 October, 02:30 UTC: 09.30 in Jakarta."""
    production(place)
    observe(place, now, examples.post())
    late = now.replace(hour=17, minute=30)  # the 13th in Jakarta
    observe(place, late, examples.post())
    run("seal", "-c", place)
    for name, words, seqs in (
        ("a", ("--from", "2024-10-12", "--to-date", "2024-10-12"), [4]),
        ("b", ("--from", "2024-10-13"), [5]),
        ("c", ("--to-date", "2024-10-13"), [4, 5]),
    ):
        to = tmp_path / name
        to.mkdir()
        made = members(export(run, place, to, "--format", "jsonl", *words))
        assert [row["seq"] for row in lines(made["findings.jsonl"])] == seqs


def test_what_is_not_sealed_is_left_out_and_said(
    run: Run, case: Path, tmp_path: Path, now: datetime
) -> None:
    observe(case, now + timedelta(hours=1), examples.post())
    done = run("export", *WORDS, "--to", tmp_path, "-c", case)
    assert done.status == 0
    assert "6 entries of cases" in done.out
    assert "1 are not sealed yet and were left out" in done.out
    (path,) = tmp_path.glob("*.zip")
    assert len(sheet(members(path)["findings.csv"])) == 1


def test_an_export_of_all_is_logged(run: Run, case: Path, tmp_path: Path) -> None:
    path = export(run, case, tmp_path)
    with closing(Writer(database(case))) as writer:
        last = list(log.rows(writer.reader()))[-1]
        by = log.content(writer.reader(), last.seq, "by")
    entry = json.loads(last.canonical)
    assert (entry["kind"], entry["subject"], entry["public"]["profile"]) == (
        "export",
        "all",
        "audit",
    )
    assert by == {"who": "Bu Rekaan", "why": "diminta auditor"}
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".draft"] == []
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--all", "--profile", "penerusan"), 2, "what names people leaves one case at a time"),
        (("--all", "--profile", "audit", "--format", "xlsx"), 2, "one of csv, jsonl"),
        (("--all", "--profile", "audit", "--from", "kemarin"), 2, "a day as 2024-10-15"),
        (
            ("--all", "--profile", "audit", "--from", "2024-10-13", "--to-date", "2024-10-12"),
            2,
            "a day not after --to-date",
        ),
        (("--all", "--profile", "audit", "--to-date", "2020-01-01"), 3, "nothing was recorded"),
        ((FINDING, "--all", "--profile", "audit"), 2, "both"),
        (("--profile", "audit"), 2, "neither"),
        ((FINDING, "--profile", "audit", "--from", "2024-10-13"), 2, "only with --all"),
        ((FINDING, "--profile", "audit", "--letter", "7"), 2, "only with --profile penerusan"),
        (("--all", "--profile", "audit", "--letter", "7"), 2, "only with --profile penerusan"),
    ],
)
def test_what_cannot_be_exported(
    run: Run, case: Path, tmp_path: Path, words: tuple[str, ...], status: int, said: str
) -> None:
    refused = run("export", *words, "--to", tmp_path, "-c", case)
    assert (refused.status, said in refused.err) == (status, True), refused.err
    assert list(tmp_path.glob("all-*")) == []


def test_nothing_leaves_a_trial(run: Run, place: Path, tmp_path: Path, now: datetime) -> None:
    observe(place, now, examples.post())
    run("seal", "-c", place)
    refused = run("export", *WORDS, "--to", tmp_path, "-c", place)
    assert (refused.status, "expected production" in refused.err) == (2, True)


def test_nothing_unsealed_leaves(run: Run, place: Path, tmp_path: Path, now: datetime) -> None:
    production(place)
    observe(place, now, examples.post())
    refused = run("export", *WORDS, "--to", tmp_path, "-c", place)
    assert (refused.status, "run netralitas seal" in refused.err) == (3, True)


def test_a_changed_table_is_named_by_both(run: Run, case: Path, tmp_path: Path) -> None:
    path = export(run, case, tmp_path)
    made = members(path)
    made["findings.csv"] = made["findings.csv"].replace(b"alert", b"none ")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in made.items():
            archive.writestr(name, data)
    found = export_check.check(path)
    assert str(found).startswith("findings.csv: ")
    with pytest.raises(verify_evidence.Bad, match=r"^findings\.csv: "):
        verify_evidence.export(path)


def test_what_was_made_on_trial_stays_in_the_house(
    run: Run, place: Path, tmp_path: Path, now: datetime
) -> None:
    with closing(Writer(database(place))) as writer, writer.transaction() as tx:
        trial = {"mode": "trial", "before": "", "stamp": "UJI COBA"}
        governance.record(tx, governance.MODE, trial, {}, now)
    observe(place, now, examples.post())
    with closing(Writer(database(place))) as writer, writer.transaction() as tx:
        after = {"mode": "production", "before": "trial"}
        governance.record(tx, governance.MODE, after, {}, now)
    production(place)
    run("seal", "-c", place)
    refused = run("export", *WORDS, "--to", tmp_path, "-c", place)
    assert (refused.status, "no case of these days" in refused.err) == (3, True)
    observe(place, now, examples.post())
    run("seal", "-c", place)
    done = run("export", *WORDS, "--format", "jsonl", "--to", tmp_path, "-c", place)
    assert "1 were made on trial and never leave" in done.out
    (path,) = tmp_path.glob("*.zip")
    assert [row["revision_no"] for row in lines(members(path)["findings.jsonl"])] == [2]
