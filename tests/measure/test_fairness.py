"""Swaps through the real reader: even lists pass, an uneven one is caught."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from monitor.measure import fairness
from monitor.measure.base import quiet
from monitor.measure.fairness import Report
from monitor.model.finding import Finding, Outcome
from monitor.model.wire import statement
from monitor.run.rules import Reader
from tests.measure.world import (
    CAMPAIGN,
    MELUR,
    TARUNA,
    candidates,
    contest,
    line,
    reader,
    ruleset,
    ruleset_of,
)

TEXTS = (
    "Ayo coblos Melur Hanggara, nomor 1!",
    "Tarunaga itu pembohong dan munafik",
    "Saya dukung Widuri Anggraeni sampai menang #PilihTarunaga",
    "Debat semalam: Melur dan Tarunaga bicara soal pupuk.",
    "Hujan lagi, jemuran basah.",
)


def measured(*texts: str, by: Reader | None = None) -> Report:
    lines = [statement(line(t, id=f"k{n}", occurred_at=CAMPAIGN)) for n, t in enumerate(texts)]
    return fairness.measure(by or reader(), "kasus", lines, quiet)


def test_even_lists_are_fair() -> None:
    report = measured(*TEXTS)
    assert (report.lines, report.hits, report.swapped_hits, report.swaps) == (5, 3, 3, 4)
    assert report.flips == []
    assert report.strayed == 0
    assert report.fair
    assert report.reported[MELUR, Outcome.ALERT] == 1
    assert report.named[TARUNA] == 3


class Partial(Reader):
    """Reads like the real one, but never reports anything about one of the two."""

    def judge_statements(self, *given: Any, **more: Any) -> list[Finding]:
        found = super().judge_statements(*given, **more)
        return [replace(f, outcome=Outcome.NONE) if TARUNA in f.targets else f for f in found]


class Nobody(Reader):
    """Reports acts without saying whom they concern, as rules on one's own candidacy do."""

    def judge_statements(self, *given: Any, **more: Any) -> list[Finding]:
        return [replace(f, targets=()) for f in super().judge_statements(*given, **more)]


def test_a_reader_that_spares_one_side_is_caught() -> None:
    report = measured(TEXTS[0], by=Partial(ruleset()))
    [flip] = report.flips
    assert (flip.pair, flip.before.outcome) == ((MELUR, TARUNA), Outcome.ALERT)
    assert not report.fair
    told = "\n".join(flip.lines())
    assert f"as written: alert support [{MELUR}]" in told
    assert f"swapped: none support [{TARUNA}]" in told
    assert "Tarunaga Widuri, nomor 2!" in told


def test_hits_that_cannot_be_swapped_are_counted_against_it() -> None:
    report = measured("Dasar melurapuh, pembohong dan munafik!")
    assert (report.hits, report.swapped_hits) == (1, 0)
    assert report.left_out == {"derogatory name": 1}
    assert not report.fair


def test_a_hit_that_concerns_no_target_has_nothing_to_swap() -> None:
    nobody = Nobody(ruleset())
    report = measured(TEXTS[0], by=nobody)
    assert report.hits == 0
    assert report.left_out == {"hit that concerns no target": 1}
    assert report.fair


def test_a_gesture_alone_is_swapped() -> None:
    report = measured("Sore di pasar ✌️")
    assert (report.named[TARUNA], report.swaps) == (1, 1)


def test_no_hit_is_no_fault() -> None:
    assert measured("Hujan lagi.").share == 1.0


def test_another_phase_is_no_flip() -> None:
    melur, taruna = candidates()
    early = replace(taruna, bakal_calon_since=contest("x", "pilgub").tahapan_mulai)
    given = statement(line("Ayo coblos Tarunaga!", occurred_at="2030-03-01T10:00:00+07:00"))
    by = Reader(ruleset_of(melur, early))
    report = fairness.measure(by, "kasus", [given], quiet)
    assert report.flips == []
    assert report.left_out == {"another phase": 1}


def test_the_candidates_spouse_changes_sides_too() -> None:
    person = {"employer_type": "PNS", "ownership": "verified", "candidate_spouse_of": MELUR}
    given = statement(line("Foto bersama Melur", occurred_at=CAMPAIGN, person=person))
    report = fairness.measure(reader(), "kasus", [given], quiet)
    assert report.swaps == 1
    assert report.flips == []


def test_tables() -> None:
    swaps, left, rates = fairness.tables([measured(*TEXTS, "Dasar melurapuh!")])
    assert swaps.rows[0][:2] == ("kasus", "6")
    assert left.rows == [("kasus", "derogatory name", "1")]
    assert [row[0] for row in rates.rows] == [MELUR, TARUNA]


def test_uneven_lists_are_named() -> None:
    melur, taruna = candidates()
    many = replace(melur, aliases=tuple(f"Melur Ke{n}" for n in range(20)))
    table = fairness.balance([contest("pilgub-98-2030", "pilgub", many, taruna)])
    assert [row[:2] for row in table.rows] == [("pilgub-98-2030", "names")]
    assert table.rows[0][2].startswith(TARUNA)
    assert fairness.balance([contest("pilgub-98-2030", "pilgub", melur, taruna)]).rows == []
