"""Every fault of a platform has a test for every collector, or a reason; the page is current."""

from __future__ import annotations

import importlib
from pathlib import Path

from monitor.collect import registry
from tests import checklist

# A bot is told of its groups, and of no account: its one column is that way.
NO_OTHER_WAY = frozenset({"telegram"})
FOUND, FAULTS = checklist.shown(checklist.ROOT / "tests", registry.COLLECTORS)


def test_marks_name_boxes_and_belong_to_a_collector() -> None:
    assert FAULTS == []


def test_every_box_is_shown_or_explained() -> None:
    assert checklist.gaps(FOUND, checklist.reasons()) == []


def test_every_way_of_reading_has_its_column() -> None:
    heads = checklist.columns(FOUND, checklist.reasons())
    for name, path in registry.COLLECTORS.items():
        module, _, kind = path.partition(":")
        made = getattr(importlib.import_module(module), kind)
        reverse = hasattr(made, "engagers") and name not in NO_OTHER_WAY
        assert (f"{name} reverse" in heads) is reverse, name
        assert (f"{name} stream" in heads) is hasattr(made, "stream"), name


def test_the_page_is_current() -> None:
    text = checklist.PAGE.read_text("utf-8")
    made = checklist.table(FOUND, checklist.reasons())
    assert checklist.page(text, made) == text, "run: make checklist"


FIRST = """
@pytest.mark.checklist("429-bare")
def test_one(): ...
"""
TREE = f"""{FIRST}
@pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.checklist("truncated"))])
async def test_two(): ...

@pytest.mark.checklist("429-bear")
def test_three(): ...
"""


def test_marks_are_found_wherever_they_stand(tmp_path: Path) -> None:
    (tmp_path / "test_papan.py").write_text(TREE)
    (tmp_path / "test_papan_reverse.py").write_text(FIRST)
    (tmp_path / "test_lain.py").write_text(FIRST)
    found, faults = checklist.shown(tmp_path, {"papan"})
    assert {name: dict(boxes) for name, boxes in found.items()} == {
        "papan": {"429-bare": ["test_one"], "truncated": ["test_two"]},
        "papan reverse": {"429-bare": ["test_one"]},
    }
    assert faults == [
        "test_lain.py: test_one: whose test is it, and of which box?",
        "test_papan.py: test_three: no such box: 429-bear",
    ]


def test_what_is_neither_shown_nor_explained_is_a_fault() -> None:
    given = {"papan": {box: "no pages" for box in checklist.BOXES if box != "truncated"}}
    assert [f for f in checklist.gaps({}, given) if f.startswith("papan:")] == [
        "papan: truncated: neither shown by a test nor explained"
    ]
    shown = {"papan": {"truncated": ["t"], "429-bare": ["t"]}}
    assert [f for f in checklist.gaps(shown, given) if f.startswith("papan:")] == [
        "papan: 429-bare: shown by a test, and explained away"
    ]
