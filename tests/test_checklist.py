"""Which test shows which fault of a platform: how marks are read."""

from __future__ import annotations

from pathlib import Path

from tests import checklist

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
