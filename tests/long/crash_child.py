"""The process that ``crash`` kills: the real daemon on a real disk, which may kill itself.

    python -m tests.long.crash_child

The program is imported once; each order read from standard input (JSON, one a line) is a process
of its own, made by fork before anything of the program has begun. Its number is printed, and when
it has ended its status.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor import app, config
from monitor.log import set_up
from monitor.run import gather
from monitor.store import log
from monitor.store.writer import AFTER_COMMIT, Writer

SEAL_SECONDS = 0.2
DISK_CALLS = ("write", "fsync", "rename", "unlink")


@dataclass(frozen=True, slots=True)
class Order:
    """How one process lives: ``commit`` and ``disk`` are the points at which it kills itself.

    Zero never kills. ``settle`` runs one cycle to its end instead of the daemon. The head of each
    commit that was acknowledged is appended to ``acks``.
    """

    config: str
    acks: str
    commit: int = 0
    disk: int = 0
    settle: bool = False


async def live(order: Order) -> None:
    """Run the program as ordered."""
    # A flood is told in lists; the drill does not wait between two of them.
    gather.APART = timedelta()
    async with app.opened(config.load(Path(order.config))) as opened:
        opened.writer.hook = _acknowledging(opened.writer, order)
        if order.settle:
            await opened.daemon.once()
            return
        sealer = app.sealer(opened.config, opened.writer, _Nobody())
        async with asyncio.TaskGroup() as group:
            sealing = group.create_task(_seal(sealer.sign))
            await opened.daemon.run()
            sealing.cancel()


class _Nobody:
    """Signing asks no authority."""

    async def post(self, url: str, body: bytes, *, subject: str, media_type: str) -> Any:
        raise NotImplementedError


async def _seal(sign: Callable[[], object]) -> None:
    while True:
        sign()
        await asyncio.sleep(SEAL_SECONDS)


def _acknowledging(writer: Writer, order: Order) -> Callable[[str], None]:
    acks = os.open(order.acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    points, write = itertools.count(1), os.write

    def reach(point: str) -> None:
        if point == AFTER_COMMIT:
            head = log.head(writer.reader())
            write(acks, f"{head.seq} {head.hash}\n".encode())
        if next(points) == order.commit:
            _die()

    return reach


def _weaken(point: int) -> None:
    """Let the process die just before or just behind a call that changes the disk."""
    points = itertools.count(1)

    def deadly(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **named: Any) -> Any:
            if next(points) == point:
                _die()
            result = call(*args, **named)
            if next(points) == point:
                _die()
            return result

        return wrapped

    for name in DISK_CALLS:
        setattr(os, name, deadly(getattr(os, name)))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _body(order: Order) -> int:
    try:
        if order.disk:
            _weaken(order.disk)
        asyncio.run(live(order))
    except BaseException:  # noqa: BLE001 - the drill reads it from standard error
        traceback.print_exc()
        return 1
    return 0


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    set_up("ERROR")
    for line in sys.stdin:
        order = Order(**json.loads(line))
        child = os.fork()
        if not child:
            os._exit(_body(order))
        _say(child)
        _say(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
