"""The engine: acts without words, context, phases, and hostile input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.match.engine import Engine
from monitor.model.activity import Activity
from monitor.model.finding import Outcome, Reading
from monitor.model.wire import statement
from tests.match.world import GOVERNOR, PARTIES, REGENT, WIRA, engine, post_of, read, ruleset

CAMPAIGN_POST = "Menangkan Wiratama, sebarkan!"


def best(reading: Reading) -> str:
    found = {m.outcome for m in reading.matches}
    return next((o.value for o in (Outcome.ALERT, Outcome.REVIEW) if o in found), "none")


@pytest.mark.parametrize(
    ("signal", "text", "role", "of", "outcome"),
    [
        ("like", CAMPAIGN_POST, "candidate", WIRA, "alert"),
        ("like", CAMPAIGN_POST, "team", WIRA, "alert"),
        ("like", "Selamat pagi dari rumah", "candidate", WIRA, "review"),
        ("like", CAMPAIGN_POST, "person", None, "review"),
        ("like", CAMPAIGN_POST, "press", None, "none"),
        ("like", None, "person", None, "none"),
        ("like", None, "candidate", WIRA, "review"),
        ("like", "Turut berduka cita", "candidate", WIRA, "none"),
        ("share", CAMPAIGN_POST, "person", None, "alert"),
        ("share", CAMPAIGN_POST, "candidate", WIRA, "alert"),
        ("share", "Selamat pagi dari rumah", "candidate", WIRA, "review"),
        ("share", None, "candidate", WIRA, "review"),
        ("share", CAMPAIGN_POST, "press", None, "none"),
        ("quote", CAMPAIGN_POST, "team", WIRA, "alert"),
        ("follow", None, "candidate", WIRA, "alert"),
        ("follow", None, "person", None, "none"),
        ("membership", "Grup: Kawan Wiratama", "team", WIRA, "alert"),
    ],
)
def test_acts_without_words(
    signal: str, text: str | None, role: str, of: str | None, outcome: str
) -> None:
    assert best(read(None, signal=signal, target=post_of(text, role, of))) == outcome


def test_a_party_account_followed_is_a_question() -> None:
    target = post_of(None, "party", "partai/layar")
    assert best(read(None, [PARTIES], signal="follow", target=target)) == "review"


@pytest.mark.parametrize("face", ["😂", "😡", "🙏"])
def test_a_mocking_or_praying_reaction_is_nothing(face: str) -> None:
    assert best(read(face, signal="reaction", target=post_of(CAMPAIGN_POST))) == "none"


def test_an_answer_takes_its_target_from_the_post() -> None:
    reading = read("gaspol Pak, pasti menang", signal="reply", target=post_of(CAMPAIGN_POST))
    assert reading.targets == (WIRA,)
    assert best(reading) == "alert"


@pytest.mark.parametrize("signal", ["share", "like", "quote"])
def test_no_reason_repeats_another_persons_words(signal: str) -> None:
    text = "Saya jelas pilih Wiratama, menangkan!"
    reading = read(None, signal=signal, target=post_of(text, "person", None))
    assert reading.matches
    said = " ".join(reading.derivation).lower()
    assert not any(word in said for word in ("jelas", "pilih", "menangkan"))


def test_a_share_with_a_reminder_is_nothing() -> None:
    text = "Ingat, ASN dilarang menyebarkan yang begini"
    assert best(read(text, signal="share", target=post_of(CAMPAIGN_POST, "team"))) == "none"


def test_level_and_rule_follow_the_phase() -> None:
    before = read("Ayo dukung Wiratama!", occurred_at="2030-09-21T23:59:59+07:00")
    after = read("Ayo dukung Wiratama!", occurred_at="2030-09-22T00:00:00+07:00")
    assert {m.rule for m in before.matches} >= {"online-campaign-prospective"}
    assert {m.rule for m in after.matches} >= {"online-campaign-candidate"}
    assert dict(before.phases) == {GOVERNOR: "bakal_calon"}
    assert dict(after.phases) == {GOVERNOR: "penetapan"}


def test_a_declared_candidate_is_prospective_before_registration() -> None:
    assert read("Ayo dukung Wiratama!", occurred_at="2030-05-02T10:00:00+07:00").matches
    assert not read("Ayo dukung Wiratama!", occurred_at="2030-04-30T10:00:00+07:00").matches
    assert not read("Ayo dukung Sarinande!", occurred_at="2030-05-02T10:00:00+07:00").matches


def test_without_a_time_bounds_in_one_phase_decide() -> None:
    like: dict[str, Any] = {"signal": "like", "target": post_of(CAMPAIGN_POST), "occurred_at": None}
    seen: dict[str, Any] = {
        "not_before": "2030-10-01T00:00:00Z",
        "first_seen_at": "2030-10-02T00:00:00Z",
    }
    assert dict(read(None, **like, **seen).phases) == {GOVERNOR: "kampanye"}
    astride = seen | {"not_before": "2030-09-01T00:00:00Z"}
    reading = read(None, **like, **astride)
    assert dict(reading.phases) == {GOVERNOR: "tidak_diketahui"}
    assert best(reading) == "review"


def test_a_photo_with_a_candidate_is_a_question() -> None:
    media = [{"kind": "image", "alt": "Swafoto bersama Wiratama di pasar"}]
    reading = read("", media=media)
    assert best(reading) == "review"
    assert reading.matches[0].spans[0].field == "media.0.alt"


def test_a_pose_counts_only_where_its_number_stands() -> None:
    def pose(words: str) -> Reading:
        return read("Kompak", media=[{"kind": "image", "alt": words}])

    assert best(pose("lima pegawai mengacungkan dua jari")) == "review"
    assert best(pose("lima pegawai mengacungkan empat jari")) == "none"


def test_a_batch_reads_like_its_parts() -> None:
    texts = ["Ayo dukung Wiratama", "halo", "Jangan pilih Sarinande"]
    acts = [statement({"id": str(i), "text": t}).activity for i, t in enumerate(texts)]
    live = [(GOVERNOR, REGENT)] * len(acts)
    alone = [engine().read([a], [(GOVERNOR, REGENT)])[0] for a in acts]
    assert engine().read(acts, live) == alone
    assert Engine(ruleset()).read(acts[::-1], live)[::-1] == alone


def test_a_missing_word_list_is_told() -> None:
    lists = {k: v for k, v in ruleset().lexicon.items() if k != "kata.negators"}
    with pytest.raises(ConfigError, match="negators"):
        Engine(replace(ruleset(), lexicon=lists))


def activity(text: str) -> Activity:
    return statement({"id": "x", "text": text}).activity


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read_and_spans_lie_in_it(text: str) -> None:
    whole = f"Ayo dukung Wiratama {text} jangan pilih Sarinande"
    for sample in (text, whole):
        reading = engine().read([activity(sample)], [(GOVERNOR, REGENT, PARTIES)])[0]
        for match in reading.matches:
            for span in match.spans:
                assert 0 <= span.start < span.end <= len(sample)


PIECES = st.sampled_from(
    (
        *("ayo", "pilih", "jangan", "tidak", "Wiratama", "Sarinande", "#Sari2", "02", "nomor"),
        *("bohong", "menang", "selain", "@a", "c o b l o s", "dua", "kata"),
        *("?", ".", '"', ",", "\n", "😂"),
    )
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_any_mix_of_cues_is_read(pieces: list[str]) -> None:
    reading = engine().read([activity(" ".join(pieces))], [(GOVERNOR, REGENT)])[0]
    assert 0 <= reading.score <= 100


HOSTILE = (
    *("a", "1", "\u0301", "a\u0301", "#", '"', "@", "! ", "a ", "0a", "*", "bodoh ", "Wiratama "),
    *("pilih Wiratama ", "02 ", "sari ", "jangan tidak ", "#Sari ", "selain "),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_cost_grows_with_length_only(piece: str) -> None:
    """A hostile text of 200,000 characters ends; a quadratic step would take hours."""
    text = piece * (200_000 // len(piece))
    assert engine().read([activity(text)], [(GOVERNOR, REGENT)])[0].score >= 0
