"""An installation with two persons, what was found about them, and what was done with it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor import commands
from monitor.clock import to_text
from monitor.evidence.files import Files
from monitor.model.erasure import Ground, Order
from monitor.model.evidence import Canonical, Part
from monitor.model.person import EmployerType, Ownership, Watch
from monitor.store import erasure, findings, log, outbox, readings
from monitor.store.db import Connection
from monitor.store.writer import Writer
from tests.cli.conftest import run
from tests.notify import examples
from tests.store.enrolled import enrol

__all__ = ["run"]
SARI, BUDI = "ref-0001", "ref-0002"
ABOUT_SARI, ABOUT_BUDI, OF_STRANGER = "NTR-AAAA-BBBB", "NTR-BBBB-CCCC", "NTR-CCCC-DDDD"
CHAT = "-100777555"
NOW = datetime(2024, 10, 12, 2, 41, tzinfo=UTC)
STRANGERS_FILE = b'{"handle":"warga.rahasia.test"}'
BUDIS_WORDS = "Kata-kata Budi Rekaan sendiri"


@dataclass(frozen=True)
class Place:
    """Where the installation lies."""

    config: Path

    @property
    def data(self) -> Path:
        return self.config.parent / "data"

    @property
    def database(self) -> Path:
        return self.data / "netralitas.sqlite3"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The installation, made once; the register is kept by commands."""
    folder = tmp_path_factory.mktemp("rights") / "pasang"
    assert commands.init(folder) == 0
    made = Place(folder / "config.toml")
    text = made.config.read_text("utf-8").replace(
        'register = "watchlists/register/contoh.csv"', 'register = ""'
    )
    made.config.write_text(text, "utf-8")
    with closing(Writer(made.database)) as writer:
        enrol(writer, [line(SARI), line(BUDI, "Budi Rekaan", "w-002")], NOW)
        fill(writer, Files(made.data / "snapshots"))
    return made


@pytest.fixture
def place(template: Place, tmp_path: Path) -> Place:
    """A copy of the installation for one test."""
    shutil.copytree(template.config.parent, tmp_path / "pasang")
    return Place(tmp_path / "pasang" / "config.toml")


def line(ref: str, name: str = "Sari Contohwati", watch_id: str = "w-001") -> Watch:
    return Watch(
        watch_id=watch_id,
        person_ref=ref,
        name=name,
        platform="bluesky",
        address=f"{watch_id}.contoh.test",
        instansi="Dinas Kebersihan Kota Misalan",
        unit="Bidang Taman",
        ownership=Ownership.DECLARED,
        legal_ground="Keputusan rekaan 1/2024",
        notice_date=date(2024, 8, 1),
        registered_on=date(2024, 8, 1),
        employer_type=EmployerType.PNS,
        area="99.01",
        as_of=date(2024, 8, 1),
        source="daftar rekaan",
    )


def fill(writer: Writer, files: Files) -> None:
    find(writer, files, ABOUT_SARI, SARI, examples.post())
    budi = examples.post()
    budi["activity"] |= {"text": BUDIS_WORDS, "watch_id": "w-002"}
    find(writer, files, ABOUT_BUDI, BUDI, budi)
    parts = [part("record", b'{"liked":1}'), part("target", STRANGERS_FILE), part("headers", b"{}")]
    find(writer, files, OF_STRANGER, SARI, examples.like_of_stranger(), parts)
    with writer.transaction() as tx:
        step: dict[str, Canonical] = {"step": "dijawab"}
        answer: dict[str, Canonical] = {"answer": "Itu bukan saya.", "submitter": "Pelapor Rahasia"}
        log.append(
            tx,
            at=NOW,
            kind="review",
            subject=ABOUT_SARI,
            public=step,
            content={"klarifikasi": answer},
        )
        readings.note(
            tx, at=NOW, command="card", subject=ABOUT_SARI, who="Pembaca Rekaan", why="rapat"
        )
        readings.note(
            tx, at=NOW, command="card", subject=ABOUT_BUDI, who="Pembaca Budi", why="rapat"
        )


def find(
    writer: Writer,
    files: Files,
    finding: str,
    ref: str,
    content: Mapping[str, Any],
    parts: Sequence[Part] = (),
) -> int:
    """Record a finding about a person as the pipeline does; return its entry."""
    watch = examples.WATCH | {"person_ref": ref, "watch_id": content["activity"]["watch_id"]}
    outcome = content["outcome"]
    own = [part("record", b'{"own":1}')]
    with files.staging(parts or own) as staged, writer.transaction() as tx:
        number = findings.next_revision(tx, finding)
        head = log.append(
            tx,
            at=NOW,
            kind="finding",
            subject=finding,
            public={
                "outcome": outcome, "revision_no": number, "partial": False, "proof": "",
                "rules": [], "ruleset": "ab" * 32, "platform": "bluesky", "signal": "post",
                "collector": "bluesky", "collector_version": "1", "first_seen_at": to_text(NOW),
            },
            content={"finding": content, "watch": watch},
            files=staged,
        )  # fmt: skip
        findings.add(tx, finding, head.seq, outcome)
        files.publish(staged)
        outbox.put(
            tx,
            kind="finding",
            subject=finding,
            seq=head.seq,
            destinations=[("telegram", CHAT)],
            at=NOW,
        )
    return head.seq


def part(name: str, data: bytes) -> Part:
    return Part(name, "application/json", data)


def erase(tx: Connection, finding: str) -> None:
    """Destroy a case's contents under a tombstone whose signature nobody looks at here."""
    order = Order(Ground.PDP, "Kepala Rekaan", "1/2024")
    lost = erasure.case(tx, finding)
    erasure.bury(tx, NOW, finding, order, lost, "00" * 32, lambda _: bytes(64))
