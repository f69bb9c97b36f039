"""An invented country on the calendar of 2024: shipped rules, law and word lists, invented names.

The years of real cases were moved into 2024, so that one law applies to all of them.
"""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

from monitor import watch
from monitor.model.rule import RuleSet
from monitor.run.rules import Reader

CONTESTS = Path(__file__).with_name("contests")
_OWN = ("contests", "aliases")


@functools.cache
def reader() -> Reader:
    """Return what the daemon and ``netralitas match`` read and judge with."""
    return Reader(ruleset())


@functools.cache
def ruleset() -> RuleSet:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "watchlists"
        shutil.copytree(watch.shipped(), folder, ignore=shutil.ignore_patterns(*_OWN))
        shutil.copytree(CONTESTS, folder / "contests")
        return watch.load(folder)
