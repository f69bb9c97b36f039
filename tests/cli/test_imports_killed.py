"""An import that is stopped anywhere goes on where it stopped: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from monitor import filing, watch
from monitor.clock import to_text
from monitor.intake import act_profiles
from monitor.run.filed import Attestation
from monitor.run.import_job import Report, Wanted
from monitor.store.writer import Writer
from tests.cli.test_imports import (
    LATELY,
    NEEDLES,
    NOW,
    OFFICER,
    SAY,
    STRANGER,
    THEIRS,
    built,
    house,
    table,
)
from tests.installation import Installation
from tests.needle import found

__all__ = ["built", "house"]
ROWS = 1_200
EVERY = 220


class Killed(Exception):
    """The power went."""


def long(path: Path) -> Path:
    at = to_text(LATELY)
    own = ("instagram", "reply", "pegawai.example", "", at, SAY, "calon.rekaan", "Halo")
    other = ("instagram", "reply", STRANGER, "111222333", at, THEIRS, "calon.rekaan", "Halo")
    return table(path, [(*(own if n % EVERY == 0 else other), f"c{n}") for n in range(ROWS)])


def take(house: Installation, file: Path, hook: Callable[[str], None] | None = None) -> Report:
    told = Attestation(OFFICER, "cara", "ketentuan", NOW.date(), OFFICER, "uji")
    wanted = Wanted(act_profiles.load("tabel", watch.shipped()), told)
    with closing(Writer(house.settings.database)) as writer:
        writer.hook = hook
        return asyncio.run(filing.imported(house.settings, writer, file, wanted))


def stop(point: str, count: int) -> Callable[[str], None]:
    left = [count]

    def hook(name: str) -> None:
        left[0] -= name == point
        if left[0] == 0:
            raise Killed

    return hook


@pytest.mark.parametrize(
    "point", ["before-commit", pytest.param("after-commit", marks=pytest.mark.drill)]
)
def test_a_stopped_import_goes_on_where_it_stopped(
    point: str, house: Installation, tmp_path: Path
) -> None:
    file = long(tmp_path / "kasus.csv")
    # The mode, the attestation, then a portion a time.
    for count in (2, 3, 3 if point == "before-commit" else 2):
        with pytest.raises(Killed):
            take(house, file, stop(point, count))
    report = take(house, file)
    assert report.resumed == {"before-commit": 500, "after-commit": ROWS}[point]
    assert report.counts["strangers"] == ROWS - len(range(0, ROWS, EVERY))
    assert report.counts["review"] == len(range(0, ROWS, EVERY))
    objects = [finding["activity"]["object"]["id"] for finding in house.findings()]
    assert sorted(objects) == sorted(f"c{n}" for n in range(0, ROWS, EVERY))
    begun = [entry for entry in house.entries("import") if entry["public"]["state"] == "begun"]
    assert len(begun) == 1 if point == "after-commit" else len(begun) >= 1
    assert house.outbox() == {"waiting": len(objects)} or sum(house.outbox().values()) == len(
        objects
    )
    assert house.verified().fault_count == 0
    assert found(house.folder, NEEDLES) == []


def test_a_file_that_changes_meanwhile_is_not_finished(house: Installation, tmp_path: Path) -> None:
    file = long(tmp_path / "kasus.csv")

    def hook(_: str) -> None:
        with file.open("ab") as more:
            more.write(b"\r\n")

    report = take(house, file, hook)
    assert report.changed
    assert [e["public"]["state"] for e in house.entries("import")] == ["begun"]
