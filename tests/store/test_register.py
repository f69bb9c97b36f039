"""The register: every change is logged, no person is in what cannot be erased."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest

from monitor.errors import StoreError
from monitor.model.person import Ownership, Watch
from monitor.store import cursors, log, register, register_import
from monitor.store.register_import import Change
from monitor.store.writer import Writer


def test_lines_are_added_kept_changed_removed_and_returned(
    writer: Writer, watch: Watch, other: Watch, now: datetime
) -> None:
    added = [Change("W-001", "added"), Change("W-002", "added")]
    assert _sync(writer, [watch, other], now) == added
    assert _sync(writer, [other, watch], now) == []
    moved = replace(watch, unit="Bidang Lain", ownership=Ownership.VERIFIED)
    assert _sync(writer, [moved, other], now) == [Change("W-001", "changed", ("unit", "ownership"))]
    assert _sync(writer, [moved], now) == [Change("W-002", "removed")]
    assert _sync(writer, [moved], now) == []
    assert register.watches(writer.reader()) == (moved,)
    assert _sync(writer, [moved, other], now) == [Change("W-002", "returned")]
    assert register.watches(writer.reader()) == (moved, other)
    assert log.head(writer.reader()).seq == 5


def test_a_line_reads_back_as_it_was(writer: Writer, watch: Watch, now: datetime) -> None:
    full = replace(watch, area="35.15", native_id="did:plc:a", as_of=date(2024, 9, 1), route="r")
    _sync(writer, [full], now)
    assert register.watches(writer.reader()) == (full,)


def test_the_log_keeps_both_sides_in_content_and_no_person_outside(
    writer: Writer, watch: Watch, now: datetime
) -> None:
    _sync(writer, [watch], now)
    _sync(writer, [replace(watch, name="Sari Baru")], now)
    _sync(writer, [], now)
    added, changed, removed = [log.content(writer.reader(), seq, "line") or {} for seq in (1, 2, 3)]
    assert (added["before"], added["after"]["name"]) == (None, "Sari Contoh")
    assert (changed["before"]["name"], changed["after"]["name"]) == ("Sari Contoh", "Sari Baru")
    assert (removed["before"]["name"], removed["after"]) == ("Sari Baru", None)
    entries = [json.loads(row.canonical) for row in log.rows(writer.reader())]
    assert [(e["kind"], e["subject"]) for e in entries] == [("register", "register")] * 3
    assert [e["public"] for e in entries] == [
        {"change": "added", "fields": []},
        {"change": "changed", "fields": ["name"]},
        {"change": "removed", "fields": []},
    ]
    plain = json.dumps(entries)
    for value in ("Sari", "W-001", "p-1", "sari.contoh", "Dinas"):
        assert value not in plain


@pytest.mark.parametrize(
    "change",
    [
        {"address": "sari.contoh.example"},
        {"address": "@SARI.contoh.example"},
        {"native_id": "did:plc:sari"},
        {"address": "did:plc:sari"},
    ],
)
def test_one_account_for_two_persons_is_refused(
    writer: Writer, watch: Watch, other: Watch, now: datetime, change: dict[str, str]
) -> None:
    first = replace(watch, native_id="did:plc:sari")
    second = replace(other, **change)  # type: ignore[arg-type]  # all are texts
    with pytest.raises(StoreError, match="lines W-001 and W-002: one account on bluesky") as caught:
        _sync(writer, [first, second], now)
    assert "sari" not in str(caught.value).casefold()
    assert log.head(writer.reader()).seq == 0


def test_an_account_that_was_resolved_counts_too(
    writer: Writer, watch: Watch, other: Watch, now: datetime
) -> None:
    _sync(writer, [watch], now)
    with writer.transaction() as tx:
        cursors.sync(tx, [watch], {"bluesky": 300.0}, 0.0)
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
    renamed = replace(other, native_id="did:plc:sari")
    with pytest.raises(StoreError, match="one account on bluesky for two persons"):
        _sync(writer, [watch, renamed], now)
    corrected = replace(watch, address="sari.lain.example")
    assert len(_sync(writer, [corrected, renamed], now)) == 2


def test_one_person_may_have_many_accounts_and_platforms_are_apart(
    writer: Writer, watch: Watch, other: Watch, now: datetime
) -> None:
    again = replace(watch, watch_id="W-003", native_id="did:plc:sari")
    feed = replace(other, platform="feeds", address=watch.address)
    assert len(_sync(writer, [watch, again, feed], now)) == 3


def _sync(writer: Writer, watches: Sequence[Watch], now: datetime) -> list[Change]:
    with writer.transaction() as tx:
        return register_import.sync(tx, watches, now)
