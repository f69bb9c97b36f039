"""Every line that the source articles ask for, by its id: ``lines.toml``."""

from __future__ import annotations

import pytest

from tests.cases import catalogue, tables

LINES = tables.entries("lines.toml")
PER_ARTICLE = {"000": 7, "001": 5, "002": 6, "003": 7, "004": 6}


@pytest.mark.parametrize("line", LINES)
def test_line(line: str) -> None:
    entry = LINES[line]
    wrong = [f"{scene.name}: {fault}" for scene in entry.scenes for fault in tables.faults(scene)]
    wrong += [fault for check in entry.checks for fault in catalogue.faults(check)]
    assert not wrong, "\n".join([entry.asks, *wrong])


def test_every_line_is_there_with_a_scene_or_a_check() -> None:
    wanted = [f"{a}-{n}" for a, last in PER_ARTICLE.items() for n in range(1, last + 1)]
    assert list(LINES) == wanted
    assert [e.id for e in LINES.values() if not e.scenes and not e.checks] == []


def test_what_is_not_about_an_act_says_what_is_shown() -> None:
    assert [e.id for e in LINES.values() if e.checks and not e.tests] == []
