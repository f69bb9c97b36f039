"""The only rich: tables, progress and plain lines for a terminal; escapes what others wrote."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from monitor.log import printable

# A pipe has no width: a table's cells stay whole there.
_PIPE_WIDTH = 240

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str = "") -> None:
    """Print one line of ours; markup is allowed."""
    out.print(text)


def plain(text: str) -> None:
    """Print a text that may hold anything, line by line, with control characters escaped."""
    for line in text.splitlines():
        out.print(printable(line), markup=False)


def complain(text: str) -> None:
    """Print one line on stderr."""
    err.print(printable(text), markup=False)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    made = Table(title=title, title_justify="left", expand=False)
    for name in columns:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*(escape(printable(cell)) for cell in row))
    out.print(made)


@contextmanager
def bar(text: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar while the block runs; it is told how much is done, and of how much."""
    with progress(text) as shown:
        task = shown.tasks[0].id
        yield lambda done, total: shown.update(task, completed=done, total=total)


@contextmanager
def progress(text: str, total: int | None = None) -> Iterator[Progress]:
    """Show a bar on stderr while the block runs; nothing where stderr is no terminal."""
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        bar.add_task(text, total=total)
        yield bar
