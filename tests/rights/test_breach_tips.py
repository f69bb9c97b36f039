"""``netralitas breach`` on those who gave tips: counted, reachable, and never named."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import config
from monitor.clock import to_text
from monitor.model.review import Officer
from monitor.model.tip import Picture, Sender, Tip
from monitor.notify.notice import notice
from monitor.run.tip_leaving import TipLeaving
from monitor.run.tips import TipDesk
from monitor.store import keys, tip_exposed, tips
from monitor.store.exposed import exposed
from monitor.store.writer import Writer
from tests import needle
from tests.cli.conftest import Run
from tests.rights.conftest import ABOUT_SARI, BUDI, SARI, Place
from tests.rights.test_breach import ask, rows

WARGA, LAIN = Sender("telegram", "700111222"), Sender("telegram", "700333444")
LOKET = Sender("office", "pelapor rekaan sejati", "Pelapor Rekaan Sejati")
SHOT = Picture(b"gambar rekaan", "image/png", b"GPS rekaan")
OFFICER = Officer("ana", "Ana Rekaan", "Dinas Kebersihan Kota Misalan")
NOW = datetime.now(UTC)
NAMES = [WARGA.number, LAIN.number, LOKET.name, LOKET.number]


class Office:
    """Tips in a place: two of one sender, one at the counter, one withdrawn, one destroyed."""

    def __init__(self, place: Place, writer: Writer) -> None:
        settings = config.load(place.config)
        ring = keys.load(settings.path("keys"))
        self.writer = writer
        self.now = NOW - timedelta(days=15)
        made = (writer, ring, settings, lambda: self.now)
        self.desk, self.leaving = TipDesk(*made), TipLeaving(*made)
        self.old = self._take(WARGA, "lama")
        self.now = NOW - timedelta(hours=2)
        self.sealed = self._take(WARGA, "satu", SHOT)
        self.counter = self._take(LOKET, "dua")
        self.left = self._take(LAIN, "tiga")
        self.before = self.now + timedelta(minutes=30)
        self.now = NOW - timedelta(hours=1)
        self.on_case = self._take(WARGA, "empat")
        self.desk.link(self.on_case, ABOUT_SARI, OFFICER, "sama")
        self.leaving.withdraw(LAIN, self.left)
        self.desk.destroy_due()

    def _take(self, sender: Sender, note: str, *shots: Picture) -> str:
        return self.desk.take(Tip(note=note), shots, sender).tip_id


@pytest.fixture
def office(place: Place) -> Iterator[Office]:
    with closing(Writer(place.database)) as writer:
        yield Office(place, writer)


def test_tips_are_listed_by_number_and_nobody_is_named(
    run: Run, place: Place, office: Office, tmp_path: Path
) -> None:
    to = tmp_path / "kejadian.zip"
    done = ask(run, place, to, "--since", "2024-10-01")
    assert done.status == 0, done.err
    assert "4 tips of at most 2 senders" in done.out
    assert rows(to, "laporan.csv")[1:] == [
        [office.sealed, "bot Telegram", "ada, tersegel", "ada, tersegel", "1", "1"],
        [office.counter, "loket kantor", "ada, tersegel", "ada, tersegel", "0", "0"],
        [office.left, "bot Telegram", "tidak ada", "tidak ada", "0", "0"],
        [office.on_case, "bot Telegram", "ada, tersegel", "terbuka dalam perkara", "0", "0"],
    ]
    with zipfile.ZipFile(to) as archive:
        archive.extractall(tmp_path / "isi")
    assert needle.found(tmp_path / "isi", NAMES) == []
    head, *persons = rows(to, "orang.csv")
    assert {row[0]: row[head.index("tip")] for row in persons} == {SARI: "1", BUDI: "0"}


def test_the_count_is_that_of_the_end_of_the_event(office: Office) -> None:
    conn = office.writer.reader()
    now = exposed(conn, to_text(NOW)).senders
    then = exposed(conn, to_text(office.before)).senders
    assert now is not None
    assert then is not None
    assert (len(now.tips), now.senders, now.digests, now.gone) == (4, 2, 1, 0)
    # What went since then was there: its senders were exposed, and nobody can reach them now.
    assert (len(then.tips), then.senders, then.digests, then.gone) == (3, 2, 1, 2)


def test_a_paused_sender_is_a_digest_that_was_there(office: Office) -> None:
    with office.writer.transaction() as tx:
        tips.pause(tx, office.left, date(2999, 1, 1))
        tx.execute("DELETE FROM tip WHERE tip_id = ?", (office.left,))
    found = exposed(office.writer.reader(), to_text(NOW)).senders
    assert found is not None
    assert (len(found.tips), found.digests) == (3, 1)


def test_what_the_paper_says_of_senders(office: Office) -> None:
    told = _told(office.writer, to_text(office.before))
    assert "Pengirim yang dapat dijangkau, paling banyak 2" in told
    assert "1 lewat bot Telegram, 1 lewat loket kantor" in told
    assert "tak terjangkau 2" in told
    assert not any(name in told for name in [*NAMES, office.sealed])


def test_a_copy_without_tips_says_so(office: Office) -> None:
    assert tip_exposed.senders(office.writer.reader(), {"log"}, 9) is None


def _told(writer: Writer, until: str) -> str:
    senders = exposed(writer.reader(), until).senders
    assert senders is not None
    bare: dict[str, Any] = dict.fromkeys(("since", "until", "known", "due", "made_at"))
    lists: dict[str, Any] = {"source": [], "protection": [], "persons": [], "copies": []}
    value = {**bare, **lists, "head": "1:00", "officials": 0, "others": {}}
    paper = notice({**value, "senders": asdict(senders)})
    (part,) = (one for one in paper["sections"] if one["title"] == "Pengirim laporan")
    (listed, *paras) = part["items"]
    lines = [" ".join(row) for row in listed["rows"]] + [one["text"] for one in paras]
    return "\n".join(lines)
