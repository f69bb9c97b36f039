"""From readings and facts to findings: caps, excuses, levels and questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from monitor.judge.decide import Facts, decide
from monitor.judge.exculpations import EXCULPATIONS
from monitor.judge.personal import EXCUSES
from monitor.model.finding import Finding, Outcome, Result
from monitor.model.person import EmployerType, Interval, Ownership, PersonFacts
from monitor.model.rule import Level, Stance
from monitor.model.wire import statement
from tests.match.world import CAMPAIGN, GOVERNOR, WIRA, engine, post_of, ruleset

KEYS = frozenset({"employer_type", "position", "area", "zone", "ownership", "notice_date"})
PERSON = PersonFacts(
    stated=KEYS,
    employer_type=EmployerType.PNS,
    position="staff",
    area="99.01",
    zone="WIB",
    ownership=Ownership.VERIFIED,
    notice_date=date(2030, 8, 1),
)
CLEAR = "Ayo dukung Wiratama!"


def judged(text: str | None, person: PersonFacts | None = PERSON, **line: Any) -> Finding:
    whole = {"id": "x", "text": text, "occurred_at": CAMPAIGN} | line
    act = statement(whole)
    reading = engine().read([act.activity], [(GOVERNOR,)])[0]
    return decide(act.activity, reading, Facts(person, act.stated), ruleset())


def test_a_clear_act_of_a_known_person_is_an_alert() -> None:
    finding = judged(CLEAR)
    assert finding.outcome is Outcome.ALERT
    assert (finding.stance, finding.targets) == (Stance.SUPPORT, (WIRA,))
    assert (finding.level, finding.phase) == (Level.DISIPLIN, "kampanye")
    assert finding.facts == "stated"
    assert finding.questions == ()


def test_before_penetapan_it_is_a_matter_of_ethics() -> None:
    finding = judged(CLEAR, occurred_at="2030-09-10T10:00:00+07:00")
    assert (finding.outcome, finding.level) == (Outcome.ALERT, Level.KODE_ETIK)


def test_no_side_leaves_nothing() -> None:
    finding = judged("Selamat pagi dari kantor")
    assert finding.outcome is Outcome.NONE
    assert finding.matches == ()
    assert finding.level is None


@pytest.mark.parametrize("ownership", [Ownership.UNVERIFIED, Ownership.CONTESTED, None])
def test_an_unsure_account_is_a_question(ownership: Ownership | None) -> None:
    finding = judged(CLEAR, replace(PERSON, ownership=ownership))
    assert finding.outcome is Outcome.REVIEW
    assert {m.outcome for m in finding.matches} == {Outcome.REVIEW}
    assert any("akun" in q for q in finding.questions)


def test_a_declared_account_counts_fully() -> None:
    assert judged(CLEAR, replace(PERSON, ownership=Ownership.DECLARED)).outcome is Outcome.ALERT


@pytest.mark.parametrize("employer", [EmployerType.TNI, EmployerType.POLRI])
def test_tni_and_polri_are_referred_under_their_own_law(employer: EmployerType) -> None:
    finding = judged(CLEAR, replace(PERSON, employer_type=employer))
    assert (finding.outcome, finding.level) == (Outcome.REVIEW, Level.RUJUKAN)
    assert {m.rule for m in finding.matches} == {"tni-polri-referral"}
    instruments = {b.instrument for m in finding.matches for b in m.legal_basis}
    assert instruments == {"uu-34-2004", "uu-2-2002"}


def test_an_unknown_fact_caps_and_an_unstated_one_does_not() -> None:
    unknown = replace(PERSON, stated=KEYS | {"intervals"}, intervals=None)
    assert judged(CLEAR, unknown).outcome is Outcome.REVIEW
    assert judged(CLEAR, None).outcome is Outcome.ALERT
    assert judged(CLEAR, None).facts == "not stated"


@pytest.mark.parametrize("notice", [None, date(2030, 10, 13)])
def test_without_notice_before_the_act_nothing_is_scored(notice: date | None) -> None:
    assert judged(CLEAR, replace(PERSON, notice_date=notice)).outcome is Outcome.NONE


def test_notice_on_the_day_itself_counts() -> None:
    assert judged(CLEAR, replace(PERSON, notice_date=date(2030, 10, 12))).outcome is Outcome.ALERT


def test_a_stated_unknown_time_is_a_question() -> None:
    finding = judged(CLEAR, occurred_at=None)
    assert finding.outcome is Outcome.REVIEW
    assert "Kapan perbuatan ini terjadi?" in finding.questions


def test_unread_content_is_a_question() -> None:
    finding = judged(None, signal="like", target=post_of(None))
    assert finding.outcome is Outcome.REVIEW
    assert any("tidak dapat dibaca" in q for q in finding.questions)


def test_even_clear_words_under_unread_content_are_a_question() -> None:
    finding = judged(CLEAR, signal="reply", target=post_of(None, "person", None))
    assert finding.outcome is Outcome.REVIEW


def test_a_follow_needs_no_content() -> None:
    assert judged(None, signal="follow", target=post_of(None)).outcome is Outcome.ALERT


def test_a_pose_of_another_area_is_nothing() -> None:
    media = [{"kind": "image", "alt": "Lima pegawai mengacungkan dua jari"}]
    assert judged("Kompak", media=media).outcome is Outcome.REVIEW
    assert judged("Kompak", replace(PERSON, area="31.74"), media=media).outcome is Outcome.NONE


def resigned(day: date) -> PersonFacts:
    interval = Interval("resigned", day)
    return replace(PERSON, stated=KEYS | {"intervals"}, intervals=(interval,))


def test_after_a_resignation_there_is_no_asn() -> None:
    assert judged(CLEAR, resigned(date(2030, 10, 12))).outcome is Outcome.NONE
    assert judged(CLEAR, resigned(date(2030, 10, 13))).outcome is Outcome.ALERT


EXCUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "ex-all-candidates": ("Kenali semua paslon: Sarinande-Lukito, Wiratama-Sulaksmi", {}),
    "ex-election-socialisation": ("Datang ke TPS, jangan golput", {}),
    "ex-quote-rebut": ("Hoaks, tidak benar ada perintah memilih Wiratama", {}),
    "ex-kpu-page": (
        "Terima kasih infonya",
        {"signal": "reply", "target": post_of("Jadwal debat", "election_body", None)},
    ),
    "ex-vote": ("Sudah nyoblos, jari ungu", {}),
    "ex-before-candidacy": ("Ayo dukung Sarinande!", {"occurred_at": "2030-01-05T10:00:00+07:00"}),
    "ex-number-coincidence": ("Antrean loket nomor 2", {}),
    "ex-permitted-pose": ("Semangat pagi ✊", {}),
    "ex-passive-attendance": ("Hanya mendengarkan visi misi, lalu pulang", {}),
    "ex-official-duty": ("Penertiban baliho, semua kami perlakukan sama", {}),
    "ex-resigned": (CLEAR, {}),
}


@pytest.mark.parametrize("name", sorted(set(EXCULPATIONS) - set(EXCUSES) | {"ex-resigned"}))
def test_each_excuse_is_met_by_its_own_case(name: str) -> None:
    text, line = EXCUSED[name]
    person = resigned(date(2030, 10, 1)) if name == "ex-resigned" else PERSON
    finding = judged(text, person, **line)
    assert finding.outcome is Outcome.NONE
    assert (name, Result.MET) in {(e.id, e.result) for e in finding.exculpations}


@pytest.mark.parametrize("name", sorted(set(EXCULPATIONS) - {"ex-resigned"}))
def test_no_excuse_covers_clear_support(name: str) -> None:
    finding = judged(CLEAR)
    assert (name, Result.MET) not in {(e.id, e.result) for e in finding.exculpations}


def test_what_the_rule_lists_is_reported_even_when_not_met() -> None:
    found = {e.id: e.result for e in judged(CLEAR).exculpations}
    assert found["ex-all-candidates"] is Result.NOT_MET


def test_support_on_the_organisers_page_is_not_excused() -> None:
    target = post_of("Jadwal debat", "election_body", None)
    assert judged(CLEAR, signal="reply", target=target).outcome is Outcome.ALERT


def test_saying_it_is_no_campaign_does_not_undo_it() -> None:
    assert judged("Bukan kampanye ya, tapi ayo pilih Wiratama").outcome is Outcome.ALERT
