"""The shipped law: who receives a report on a day, and what stands behind each citation."""

from __future__ import annotations

from datetime import date

import pytest

from monitor import watch
from monitor.model.rule import Authority, Band, RuleSet
from monitor.watch.rules import Confidence


@pytest.fixture(scope="module")
def shipped() -> RuleSet:
    return watch.load(watch.shipped(), contests=("pemilu-2024",))


@pytest.mark.parametrize(
    ("day", "receiver"),
    [
        (date(2017, 4, 19), "kasn"),
        (date(2024, 2, 14), "kasn"),
        (date(2024, 8, 23), "kasn"),
        (date(2024, 8, 25), "bkn"),
        (date(2024, 11, 27), "bkn"),
        (date(2026, 11, 22), "bkn"),
    ],
)
def test_who_receives_a_report(shipped: RuleSet, day: date, receiver: str) -> None:
    found = shipped.authority_on(day)
    assert found is not None
    assert found.id == receiver


def test_no_day_since_kasn_is_without_a_receiver_or_has_two(shipped: RuleSet) -> None:
    changes = [a.valid_from for a in shipped.authorities[1:]]
    ends = [date.fromisoformat(a.valid_to).toordinal() + 1 for a in shipped.authorities[:-1]]
    assert [date.fromisoformat(day).toordinal() for day in changes] == ends
    assert shipped.authority_on(date(2014, 1, 14)) is None


def test_a_successor_is_configuration(shipped: RuleSet) -> None:
    """MK 121/PUU-XXII/2024 orders a new body: closing one entry and adding one is all it takes."""
    kasn, bkn = shipped.authorities
    closed = Authority(bkn.id, bkn.name, bkn.short, bkn.valid_from, "2027-10-15", bkn.basis)
    new = Authority("baru", "Lembaga Independen", "LI", "2027-10-16")
    later = RuleSet("", {}, (), {}, {}, authorities=(kasn, closed, new))
    assert later.authority_on(date(2027, 10, 15)) is closed
    assert later.authority_on(date(2027, 10, 16)) is new


def test_every_article_of_the_file_is_cited_by_a_rule(shipped: RuleSet) -> None:
    cited = {(b.instrument, b.article) for rule in shipped.rules for b in rule.legal_basis}
    assert set(shipped.articles) - cited == set()


def test_every_row_of_the_annex_has_its_band(shipped: RuleSet) -> None:
    cited = {(b.instrument, b.article) for rule in shipped.rules for b in rule.legal_basis}
    rows = {key for key in cited if key[0] == "skb-2022"}
    bands = {key[1]: shipped.articles[key].band for key in rows}
    assert {band for article, band in bands.items() if " huruf A " in article} == {Band.MORAL}
    assert bands["Lampiran II huruf B angka 6"] is Band.BERAT
    assert bands["Lampiran II huruf B angka 3"] is Band.SEDANG
    assert bands["Lampiran II huruf B angka 5"] is Band.STATUS


def test_where_sources_differ_the_band_says_so(shipped: RuleSet) -> None:
    for row in ("8", "9"):
        known = shipped.articles["skb-2022", f"Lampiran II huruf B angka {row}"]
        assert known.band is Band.SEDANG_BERAT


def test_the_split_of_articles_13_and_14_is_only_remembered(shipped: RuleSet) -> None:
    confidence = {
        point: shipped.articles["pp-94-2021", f"Pasal 5 huruf n angka {point}"].band_confidence
        for point in range(1, 8)
    }
    assert {p for p, c in confidence.items() if c != Confidence.MEMORY} == {5}


def test_every_instrument_cited_was_there_on_some_day(shipped: RuleSet) -> None:
    for rule in shipped.rules:
        for basis in rule.legal_basis:
            one = shipped.instruments[basis.instrument]
            assert not one.valid_to or one.valid_from <= one.valid_to
