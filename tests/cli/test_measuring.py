"""``netralitas backtest`` and ``fairness`` as a person calls them."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from monitor import watch
from tests.cli.conftest import Run

SUPPORT: dict[str, Any] = {
    "id": "a", "text": "Ayo coblos nomor 2, menangkan Prabowo-Gibran!", "label": "support",
    "target_ids": ["pilpres-2024/2"], "act": "ajakan", "contests": ["pilpres-2024"],
}  # fmt: skip
MISSED = SUPPORT | {"id": "b", "text": "Jemuran basah karena hujan sore."}
EXPECTED = {
    "id": "c", "text": SUPPORT["text"], "contests": ["pilpres-2024"],
    "expect": {"outcome": ["none"]},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    return write(tmp_path / "labelled.jsonl", SUPPORT, MISSED)


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return path


def test_a_score_with_its_misses(run: Run, labelled: Path) -> None:
    result = run("backtest", labelled)
    assert result.status == 0
    assert "run 1 on this content" in result.out
    assert "Labels, without ambiguous items: 2" in result.out
    assert "MISS b (line 2)" in result.out
    assert MISSED["text"] in result.out


def test_totals_show_no_item(run: Run, labelled: Path) -> None:
    run("backtest", "--totals", labelled)
    result = run("backtest", "--totals", labelled)
    assert "run 2 on this content" in result.out
    assert "MISS" not in result.out
    assert "hujan" not in result.out + result.err


def test_the_unread_part_is_never_shown(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "f.jsonl", *(MISSED | {"id": f"i{n}"} for n in range(40)))
    unread, rest = run("backtest", "--unread", path), run("backtest", "--read", path)
    assert "unread part: run 1" in unread.out
    assert "hujan" not in unread.out
    assert rest.out.count("MISS i") + int(unread.out.split("items: ")[1].split()[0]) == 40


def test_expectations(run: Run, tmp_path: Path) -> None:
    result = run("backtest", write(tmp_path / "f.jsonl", EXPECTED))
    assert result.status == 0
    assert "1 of 1" in result.out
    assert "c (line 1): outcome" in result.out


def test_contests_that_are_not_on_file_are_told(run: Run, tmp_path: Path) -> None:
    result = run(
        "backtest", write(tmp_path / "f.jsonl", SUPPORT | {"contests": ["pilgub-97-2031"]})
    )
    assert result.status == 0
    assert "pilgub-97-2031 (1 lines)" in result.err


def test_two_rule_sets(run: Run, labelled: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(watch.shipped(), old)
    for rule in (old / "rules").iterdir():
        if rule.name != "harm-candidate.toml":
            rule.unlink()
    result = run("backtest", "--against", old, labelled)
    assert "Changed: 1 of 2" in result.out
    assert "GAINED a (line 1, support)" in result.out
    assert "MISS" not in result.out
    assert "GAINED a" not in run("backtest", "--totals", "--against", old, labelled).out


def test_rates_of_unlabelled_texts(run: Run, tmp_path: Path) -> None:
    path, out = tmp_path / "f.jsonl.gz", tmp_path / "read.jsonl"
    lines = [{"id": f"i{n}", "text": SUPPORT["text"], "kind": "pol"} for n in range(9)]
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    result = run("backtest", "--kinds", "--sample", 4, "--alerts-out", out, path)
    assert result.status == 0
    assert "10000.0 [" in result.out
    assert [json.loads(line)["outcome"] for line in out.read_text().splitlines()] == ["alert"] * 4
    assert str(SUPPORT["text"]) not in result.out
    again = run("backtest", "--kinds", "--alerts-out", out, path)
    assert again.status == 2
    assert "a new file to write" in again.err


def test_real_posts_do_not_go_into_a_work_tree(run: Run, labelled: Path, tmp_path: Path) -> None:
    (tmp_path / "repo/.git").mkdir(parents=True)
    out = tmp_path / "repo/read.jsonl"
    result = run("backtest", "--kinds", "--alerts-out", out, labelled)
    assert result.status == 2
    assert "outside any git work tree" in result.err
    assert not out.exists()


def test_a_file_without_labels_is_told_what_to_do(run: Run, tmp_path: Path) -> None:
    result = run("backtest", write(tmp_path / "f.jsonl", {"id": "a", "text": "x"}))
    assert result.status == 2
    assert "--kinds" in result.err


@pytest.mark.drill
def test_fairness_over_the_rules_own_cases(run: Run, labelled: Path) -> None:
    result = run("fairness", "--totals", labelled)
    assert "rule cases" in result.out
    assert str(labelled) in result.out
    flips = {row.split("│")[6].strip() for row in result.out.splitlines() if "│ rule cases" in row
             and row.count("│") == 8}  # fmt: skip
    assert (result.status == 0) == (flips == {"0"})


def test_a_text_that_cannot_be_swapped_fails(run: Run, tmp_path: Path) -> None:
    author = {"handle": "dinas.example", "role": "candidate", "of": "pilpres-2024/2"}
    target = {"id": "t", "text": "Rapat", "author": author | {"account_type": "jabatan"}}
    one = {k: v for k, v in SUPPORT.items() if k not in ("label", "target_ids", "act")}
    one |= {"signal": "reply", "target": target, "expect": {"outcome": ["alert"]}}
    result = run("fairness", write(tmp_path / "f.jsonl", one))
    assert "0/1" in result.out
    assert "account of an office" in result.out
    assert result.status == 1
