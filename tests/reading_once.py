"""Equal watchlists are read and indexed once for all tests of a process.

Nearly every command and every cycle reads them; both results are values that nothing changes.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TypeVar

import pytest

from monitor import watch
from monitor.match.engine import Engine
from monitor.model.rule import RuleSet
from monitor.watch.rules import Vocabulary

Value = TypeVar("Value")
_KEPT = 3
_load = watch.load
_loaded: OrderedDict[Hashable, RuleSet] = OrderedDict()
_engines: OrderedDict[Hashable, Engine] = OrderedDict()


def _once(kept: OrderedDict[Hashable, Value], key: Hashable, make: Callable[[], Value]) -> Value:
    """Return what was made for a key, the last few of them; an error is not kept."""
    value = kept.pop(key) if key in kept else make()
    kept[key] = value
    while len(kept) > _KEPT:
        kept.popitem(last=False)
    return value


def _load_once(
    folder: Path, *, contests: tuple[str, ...] = (), words: Vocabulary | None = None
) -> RuleSet:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    content = hashlib.sha256()
    for path in files:
        content.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        content.update(path.read_bytes())
    key = content.digest(), contests, repr(words)
    return _once(_loaded, key, lambda: _load(folder, contests=contests, words=words))


def _engine_once(ruleset: RuleSet) -> Engine:
    rules = tuple((rule.id, rule.revision, rule.status) for rule in ruleset.rules)
    key = ruleset.digest, tuple(ruleset.contests), rules
    return _once(_engines, key, lambda: Engine(ruleset))


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that differ in one byte are read anew."""
    monkeypatch.setattr(watch, "load", _load_once)
    monkeypatch.setattr("monitor.run.rules.Engine", _engine_once)
