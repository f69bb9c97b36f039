"""``netralitas match``: one answer a line, in order, and nothing else on stdout."""

from __future__ import annotations

import json
from typing import Any

from tests.cli.conftest import Run

KEYS = {
    "id", "outcome", "stance", "targets", "score", "level", "phase", "facts", "ruleset", "matches",
    "exculpations", "questions", "facts_used",
}  # fmt: skip
SUPPORT = {"id": "a", "text": "Ayo coblos nomor 2, menangkan Prabowo-Gibran!"}
PLAIN = {"id": "b", "text": "Loket buka jam 8 sampai 14."}


def lines(*values: object) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def answers(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_one_answer_a_line_in_the_same_order(run: Run) -> None:
    result = run("match", "--contest", "pilpres-2024", stdin=lines(PLAIN, SUPPORT, PLAIN))
    found = answers(result.out)
    assert result.status == 0
    assert [answer["id"] for answer in found] == ["b", "a", "b"]
    assert [answer["outcome"] for answer in found] == ["none", "alert", "none"]
    assert all(set(answer) == KEYS for answer in found)
    assert found[1]["targets"] == ["pilpres-2024/2"]
    assert found[1]["facts"] == "not stated"


def test_spans_are_the_authors_own_characters(run: Run) -> None:
    text = "𝐀𝐲𝐨 c0bl0s Prabowo-Gibran ✌️, menangkan!"
    result = run("match", "--contest", "pilpres-2024", stdin=lines({"id": "a", "text": text}))
    for match in answers(result.out)[0]["matches"]:
        for span in match["spans"]:
            assert span["field"] == "text"
            assert 0 <= span["start"] < span["end"] <= len(text)


def test_a_bad_line_is_told_and_the_rest_goes_on(run: Run) -> None:
    stdin = lines(SUPPORT) + b"{not json\n\n" + lines({"text": "no id"}, [1], PLAIN)
    stdin += lines({"id": "x", "signal": "shout"}, {"id": "y", "contests": ["pilkades-1"]})
    result = run("match", stdin=stdin)
    wrong = {fault["line"]: fault["error"] for fault in answers(result.err)}
    assert result.status == 1
    assert [answer["id"] for answer in answers(result.out)] == ["a", "b"]
    assert set(wrong) == {2, 4, 5, 7, 8}
    assert "id" in wrong[4]
    assert "signal" in wrong[7]
    assert "like" in wrong[7]
    assert "pilkades-1" in wrong[8]


def test_several_processes_give_the_same(run: Run) -> None:
    stdin = lines(*[{**SUPPORT, "id": f"n{n}"} if n % 3 else PLAIN for n in range(1200)])
    one = run("match", stdin=stdin)
    two = run("match", "--jobs", 2, stdin=stdin)
    assert one.status == two.status == 0
    assert one.out == two.out
    assert one.out.count("\n") == 1200


def test_contests_are_the_lines_own_then_the_callers_then_those_live_then(run: Run) -> None:
    text = "Ayo coblos nomor 2!"
    stated = {"id": "own", "text": text, "contests": ["pilgub-31-2017"]}
    dated = {"id": "live", "text": text, "occurred_at": "2019-03-01T09:00:00+07:00"}
    own, live = answers(run("match", stdin=lines(stated, dated)).out)
    assert own["targets"] == ["pilgub-31-2017/2"]
    assert live["targets"] == ["pilpres-2019/2"]
    given = run("match", "--contest", "pilpres-2024", stdin=lines({"id": "x", "text": text}))
    assert answers(given.out)[0]["targets"] == ["pilpres-2024/2"]


def test_a_missing_file_is_said(run: Run) -> None:
    result = run("match", "nowhere.jsonl")
    assert result.status == 2
    assert "nowhere.jsonl" in result.err
