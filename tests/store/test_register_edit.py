"""What changes by itself: a handle, the day somebody leaves, the end of retention."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from alembic import command

from monitor.errors import StoreError
from monitor.model.contest import ZONES
from monitor.model.person import Interval, Ownership, Watch
from monitor.store import cursors, log, migrate, register, register_edit, upgrade
from monitor.store.db import connect
from monitor.store.register_import import By
from monitor.store.writer import Writer
from tests.store.enrolled import CLERK, enrol


def today(day: date) -> dict[str, date]:
    return dict.fromkeys(ZONES, day)


def test_a_handle_change_is_seen_by_the_permanent_id(
    writer: Writer, watch: Watch, now: datetime
) -> None:
    enrol(writer, [watch], now)
    with writer.transaction() as tx:
        cursors.follow(tx, {"bluesky": 300.0}, 0.0)
        assert not register_edit.note_handle(tx, watch, "sari.contoh.example", now)
        assert not register_edit.note_handle(tx, watch, "", now)
        assert register_edit.note_handle(tx, watch, "baru.example", now)
    content = log.content(writer.reader(), 2, "0001") or {}
    assert content["before"] == {"handle": "sari.contoh.example"}
    assert content["after"] == {"handle": "baru.example"}


def test_an_id_that_stands_for_a_handle_is_no_change(
    writer: Writer, watch: Watch, now: datetime
) -> None:
    by_id = replace(watch, address="did:plc:sari")
    enrol(writer, [by_id], now)
    with writer.transaction() as tx:
        cursors.follow(tx, {"bluesky": 300.0}, 0.0)
        assert not register_edit.note_handle(tx, by_id, "sari.example", now)


def test_a_person_with_two_reasons_to_leave_leaves_once(
    writer: Writer, watch: Watch, now: datetime
) -> None:
    enrol(writer, [watch, replace(watch, watch_id="W-009", address="dua.example")], now)
    day = date(2024, 10, 1)
    with writer.transaction() as tx:
        for kind in ("retirement", "contract_end"):
            register_edit.add_interval(tx, "p-1", Interval(kind, day), CLERK, now)
        assert register_edit.settle(tx, today(day - timedelta(days=1)), now) == (0, 0)
        assert register_edit.settle(tx, today(day), now) == (2, 0)
        assert register_edit.settle(tx, today(day), now) == (0, 0)
    assert register.watches(writer.reader()) == ()


def test_a_transfer_is_the_present_place_unless_a_later_one_is_known(
    writer: Writer, watch: Watch, now: datetime
) -> None:
    enrol(writer, [watch], now)
    here = watch.placement_on(None)
    places = [replace(here, unit=unit) for unit in ("Satu", "Dua")]
    days = [now.date() - timedelta(days=days) for days in (20, 10)]
    first = Interval("transfer", days[0], None, "", here, places[0])
    second = Interval("transfer", days[1], None, "", places[0], places[1])
    with writer.transaction() as tx:
        for move in (second, first):
            register_edit.add_interval(tx, "p-1", move, CLERK, now)
    (line,) = register.watches(writer.reader())
    assert (line.unit, line.as_of) == ("Dua", days[1])
    told = [line.placement_on(day - timedelta(days=n)).unit for day in days for n in (1, 0)]
    assert told == ["Bidang Uji", "Satu", "Satu", "Dua"]


def test_what_was_removed_is_forgotten_with_the_persons_key(
    writer: Writer, watch: Watch, other: Watch, now: datetime
) -> None:
    second = replace(watch, watch_id="W-009", address="dua.example")
    enrol(writer, [watch, second, other], now)
    with writer.transaction() as tx:
        cursors.follow(tx, {"bluesky": 300.0}, 0.0)
        tx.execute("INSERT INTO person_key VALUES ('p-1', x'00'), ('p-2', x'00')")
        register_edit.add_interval(tx, "p-2", Interval("duty", now.date()), CLERK, now)
    enrol(writer, [watch], now)
    with writer.transaction() as tx:
        assert register_edit.forget(tx, now.date(), now) == 0
        assert register_edit.forget(tx, now.date() + timedelta(days=1), now) == 2
        assert register_edit.forget(tx, now.date() + timedelta(days=1), now) == 0
    conn = writer.reader()
    for table in ("person", "person_key"):
        query = f"SELECT group_concat(person_ref) FROM {table}"
        assert conn.execute(query).fetchone() == ("p-1",)
    assert conn.execute("SELECT count(*) FROM person_interval").fetchone() == (0,)
    assert conn.execute("SELECT group_concat(watch_id) FROM source").fetchone() == ("W-001",)


@pytest.mark.parametrize(
    "change",
    [
        lambda tx, now: register_edit.add_interval(tx, "p-9", Interval("duty", now), CLERK, now),
        lambda tx, now: register_edit.end_interval(tx, "p-1", "duty", now.date(), CLERK, now),
        lambda tx, now: register_edit.set_notice(tx, "W-9", now.date(), "", CLERK, now),
        lambda tx, now: register_edit.set_ownership(
            tx, "W-9", Ownership.VERIFIED, "surat", CLERK, now
        ),
    ],
)
def test_nothing_is_changed_of_who_is_not_there(
    writer: Writer, watch: Watch, now: datetime, change: Callable[[Any, datetime], object]
) -> None:
    enrol(writer, [watch], now)
    with pytest.raises(StoreError, match="see netralitas register"), writer.transaction() as tx:
        change(tx, now)
    assert log.head(writer.reader()).seq == 1


def test_who_and_why_stand_in_every_entry(writer: Writer, watch: Watch, now: datetime) -> None:
    enrol(writer, [watch], now)
    by = By("Atasan Rekaan", "menyangkal", "surat 7")
    with writer.transaction() as tx:
        register_edit.set_ownership(tx, "W-001", Ownership.CONTESTED, "", by, now)
        register_edit.set_notice(tx, "W-001", date(2024, 7, 1), "", by, now)
        register_edit.add_interval(tx, "p-1", Interval("duty", date(2024, 8, 1)), by, now)
        register_edit.end_interval(tx, "p-1", "duty", date(2024, 8, 2), by, now)
    told = [log.content(writer.reader(), seq, "by") for seq in range(2, 6)]
    assert told == [by.content()] * 4
    (line,) = register.watches(writer.reader())
    assert (line.ownership, line.notice_date) == (Ownership.CONTESTED, date(2024, 7, 1))
    assert line.intervals == (Interval("duty", date(2024, 8, 1), date(2024, 8, 2)),)


def test_lines_of_the_former_table_move_over(tmp_path: Any, watch: Watch) -> None:
    path = tmp_path / "lama.sqlite3"
    path.touch()
    with upgrade.engine(path).begin() as conn:
        command.upgrade(upgrade.config(conn), "0002")
        body = (
            '{"watch_id":"W-001","person_ref":"p-1","name":"Sari Contoh","platform":"bluesky",'
            '"address":"sari.contoh.example","instansi":"Dinas Rekaan","unit":"Bidang Uji",'
            '"ownership":"declared","legal_ground":"surat tugas rekaan",'
            '"notice_date":"2024-08-01","registered_on":"2024-08-02","employer_type":"PNS",'
            '"position":"staff","area":"","zone":"WIB","native_id":"","as_of":null,"route":""}'
        )
        conn.exec_driver_sql("INSERT INTO register VALUES ('W-001', ?, 1)", (body,))
        conn.exec_driver_sql(
            "INSERT INTO register VALUES ('W-002', ?, 0)", (body.replace("W-001", "W-002"),)
        )
    assert migrate.upgrade(path)
    conn_now = connect(path, read_only=True)
    assert register.watches(conn_now) == (watch,)
    ended = conn_now.execute("SELECT watch_id FROM account WHERE ended_on <> ''").fetchall()
    assert ended == [("W-002",)]
    conn_now.close()
