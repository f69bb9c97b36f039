"""``netralitas access``: all that is held about one person, and nothing of anybody else."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import zipfile
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor import accessing
from monitor.notify import pages
from monitor.store import log, rechecks, seen, shadow
from monitor.store.keys import load as load_keys
from monitor.store.keys import person_refs
from monitor.store.writer import Writer
from tests import needle
from tests.cli.conftest import Result, Run
from tests.notify.examples import STRANGER_WORDS
from tests.rights.conftest import (
    ABOUT_BUDI,
    ABOUT_SARI,
    BUDI,
    BUDIS_WORDS,
    CHAT,
    NOW,
    OF_STRANGER,
    SARI,
    Place,
    erase,
)

FORBIDDEN = re.compile(r"(?i)melanggar|pelanggar\b|bersalah|pelaku\b|terbukti|sanksi")
BY = ("--by", "Pejabat Rekaan, PDP", "--why", "surat 12/X/2024")


def ask(run: Run, place: Place, to: Path, *who: str) -> Result:
    return run("access", *who, "--to", to, *BY, "-c", place.config)


def opened(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def data(file: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(opened(file)["data.json"])
    return value


@pytest.fixture
def answer(run: Run, place: Place, tmp_path: Path) -> Path:
    to = tmp_path / "akses.zip"
    done = ask(run, place, to, SARI, "--received", "2024-10-11T09:00")
    assert done.status == 0, done.err
    return to


def test_everything_of_the_person_is_there(answer: Path) -> None:
    value = data(answer)
    assert value["register"]["person"]["name"] == "Sari Contohwati"
    assert value["register"]["person"]["as_of"] == "2024-08-01"
    assert value["register"]["person"]["source"] == "daftar rekaan"
    assert [one["watch_id"] for one in value["register"]["accounts"]] == ["w-001"]
    (change,) = value["register"]["changes"]
    assert change["by"]["who"] == "Petugas Rekaan"
    assert [one["finding"] for one in value["cases"]] == [ABOUT_SARI, OF_STRANGER]
    first = value["cases"][0]
    assert [entry["kind"] for entry in first["entries"]] == ["finding", "review"]
    finding = first["entries"][0]["content"]["finding"]
    assert finding["matches"][0]["rule"] == "support-post-candidate"
    assert finding["exculpations"][0]["id"] == "ex-cltn"
    assert first["entries"][1]["content"]["klarifikasi"]["answer"] == "Itu bukan saya."
    assert first["deliveries"][0]["state"] == "pending"
    assert first["keeping"]["state"] == "terbuka"
    assert value["digests"] == {"held": False, "days": 400}


def test_who_read_it_is_told_with_this_reading(answer: Path) -> None:
    said = [(p["what"], p["subject"], p["who"]) for p in data(answer)["processing"]]
    assert said == [
        ("card", ABOUT_SARI, "Pembaca Rekaan"),
        ("access", SARI, "Pejabat Rekaan, PDP"),
    ]


def test_nothing_of_others_is_there(answer: Path, tmp_path: Path) -> None:
    others = [
        *(BUDI, "Budi Rekaan", BUDIS_WORDS, ABOUT_BUDI, "Pembaca Budi"),
        *(CHAT, "Pelapor Rahasia", STRANGER_WORDS),
    ]
    assert needle.found(tmp_path, others, [*(tmp_path / "pasang").rglob("*")]) == []
    left_out = data(answer)["withheld"]
    assert "data pihak lain" in left_out.values()
    assert any(name.endswith("-target.json") for name in left_out)
    assert any(name.endswith(".submitter") for name in left_out)


def test_the_needles_would_be_found(place: Place, tmp_path: Path) -> None:
    there = needle.found(place.data, [BUDIS_WORDS, CHAT, "Pelapor Rahasia", STRANGER_WORDS])
    assert len({hit.partition(": ")[2] for hit in there}) == 4


@pytest.fixture
def papers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each paper that is set from now on, as the text of its data."""
    made: list[str] = []

    def typeset(template: str, paper: Mapping[str, Any]) -> bytes:
        made.append(json.dumps(paper, ensure_ascii=False))
        return pages.typeset(template, paper)

    monkeypatch.setattr(accessing, "typeset", typeset)
    return made


def test_the_paper_speaks_of_the_person_alone_and_judges_nobody(
    run: Run, place: Place, tmp_path: Path, papers: list[str]
) -> None:
    assert ask(run, place, tmp_path / "a.zip", SARI).status == 0
    (paper,) = papers
    for word in ("Sari Contohwati", "Itu bukan saya.", "support-post-candidate"):
        assert word in paper
    for word in ("Budi", CHAT, "Pelapor Rahasia", STRANGER_WORDS):
        assert word not in paper
    assert FORBIDDEN.findall(paper) == []
    # What the desk is asked to do is nothing that is held about the person.
    assert "Langkah berikut" not in paper
    assert "Ini indikasi, bukan putusan" in paper


def test_who_was_erased_is_told_so(
    run: Run, place: Place, tmp_path: Path, papers: list[str]
) -> None:
    with closing(Writer(place.database)) as writer, writer.transaction() as tx:
        log.append(
            tx,
            at=NOW,
            kind="erasure",
            subject="ref-9999",
            public={"ground": "pdp", "office": "Kepala Rekaan"},
            content={"order": {"official": "", "by": "Petugas Rekaan", "why": "surat"}},
        )
    assert ask(run, place, tmp_path / "a.zip", "ref-9999").status == 0
    assert "telah dimusnahkan" in papers[0]
    assert data(tmp_path / "a.zip")["processing"][0]["who"] == "Petugas Rekaan"
    assert ask(run, place, tmp_path / "b.zip", "ref-8888").status == 0
    assert "telah dimusnahkan" not in papers[1]


def test_copies_and_digests(answer: Path) -> None:
    members = opened(answer)
    manifest = json.loads(members.pop("manifest.json"))
    assert manifest["members"] == {n: hashlib.sha256(d).hexdigest() for n, d in members.items()}
    assert members["ringkasan.pdf"].startswith(b"%PDF")
    copies = sorted(data for name, data in members.items() if name.startswith("salinan/"))
    assert copies == [b'{"liked":1}', b'{"own":1}']
    assert stat.S_IMODE(answer.stat().st_mode) == 0o600


def test_the_deadline_is_stated(run: Run, place: Place, answer: Path, tmp_path: Path) -> None:
    value = data(answer)
    assert value["received_at"] == "2024-10-11T02:00:00.000000Z"
    assert value["due_at"] == "2024-10-14T02:00:00.000000Z"
    assert value["in_time"] is False
    done = ask(run, place, tmp_path / "b.zip", SARI, "--received", "2024-10-11")
    assert "Due 2024-10-13T17:00:00.000000Z: LATE" in done.out
    early = ask(run, place, tmp_path / "c.zip", SARI, "--received", "2999-01-01")
    assert early.status == 2
    assert "a time that has come" in early.err


def test_the_reading_is_an_entry(place: Place, answer: Path) -> None:
    with closing(Writer(place.database)) as writer:
        last = list(log.rows(writer.reader()))[-1]
        by = log.content(writer.reader(), last.seq, "by")
    entry = json.loads(last.canonical)
    assert (entry["kind"], entry["subject"]) == ("reading", SARI)
    assert entry["public"]["command"] == "access"
    assert by == {"who": "Pejabat Rekaan, PDP", "why": "surat 12/X/2024"}
    assert data(answer)["head"].startswith(f"{last.seq}:")


def test_nobody_is_an_answer_too(run: Run, place: Place, tmp_path: Path) -> None:
    to = tmp_path / "akses.zip"
    done = ask(run, place, to, "ref-9999")
    assert done.status == 0
    assert "Nothing is held under ref-9999" in done.out
    assert data(to)["nothing"] is True
    assert sorted(opened(to)) == ["data.json", "manifest.json", "ringkasan.pdf"]


@pytest.mark.parametrize("account", ["700111222", "@warga_rekaan"])
def test_an_account_is_no_person_about_whom_nothing_is_held(
    run: Run, place: Place, tmp_path: Path, account: str
) -> None:
    to = tmp_path / "akun.zip"
    done = ask(run, place, to, account)
    assert (done.status, to.exists()) == (2, False)
    assert "/dataku" in done.err
    assert account not in done.err


def test_by_line_and_by_nip(run: Run, place: Place, tmp_path: Path) -> None:
    assert ask(run, place, tmp_path / "a.zip", "w-001").status == 0
    assert data(tmp_path / "a.zip")["person_ref"] == SARI
    nip = "198001012005011001"
    (ref,) = person_refs(load_keys(place.config.parent / "keys"), nip)
    to = tmp_path / "b.zip"
    words = ("access", "--nip", "-", "--to", to, *BY, "-c", place.config)
    assert run(*words, stdin=f"{nip}\n".encode()).status == 0
    assert data(to)["person_ref"] == ref
    bad = run("access", "--nip", "123", "--to", tmp_path / "c.zip", *BY, "-c", place.config)
    assert bad.status == 2
    assert "123" not in bad.err


def test_what_matched_nothing_is_only_told_to_exist(run: Run, place: Place, tmp_path: Path) -> None:
    ring = load_keys(place.config.parent / "keys")
    with closing(Writer(place.database)) as writer, writer.transaction() as tx:
        seen.Seen(ring).mark(tx, SARI, [("act", "revision")], date(2024, 10, 12))
    assert ask(run, place, tmp_path / "a.zip", SARI).status == 0
    assert data(tmp_path / "a.zip")["digests"]["held"] is True


def test_a_rule_on_trial_is_not_named(run: Run, place: Place, tmp_path: Path) -> None:
    body = {
        "signal": "post", "text": "Kata-kata uji", "occurred_at": None,
        "matches": [{"rule": "rahasia-pemilik"}], "derivation": ["rahasia-pemilik: x"],
    }  # fmt: skip
    with closing(Writer(place.database)) as writer, writer.transaction() as tx:
        shadow.keep(tx, "rahasia-pemilik", 1, SARI, body, NOW)
    assert ask(run, place, tmp_path / "a.zip", SARI).status == 0
    (kept,) = data(tmp_path / "a.zip")["rules_on_trial"]
    assert kept["act"]["text"] == "Kata-kata uji"
    assert b"rahasia-pemilik" not in b"".join(opened(tmp_path / "a.zip").values())


def test_second_looks_are_told(run: Run, place: Place, tmp_path: Path) -> None:
    with closing(Writer(place.database)) as writer, writer.transaction() as tx:
        rechecks.begin(tx, ABOUT_SARI, NOW, 0.0)
    assert ask(run, place, tmp_path / "a.zip", SARI).status == 0
    first, second = data(tmp_path / "a.zip")["cases"]
    assert first["looks"]["again"]["checks"] == 0
    assert second["looks"]["again"] is None


def test_an_erased_case_no_longer_names_anybody(run: Run, place: Place, tmp_path: Path) -> None:
    with closing(Writer(place.database)) as writer, writer.transaction() as tx:
        erase(tx, ABOUT_SARI)
    assert ask(run, place, tmp_path / "a.zip", SARI).status == 0
    assert [one["finding"] for one in data(tmp_path / "a.zip")["cases"]] == [OF_STRANGER]
    assert needle.found(tmp_path, ["Itu bukan saya."], [*place.data.rglob("*")]) == []


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ((SARI, "--to", "a.pdf", *BY), "ends in .zip"),
        ((SARI, "--to", "a.zip"), "--by"),
        (("--to", "a.zip", *BY), "PERSON"),
        ((SARI, "--nip", "198001012005011001", "--to", "a.zip", *BY), "both"),
    ],
)
def test_what_is_refused(run: Run, place: Place, words: tuple[str, ...], fault: str) -> None:
    done = run("access", *words, "-c", place.config)
    assert done.status == 2
    assert fault in done.err
