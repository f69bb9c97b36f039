"""Reading files: three forms, gzip, faults with their lines, the part kept unread."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.measure import items
from monitor.measure.items import Form
from tests.measure.world import CONTEST, line, write

LABELLED = line("Ayo pilih Melur", label="support", target_ids=["a/1"], act="ajakan", note="jelas")


def test_a_labelled_line(tmp_path: Path) -> None:
    # A label's target may be said in words; an activity's target is an object.
    path = write(tmp_path / "a.jsonl", LABELLED | {"target": "Bu Melur", "ambiguous": True})
    [item] = items.load(path)
    assert item.form is Form.LABELLED
    assert (item.label, item.targets, item.act) == ("support", frozenset({"a/1"}), "ajakan")
    assert item.ambiguous
    assert item.statement.contests == (CONTEST,)
    assert item.statement.activity.target is None


def test_unknown_targets_are_none_and_not_empty(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", LABELLED | {"target_ids": None})
    assert items.load(path)[0].targets is None


def test_an_expected_line_keeps_its_whole_activity(tmp_path: Path) -> None:
    target = {"id": "t", "text": "Ayo!", "author": {"handle": "a.example", "role": "candidate"}}
    expect = {"outcome": ["alert", "review"], "stance": "support", "rules_any": ["r"]}
    path = write(tmp_path / "a.jsonl", line("siap", signal="reply", target=target, expect=expect))
    [item] = items.load(path)
    assert item.form is Form.EXPECTED
    assert item.expect is not None
    assert item.expect.outcomes == {"alert", "review"}
    assert item.statement.activity.target is not None
    assert item.statement.activity.target.role == "candidate"


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps({"id": "a", "text": "x", "kind": "gen"}).encode()))
    [item] = items.load(path)
    assert (item.form, item.kind) == (Form.PLAIN, "gen")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([1], "an object"),
        (LABELLED | {"label": "pro"}, "label"),
        (line("x", expect=["alert"]), "expect"),
        (line("x", expect={"outcome": ["maybe"]}), "maybe"),
        ({"text": "x"}, "id"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, wrong: object, said: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{json.dumps(LABELLED)}\n\n{json.dumps(wrong)}\n")
    with pytest.raises(ConfigError, match=rf"a\.jsonl:3: .*{said}"):
        items.load(path)


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("{\n")
    with pytest.raises(ConfigError, match=r"a\.jsonl:1: "):
        items.load(path)


def test_forms_are_not_mixed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="lines of 2 forms"):
        items.load(write(tmp_path / "a.jsonl", LABELLED, line("x")))


def test_an_empty_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no line"):
        items.load(write(tmp_path / "a.jsonl"))


@pytest.mark.parametrize("cut", [b"", b"no gzip at all", gzip.compress(b"{}", mtime=0)[:-9]])
def test_a_damaged_or_missing_file_is_a_fault(tmp_path: Path, cut: bytes) -> None:
    path = tmp_path / "a.jsonl.gz"
    if cut:
        path.write_bytes(cut)
    with pytest.raises(ConfigError, match="a readable file of JSON Lines"):
        items.load(path)


def test_the_unread_part_is_told_by_the_ids_digest(tmp_path: Path) -> None:
    lines = [LABELLED | {"id": f"kalimat-{n}"} for n in range(400)]
    found = items.load(write(tmp_path / "a.jsonl", *lines))
    for item in found:
        last = hashlib.sha256(item.id.encode()).hexdigest()[-1]
        assert item.unread == (last in "012")
    assert 40 < sum(item.unread for item in found) < 110


def test_a_sample_is_even_repeatable_and_in_order(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *(line("x", id=f"i{n}") for n in range(60)))
    found = items.load(path)
    drawn = items.sample(iter(found), 20, seed=3)
    assert drawn == items.sample(iter(found), 20, seed=3)
    assert [i.line for i in drawn] == sorted({i.line for i in drawn})
    assert len(drawn) == 20
    assert items.sample(iter(found), 0, seed=3) == found
    often = Counter(i.line for seed in range(300) for i in items.sample(found, 20, seed))
    assert min(often.values()) > 60
    assert max(often.values()) < 140
