"""Looks again at what is due, and kills itself with SIGKILL at a chosen commit point.

python -m tests.run.recheck_child CONFIG POINT
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from pathlib import Path

from monitor import app, config


async def main(file: Path, point: int) -> None:
    async with app.opened(config.load(file)) as opened:
        points = itertools.count(1)

        def reach(_: str) -> None:
            if next(points) == point:
                os.kill(os.getpid(), signal.SIGKILL)

        # What a killed run had claimed is due again at once, as after its lease.
        with opened.writer.transaction() as tx:
            tx.execute("UPDATE recheck SET due_at = 0 WHERE due_at IS NOT NULL")
        opened.writer.hook = reach
        await opened.daemon.rechecker.run_all()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
