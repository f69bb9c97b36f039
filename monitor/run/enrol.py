"""Lines on their way into the register: checked as a whole, then taken whole or not at all."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import ConfigError, Fault
from monitor.log import logger
from monitor.store import register as on_file
from monitor.store.db import Connection
from monitor.store.register_stage import Stage
from monitor.watch import register

AT_ONCE = 5_000
# The sheet that ``paths.register`` and a plain import both keep.
SHEET = "register"

Lines = Iterable[tuple[int, Mapping[str, str]]]


@contextmanager
def staged(
    where: str,
    lines: Callable[[Stage, list[Fault]], Lines],
    database: Path | None = None,
    sheet: str = SHEET,
    told: Callable[[int], None] = lambda _: None,
    silent: Collection[str] = (),
) -> Iterator[Stage]:
    """Read every line, and yield a stage that ``register_import.apply`` can take.

    ``lines`` gets the stage and the list that faults go to; ``told`` hears how many lines were
    read; what is on file of ``silent`` columns stays. Raises ``ConfigError`` with every fault, in
    the order of the lines; ``where`` is the file's name.
    """
    faults: list[Fault] = []
    with Stage(sheet) as stage:
        stream, count = iter(lines(stage, faults)), 0
        while part := list(itertools.islice(stream, AT_ONCE)):
            stage.add(part)
            count += len(part)
            told(count)
        if database is not None:
            stage.beside(database, silent)
        faults += stage.faults(where)
        if faults:
            raise ConfigError(sorted(dict.fromkeys(faults), key=_line))
        yield stage


def check(path: Path, platforms: Collection[str]) -> None:
    """Read a register file; raise ``ConfigError`` with everything that is wrong with it."""
    with staged(str(path), reader(path, platforms)):
        pass


def by_hand(conn: Connection, where: str) -> None:
    """Say that acts come by files and tips alone, where no account is looked at.

    Raises ``ConfigError`` where nobody is on the register at all; ``where`` is what holds it.
    """
    if any(True for _ in on_file.claims(conn)):
        logger.warning(
            "no account on the register is on a platform that is looked at: "
            "acts come only by netralitas import acts and by tips"
        )
        return
    waiting = on_file.waiting(conn)
    got = f"none; {waiting} wait for a notice or an address" if waiting else "none"
    hint = "nobody would be watched: netralitas import register, netralitas register list"
    expected = "at least one account that may be looked at"
    raise ConfigError([Fault(where, "register", expected, got, hint)])


def reader(path: Path, platforms: Collection[str]) -> Callable[[Stage, list[Fault]], Lines]:
    """Return what reads a register in our own form."""
    return lambda _, faults: register.read(path, faults, platforms=platforms)


def _line(fault: Fault) -> int:
    number = fault.where.rpartition(":")[2]
    return int(number) if number.isdigit() else 0
