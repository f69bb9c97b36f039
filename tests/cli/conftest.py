"""The command line as a person calls it, in this process."""

from __future__ import annotations

import io
import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from monitor import cli, watch
from monitor.match.engine import Engine
from monitor.model.rule import RuleSet
from monitor.watch.rules import Vocabulary

Run = Callable[..., "Result"]
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
    stats = [(str(path.relative_to(folder)), path.stat()) for path in files]
    state = tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
    key = state, contests, repr(words)
    return _once(_loaded, key, lambda: _load(folder, contests=contests, words=words))


def _engine_once(ruleset: RuleSet) -> Engine:
    rules = tuple((rule.id, rule.revision, rule.status) for rule in ruleset.rules)
    key = ruleset.digest, tuple(ruleset.contests), rules
    return _once(_engines, key, lambda: Engine(ruleset))


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read watchlists of the same files once, and index them once: nearly every command does.

    Both are values that nothing changes; files that differ in size or time are read anew.
    """
    monkeypatch.setattr(watch, "load", _load_once)
    monkeypatch.setattr("monitor.run.rules.Engine", _engine_once)


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Call ``netralitas`` with words and, optionally, standard input."""

    def call(*words: object, stdin: bytes = b"") -> Result:
        capfd.readouterr()
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(sys, "argv", ["netralitas", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as left:
            cli.main()
        shown = capfd.readouterr()
        return Result(int(left.value.code or 0), shown.out, shown.err)

    return call
