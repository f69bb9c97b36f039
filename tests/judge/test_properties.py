"""What must hold of every act: borders of phases, excuses, and who the candidate is."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.contest import ZONES, Phase
from monitor.model.finding import Finding, Outcome
from monitor.model.rule import Level
from tests.cases.world import ruleset
from tests.judge.scene import CONTEST, ONE, TWO, judged

RANK = {Outcome.NONE: 0, Outcome.REVIEW: 1, Outcome.ALERT: 2}
FEW = settings(max_examples=60, deadline=None, derandomize=True, database=None)
START = datetime(2024, 6, 1, 10, tzinfo=ZONES["WIB"])
LAST_DAY = (date(2024, 12, 20) - START.date()).days

# {0} and {1} are the two of a pair, {2} is the ballot number, {3} the pose that shows it.
TEXTS = (
    "Ayo coblos {0}!",
    "Saya dukung {0}-{1}, nomor {2} menang!",
    "Jangan pilih {0}, penipu!",
    "Menurut saya {0} lumayan juga ya?",
    "{0} meresmikan jembatan tadi pagi",
    "Saya ikut kampanye {0}, memimpin yel yel",
    "Di kampanye {0} tadi saya pakai kaos partai",
    "Menemani di kampanye akbar, duduk di tenda keluarga",
    "Hanya mendengarkan visi misi {0}, lalu pulang",
    "Alhamdulillah kami resmi ditetapkan sebagai pasangan calon",
    "Jangan golput, datang ke TPS",
    "Sudah nyoblos, jari ungu",
)
ALTS = ("", "Foto bersama {0} di meja makan", "Lima pegawai mengacungkan {3}")
PAIRS = (
    ("Sarinande", "Lukito", "1", "satu telunjuk", ONE),
    ("Wiratama", "Sulaksmi", "2", "dua jari", TWO),
)


@st.composite
def lines(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an act about the first pair; ``toward`` turns it to either."""
    liked = draw(st.booleans())
    line: dict[str, Any] = {
        "alt": draw(st.sampled_from(ALTS)),
        "text": draw(st.sampled_from(TEXTS)),
    }
    line["signal"] = draw(st.sampled_from(["like", "share"] if liked else ["post", "quote"]))
    line["parent"] = draw(st.sampled_from(TEXTS)) if liked else None
    line["role"] = draw(st.sampled_from(["candidate", "team", "person"]))
    return line


def toward(line: dict[str, Any], side: int) -> dict[str, Any]:
    """Return the act as a line about the first (0) or the second (1) pair."""
    *words, target = PAIRS[side]
    parent = line["parent"]
    author = {"role": line["role"], "of": None if line["role"] == "person" else target}
    return {
        "signal": line["signal"],
        "text": None if line["signal"] == "like" else line["text"].format(*words),
        "media": [{"kind": "image", "alt": line["alt"].format(*words)}] if line["alt"] else [],
        "target": {"text": parent.format(*words), "author": author} if parent else None,
    }


intervals = st.builds(
    lambda kind, start, days: {
        "kind": kind,
        "from": (START.date() + timedelta(start)).isoformat(),
        "to": (START.date() + timedelta(start + days)).isoformat(),
    },
    st.sampled_from(["CLTN", "duty", "resignation", "resignation_submitted", "retirement"]),
    st.integers(0, LAST_DAY),
    st.integers(0, 60),
)
persons = st.fixed_dictionaries(
    {
        "employer_type": st.sampled_from(["PNS", "PPPK", "PPNPN", "TNI", "INSTANSI"]),
        "position": st.sampled_from(["staff", "official"]),
        "zone": st.sampled_from(["WIB", "WITA", "WIT", None]),
        "area": st.sampled_from(["98.01", "97.01", None]),
        "ownership": st.sampled_from(["verified", "declared", "unverified", "contested"]),
        "notice_date": st.sampled_from(["2024-01-26", "2024-10-01", None]),
        "per_tanggal": st.sampled_from(["2024-12-31", "2024-09-01", None]),
        "intervals": st.lists(intervals, max_size=2),
    }
)
days = st.integers(0, LAST_DAY)


def at(day: int) -> str:
    return (START + timedelta(day)).isoformat()


def rules_of(finding: Finding) -> set[str]:
    return {match.rule for match in finding.matches}


def shape(finding: Finding) -> tuple[object, ...]:
    found = {(e.id, e.result) for e in finding.exculpations}
    return finding.outcome, finding.stance, finding.level, rules_of(finding), found


@FEW
@given(line=lines(), first=days, second=days)
def test_days_of_one_phase_are_judged_alike(line: dict[str, Any], first: int, second: int) -> None:
    one, other = (judged(**toward(line, 1), occurred_at=at(day)) for day in (first, second))
    phases = [ruleset().contests[CONTEST].phase_at(START + timedelta(d)) for d in (first, second)]
    if phases[0] is phases[1]:
        assert shape(one) == shape(other)


@FEW
@given(line=lines(), first=days, second=days)
def test_a_border_changes_only_what_it_says(line: dict[str, Any], first: int, second: int) -> None:
    one, other = (judged(**toward(line, 1), occurred_at=at(day)) for day in (first, second))
    there = phases_on(second)
    kept = {r.id for r in ruleset().rules if not r.phases or there & r.phases}
    assert rules_of(one) & kept <= rules_of(other)
    assert rules_of(other) <= kept
    if one.matches and other.matches:
        assert (one.stance, one.targets) == (other.stance, other.targets)


@FEW
@given(line=lines(), day=days)
def test_what_is_clear_before_penetapan_is_clear_after(line: dict[str, Any], day: int) -> None:
    """POLICY 1: the level follows the border, the outcome does not."""
    early = judged(**toward(line, 1), occurred_at=at(day % 80))
    late = judged(**toward(line, 1), occurred_at=at(130))
    online = {r for r in rules_of(early) if r.endswith("-prospective")}
    twins = {r.replace("-prospective", "-candidate") for r in online} & {
        r.id for r in ruleset().rules
    }
    assert twins <= rules_of(late)
    if twins:
        assert RANK[early.outcome] <= RANK[late.outcome]
        assert {m.level for m in early.matches if m.rule in online} == {Level.KODE_ETIK}


@FEW
@given(line=lines(), person=persons, more=intervals, day=days)
def test_an_interval_more_never_raises_and_one_less_never_lowers(
    line: dict[str, Any], person: dict[str, Any], more: dict[str, str], day: int
) -> None:
    when = at(day)
    plain = judged(**toward(line, 1), person=person, occurred_at=when)
    richer = {**person, "intervals": [*person["intervals"], more]}
    excused = judged(**toward(line, 1), person=richer, occurred_at=when)
    assert RANK[excused.outcome] <= RANK[plain.outcome]


DOUBTS: list[dict[str, Any]] = [
    {"ownership": "contested"},
    {"ownership": "unverified"},
    {"notice_date": None},
    {"notice_date": "2025-01-01"},
    {"per_tanggal": "2024-01-01"},
]


@FEW
@given(line=lines(), person=persons, doubt=st.sampled_from(DOUBTS), day=days)
def test_a_doubt_more_never_raises(
    line: dict[str, Any], person: dict[str, Any], doubt: dict[str, Any], day: int
) -> None:
    plain = judged(**toward(line, 1), person=person, occurred_at=at(day))
    doubted = judged(**toward(line, 1), person={**person, **doubt}, occurred_at=at(day))
    assert RANK[doubted.outcome] <= RANK[plain.outcome]


@FEW
@given(
    line=lines(),
    person=persons,
    spouse=st.booleans(),
    follows=st.sampled_from([(), (0,), (0, 1)]),
    day=days,
)
def test_a_swap_of_candidates_changes_nothing_else(
    line: dict[str, Any],
    person: dict[str, Any],
    spouse: bool,
    follows: tuple[int, ...],
    day: int,
) -> None:
    found = []
    for side in (0, 1):
        own = {"candidate_spouse_of": PAIRS[side][4] if spouse else None}
        followed = [PAIRS[side ^ place][4] for place in follows]
        stated = {**person, **own, "follows": {"targets": followed, "complete": True}}
        found.append(judged(**toward(line, side), person=stated, occurred_at=at(day)))
    one, two = found
    assert shape(one) == shape(two)
    assert [swapped(t) for t in one.targets] == list(two.targets)
    assert swapped(str(one.questions)) == str(two.questions)


def swapped(text: str) -> str:
    return re.sub(re.escape(ONE), TWO, text)


def phases_on(day: int) -> set[Phase]:
    """Return the contest's phase and, where the pairs were *bakal calon* earlier, theirs."""
    phase = ruleset().contests[CONTEST].phase_at(START + timedelta(day))
    return {phase, Phase.PROSPECTIVE} if phase is Phase.BEFORE else {phase}
