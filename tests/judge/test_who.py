"""Who acted, and where: area against contest, agencies, and people with a law of their own."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from monitor.judge.decide import Facts, decide
from monitor.match.engine import Engine
from monitor.model.finding import Finding, Outcome
from monitor.model.rule import Level
from monitor.model.wire import statement
from tests.cases.world import reader, ruleset
from tests.judge.scene import line_of

AWAY = "pilgub-97-2024"
CALL = "Ayo dukung Mahardika-Kencanawati!"
PRAISE = "Saya dukung Mahardika-Kencanawati"
PART = "Ikut orasi dan memimpin yel-yel di kampanye Wiratama-Sulaksmi."


@functools.cache
def engine() -> Engine:
    return Engine(ruleset())


def judged(asleep: frozenset[str] = frozenset(), **changes: Any) -> Finding:
    line = statement(line_of(**changes))
    reading = engine().read([line.activity], [line.contests or ()])[0]
    return decide(line.activity, reading, Facts(line.person, line.stated), ruleset(), asleep)


def away(text: str, **person: Any) -> Finding:
    return judged(text=text, contests=[AWAY], person=person)


def test_support_for_another_areas_pair_is_asked_about() -> None:
    finding = away(PRAISE)
    assert finding.outcome is Outcome.REVIEW
    assert "Pemilihan ini di luar wilayah yang bersangkutan: apa kaitannya?" in finding.questions


def test_a_call_for_another_areas_pair_is_clear() -> None:
    assert away(CALL).outcome is Outcome.ALERT


@pytest.mark.parametrize("area", ["97", "97.03", None, "unknown"])
def test_in_the_area_or_without_one_on_file_nothing_is_lowered(area: str | None) -> None:
    finding = away(PRAISE, area=area)
    assert finding.outcome is Outcome.ALERT
    assert finding.questions == ()


def test_a_provinces_officer_is_no_stranger_to_its_regencies() -> None:
    finding = judged(
        text="Saya dukung Lestariningsih-Gunadarma",
        contests=["pilbup-9801-2024"],
        person={"area": "98"},
    )
    assert finding.outcome is Outcome.ALERT


def test_a_presidents_contest_is_everywhere() -> None:
    finding = judged(
        text="Saya dukung Pradipta-Nawangsari",
        contests=["pilpres-2024"],
        occurred_at="2024-01-16T10:00:00+07:00",
        person={"notice_date": "2023-01-01"},
    )
    assert finding.outcome is Outcome.ALERT


def test_of_an_agencys_account_its_admin_is_asked_and_nobody_reported() -> None:
    finding = judged(text="Ayo dukung Wiratama-Sulaksmi!", person={"employer_type": "INSTANSI"})
    assert "official-account-partisan" in {m.rule for m in finding.matches}
    assert any("pengelola akun" in question for question in finding.questions)


@pytest.mark.parametrize(
    ("employer", "rule", "level", "outcome"),
    [
        ("PPNPN", "ppnpn-neutrality", Level.KONTRAK, Outcome.ALERT),
        ("TNI", "tni-polri-referral", Level.RUJUKAN, Outcome.REVIEW),
        ("POLRI", "tni-polri-referral", Level.RUJUKAN, Outcome.REVIEW),
    ],
)
def test_a_deed_that_only_an_article_for_civil_servants_names_counts_under_their_own_law(
    employer: str, rule: str, level: Level, outcome: Outcome
) -> None:
    finding = judged(text=PART, person={"employer_type": employer})
    assert (finding.outcome, finding.level) == (outcome, level)
    assert {m.rule for m in finding.matches} == {rule}
    cited = {b.instrument for m in finding.matches for b in m.legal_basis}
    assert cited.isdisjoint({"skb-2022", "pp-94-2021"})


def test_a_rule_that_is_off_stands_in_for_none() -> None:
    finding = judged(frozenset({"ppnpn-neutrality"}), text=PART, person={"employer_type": "PPNPN"})
    assert finding.outcome is Outcome.NONE


@pytest.mark.parametrize("employer", ["CPNS", "PPPK", "PPPK_PW"])
def test_every_kind_of_civil_servant_is_bound_alike(employer: str) -> None:
    plain = judged(text=PART)
    finding = judged(text=PART, person={"employer_type": employer})
    assert finding.outcome is plain.outcome
    assert {m.rule for m in finding.matches} == {m.rule for m in plain.matches}


@pytest.mark.parametrize(
    ("area", "targets"),
    [
        ("98.01", {"pilgub-98-2024/2"}),
        ("97.02", {"pilgub-97-2024/2"}),
        (None, {"pilgub-98-2024/2", "pilgub-97-2024/2"}),
    ],
)
def test_a_governors_number_is_that_of_the_writers_province(
    area: str | None, targets: set[str]
) -> None:
    text = "Ayo coblos nomor 2 pilgub!"
    line = statement(line_of(text=text, contests=None, person={"area": area}))
    finding = reader().judge_statements([line])[0]
    assert set(finding.targets) == targets
    assert (finding.outcome is Outcome.ALERT) is (len(targets) == 1)
