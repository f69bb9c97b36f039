"""Scores, expectations, rates and diffs on invented lines with the real reader."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor.measure import backtest, diff, expected, items, rates
from monitor.measure.base import Judged, Table, judge, quiet
from monitor.run.rules import Reader
from tests.measure.world import CONTEST, MELUR, TARUNA, candidates, line, reader, ruleset_of, write

BAHTERA = "partai/bahtera"


def labelled(text: str, label: str, **more: Any) -> dict[str, Any]:
    return line(text, label=label, target_ids=None, **more)


LINES = (
    labelled("Ayo coblos Melur Hanggara!", "support", id="a", act="ajakan"),
    labelled("Ayo coblos Tarunaga!", "support", id="b", act="ajakan"),
    labelled("Hujan lagi, jemuran basah.", "support", id="c", act="dukungan"),
    labelled("Tarunaga itu pembohong dan munafik", "attack", id="d", act="serangan"),
    labelled("Saya dukung Widuri sampai menang", "neutral-political", id="e", ambiguous=True),
    labelled("Pasar buka jam enam.", "non-political", id="f"),
)
TARGETS = {"a": [MELUR], "b": [MELUR], "d": [TARUNA]}


def judged(tmp_path: Path, *lines: dict[str, Any], by: Reader | None = None) -> list[Judged]:
    found = items.load(write(tmp_path / "f.jsonl", *lines))
    return list(judge(by or reader(), found, quiet))


def scored(tmp_path: Path) -> list[Judged]:
    return judged(tmp_path, *(one | {"target_ids": TARGETS.get(one["id"])} for one in LINES))


def cells(table: Table, *key: str) -> tuple[str, ...]:
    return next(row for row in table.rows if row[: len(key)] == key)[len(key) :]


def by_title(tables: Sequence[Table], start: str) -> Table:
    return next(table for table in tables if table.title.startswith(start))


def test_labels_are_counted_at_both_levels(tmp_path: Path) -> None:
    found = scored(tmp_path)
    support = backtest.counts(found, "support", backtest.BOTH)
    assert (support.right, support.false, support.missed, support.rest) == (2, 1, 1, 2)
    attack = backtest.counts(found, "attack", backtest.ALERT)
    assert (attack.right, attack.false, attack.missed) == (1, 0, 0)


def test_ambiguous_items_are_left_out_or_shown_beside(tmp_path: Path) -> None:
    found = scored(tmp_path)
    both = backtest.tables(found, 1, ambiguous=None)
    without = by_title(both, "Labels, without")
    assert cells(without, "support", "alert+review")[:4] == ("3", "2", "0", "1")
    assert cells(by_title(both, "Labels, with "), "support", "alert+review")[2] == "1"
    only = [t.title for t in backtest.tables(found, 1, ambiguous=False)]
    assert not any(title.startswith("Labels, with ") for title in only)
    assert cells(by_title(both, "Rules"), "online-campaign-candidate")[1].startswith("2/2")
    whole = backtest.tables(found, 1, ambiguous=True)
    assert cells(by_title(whole, "Rules"), "online-campaign-candidate")[1].startswith("2/3")


def test_the_named_target_of_true_positives(tmp_path: Path) -> None:
    table = backtest.named_targets(scored(tmp_path))
    # "b" is found as support, but names the other candidate than its label.
    assert cells(table, "support")[0].startswith("1/2")
    assert cells(table, "attack")[:2] == ("1/1 = 1.000 [0.21, 1.00]",) * 2


def test_acts_have_their_own_recall(tmp_path: Path) -> None:
    table = backtest.acts(scored(tmp_path))
    assert cells(table, "support", "ajakan")[0] == "2"
    assert cells(table, "support", "ajakan")[2].startswith("1.000")
    assert cells(table, "support", "dukungan")[2].startswith("0.000")


def test_every_difference_is_listed_with_its_reasons(tmp_path: Path) -> None:
    told = list(backtest.differences(scored(tmp_path)))
    assert [text.split(" (")[0] for text in told] == ["WRONG TARGET b", "MISS c", "FALSE HIT e"]
    assert "label neutral-political" in told[2]
    assert "ambiguous" in told[2]
    assert "dukung" in told[2].partition("text:")[2].partition("\n")[2]


def test_totals_show_no_item(tmp_path: Path) -> None:
    found = scored(tmp_path)
    shown = repr(backtest.tables(found, 1, ambiguous=None))
    assert not any(str(one["text"]) in shown for one in LINES)


def test_expectations(tmp_path: Path) -> None:
    right = {"outcome": ["alert"], "stance": "support", "targets": [MELUR],
             "rules_any": ["partisan-activity", "online-campaign-candidate"]}  # fmt: skip
    text = "Ayo coblos Melur Hanggara!"
    found = judged(
        tmp_path,
        line(text, id="a", expect=right),
        line(text, id="b", expect=right | {"targets": [TARUNA], "rules_any": ["lain"]}),
        line(text, id="c", expect={"outcome": ["none"]}, why="sebuah alasan"),
        line("Hujan lagi.", id="d", expect={"outcome": ["none"], "targets": [MELUR]}),
        line("Hujan.", id="e", expect={"outcome": ["none"], "exculpations_any": ["ex-x"]}),
    )
    table = expected.table(found)
    assert cells(table, "outcome")[0].startswith("4/5")
    assert cells(table, "targets")[0].startswith("1/2")
    assert cells(table, "rules")[0].startswith("1/2")
    assert cells(table, "exculpations")[0].startswith("0/1")
    assert cells(table, "none that became an alert") == ("1 of 3",)
    told = list(expected.differences(found))
    assert [text.split("\n")[0] for text in told] == [
        "b (line 2): targets, rules", "c (line 3): outcome", "e (line 5): exculpations",
    ]  # fmt: skip
    assert "why: sebuah alasan" in told[1]


def test_rates_by_kind_and_rule(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        line("Ayo coblos Melur Hanggara!", id="a", kind="pol"),
        line("Pasar buka jam enam.", id="b", kind="pol"),
        line("Pasar tutup.", id="c", kind="gen"),
    )
    counted = rates.Rates()
    for j in found:
        counted.add(j)
    by_kind, by_rule = counted.tables()
    assert cells(by_kind, "pol")[:2] == ("2", "1")
    assert cells(by_kind, "pol")[2].startswith("5000.0 [")
    assert cells(by_kind, "gen")[1] == "0"
    assert by_rule.columns == ("rule", "gen", "pol")
    assert cells(by_rule, "online-campaign-candidate") == ("0.0 / 0.0", "5000.0 / 0.0")


def test_what_is_written_to_be_read_by_hand(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        line("Ayo coblos Melur Hanggara!", id="a", kind="pol"),
        line("Pasar buka jam enam.", id="b", kind="pol"),
    )
    out = io.StringIO()
    assert list(rates.write(found, out)) == found
    [written] = [json.loads(text) for text in out.getvalue().splitlines()]
    assert (written["id"], written["outcome"], written["targets"]) == ("a", "alert", [MELUR])
    assert written["derivation"]


def test_the_difference_of_two_rule_sets(tmp_path: Path) -> None:
    melur, taruna = candidates()
    silent = replace(melur, names=(), aliases=())
    before = judged(tmp_path, *LINES, by=Reader(ruleset_of(silent, taruna)))
    after = judged(tmp_path, *LINES)
    by_label, by_rule = diff.tables(before, after)
    assert by_label.title == f"Changed: 1 of {len(LINES)}"
    assert cells(by_label, "support") == ("3", "1", "0", "0", "0", "0", "1", "0")
    assert cells(by_rule, "online-campaign-candidate")[2:] == ("1", "0")
    [told] = diff.listed(diff.changed(before, after))
    assert told.startswith("GAINED a (line 1, support)")
    back = diff.changed(after, before)
    assert [diff.how(old.finding, new.finding) for old, new in back] == [diff.LOST]


def test_the_live_contests_are_the_lines_own(tmp_path: Path) -> None:
    other = line("Ayo coblos Melur Hanggara!", label="support") | {"contests": []}
    [found] = judged(tmp_path, other)
    assert backtest.fault(found) == "miss"
    assert CONTEST not in (found.item.statement.contests or ())
