"""No law looks back: a finding cites what applied on the day of the act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor import watch
from monitor.judge.law import dated
from monitor.judge.moment import act_days
from monitor.model.finding import Match, Outcome
from monitor.model.person import PersonFacts
from monitor.model.rule import Article, Instrument, LegalBasis, Level, RuleSet, Stance
from monitor.model.wire import statement
from monitor.run.rules import Reader

RULES = RuleSet(
    digest="",
    contests={},
    rules=(),
    lexicon={},
    instruments={
        "baru": Instrument("baru", "Peraturan Baru", "PB", "2030-01-01"),
        "lama": Instrument("lama", "Peraturan Lama", "PL", "2020-01-01", "2029-12-31"),
    },
    articles={
        ("baru", "Pasal 2"): Article("baru", "Pasal 2", valid_from="2030-06-01"),
        ("baru", "Pasal 3"): Article("baru", "Pasal 3", valid_to="2030-06-30"),
    },
)


def match(*cited: tuple[str, str], target: str = "pilgub-99-2030/1") -> Match:
    basis = tuple(LegalBasis(instrument, article, "V2") for instrument, article in cited)
    return Match("rekaan", 1, target, Stance.SUPPORT, Level.DISIPLIN, Outcome.ALERT, (), basis)


def cited_on(found: Match, first: date, last: date | None = None) -> list[str]:
    (only,) = dated([found], (first, last or first), RULES)
    assert replace(only, legal_basis=found.legal_basis) == found
    return [f"{b.instrument} {b.article}" for b in only.legal_basis]


def test_an_instrument_begins_and_ends_with_its_days() -> None:
    both = match(("baru", "Pasal 1"), ("lama", "Pasal 1"))
    assert cited_on(both, date(2019, 12, 31)) == []
    assert cited_on(both, date(2029, 12, 31)) == ["lama Pasal 1"]
    assert cited_on(both, date(2030, 1, 1)) == ["baru Pasal 1"]


def test_an_article_may_begin_later_or_end_sooner_than_its_instrument() -> None:
    later, sooner = match(("baru", "Pasal 2")), match(("baru", "Pasal 3"))
    assert cited_on(later, date(2030, 5, 31)) == []
    assert cited_on(later, date(2030, 6, 1)) == ["baru Pasal 2"]
    assert cited_on(sooner, date(2030, 6, 30)) == ["baru Pasal 3"]
    assert cited_on(sooner, date(2030, 7, 1)) == []


def test_between_two_looks_whatever_may_have_applied_is_cited() -> None:
    both = match(("baru", "Pasal 1"), ("lama", "Pasal 1"))
    found = cited_on(both, date(2029, 12, 30), date(2030, 1, 2))
    assert found == ["baru Pasal 1", "lama Pasal 1"]


def test_without_a_day_nothing_is_left_out() -> None:
    one = match(("baru", "Pasal 1"), ("lama", "Pasal 1"))
    assert dated([one], None, RULES) == (one,)


def judged(day: str, contest: str, text: str) -> dict[str, str]:
    line = {"id": "x", "text": text, "occurred_at": f"{day}T10:00:00+07:00", "contests": [contest]}
    finding = READER.judge_statements([statement(line)])[0]
    assert finding.outcome is Outcome.ALERT
    return {
        basis.instrument: f"{basis.article} {basis.confidence}"
        for found in finding.matches
        for basis in found.legal_basis
    }


READER = Reader(watch.load(watch.shipped(), contests=("pilgub-31-2017", "pilgub-35-2024")))
CALL = "Ayo coblos nomor 2, menangkan!"


def test_an_act_of_2017_is_under_the_law_of_2017() -> None:
    found = judged("2017-01-10", "pilgub-31-2017", CALL)
    assert found["pp-53-2010"].startswith("Pasal 4 angka 15")
    assert not found.keys() & {"skb-2022", "pp-94-2021", "uu-20-2023"}


def test_an_act_of_2024_is_under_the_law_of_2024() -> None:
    found = judged("2024-10-12", "pilgub-35-2024", CALL)
    assert {"skb-2022", "pp-94-2021"} <= found.keys()
    assert not found.keys() & {"pp-53-2010", "uu-5-2014"}


@pytest.mark.parametrize(
    ("day", "instrument"), [(date(2023, 10, 30), "uu-5-2014"), (date(2023, 10, 31), "uu-20-2023")]
)
def test_the_civil_service_act_changed_on_one_day(day: date, instrument: str) -> None:
    cited = match(("uu-20-2023", "Pasal 9 ayat (2)"), target="pilpres-2024/1")
    (found,) = dated([cited], (day, day), READER.ruleset)
    assert [(b.instrument, b.article) for b in found.legal_basis] == [
        (instrument, "Pasal 9 ayat (2)")
    ]


def test_what_held_for_regional_heads_is_not_cited_for_others() -> None:
    cited = ("pp-94-2021", "Pasal 5 huruf n angka 5")
    day = (date(2019, 3, 1), date(2019, 3, 1))
    regional, national = match(cited), match(cited, target="pilpres-2019/1")
    (found,) = dated([regional], day, READER.ruleset)
    assert [b.instrument for b in found.legal_basis] == ["pp-53-2010"]
    (found,) = dated([national], day, READER.ruleset)
    assert found.legal_basis == ()


@pytest.mark.parametrize(
    ("zone", "instruments"),
    [("WIB", ["uu-5-2014"]), ("WIT", ["uu-20-2023"]), (None, ["uu-20-2023"])],
)
def test_the_day_is_the_persons_own(zone: str | None, instruments: list[str]) -> None:
    # 30 October 2023 16:30 UTC is the 31st in Papua: the new act applies there already.
    line = {"id": "x", "text": "x", "occurred_at": "2023-10-30T16:30:00Z"}
    days = act_days(statement(line).activity, PersonFacts(frozenset({"zone"}), zone=zone))
    (found,) = dated([match(("uu-20-2023", "Pasal 9 ayat (2)"))], days, READER.ruleset)
    assert [b.instrument for b in found.legal_basis] == instruments


@pytest.mark.parametrize(
    ("target", "cited"),
    [("pilgub-99-2030/1", "baru Pasal 1"), ("pilpres-2030/1", "umum Pasal 1"), ("", "both")],
)
@pytest.mark.parametrize("days", [(date(2030, 7, 1), date(2030, 7, 1)), None])
def test_the_law_of_another_kind_of_election_is_not_cited(
    target: str, cited: str, days: tuple[date, date] | None
) -> None:
    regional = Instrument("baru", "Pilkada", "PB", "2030-01-01", levels=frozenset({"pilgub"}))
    general = Instrument("umum", "Pemilu", "PU", "2030-01-01", levels=frozenset({"pilpres"}))
    ruleset = replace(RULES, instruments={"baru": regional, "umum": general}, articles={})
    (only,) = dated([match(("baru", "Pasal 1"), ("umum", "Pasal 1"), target=target)], days, ruleset)
    named = [f"{b.instrument} {b.article}" for b in only.legal_basis]
    assert named == (["baru Pasal 1", "umum Pasal 1"] if cited == "both" else [cited])
