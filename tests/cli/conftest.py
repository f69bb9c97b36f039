"""The command line as a person calls it, in this process."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
import typer.main

from monitor import cli
from tests.reading_once import read_once

__all__ = ["read_once"]
Run = Callable[..., "Result"]
# A person's call builds the tree of all commands once; nothing changes it, and it takes longer
# than most commands do.
TREE = cache(typer.main.get_command)


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Call ``netralitas`` with words and, optionally, standard input."""
    monkeypatch.setattr(typer.main, "get_command", TREE)

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
