from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitor import watch
from monitor.errors import ConfigError
from monitor.model.activity import Signal
from monitor.model.contest import AccountType, Phase, TargetKind
from monitor.model.rule import AccountRole, LegalBasis, Level, Stance, Status
from monitor.watch.rules import Vocabulary, cases

ID = "pilgub-99-2030"


def second_contest(lists: Path) -> str:
    """Add the same race ten years later."""
    text = (lists / "contests" / f"{ID}.toml").read_text("utf-8")
    later = text.replace("2030", "2040")
    (lists / "contests" / "pilgub-99-2040.toml").write_text(later, "utf-8")
    return "pilgub-99-2040"


def test_a_contest_is_read_whole(lists: Path) -> None:
    contest = watch.load(lists).contests[ID]
    first, second = contest.targets
    assert (contest.area, contest.zone, contest.level) == ("99", "WITA", "pilgub")
    assert contest.tahapan_mulai == date(2030, 1, 1)
    assert first.kind is TargetKind.PASLON
    assert first.names == ("Wira Rekaan", "Laras Khayali")
    assert first.ambiguous == second.ambiguous == ("Laras",)
    assert first.accounts[0].type is AccountType.TERDAFTAR_KPU
    assert first.bakal_calon_since == date(2030, 1, 15)
    assert second.leave == ((date(2030, 3, 4), date(2030, 5, 3)),)
    only = contest.rounds[0]
    assert only.penetapan_at == datetime(2030, 3, 1, 8, tzinfo=UTC)
    assert only.target_ids == (f"{ID}/1", f"{ID}/2")
    assert contest.phase_at(datetime(2030, 3, 1, 7, 59, tzinfo=UTC)) is Phase.PROSPECTIVE
    assert contest.phase_at(datetime(2030, 3, 1, 8, 0, tzinfo=UTC)) is Phase.DETERMINED


def test_a_rule_is_read_whole(lists: Path) -> None:
    (rule,) = watch.load(lists).rules
    assert (rule.id, rule.revision, rule.status) == ("dukung-kiriman", 2, Status.LIVE)
    assert rule.level is Level.DISIPLIN
    assert rule.signals == {Signal.POST, Signal.QUOTE}
    assert rule.stances == {Stance.SUPPORT}
    assert rule.phases == {Phase.DETERMINED, Phase.CAMPAIGN}
    assert rule.legal_basis == (LegalBasis("skb-rekaan", "Lampiran II B6", "V2"),)
    assert [(e.reason, e.when) for e in rule.exclusions] == [
        ("bantahan atas kabar bohong", "lexicon:kata.bantah")
    ]
    assert rule.exculpations == ("ex-vote",)
    assert rule.modified == "2030-01-01"


def test_cases_are_lines_as_match_reads_them(lists: Path) -> None:
    hit, miss = cases(lists)
    assert (hit.rule, hit.expect, hit.stance, hit.target) == (
        "dukung-kiriman",
        "alert",
        "support",
        f"{ID}/1",
    )
    assert hit.line == {
        "id": "dukung-kiriman/ajakan terang",
        "text": "Ayo pilih Wira Laras",
        "contests": [ID],
        "occurred_at": "2030-04-01T09:00:00+08:00",
    }
    assert (miss.expect, miss.stance, miss.target) == ("none", "", "")


def test_lexicons_are_named_by_file_and_list(lists: Path) -> None:
    assert watch.load(lists).lexicon == {
        "kata.dukung": ("pilih", "coblos"),
        "kata.bantah": ("hoaks",),
        "kata.singkatan": ("yg\tyang", "tdk\ttidak"),
    }


def test_accounts_are_found_by_handle_and_by_permanent_id(lists: Path) -> None:
    accounts = watch.load(lists).accounts
    candidate = AccountRole("candidate", f"{ID}/1", "terdaftar_kpu")
    assert accounts["bluesky", "wiralaras.example"] == candidate
    assert accounts["bluesky", "did:plc:wwwwwwwwwwwwwwwwwwwwwwww"] == candidate
    assert accounts["bluesky", "relawanseno.example"] == AccountRole(
        "team", f"{ID}/2", "pemenangan"
    )
    assert accounts["bluesky", "kabarrekaan.example"] == AccountRole("press", "")


def test_accounts_file_may_be_absent(lists: Path) -> None:
    (lists / "accounts.toml").unlink()
    assert ("bluesky", "kabarrekaan.example") not in watch.load(lists).accounts


def test_the_authority_follows_the_date(lists: Path) -> None:
    ruleset = watch.load(lists)
    found = [ruleset.authority_on(date(year, 6, 1)) for year in (2019, 2029, 2031)]
    assert [one.short if one else None for one in found] == [None, "LL", "LB"]


def test_the_digest_names_the_bytes(lists: Path, tmp_path: Path) -> None:
    before = watch.load(lists).digest
    elsewhere = tmp_path / "copy"
    shutil.copytree(lists, elsewhere)
    assert watch.load(elsewhere).digest == before
    for name in ("legal.toml", "accounts.toml", "lexicons/kata.toml", f"contests/{ID}.toml"):
        changed = elsewhere / name
        raw = changed.read_bytes()
        changed.write_bytes(raw + b"\n")
        assert watch.load(elsewhere).digest != before
        changed.write_bytes(raw)
    assert watch.load(elsewhere).digest == before


def test_only_wanted_contests_count(lists: Path) -> None:
    alone = watch.load(lists).digest
    later = second_contest(lists)
    assert watch.load(lists).contests.keys() == {ID, later}
    one = watch.load(lists, contests=(ID,))
    assert one.contests.keys() == {ID}
    assert one.digest == alone


def test_files_of_other_contests_are_not_opened(lists: Path) -> None:
    later = second_contest(lists)
    broken = lists / "contests" / f"{later}.toml"
    broken.write_text(broken.read_text("utf-8").replace('"WITA"', '"GMT"'), "utf-8")
    assert watch.load(lists, contests=(ID,)).contests.keys() == {ID}
    with pytest.raises(ConfigError, match="expected one of WIB, WITA, WIT"):
        watch.load(lists)


def test_an_account_that_returns_belongs_to_the_later_contest(lists: Path) -> None:
    later = second_contest(lists)
    handle = ("bluesky", "wiralaras.example")
    assert watch.load(lists).accounts[handle].of == f"{later}/1"
    assert watch.load(lists, contests=(ID,)).accounts[handle].of == f"{ID}/1"


def test_an_account_may_not_change_its_role_between_contests(lists: Path) -> None:
    later = lists / "contests" / f"{second_contest(lists)}.toml"
    text = later.read_text("utf-8").replace('"terdaftar_kpu"', '"pemenangan"')
    later.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match="an account that pilgub-99-2030/1 does not claim"):
        watch.load(lists)


def test_an_unknown_contest_is_told_with_those_on_file(lists: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        watch.load(lists, contests=("pilgub-98-2030", "lain"))
    assert [(fault.got, fault.hint) for fault in caught.value.faults] == [
        ("'pilgub-98-2030'", "did you mean 'pilgub-99-2030'?"),
        ("'lain'", "on file: pilgub-99-2030"),
    ]


def test_words_that_no_code_answers_to_are_told(lists: Path) -> None:
    known = Vocabulary(
        detectors=frozenset({"lexicon"}), features=frozenset(), exculpations=frozenset({"ex-vote"})
    )
    assert len(watch.load(lists, words=known).rules) == 1
    other = Vocabulary(detectors=frozenset({"negated"}), exculpations=frozenset({"ex-votes"}))
    with pytest.raises(ConfigError) as caught:
        watch.load(lists, words=other)
    assert [(fault.key, fault.got, fault.hint) for fault in caught.value.faults] == [
        ("exclusion.0.when", "'lexicon'", "known: negated"),
        ("exculpations.0", "'ex-vote'", "did you mean 'ex-votes'?"),
    ]


def test_a_signal_rule_needs_no_article(lists: Path) -> None:
    path = lists / "rules" / "dukung-kiriman.toml"
    text = path.read_text("utf-8").replace('"disiplin"', '"sinyal"')
    start, end = text.index("[[legal_basis]]"), text.index("[[exclusion]]")
    path.write_text(text[:start] + text[end:], "utf-8")
    assert watch.load(lists).rules[0].legal_basis == ()


def test_a_box_stands_beside_a_single_pair(lists: Path) -> None:
    path = lists / "contests" / f"{ID}.toml"
    text = path.read_text("utf-8")
    text = text[: text.index('[[target]]\nid = "pilgub-99-2030/2"')]
    text = text.replace(f', "{ID}/2"]', f', "{ID}/kosong"]')
    box = f'[[target]]\nid = "{ID}/kosong"\nkind = "kosong"\nlabel = "Kotak kosong"\n'
    path.write_text(text + box, "utf-8")
    contest = watch.load(lists).contests[ID]
    box_target = contest.target(f"{ID}/kosong")
    assert box_target is not None
    assert box_target.kind is TargetKind.KOSONG


# ---- shared calendars and additions ----------------------------------------------------------

CALENDAR = """id = "pilkada-2030"
year = 2030
tahapan_mulai = 2030-01-01
source = "rekaan"

[[round]]
id = "utama"
bakal_calon = 2030-02-01
penetapan = 2030-03-01
kampanye = [2030-03-04, 2030-05-03]
masa_tenang = [2030-05-04, 2030-05-06]
pemungutan_suara = 2030-05-07
selesai = 2030-06-01
source = "rekaan"
"""
AGAIN = """
[[round]]
id = "ulang"
bakal_calon = 2030-08-01
penetapan = 2030-08-02
kampanye = [2030-08-03, 2030-08-10]
masa_tenang = [2030-08-11, 2030-08-12]
pemungutan_suara = 2030-08-13
selesai = 2030-09-01
source = "putusan rekaan"
"""


@pytest.fixture
def shared(lists: Path) -> Path:
    """The same province, whose contest takes its dates from a calendar."""
    path = lists / "contests" / f"{ID}.toml"
    text = path.read_text("utf-8")
    text = text.replace("tahapan_mulai = 2030-01-01", 'calendar = "pilkada-2030"')
    start, end = text.index("[[round]]"), text.index("[[target]]")
    path.write_text(text[:start] + text[end:], "utf-8")
    (lists / "calendars").mkdir()
    (lists / "calendars" / "pilkada-2030.toml").write_text(CALENDAR, "utf-8")
    return lists


def add(lists: Path, text: str, contest: str = ID) -> Path:
    path = lists / "aliases" / f"{contest}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'contest = "{contest}"\nsource = "rekaan"\n{text}', "utf-8")
    return path


def faults_of(lists: Path) -> list[tuple[str, str]]:
    with pytest.raises(ConfigError) as caught:
        watch.load(lists)
    return [(fault.where, fault.key) for fault in caught.value.faults]


def test_a_calendar_gives_the_dates(shared: Path) -> None:
    contest = watch.load(shared).contests[ID]
    assert contest.tahapan_mulai == date(2030, 1, 1)
    assert [one.id for one in contest.rounds] == ["utama"]
    assert contest.phase_at(datetime(2030, 5, 5, tzinfo=UTC)) is Phase.QUIET


def test_a_calendar_counts_for_the_digest(shared: Path) -> None:
    before = watch.load(shared).digest
    path = shared / "calendars" / "pilkada-2030.toml"
    path.write_text(CALENDAR.replace("2030-06-01", "2030-06-02"), "utf-8")
    assert watch.load(shared).digest != before


def test_a_faulty_calendar_is_told_once(shared: Path) -> None:
    path = shared / "calendars" / "pilkada-2030.toml"
    path.write_text(CALENDAR.replace("2030-05-07", "2030-05-06"), "utf-8")
    assert faults_of(shared) == [("calendars/pilkada-2030.toml", "round.0.pemungutan_suara")]


def test_a_calendar_that_is_not_on_file_is_told(shared: Path) -> None:
    path = shared / "contests" / f"{ID}.toml"
    path.write_text(path.read_text("utf-8").replace("pilkada-2030", "pilkada-2031"), "utf-8")
    with pytest.raises(ConfigError) as caught:
        watch.load(shared)
    (fault,) = caught.value.faults
    assert (fault.key, fault.hint) == ("calendar", "did you mean 'pilkada-2030'?")


def test_an_added_round_comes_after_the_shared_ones(shared: Path) -> None:
    add(shared, AGAIN)
    contest = watch.load(shared).contests[ID]
    assert [one.id for one in contest.rounds] == ["utama", "ulang"]
    assert contest.phase_at(datetime(2030, 7, 1, tzinfo=UTC)) is Phase.CLOSED
    assert contest.phase_at(datetime(2030, 8, 5, tzinfo=UTC)) is Phase.CAMPAIGN


def test_an_added_round_inside_a_shared_one_is_told(shared: Path) -> None:
    add(shared, AGAIN.replace("2030-08-01", "2030-05-30"))
    assert faults_of(shared) == [(f"aliases/{ID}.toml", "round.0.bakal_calon")]


def test_additions_are_merged(lists: Path) -> None:
    add(lists, f'[[target]]\nid = "{ID}/1"\naliases = ["Laras"]\nhashtags = ["Wira2030"]\n')
    first = watch.load(lists).contests[ID].targets[0]
    assert first.aliases == ("Laras", "Wira Laras")
    assert first.ambiguous == ()
    assert first.hashtags == ("Wira2030", "WiraLaras")
    assert first.names == ("Wira Rekaan", "Laras Khayali")
    assert first.bakal_calon_since == date(2030, 1, 15)


def test_an_added_form_of_a_rival_is_told_in_the_file_that_added_it(lists: Path) -> None:
    add(lists, f'[[target]]\nid = "{ID}/2"\naliases = ["Wira Laras"]\n')
    assert faults_of(lists) == [(f"aliases/{ID}.toml", "target.0.aliases.0")]


def test_an_addition_for_nobody_is_told(lists: Path) -> None:
    add(lists, f'[[target]]\nid = "{ID}/3"\naliases = ["Wira"]\n')
    assert faults_of(lists) == [(f"aliases/{ID}.toml", "target.0.id")]


def test_additions_cannot_rename_or_renumber(lists: Path) -> None:
    add(lists, f'[[target]]\nid = "{ID}/1"\nnames = ["Lain"]\nnumber = 3\n')
    keys = {key for _, key in faults_of(lists)}
    assert keys == {"target.0.names", "target.0.number"}


def test_additions_without_their_contest_are_told(lists: Path) -> None:
    add(lists, "", contest="pilgub-98-2030")
    assert faults_of(lists) == [("aliases/pilgub-98-2030.toml", "")]


def test_a_full_name_may_be_ambiguous_and_shared(lists: Path) -> None:
    both = [f'[[target]]\nid = "{ID}/{n}"\nambiguous = ["Wira Rekaan"]\n' for n in (1, 2)]
    add(lists, "\n".join(both))
    assert "Wira Rekaan" in watch.load(lists).contests[ID].targets[1].ambiguous
