"""Facts about a person as of the day of the act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from monitor.model.person import EVERY_FACT, Interval, Placement, Watch
from monitor.store import register
from monitor.store.writer import Writer
from tests.store.enrolled import enrol

OLD = Placement("Dinas Rekaan", "Bidang Uji", "Kepala Bidang", "guru", "99.01", "WIT")
NEW = Placement("Badan Rekaan", "Sekretariat", "Sekretaris", "camat", "99.02", "WIB")


def test_every_fact_is_stated(writer: Writer, watch: Watch, now: datetime) -> None:
    enrol(writer, [watch], now)
    facts = register.person_facts(writer.reader(), "W-001", date(2024, 9, 1))
    assert facts is not None
    assert facts.stated == EVERY_FACT
    assert facts.intervals == ()
    assert facts.candidate_spouse_of is None
    assert (facts.instansi, facts.unit) == ("Dinas Rekaan", "Bidang Uji")
    assert register.person_facts(writer.reader(), "W-999", None) is None


def test_a_line_that_ended_still_answers(writer: Writer, watch: Watch, now: datetime) -> None:
    enrol(writer, [watch], now)
    enrol(writer, [], now)
    assert register.watch(writer.reader(), "W-001") is None
    assert register.person_facts(writer.reader(), "W-001", None) is not None


def test_a_transfer_is_read_back_and_told_by_the_day(
    writer: Writer, watch: Watch, now: datetime
) -> None:
    enrol(writer, [watch], now)
    with writer.transaction() as tx:
        tx.execute(
            "INSERT INTO person_interval (person_ref, kind, first_day, last_day, reference,"
            " moved_from, moved_to) VALUES ('p-1', 'transfer', '2024-09-10', '', 'SK 7', ?, ?)",
            (register.placement_body(OLD), register.placement_body(NEW)),
        )
    move = Interval("transfer", date(2024, 9, 10), None, "SK 7", OLD, NEW)
    assert register.intervals(writer.reader(), "p-1") == (move,)
    before = register.person_facts(writer.reader(), "W-001", date(2024, 9, 9))
    assert before is not None
    assert (before.instansi, before.superior, before.position, before.area, before.zone) == (
        "Dinas Rekaan", "Kepala Bidang", "guru", "99.01", "WIT",
    )  # fmt: skip


def test_a_place_follows_from_transfers_and_the_date_of_the_line(watch: Watch) -> None:
    move = Interval("transfer", date(2024, 9, 10), None, "SK 7", OLD, NEW)
    here = Placement(watch.instansi, watch.unit)
    ahead = replace(watch, intervals=(move,), as_of=date(2024, 9, 1))
    assert ahead.placement_on(date(2024, 9, 9)) == OLD
    assert ahead.placement_on(date(2024, 9, 10)) == NEW
    assert ahead.placement_on(None) == here
    known = replace(watch, intervals=(move,), as_of=date(2024, 9, 10))
    assert known.placement_on(date(2024, 9, 10)) == here
    second = replace(move, start=date(2024, 10, 1), before=NEW, after=here)
    twice = replace(known, intervals=(second, move))
    assert [twice.placement_on(date(2024, m, 15)) for m in (8, 9, 10)] == [OLD, NEW, here]


def test_service_ends_on_the_day_and_not_before(watch: Watch) -> None:
    for kind in ("resignation", "retirement", "death", "contract_end"):
        left = replace(watch, intervals=(Interval(kind, date(2024, 9, 10)),))
        assert left.serves_on(date(2024, 9, 9))
        assert not left.serves_on(date(2024, 9, 10))
    letter = replace(watch, intervals=(Interval("resignation_submitted", date(2024, 9, 10)),))
    assert letter.serves_on(date(2024, 9, 11))
    back = Interval("retirement", date(2024, 9, 10), date(2024, 9, 20))
    assert replace(watch, intervals=(back,)).serves_on(date(2024, 9, 21))
