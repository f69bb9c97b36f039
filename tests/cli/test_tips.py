"""Tips: sealed until an officer links them, and nowhere afterwards unless they were linked."""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import app, config
from monitor.clock import utc_now
from monitor.model.tip import Sender, Tip, TipState
from monitor.run.compose import Composer
from monitor.run.tips import Refused, TipDesk
from monitor.store import keys, log, outbox, tips
from monitor.store.erasure import silence
from monitor.store.writer import Writer
from tests.cli.conftest import Run
from tests.cli.test_export import FINDING, find, place
from tests.cli.test_review import WHO, appoint
from tests.needle import found

__all__ = ["place"]
LINK = "https://bsky.app/profile/warga-asing.test/post/3kabc"
NOTE = "Ia mengajak memilih di rapat rekaan"
SENDER = "Pelapor Rekaan Sejati"
NEEDLES = ("warga-asing.test", NOTE, SENDER)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    def chunk(name: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + crc

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    body = chunk(b"tEXt", b"GPS rekaan") + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
    file = tmp_path / "layar.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b""))
    return file


@pytest.fixture
def desk(place: Path) -> Iterator[tuple[TipDesk, Writer]]:
    settings = config.load(place)
    with closing(Writer(settings.database)) as writer:
        yield TipDesk(writer, keys.load(settings.path("keys")), settings, utc_now), writer


def submit(run: Run, place: Path, *more: object) -> str:
    told = ("--link", LINK, "--note", NOTE, "--sender", SENDER)
    done = run("submit", *told, *more, "-c", place)
    assert done.status == 0, done.err
    return str(re.findall(r"TIP-[A-Z2-7]{4}-[A-Z2-7]{4}", done.out)[0])


def entries(place: Path, kind: str = "tip") -> list[dict[str, Any]]:
    with closing(Writer(place.parent / "data" / "netralitas.sqlite3")) as writer:
        told = [json.loads(row.canonical) for row in log.rows(writer.reader())]
    return [entry for entry in told if entry["kind"] == kind]


def test_a_tip_is_sealed_opened_linked_and_its_sender_stays_sealed(
    run: Run, place: Path, picture: Path, tmp_path: Path
) -> None:
    find(place, utc_now())
    appoint(run, place, "ana", "penelaah")
    tip = submit(run, place, "--picture", picture)
    assert found(place.parent, NEEDLES) == []
    listed = run("tips", "list", "-c", place).out
    assert tip in listed
    assert "not registered" in listed
    assert NOTE not in listed

    shown = run("tips", "show", tip, "--out", tmp_path, *WHO, "-c", place)
    assert LINK in shown.out
    assert NOTE in shown.out
    assert list(tmp_path.glob("TIP*")) == []  # nobody made a crop yet
    assert [e["public"]["command"] for e in entries(place, "reading")] == ["tips show"]
    done = run("tips", "link", tip, FINDING, "--officer", "ana", "--why", "sama", "-c", place)
    assert done.status == 0, done.err
    assert [e["public"]["step"] for e in entries(place)] == ["diterima", "dikaitkan", "dikaitkan"]
    assert found(place.parent, [SENDER]) == []
    assert found(place.parent, [NOTE]) != []  # on the case now, as its erasable evidence
    assert run("verify", "-c", place).status == 0
    again = run("tips", "link", tip, FINDING, "--officer", "ana", "--why", "lagi", "-c", place)
    assert again.status != 0
    assert "linked to" in again.err


def test_a_tip_that_nobody_links_is_destroyed_on_its_day(
    run: Run, place: Path, picture: Path, desk: tuple[TipDesk, Writer]
) -> None:
    appoint(run, place, "ana", "penelaah")
    tip = submit(run, place, "--picture", picture)
    assert run("tips", "reject", tip, "--officer", "ana", "--why", "x", "-c", place).status == 0
    office, writer = desk
    assert office.destroy_due() == 0
    settings, ring = config.load(place), keys.load(place.parent / "keys")
    later = TipDesk(writer, ring, settings, lambda: utc_now() + timedelta(days=14))
    assert later.destroy_due() == 1
    assert later.rows() == []
    for table in ("tip", "tip_picture"):
        assert writer.reader().execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
    assert [e["public"]["step"] for e in entries(place)] == ["diterima", "ditolak", "dimusnahkan"]
    gone = run("tips", "show", tip, *WHO, "-c", place)
    assert gone.status != 0
    assert "destroyed" in gone.err


def test_limits_and_pauses_hold_for_one_sender_and_not_for_others(
    run: Run, place: Path, desk: tuple[TipDesk, Writer]
) -> None:
    appoint(run, place, "ana", "petugas")
    office, _ = desk
    one, other = Sender("telegram", "1", "Satu"), Sender("telegram", "2", "Dua")
    given = [office.take(Tip(link=LINK), [], one) for _ in range(6)]
    assert [taken.refused for taken in given] == [None] * 5 + [Refused.SENDER_DAY]
    assert office.take(Tip(note="lihat"), [], other).refused is None
    assert [row.state for row in office.mine(one)] == [TipState.NEW] * 5
    tip = office.mine(other)[0].tip_id
    paused = run("tips", "pause", tip, "--officer", "ana", "--why", "iseng", "-c", place)
    assert paused.status == 0, paused.err
    assert office.take(Tip(note="lagi"), [], other).refused is Refused.PAUSED


@pytest.mark.parametrize(
    ("tip", "why"),
    [(Tip(), Refused.EMPTY), (Tip(note="  "), Refused.EMPTY), (Tip(link="apa saja"), Refused.LINK)],
)
def test_what_says_nothing_is_not_taken(
    desk: tuple[TipDesk, Writer], tip: Tip, why: Refused
) -> None:
    office, _ = desk
    assert office.take(tip, [], Sender("telegram", "1")).refused is why


def test_many_senders_about_one_link_are_marked(desk: tuple[TipDesk, Writer]) -> None:
    office, _ = desk
    for number in range(5):
        office.take(Tip(link=f"{LINK}?s={number}"), [], Sender("telegram", str(number)))
    rows = office.rows()
    assert {(row.alike, row.senders) for row in rows} == {(5, 5)}
    assert all(office.coordinated(row) for row in rows)


def test_a_flood_about_one_link_is_told_at_doubling_counts(place: Path) -> None:
    place.write_text(place.read_text().replace("tips = false", "tips = true", 1))
    settings = config.load(place)
    with closing(Writer(settings.database)) as writer:
        office = TipDesk(writer, keys.load(settings.path("keys")), settings, utc_now)
        given = [
            office.take(Tip(link=LINK), [], Sender("telegram", str(number))).tip_id
            for number in range(20)
        ]
        owed = outbox.due(writer.reader(), utc_now().timestamp(), 50)
        with writer.transaction() as tx:
            for number, item in enumerate(owed):
                outbox.sent(tx, item, str(number), utc_now())
        since = utc_now() - timedelta(hours=1)
        counted = outbox.lately(writer.reader(), owed[0].notifier, owed[0].destination, since)
    assert counted == (0, None)
    assert [item.subject for item in owed] == [given[count - 1] for count in (1, 2, 4, 8, 16)]


def test_the_office_is_told_a_number_and_nothing_else(place: Path) -> None:
    text = place.read_text().replace("tips = false", "tips = true", 1)
    place.write_text(text)
    settings = config.load(place)
    with closing(Writer(settings.database)) as writer:
        office = TipDesk(writer, keys.load(settings.path("keys")), settings, utc_now)
        tip = office.take(Tip(LINK, NOTE), [], Sender("telegram", "1", SENDER)).tip_id
        owed = outbox.due(writer.reader(), utc_now().timestamp(), 9)
        composer = Composer(writer, app.load_ruleset(settings), settings, utc_now)
        message = composer.message(owed)
    assert [(item.kind, item.subject, item.body) for item in owed] == [("tip", tip, "")]
    assert tip in message.plain
    assert "Belum diverifikasi" in message.plain
    assert not any(needle in message.html for needle in NEEDLES)


def test_no_row_can_be_moved_under_another_id(desk: tuple[TipDesk, Writer]) -> None:
    office, writer = desk
    first = office.take(Tip(note="satu"), [], Sender("telegram", "1")).tip_id
    second = office.take(Tip(note="dua"), [], Sender("telegram", "1")).tip_id
    with writer.transaction() as tx:
        tx.execute(
            "UPDATE tip SET told = (SELECT told FROM tip WHERE tip_id = ?) WHERE tip_id = ?",
            (first, second),
        )
    with pytest.raises(Exception, match="no key of this installation opens it"):
        office.read(second, "Bu Rekaan", "uji")


def test_a_tip_goes_with_the_case_that_it_was_linked_to(
    run: Run, place: Path, picture: Path, desk: tuple[TipDesk, Writer]
) -> None:
    find(place, utc_now())
    appoint(run, place, "ana", "penelaah")
    tip = submit(run, place, "--picture", picture)
    assert (
        run("tips", "link", tip, FINDING, "--officer", "ana", "--why", "sama", "-c", place).status
        == 0
    )
    _, writer = desk
    with writer.transaction() as tx:
        silence(tx, FINDING, utc_now())
    assert tips.rows(writer.reader()) == []
    for table in ("tip_act", "tip_part", "tip_picture"):
        assert writer.reader().execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
