"""A time that is not known: what its bounds say, and what they leave open."""

from __future__ import annotations

import pytest

from monitor.model.finding import Finding, Outcome, Result
from monitor.model.rule import Level
from monitor.model.wire import finding_output
from tests.judge.scene import ONE, judged

ASKED = "Kapan perbuatan ini terjadi?"
LIKE = {
    "signal": "like",
    "target": {"text": "Coblos nomor 1!", "author": {"role": "candidate", "of": ONE}},
}
PENETAPAN = "2024-09-22T00:00:00+07:00"


def liked(not_before: str | None, seen: str | None) -> Finding:
    return judged(**LIKE, occurred_at=None, not_before=not_before, first_seen_at=seen)


ONE_PHASE = [
    ("2024-10-01T10:00:00+07:00", "2024-10-02T10:00:00+07:00", "kampanye", Level.DISIPLIN),
    ("2024-09-01T10:00:00+07:00", "2024-09-02T10:00:00+07:00", "bakal_calon", Level.KODE_ETIK),
    ("2024-09-21T23:59:59+07:00", "2024-09-21T23:59:59+07:00", "bakal_calon", Level.KODE_ETIK),
    (PENETAPAN, "2024-09-24T23:59:59+07:00", "penetapan", Level.DISIPLIN),
    ("2024-11-24T00:00:00+07:00", "2024-11-26T23:59:59+07:00", "masa_tenang", Level.DISIPLIN),
    ("2024-06-02T10:00:00+07:00", "2024-06-03T10:00:00+07:00", "bakal_calon", Level.KODE_ETIK),
]


@pytest.mark.parametrize(("first", "last", "phase", "level"), ONE_PHASE)
def test_bounds_in_one_phase_cap_nothing(first: str, last: str, phase: str, level: Level) -> None:
    finding = liked(first, last)
    assert (finding.outcome, finding.phase, finding.level) == (Outcome.ALERT, phase, level)
    assert ASKED not in finding.questions


ACROSS = [
    ("2024-09-21T23:59:59+07:00", PENETAPAN),
    ("2024-11-23T10:00:00+07:00", "2024-11-24T10:00:00+07:00"),
    ("2024-05-31T10:00:00+07:00", "2024-06-01T10:00:00+07:00"),
    (None, "2024-10-02T10:00:00+07:00"),
    ("2024-10-01T10:00:00+07:00", None),
    (None, None),
]


@pytest.mark.parametrize(("first", "last"), ACROSS)
def test_bounds_across_a_border_or_missing_ask(first: str | None, last: str | None) -> None:
    finding = liked(first, last)
    assert finding.outcome is Outcome.REVIEW
    assert ASKED in finding.questions


def test_bounds_before_any_candidacy_leave_nothing() -> None:
    finding = liked("2024-05-01T10:00:00+07:00", "2024-05-02T10:00:00+07:00")
    assert finding.outcome is Outcome.NONE
    found = {e.id: e.result for e in finding.exculpations}
    assert found.get("ex-before-candidacy") is Result.MET


NOTICE = {"notice_date": "2024-10-05"}


@pytest.mark.parametrize(
    ("first", "last", "outcome"),
    [
        ("2024-10-01T10:00:00+07:00", "2024-10-04T23:30:00+07:00", Outcome.NONE),
        ("2024-10-04T23:30:00+07:00", "2024-10-05T00:30:00+07:00", Outcome.REVIEW),
        ("2024-10-05T00:00:00+07:00", "2024-10-06T10:00:00+07:00", Outcome.ALERT),
    ],
)
def test_notice_is_measured_on_both_bounds(first: str, last: str, outcome: Outcome) -> None:
    line = {**LIKE, "occurred_at": None, "not_before": first, "first_seen_at": last}
    assert judged(**line, person={**NOTICE, "per_tanggal": None}).outcome is outcome


def test_where_the_zone_is_not_known_midnight_is_anywhere() -> None:
    """23:30 WIB of the day before the notice is the day itself in WIT."""
    late = "2024-10-04T23:30:00+07:00"
    assert judged(**LIKE, occurred_at=late, person=NOTICE).outcome is Outcome.NONE
    assert (
        judged(**LIKE, occurred_at=late, person={**NOTICE, "zone": "WIT"}).outcome is Outcome.ALERT
    )
    assert (
        judged(**LIKE, occurred_at=late, person={**NOTICE, "zone": None}).outcome is Outcome.REVIEW
    )


def test_why_nothing_came_of_it_stays_in_memory() -> None:
    early = judged(**LIKE, person={"notice_date": "2024-12-01"})
    left = judged(**LIKE, person={"intervals": [{"kind": "resignation", "from": "2024-10-01"}]})
    assert early.outcome is left.outcome is Outcome.NONE
    assert "none: sebelum pemberitahuan 2024-12-01" in early.derivation
    assert any(reason.startswith("none: ex-resigned met") for reason in left.derivation)
    assert "pemberitahuan" not in str(finding_output(early))
    assert judged(**LIKE).outcome is Outcome.ALERT
    assert not any(reason.startswith("none:") for reason in judged(**LIKE).derivation)


def test_a_post_that_a_platform_holds_back_in_part_is_a_question() -> None:
    assert judged(**LIKE, complete=False).outcome is Outcome.REVIEW
