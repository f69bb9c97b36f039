"""What an alert says of the law by date: the band that an article names, the receiver of today."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor import watch
from monitor.model.rule import Article, Band, Level, RuleSet
from monitor.notify.render import render_alert, render_health
from monitor.notify.words import Language
from tests.notify import examples
from tests.notify.test_render import FORBIDDEN, LANGUAGES, judge

LAW = watch.load(watch.shipped(), contests=("pemilu-2024",))
RULES = replace(examples.RULES, authorities=LAW.authorities)
NOON = datetime(2024, 10, 12, 5, 0, tzinfo=UTC)
ROW, POINT = ("skb-2022", "Lampiran II huruf B angka 6"), ("pp-94-2021", "Pasal 5 huruf n angka 5")
REMEMBERED = ("uu-20-2023", "Pasal 9 ayat (2)")


def told(ruleset: RuleSet = RULES, language: Language = "id", **facts: Any) -> list[str]:
    return lines(examples.post(), ruleset, language, **facts)


def lines(
    content: dict[str, Any], ruleset: RuleSet = RULES, language: Language = "id", **facts: Any
) -> list[str]:
    made = replace(examples.FACTS, **facts)
    return judge(render_alert(content, examples.WATCH, made, ruleset, language)).splitlines()


def banded(*articles: Article) -> RuleSet:
    return replace(RULES, articles={(one.instrument, one.article): one for one in articles})


@pytest.mark.parametrize(
    ("at", "receiver", "day"),
    [
        (datetime(2024, 8, 23, 16, 59, tzinfo=UTC), "KASN", "23 Agustus 2024"),
        (datetime(2024, 8, 23, 17, 0, tzinfo=UTC), "BKN", "24 Agustus 2024"),
        (datetime(2026, 11, 22, 5, 0, tzinfo=UTC), "BKN", "22 November 2026"),
    ],
)
def test_the_receiver_is_that_of_the_day_of_telling(at: datetime, receiver: str, day: str) -> None:
    line = (
        f"Bila kelak diteruskan oleh yang berwenang: lewat Bawaslu kepada {receiver} "
        f"(penerima per {day})."
    )
    assert line in told(told_at=at)


def test_without_a_receiver_on_file_none_is_named() -> None:
    for ruleset, at in ((RULES, None), (RULES, datetime(2013, 1, 1, tzinfo=UTC))):
        assert not [line for line in told(ruleset, told_at=at) if "Bawaslu" in line]


@pytest.mark.parametrize("level", [Level.RUJUKAN, Level.KONTRAK])
def test_others_than_civil_servants_have_their_own_receivers(level: Level) -> None:
    content = examples.post() | {"level": level.value}
    assert not [line for line in lines(content, told_at=NOON) if "Bawaslu" in line]


def test_a_band_is_the_articles_and_comes_with_its_confidence() -> None:
    ruleset = banded(
        Article(*ROW, band=Band.BERAT, band_confidence="V2"),
        Article(*POINT, band=Band.BERAT, band_confidence="V2"),
    )
    line = "Golongan yang disebut peraturan, bukan perkiraan: berat (V2)"
    assert told(ruleset).count(line) == 1


def test_what_is_only_remembered_is_no_band_and_no_article() -> None:
    ruleset = banded(
        Article(*ROW, band=Band.SEDANG_BERAT, band_confidence="V2"),
        Article(*POINT, band=Band.BERAT, band_confidence="M"),
        # The article itself is cited from memory in the example: its band is not told either.
        Article(*REMEMBERED, band=Band.PIDANA, band_confidence="V1"),
    )
    found = told(ruleset)
    line = (
        "Golongan yang disebut peraturan, bukan perkiraan: sedang atau berat, sumber berbeda (V2)"
    )
    assert line in found
    assert not [each for each in found if "pidana" in each or "UU ASN" in each]


def test_no_band_on_file_says_nothing() -> None:
    assert not [line for line in told() if "Golongan" in line]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("band", Band)
def test_every_band_has_words_without_a_verdict(band: Band, language: Language) -> None:
    found = told(banded(Article(*ROW, band=band, band_confidence="V1")), language, told_at=NOON)
    (line,) = (each for each in found if "(V1)" in each and "•" not in each)
    assert not FORBIDDEN.search(line)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trial_is_the_first_thing_said(language: Language) -> None:
    found = told(RULES, language, stamp="UJI COBA")
    assert found[0] == "UJI COBA"
    assert found[1] == told(RULES, language)[0]
    health = judge(render_health("backlog", "x", language, "UJI COBA")).splitlines()
    assert health[0] == "UJI COBA"
    assert "UJI COBA" not in judge(render_health("backlog", "x", language))


def test_the_documents_templates_name_no_article_that_is_only_remembered() -> None:
    remembered = {
        (b.instrument, b.article) for r in LAW.rules for b in r.legal_basis if b.confidence == "M"
    }
    assert remembered
    for path in Path(watch.templates()).glob("*.md"):
        text = path.read_text("utf-8")
        for instrument, article in remembered:
            assert article not in text, (path.name, instrument)
