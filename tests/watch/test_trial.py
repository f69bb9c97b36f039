"""Who may be watched on trial: nobody real, or testers who agreed, by a list with dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.watch import trial


@pytest.mark.parametrize(
    "address",
    [
        "rini.example",
        "@rini.wijaya.example",
        "rini.lembayung.test",
        "https://budi.example/feed.xml",
        "https://user@budi.invalid:8443/feed.xml?x=1",
        "http://127.0.0.1:8081/feed",
        "http://[::1]:8081/feed",
        "http://localhost:8081/feed",
        "http://Kantor.EXAMPLE./feed",
    ],
)
def test_nobody_owns_these(address: str) -> None:
    assert trial.is_invented(address)


@pytest.mark.parametrize(
    "address",
    [
        "rini.bsky.social",
        "https://example.go.id/rss",
        "https://contoh.desa.id/.example/feed",
        "https://dinas.go.id/feed?host=budi.example",
        "https://budi.example@dinas.go.id/feed",
        "http://10.0.0.7/feed",
        "did:plc:abcdefghijklmnopqrstuvwx",
    ],
)
def test_these_may_be_somebody(address: str) -> None:
    assert not trial.is_invented(address)


@pytest.mark.parametrize(
    ("ground", "consent"),
    [
        ("Persetujuan tertulis 3/2026", True),
        ("penguji yang menyetujui, 1 Maret", True),
        ("written consent of 1 March", True),
        ("SK Bupati 12/2024 tentang pengawasan netralitas", False),
        ("disetujui Kepala Dinas", False),
        ("", False),
    ],
)
def test_consent_is_the_persons_own_word(ground: str, consent: bool) -> None:
    assert trial.says_consent(ground) is consent


def written(folder: Path, text: str) -> Path:
    file = folder / "penguji.csv"
    file.write_text(text, "utf-8-sig")
    return file


def test_a_list_of_testers_is_read(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "person_ref;consented_on;until;document\r\n"
        "p-1;2026-03-01;2026-03-30;persetujuan-1.pdf\r\n"
        ";;;\r\n"
        "p-2;2026-03-02;;persetujuan-2.pdf\r\n",
    )
    found = trial.testers(file)
    assert found["p-1"] == trial.Consent(
        "p-1", date(2026, 3, 1), date(2026, 3, 30), "persetujuan-1.pdf"
    )
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 30), date(2026, 3, 31)]
    assert [found["p-1"].agrees_on(day) for day in days] == [False, True, True, False]
    assert found["p-2"].agrees_on(date(2030, 1, 1))


def test_no_list_has_nobody_on_it(tmp_path: Path) -> None:
    assert trial.testers(tmp_path / "penguji.csv") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: person_ref: expected this column"),
        ("person_ref,consented_on\np-1,2026-03-01\n", ":1: document: expected this column"),
        (
            "person_ref,consented_on,document,nip\n",
            ":1: expected a known column, got 'nip'",
        ),
        ("person_ref,consented_on,document\np-1,1 Maret,x\n", ":2: consented_on: expected a date"),
        ("person_ref,consented_on,document\np-1,,x\n", ":2: consented_on: expected a value"),
        (
            "person_ref,consented_on,until,document\np-1,2026-03-02,2026-03-01,x\n",
            ":2: until: expected a day not before consented_on",
        ),
        (
            "person_ref,consented_on,document\np-1,2026-03-02,x\np-1,2026-03-03,y\n",
            ":3: person_ref: expected a person not yet listed",
        ),
    ],
)
def test_a_bad_list_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        trial.testers(written(tmp_path, text))
    assert any(said in str(fault) for fault in caught.value.faults), caught.value.faults


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    file = tmp_path / "penguji.csv"
    file.write_bytes(b"person_ref,consented_on,document\n\xff\xfe\n")
    with pytest.raises(ConfigError, match="UTF-8"):
        trial.testers(file)
