"""Every profile reads its recorded file: invented people, the platforms' own forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor import watch
from monitor.errors import ConfigError
from monitor.intake import act_paths, act_profiles
from monitor.intake.act_lines import Row
from tests.intake import acts

CASES = sorted(path.name for path in acts.RECORDINGS.iterdir())
PROFILES = act_profiles.names(watch.shipped())


@pytest.mark.parametrize("case", CASES)
def test_a_recorded_file_is_read(case: str, tmp_path: Path) -> None:
    sets = [acts.SETS[case]] if case in acts.SETS else []
    found = acts.read(
        acts.file_of(case, tmp_path), acts.profile_of(case), sets, acts.ZONES.get(case, "")
    )
    assert found == json.loads((acts.RECORDINGS / case / "expected.json").read_text("utf-8"))


def test_every_profile_has_a_recorded_file() -> None:
    assert {acts.profile_of(case).name for case in CASES} == set(PROFILES)


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_says_against_what_it_was_compared(name: str) -> None:
    found = act_profiles.load(name, watch.shipped())
    assert found.checked or found.unchecked
    assert found.title


@pytest.mark.parametrize("case", ["tabel", "telegram", "tiktok", "facebook", "tabel-utf16"])
def test_a_rows_bytes_are_the_files_own(case: str, tmp_path: Path) -> None:
    path = acts.file_of(case, tmp_path)
    inside = acts.RECORDINGS / case / "zip"
    sources = [p for p in inside.rglob("*") if p.is_file()] if inside.is_dir() else [path]
    bodies = [source.read_bytes() for source in sources]
    with acts.member(path, acts.profile_of(case)) as opened:
        for row in opened.rows:
            assert isinstance(row, Row)
            assert any(opened.text.bytes_of(row.text) in body for body in bodies)


BAD = """
title = "Rusak"
provenance = "gosip"
colour = "merah"

[[table]]
id = "a"
format = "xml"
zone = "WIBB"
encoding = "ebcdic"
delimiter = ";;"
rows = ["[]"]
prefix = "("
signal = "suka"
[[table.when]]
signal = "like"
[table.columns]
actor = "x"
text = { from = "a", pattern = "[" }
time = { html = "ya" }
media_url = []
[table.values.colour]
a = "b"
"""


def test_every_fault_of_a_profile_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rusak.toml"
    path.write_text(BAD, "utf-8")
    with pytest.raises(ConfigError) as refused:
        act_profiles.load(str(path), tmp_path)
    keys = {fault.key for fault in refused.value.faults}
    assert keys >= {
        "provenance", "colour", "checked", "table.0.format", "table.0.zone", "table.0.encoding",
        "table.0.delimiter", "table.0.prefix", "table.0.signal", "table.0.when.0",
        "table.0.columns.actor", "table.0.columns.text.pattern",
        "table.0.columns.time.html", "table.0.columns.time.from", "table.0.columns.media_url.from",
        "table.0.values.colour", "table.0.columns",
    }  # fmt: skip
    assert {fault.where for fault in refused.value.faults} == {"rusak.toml"}


def test_a_profile_is_named_or_a_file(tmp_path: Path) -> None:
    for name in ("../telegram", "telegrem", "tiada.toml"):
        with pytest.raises(ConfigError):
            act_profiles.load(name, watch.shipped(), tmp_path)
    assert act_profiles.load("telegram", tmp_path, watch.shipped()).platform == "telegram"


@pytest.mark.parametrize("path", ["a[", "", "a..b", "a[]", "[x]", "'a"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"path|rows"):
        act_paths.parse(path)


def test_paths_find_what_they_say_and_never_raise() -> None:
    row = {"a": {"b c": [{"label": "Tautan", "v": "1"}, {"v": "2"}]}, "x.y": "3", "n": None}
    wanted = {
        "a.b c[1].v": "2", "a.b c[label=URL|Tautan].v": "1", "'x.y'": "3", "a[0]": None,
        "n.m": None, "a.b c[9].v": None, "^t": "out", "^^t": "far", "^^^t": None,
    }  # fmt: skip
    around = ({"t": "far"}, {"t": "out"})
    assert {path: act_paths.parse(path).find(row, around) for path in wanted} == wanted
