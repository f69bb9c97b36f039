"""When a term begins, how its days are counted, and what ends it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor import watch
from monitor.model.day import Days
from monitor.model.deadline import Count, Deadline, Due, Regime
from monitor.model.letter import Issued, Kind
from monitor.model.review import Case, Path, Step, Taken
from monitor.review.deadlines import due, today
from monitor.watch import deadlines as files

# Thursday, 10 October 2024, 09.00 WIB.
START = datetime(2024, 10, 10, 2, tzinfo=UTC)
EMPTY = Case("NTR-AAAA-BBBB", "ref-1", "BKD Rekaan", ("pilgub-99-2024/1",), zone="WIB")
TERMS, CALENDAR = files.load(watch.shipped())
BY_ID = {term.id: term for term in TERMS}


def taken(*steps: Step | Taken) -> tuple[Taken, ...]:
    return tuple(
        one if isinstance(one, Taken) else Taken(one, "ana", START + timedelta(hours=hour))
        for hour, one in enumerate(steps)
    )


def running(case: Case, terms: Iterable[Deadline] = TERMS, calendar: Days = CALENDAR) -> list[str]:
    return [f"{one.term.id} {one.last}" for one in due(case, terms, calendar)]


def only(case: Case, name: str, calendar: Days = CALENDAR) -> Due:
    (found,) = due(case, [BY_ID[name]], calendar)
    return found


def test_nothing_runs_before_somebody_knows() -> None:
    assert running(EMPTY) == []


def test_seven_days_from_the_first_named_acknowledgement() -> None:
    case = replace(EMPTY, taken=taken(Step.TAKEN))
    assert running(case) == ["pilkada-laporan 2024-10-17"]
    pemilu = replace(case, targets=("pilpres-2024/2",))
    # Saturday and Sunday do not count: seven working days after a Thursday.
    assert running(pemilu) == ["pemilu-laporan 2024-10-21"]
    unknown = replace(case, targets=())
    assert running(unknown) == ["pilkada-laporan 2024-10-17", "pemilu-laporan 2024-10-21"]


def test_the_day_is_that_of_the_place() -> None:
    late = replace(EMPTY, taken=(Taken(Step.TAKEN, "ana", START.replace(hour=16, minute=30)),))
    assert running(late) == ["pilkada-laporan 2024-10-17"]
    assert running(replace(late, zone="WIT")) == ["pilkada-laporan 2024-10-18"]
    assert today(replace(late, zone="WIT"), START.replace(hour=16)) == date(2024, 10, 11)


def test_working_days_leave_out_holidays_and_cuti_bersama() -> None:
    # 25 December is a holiday and 26 December 2024 cuti bersama.
    at = datetime(2024, 12, 23, 2, tzinfo=UTC)
    steps = (Taken(Step.TAKEN, "ana", at), Taken(Step.ANSWER_ASKED, "ana", at))
    found = only(replace(EMPTY, taken=steps), "klarifikasi-jawaban")
    assert (found.last, found.unsure) == (date(2025, 1, 6), ())


def test_a_day_that_may_be_off_counts_and_is_said() -> None:
    """POLICY 32: the last day named may be too early, and never too late."""
    at = datetime(2031, 3, 3, 2, tzinfo=UTC)
    steps = (Taken(Step.TAKEN, "ana", at), Taken(Step.ANSWER_ASKED, "ana", at))
    found = only(replace(EMPTY, taken=steps), "klarifikasi-jawaban", Days())
    assert found.last == date(2031, 3, 12)
    assert any("2031" in why for why in found.unsure)


@pytest.mark.parametrize(
    "end", [Step.NOT_THEIRS, Step.PERMITTED, Step.NOT_ENOUGH], ids=lambda s: s.value
)
def test_closing_ends_every_term(end: Step) -> None:
    steps = taken(Step.TAKEN, Step.ANSWER_ASKED, Step.TO_EXAMINE, end)
    assert running(replace(EMPTY, taken=steps)) == []


def test_a_case_reopened_has_its_terms_again_from_the_same_day() -> None:
    steps = taken(Step.TAKEN, Step.NOT_THEIRS, Step.REOPENED)
    assert running(replace(EMPTY, taken=steps)) == ["pilkada-laporan 2024-10-17"]
    sent = taken(Step.TAKEN, Step.TO_EXAMINE, Step.FORWARDED, Step.REOPENED, Step.TAKEN)
    assert running(replace(EMPTY, taken=sent)) == []


def test_an_objection_has_a_term_of_its_own() -> None:
    reopened = Taken(Step.REOPENED, "ben", START + timedelta(hours=5), objection=True)
    steps = (*taken(Step.TAKEN, Step.PERMITTED), reopened)
    assert "keberatan-diputus 2024-10-21" in running(replace(EMPTY, taken=steps))
    decided = Taken(Step.NOT_THEIRS, "cit", START + timedelta(hours=7))
    assert running(replace(EMPTY, taken=(*steps, decided))) == []


def test_what_others_owe_runs_from_the_way_it_was_forwarded() -> None:
    at = START + timedelta(hours=3)
    steps = (*taken(Step.TAKEN, Step.TO_EXAMINE), Taken(Step.FORWARDED, "ben", at, Path.BKN))
    case = replace(EMPTY, taken=steps)
    assert running(case) == ["sbt-verifikasi 2024-10-17"]
    reply = Issued(Kind.REPLY, "1/2", date(2024, 10, 12), at + timedelta(days=2))
    assert running(replace(case, issued=(reply,))) == []
    bawaslu = Taken(Step.FORWARDED, "ben", at, Path.SUPERVISOR)
    assert running(replace(case, taken=(*steps[:2], bawaslu))) == [
        "pilkada-tindak-lanjut 2024-10-15"
    ]


def test_an_examination_has_its_summons_and_its_second() -> None:
    case = replace(EMPTY, taken=taken(Step.TAKEN, Step.TO_EXAMINE))
    assert "pp94-panggilan 2024-10-21" in running(case)
    first = Issued(
        Kind.SUMMONS, "1", date(2024, 10, 11), START + timedelta(days=1), date(2024, 10, 22)
    )
    called = replace(case, issued=(first,))
    assert "pp94-panggilan-kedua 2024-10-31" in running(called)
    assert not any(one.startswith("pp94-panggilan ") for one in running(called))
    minutes = Issued(Kind.MINUTES, "2", date(2024, 10, 22), START + timedelta(days=12))
    assert not any("pp94" in one for one in running(replace(called, issued=(first, minutes))))


def test_calendar_days_count_all_days() -> None:
    term = Deadline(
        *("uji", "Uji", "diketahui", frozenset({"diteruskan"}), 3, Count.CALENDAR),
        *(Regime.HOUSE, (), (), 0, "uji"),
    )
    found = due(replace(EMPTY, taken=taken(Step.TAKEN)), [term], CALENDAR)
    assert [(one.last, one.left(date(2024, 10, 14))) for one in found] == [(date(2024, 10, 13), -1)]
