"""Who is on the register, asked for many at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.model.person import Watch
from monitor.store import cursors
from monitor.store.accounts import Accounts
from monitor.store.writer import Writer
from tests.store.enrolled import enrol


def test_addresses_and_ids_are_known_by_platform(
    writer: Writer, watch: Watch, other: Watch, now: datetime
) -> None:
    enrol(writer, [watch, replace(other, native_id="did:plc:budi")], now)
    with writer.transaction() as tx:
        cursors.follow(tx, {"bluesky": 300.0}, 0.0)
        cursors.save(
            tx,
            "W-001",
            cursor={},
            complete=True,
            native_id="did:plc:sari",
            handle="baru.example",
            interval=300.0,
            next_check_at=300.0,
            look_at=now,
        )
    names = ["asing.example", "sari.contoh.example", "did:plc:budi", "did:plc:sari", "baru.example"]
    known = Accounts(writer.reader())
    assert known.registered("bluesky", names) == set(names[1:])
    assert known.registered("bluesky", iter(names[:1])) == set()
    assert known.registered("feed", names) == set()


def test_a_line_that_ended_is_not_known(writer: Writer, watch: Watch, now: datetime) -> None:
    enrol(writer, [watch], now)
    enrol(writer, [], now)
    assert Accounts(writer.reader()).registered("bluesky", [watch.address]) == set()
