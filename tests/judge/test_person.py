"""Which rules concern a person, and what stands beside what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitor.judge.decide import Facts, decide
from monitor.judge.person import concerns
from monitor.model.finding import Finding, Match, Outcome
from monitor.model.person import EmployerType, PersonFacts
from monitor.model.rule import Level, PersonFlag, Stance
from monitor.model.wire import statement
from tests.match.world import CAMPAIGN, GOVERNOR, SARI, WIRA, engine, post_of, ruleset

KEYS = frozenset({"employer_type", "position", "candidate_spouse_of"})
QUIET = "2030-11-25T10:00:00+07:00"


def judged(text: str | None, person: PersonFacts | None, **line: Any) -> Finding:
    act = statement({"id": "x", "text": text, "occurred_at": CAMPAIGN} | line)
    reading = engine().read([act.activity], [(GOVERNOR,)])[0]
    return decide(act.activity, reading, Facts(person, act.stated), ruleset())


def rules_of(finding: Finding) -> set[str]:
    return {match.rule for match in finding.matches}


def who(**facts: Any) -> PersonFacts:
    return PersonFacts(stated=KEYS, **facts)


ONLY_FOR = [
    ("ppnpn-neutrality", who(employer_type=EmployerType.PPNPN)),
    ("tni-polri-referral", who(employer_type=EmployerType.TNI)),
    ("official-account-partisan", who(employer_type=EmployerType.INSTANSI)),
    ("official-favouring-pilkada", who(position="official")),
    ("spouse-online-support", who(candidate_spouse_of=WIRA)),
]


@pytest.mark.parametrize(("rule", "person"), ONLY_FOR, ids=lambda v: str(v)[:30])
def test_a_rule_for_few_falls_on_them_and_on_nobody_else(rule: str, person: PersonFacts) -> None:
    assert rule in rules_of(judged("Ayo coblos Wiratama!", person))
    assert rule not in rules_of(judged("Ayo coblos Wiratama!", None))
    assert rule not in rules_of(judged("Ayo coblos Wiratama!", who()))


def test_a_contract_worker_is_not_judged_under_the_rules_of_civil_servants() -> None:
    found = judged("Ayo coblos Wiratama!", who(employer_type=EmployerType.PPNPN))
    assert (found.outcome, found.level) == (Outcome.ALERT, Level.KONTRAK)
    assert rules_of(found) == {"ppnpn-neutrality"}


def test_the_spouse_rule_is_about_the_own_husband_or_wife() -> None:
    wife = who(candidate_spouse_of=SARI)
    assert "spouse-online-support" not in rules_of(judged("Ayo coblos Wiratama!", wife))


def test_a_crime_is_named_after_discipline() -> None:
    found = judged("Ayo coblos Wiratama!", who(position="official"))
    assert "official-favouring-pilkada" in rules_of(found)
    assert found.level is Level.DISIPLIN


def test_quiet_period_stands_beside_another_rule_and_never_alone() -> None:
    found = judged("Ayo coblos Wiratama!", who(), occurred_at=QUIET)
    assert "quiet-period-aggravator" in rules_of(found)
    assert found.level is Level.DISIPLIN
    liked = judged(None, who(), signal="like", occurred_at=QUIET, target=post_of("Selamat pagi"))
    beside = [m for m in liked.matches if m.rule == "quiet-period-aggravator"]
    assert liked.outcome is Outcome.REVIEW
    assert [m.outcome for m in beside] == [Outcome.REVIEW]
    alone = replace(ruleset(), rules=tuple(r for r in ruleset().rules if r.id.startswith("quiet")))
    act = statement({"id": "x", "text": "Ayo coblos Wiratama!", "occurred_at": QUIET})
    reading = engine().read([act.activity], [(GOVERNOR,)])[0]
    kept = tuple(m for m in reading.matches if m.rule.startswith("quiet"))
    assert kept
    finding = decide(act.activity, replace(reading, matches=kept), Facts(None, act.stated), alone)
    assert finding.outcome is Outcome.NONE


def test_an_act_that_names_nobody_has_no_target() -> None:
    wife = who(candidate_spouse_of=SARI)
    found = judged("Menemani di kampanye akbar, duduk di tenda keluarga", wife)
    assert rules_of(found) == {"spouse-campaign-without-cltn"}
    assert found.targets == ()
    assert found.outcome is Outcome.REVIEW


def test_own_area_is_asked_only_where_it_is_known() -> None:
    rule = next(r for r in ruleset().rules if r.id == "gesture-symbol-signal")
    assert rule.person_flags == {PersonFlag.OWN_AREA}
    pose = Match(rule.id, 1, WIRA, Stance.SUPPORT, Level.SINYAL, Outcome.REVIEW, (), ())
    contests = ruleset().contests
    assert concerns(rule, pose, who(area="99.01"), contests)
    assert concerns(rule, pose, who(area=None), contests)
    assert not concerns(rule, pose, who(area="31.74"), contests)


def test_what_cannot_be_checked_is_asked() -> None:
    act = "Menyerahkan berkas penjaringan ke DPC pagi ini"
    found = judged(act, who(), occurred_at="2030-05-07T10:00:00+07:00")
    assert rules_of(found) == {"approach-party-without-cltn"}
    assert found.outcome is Outcome.REVIEW
    assert any("cuti di luar tanggungan" in question for question in found.questions)
    assert any("Pada hari apa" in question for question in found.questions)


def test_an_agency_may_be_stated_in_english_and_an_unknown_employer_is_told() -> None:
    person = statement({"id": "x", "person": {"employer_type": "AGENCY"}}).person
    assert person is not None
    assert person.employer_type is EmployerType.INSTANSI
    with pytest.raises(ValueError, match=r"person\.employer_type: expected one of PNS, CPNS"):
        statement({"id": "x", "person": {"employer_type": "BUMN"}})
