"""Verifying a large log in ranges, on several cores; the report is that of one pass.

A range may begin where a seal's own entry ends, because what a seal covers must be read in one
piece; behind the last seal it may begin anywhere.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

from monitor.clock import Clock, utc_now
from monitor.evidence import erased
from monitor.evidence.erased import Gone
from monitor.evidence.files import Files
from monitor.evidence.report import Report
from monitor.evidence.source import LogSource
from monitor.evidence.verify import Range, check, joined
from monitor.evidence.walk import Part
from monitor.model.evidence import LogHead

# Entries of one range: small enough for a bar that moves, large enough that starting costs nothing.
STEP = 20_000


class WholeSource(LogSource, Protocol):
    """A source that also tells where ranges may begin."""

    def seal_entries(self) -> list[int]: ...
    def last(self) -> int: ...


# Opens a source for the entries above the first number and up to the second, if one is given.
Open = Callable[[int, int | None], AbstractContextManager[WholeSource]]
Told = Callable[[int, int], None]


def verify(
    opened: Open,
    folder: Path,
    head: LogHead | None = None,
    *,
    jobs: int = 1,
    told: Told | None = None,
    clock: Clock = utc_now,
) -> Report:
    """Check everything as ``monitor.evidence.verify.verify`` does.

    ``opened`` is called in each process, so it must be a plain function (``functools.partial`` of
    one will do). ``told`` hears how many entries are checked, and of how many.
    """
    with opened(0, None) as source:
        last = source.last()
        spans = ranges(last, source.seal_entries())
        parts, gone = [], erased.gone(source)
        for part in _parts(opened, folder, spans, head, gone, jobs):
            parts.append(part)
            if told:
                told(min(part.last, last), last)
        return joined(parts, source, Files(folder), clock)


def ranges(last: int, seals: Sequence[int], step: int = STEP) -> list[Range]:
    """Cut a log of ``last`` entries into ranges; ``seals`` are the seals' own entries, sorted."""
    cuts, at = [0], 0
    end = seals[-1] if seals else 0
    while at + step < last:
        wanted = at + step
        if wanted < end:
            wanted = seals[bisect.bisect_left(seals, wanted)]
        at = wanted
        cuts.append(at)
    bounds = [*cuts[1:], None]
    return [Range(after, to) for after, to in zip(cuts, bounds, strict=True)]


def _parts(
    opened: Open,
    folder: Path,
    spans: Sequence[Range],
    head: LogHead | None,
    gone: Gone,
    jobs: int,
) -> Iterator[Part]:
    if jobs == 1 or len(spans) == 1:
        for span in spans:
            yield _check(opened, folder, span, head, gone)
        return
    # Not forked: a fork would share this process' open database.
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        same = map(itertools.repeat, (opened, folder))
        yield from pool.map(_check, *same, spans, *map(itertools.repeat, (head, gone)))


def _check(opened: Open, folder: Path, span: Range, head: LogHead | None, gone: Gone) -> Part:
    with opened(span.after, span.to) as source:
        return check(source, Files(folder), span, head, gone)
