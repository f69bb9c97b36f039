"""The register: every change is logged, no person is in what cannot be erased."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime

import pytest

from monitor.errors import ConfigError, StoreError
from monitor.model.person import Interval, Ownership, Placement, Watch
from monitor.store import cursors, log, register, register_import
from monitor.store.register_stage import Stage
from monitor.store.writer import Writer
from tests.store.enrolled import CLERK, enrol


def test_lines_are_added_kept_changed_removed_and_returned(
    writer: Writer, watch: Watch, other: Watch, now: datetime
) -> None:
    assert +enrol(writer, [watch, other], now) == {"added": 2}
    assert enrol(writer, [other, watch], now) == {}
    moved = replace(watch, route="inspektorat", ownership=Ownership.VERIFIED)
    assert +enrol(writer, [moved, other], now) == {"changed": 1}
    assert +enrol(writer, [moved], now) == {"removed": 1}
    assert enrol(writer, [moved], now) == {}
    assert register.watches(writer.reader()) == (moved,)
    assert +enrol(writer, [moved, other], now) == {"returned": 1}
    assert register.watches(writer.reader()) == (moved, other)
    assert log.head(writer.reader()).seq == 4


def test_a_line_reads_back_as_it_was(writer: Writer, watch: Watch, now: datetime) -> None:
    full = replace(
        watch, area="35.15", native_id="did:plc:a", as_of=date(2024, 9, 1), route="r",
        superior="Kepala Dinas", candidate_spouse_of="pilbup-9901-2030/1", source="SIASN",
        ownership_evidence="surat 3", notice_exemption="",
    )  # fmt: skip
    enrol(writer, [full], now)
    assert register.watches(writer.reader()) == (full,)


def test_the_log_keeps_what_changed_in_content_and_no_person_outside(
    writer: Writer, watch: Watch, now: datetime
) -> None:
    enrol(writer, [watch], now)
    enrol(writer, [replace(watch, name="Sari Baru")], now)
    enrol(writer, [], now)
    conn = writer.reader()
    added, changed, removed = [log.content(conn, seq, "0001") or {} for seq in (1, 2, 3)]
    assert added["after"]["name"] == "Sari Contoh"
    assert (changed["before"], changed["after"]) == (
        {"name": "Sari Contoh"},
        {"name": "Sari Baru"},
    )
    assert (removed["change"], removed["after"]) == ("removed", {})
    assert {c["person_ref"] for c in (added, changed, removed)} == {"p-1"}
    assert log.content(conn, 1, "by") == {
        "who": "Petugas Rekaan", "reason": "uji", "source": "[register]",
    }  # fmt: skip
    entries = [json.loads(row.canonical) for row in log.rows(conn)]
    assert [(e["kind"], e["subject"]) for e in entries] == [("register", "register")] * 3
    assert [e["public"] for e in entries] == [{"change": "import", "lines": 1}] * 3
    plain = json.dumps(entries)
    for value in ("Sari", "W-001", "p-1", "sari.contoh", "Dinas", "Petugas"):
        assert value not in plain


def test_many_changes_share_an_entry_and_each_has_its_own_content(
    writer: Writer, watch: Watch, now: datetime
) -> None:
    lines = [
        replace(watch, watch_id=f"L-{n}", person_ref=f"p-{n}", address=f"n{n}.example")
        for n in range(register_import.PER_ENTRY + 1)
    ]
    enrol(writer, lines, now)
    assert log.head(writer.reader()).seq == 2
    found = [row for row in log.contents(writer.reader()) if row.name != "by"]
    assert len(found) == len(lines)
    assert len({row.salt for row in found}) == len(lines)


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
    with pytest.raises(ConfigError, match=r"r.csv:3: \w+: expected an account of one person"):
        enrol(writer, [first, second], now)
    assert log.head(writer.reader()).seq == 0
    enrol(writer, [first], now)
    with pytest.raises(ConfigError, match=r"one person \(W-001 on file gives it to another\)"):
        enrol(writer, [second], now, "lain")


def test_what_an_account_was_resolved_to_counts_too(
    writer: Writer, watch: Watch, other: Watch, now: datetime
) -> None:
    enrol(writer, [watch], now)
    _resolve(writer, now, native_id="did:plc:sari", handle="baru.example")
    for claim in ({"native_id": "did:plc:sari"}, {"address": "baru.example"}):
        claimant = replace(other, **claim)  # type: ignore[arg-type]  # all are texts
        with pytest.raises(ConfigError, match="an account of one person"):
            enrol(writer, [watch, claimant], now)
        with pytest.raises(ConfigError, match="W-001 on file gives it to another"):
            enrol(writer, [claimant], now, "lain")
    renamed = replace(other, native_id="did:plc:sari")
    corrected = replace(watch, address="sari.lain.example")
    assert +enrol(writer, [corrected, renamed], now) == {"changed": 1, "added": 1}


def test_one_person_may_have_many_accounts_and_platforms_are_apart(
    writer: Writer, watch: Watch, other: Watch, now: datetime
) -> None:
    again = replace(watch, watch_id="W-003", address="lain.example", native_id="did:plc:sari")
    feed = replace(other, platform="feeds", address=watch.address)
    assert +enrol(writer, [watch, again, feed], now) == {"added": 3}


def test_sheets_are_kept_apart(writer: Writer, watch: Watch, other: Watch, now: datetime) -> None:
    enrol(writer, [watch], now, "dinas")
    assert +enrol(writer, [other], now, "badan") == {"added": 1}
    assert enrol(writer, [watch], now, "dinas") == {}
    with pytest.raises(ConfigError, match="it is kept in sheet 'dinas'"):
        enrol(writer, [watch, other], now, "badan")


def test_lines_of_one_person_must_agree(
    writer: Writer, watch: Watch, other: Watch, now: datetime
) -> None:
    second = replace(other, person_ref="p-1", name=watch.name, unit="Bidang Lain")
    told = r"r.csv:3: unit: expected what line 2 says of the same person, 'Bidang Uji'"
    with pytest.raises(ConfigError, match=told):
        enrol(writer, [watch, second], now)


def test_zeros_that_a_spreadsheet_dropped_are_seen(
    writer: Writer, watch: Watch, now: datetime
) -> None:
    enrol(writer, [replace(watch, watch_id="00071", person_ref="0012")], now)
    lost = replace(watch, watch_id="71", person_ref="12")
    with pytest.raises(ConfigError) as caught:
        enrol(writer, [lost], now)
    assert [fault.key for fault in caught.value.faults] == ["watch_id", "person_ref"]
    assert "'00071', as on file" in str(caught.value)


def test_a_new_place_leaves_a_transfer_once_and_a_correction_none(
    writer: Writer, watch: Watch, now: datetime
) -> None:
    first = replace(watch, as_of=date(2024, 8, 5), superior="Kepala Bidang")
    again = replace(first, watch_id="W-009", address="dua.example")
    enrol(writer, [first, again], now)
    later = {"unit": "Sekretariat", "superior": "Sekretaris", "as_of": date(2024, 10, 1)}
    moved = [replace(one, **later) for one in (first, again)]  # type: ignore[arg-type]
    assert enrol(writer, moved, now)["moved"] == 1
    then = Placement("Dinas Rekaan", "Bidang Uji", "Kepala Bidang")
    (move,) = register.intervals(writer.reader(), "p-1")
    new = Placement("Dinas Rekaan", "Sekretariat", "Sekretaris")
    assert move == Interval("transfer", date(2024, 10, 1), None, "", then, new)
    facts = register.person_facts(writer.reader(), "W-001", date(2024, 9, 30))
    assert facts is not None
    assert (facts.unit, facts.superior) == ("Bidang Uji", "Kepala Bidang")
    spelled = [replace(one, unit="Sekretariat Dinas") for one in moved]
    assert enrol(writer, spelled, now, correction=True)["moved"] == 0
    assert register.intervals(writer.reader(), "p-1") == (move,)


def test_a_line_without_notice_waits(writer: Writer, watch: Watch, now: datetime) -> None:
    body = register.to_body(watch) | {"notice_date": ""}
    with Stage() as stage:
        stage.add([(2, body)])
        stage.beside(writer.database)
        with writer.transaction() as tx:
            register_import.apply(tx, stage, CLERK, now)
    assert register.watches(writer.reader()) == ()
    enrol(writer, [watch], now)
    assert register.watches(writer.reader()) == (watch,)


def test_an_import_beside_another_is_refused(writer: Writer, watch: Watch, now: datetime) -> None:
    with Stage() as stage:
        stage.add([(2, register.to_body(watch))])
        stage.beside(writer.database)
        enrol(writer, [watch], now)
        with (
            pytest.raises(StoreError, match="changed meanwhile: run the import again"),
            writer.transaction() as tx,
        ):
            register_import.apply(tx, stage, CLERK, now)
    assert log.head(writer.reader()).seq == 1


def _resolve(writer: Writer, now: datetime, *, native_id: str, handle: str) -> None:
    with writer.transaction() as tx:
        cursors.follow(tx, {"bluesky": 300.0}, 0.0)
        cursors.save(
            tx,
            "W-001",
            cursor={},
            complete=True,
            native_id=native_id,
            handle=handle,
            interval=300.0,
            next_check_at=300.0,
            look_at=now,
        )
