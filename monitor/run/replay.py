"""Judges JSON Lines offline, in order, on one or several cores: ``netralitas match``."""

from __future__ import annotations

import gc
import itertools
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec

from monitor import watch
from monitor.model.finding import Finding
from monitor.model.wire import Statement, facts_output, finding_output, statement
from monitor.run.people import People, open_register, with_person
from monitor.run.rules import Reader

BATCH = 500
AHEAD = 4
_FORKS = sys.platform == "linux"
# An answer on its way between processes: plain values travel fastest.
_Parcel = tuple[int, bytes, str]
_OBJECTS = 50_000  # made since the last garbage collection, before the next

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Answer:
    """One input line's answer: an output line (JSON bytes), or what is wrong with the input."""

    line: int
    output: bytes = b""
    error: str = ""

    def error_line(self) -> bytes:
        return _encode({"line": self.line, "error": self.error})


@dataclass(frozen=True, slots=True)
class Desk:
    """What judges lines: the reader, and who stands behind a ``watch_id`` where that is known."""

    reader: Reader
    people: People | None = None


def replay(
    lines: Iterable[bytes],
    folder: Path,
    contests: tuple[str, ...] = (),
    jobs: int = 1,
    register: Path | None = None,
) -> Iterator[Answer]:
    """Judge each line with the watchlists of ``folder``; answers come in the lines' order.

    Blank lines are passed over. ``contests`` count for lines that name none themselves. With a
    ``register`` (a CSV file or the database) a line's ``watch_id`` brings the facts on file.
    """
    batches = _batches(lines)
    if jobs == 1:
        desk = _desk(_reader(folder), register)
        for batch in batches:
            yield from _judge(desk, contests, batch)
        return
    with _loaded(folder), _pool(jobs, folder, register) as pool:
        waiting = []
        for batch in batches:
            waiting.append(pool.submit(_judge_here, contests, batch))
            if len(waiting) >= jobs * AHEAD:
                yield from _answers(waiting.pop(0))
        for future in waiting:
            yield from _answers(future)


def _batches(lines: Iterable[bytes]) -> Iterator[list[tuple[int, bytes]]]:
    numbered = ((n, line) for n, line in enumerate(lines, start=1) if line.strip())
    while batch := list(itertools.islice(numbered, BATCH)):
        yield batch


def _judge(desk: Desk, contests: tuple[str, ...], batch: list[tuple[int, bytes]]) -> list[Answer]:
    read = [_read(desk, number, line) for number, line in batch]
    statements = [item for item in read if isinstance(item, Statement)]
    findings = iter(desk.reader.judge_statements(statements, contests))
    return [
        item if isinstance(item, Answer) else Answer(number, output=_output(item, next(findings)))
        for (number, _), item in zip(batch, read, strict=True)
    ]


def _output(read: Statement, finding: Finding) -> bytes:
    return _encode(finding_output(finding) | {"facts_used": facts_output(read.person)})


def _read(desk: Desk, number: int, line: bytes) -> Statement | Answer:
    try:
        read = statement(_decode(line))
        read = with_person(read, desk.people) if desk.people else read
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, TypeError, KeyError) as error:
        return Answer(number, error=f"{error}".splitlines()[0])
    unknown = [c for c in read.contests or () if c not in desk.reader.ruleset.contests]
    if unknown:
        return Answer(number, error=f"contests: no contest {unknown[0]!r} on file")
    return read


def _desk(reader: Reader, register: Path | None) -> Desk:
    return Desk(reader, open_register(register) if register else None)


def _reader(folder: Path) -> Reader:
    reader = Reader(watch.load(folder))
    # The indexes live as long as the process: the garbage collector need not walk them again.
    # Reading makes many objects and hardly a cycle: it may look at them less often.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS)
    return reader


# ---- several processes --------------------------------------------------------------------------

# What a forked worker finds built by its parent; elsewhere each builds its own.
_inherited: list[Reader] = []
# A worker process holds one desk for its whole life; building it is the costly part.
_worker: list[Desk] = []


@contextmanager
def _loaded(folder: Path) -> Iterator[None]:
    """Build the reader before the workers are forked, which is done once and shares its memory."""
    if _FORKS:
        _inherited.append(_reader(folder))
    try:
        yield
    finally:
        _inherited.clear()


def _pool(jobs: int, folder: Path, register: Path | None) -> ProcessPoolExecutor:
    context = get_context("fork" if _FORKS else None)
    return ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(folder, register))


def _start(folder: Path, register: Path | None) -> None:
    reader = _inherited[0] if _inherited else _reader(folder)
    _worker.append(_desk(reader, register))


def _judge_here(contests: tuple[str, ...], batch: list[tuple[int, bytes]]) -> list[_Parcel]:
    answers = _judge(_worker[0], contests, batch)
    return [(answer.line, answer.output, answer.error) for answer in answers]


def _answers(future: Future[list[_Parcel]]) -> Iterator[Answer]:
    return (Answer(*parcel) for parcel in future.result())
