"""What is no excuse: it must not lower an outcome, whatever the person says beside the act."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from monitor.model.finding import Outcome
from tests.judge.scene import ONE, TWO, judged

RANK = {Outcome.NONE: 0, Outcome.REVIEW: 1, Outcome.ALERT: 2}
CANDIDATE = {"handle": "sarinande-lukito.contoh.test", "role": "candidate", "of": ONE}
ACTS: dict[str, dict[str, Any]] = {
    "a call": {"text": "Ayo coblos Wiratama!"},
    "own support": {"text": "Saya dukung Sarinande-Lukito, nomor 1 menang!"},
    "an answer": {
        "signal": "reply",
        "text": "Semangat Pak, kami dukung, pasti menang!",
        "target": {"text": "Terima kasih warga", "author": CANDIDATE},
    },
    "a share": {
        "signal": "share",
        "text": "Yuk sebarkan",
        "target": {"text": "Coblos nomor 1 Sarinande-Lukito!", "author": CANDIDATE},
    },
    "an attack": {"text": "Jangan pilih Wiratama, penipu!"},
}
SAID = {
    "family tie": "Dia ayah saya.",
    "a cousin": "Masih sepupu sendiri.",
    "private account": "Ini akun pribadi saya.",
    "private time": "Mumpung di luar jam kerja.",
    "private group": "Kemarin cuma di grup WA keluarga.",
    "plain clothes": "Saya tidak pakai seragam.",
    "not knowing the rule": "Saya tidak tahu aturannya.",
    "only some votes are meant": "Yang diatur kan cuma pilpres.",
    "a deletion afterwards": "Nanti saya hapus.",
    "a deletion before": "Kemarin ditegur, postingan lama sudah saya hapus.",
    "a holiday": "Selamat hari Minggu.",
    "opinion only": "Ini pendapat pribadi.",
}


@pytest.mark.parametrize(("act", "said"), list(itertools.product(ACTS, SAID)))
def test_what_is_said_beside_an_act_does_not_lower_it(act: str, said: str) -> None:
    line = ACTS[act]
    plain = judged(**line)
    assert plain.outcome is Outcome.ALERT
    for text in (f"{line['text']} {SAID[said]}", f"{SAID[said]} {line['text']}"):
        assert judged(**{**line, "text": text}).outcome is Outcome.ALERT, text


STANDING: dict[str, dict[str, Any]] = {
    "husband or wife of the candidate": {"candidate_spouse_of": ONE},
    "wife on leave": {
        "candidate_spouse_of": ONE,
        "intervals": [{"kind": "CLTN", "from": "2024-09-25", "to": "2024-11-27"}],
    },
    "annual leave": {"intervals": [{"kind": "cuti_tahunan", "from": "2024-10-01"}]},
    "long leave": {"intervals": [{"kind": "cuti_besar", "from": "2024-10-01"}]},
    "a duty order for the day": {"intervals": [{"kind": "duty", "from": "2024-10-15"}]},
    "resigned from office": {"intervals": [{"kind": "jabatan", "from": "2024-10-01"}]},
    "suspended": {"intervals": [{"kind": "suspension", "from": "2024-10-01"}]},
    "an official": {"position": "official"},
    "a newcomer": {"employer_type": "CPNS"},
    "a contract worker": {"employer_type": "PPNPN"},
}
LIKED = {"signal": "like", "target": {"text": "Coblos nomor 1!", "author": CANDIDATE}}


@pytest.mark.parametrize("standing", STANDING)
@pytest.mark.parametrize("line", [ACTS["own support"], ACTS["an answer"], LIKED], ids=str)
def test_what_somebody_is_does_not_excuse_support_online(
    standing: str, line: dict[str, Any]
) -> None:
    assert judged(**line, person=STANDING[standing]).outcome is Outcome.ALERT


DAYS = {
    "saturday": "2024-10-19T10:00:00+07:00",
    "sunday": "2024-10-13T10:00:00+07:00",
    "night": "2024-10-15T23:50:00+07:00",
    "national holiday": "2024-06-17T10:00:00+07:00",
    "cuti bersama": "2024-06-18T10:00:00+07:00",
    "voting day": "2024-11-27T10:00:00+07:00",
}


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("line", [ACTS["a call"], ACTS["own support"], LIKED], ids=str)
def test_a_day_off_excuses_nothing_online(day: str, line: dict[str, Any]) -> None:
    assert judged(**line, occurred_at=DAYS[day]).outcome is Outcome.ALERT


def test_an_excuse_toward_one_candidate_is_none_toward_the_other() -> None:
    wife = {"candidate_spouse_of": ONE}
    own = judged(media=[{"kind": "image", "alt": "Foto bersama Sarinande"}], person=wife)
    other = judged(media=[{"kind": "image", "alt": "Foto bersama Wiratama"}], person=wife)
    assert (own.outcome, other.outcome) == (Outcome.NONE, Outcome.REVIEW)
    assert other.targets == (TWO,)
