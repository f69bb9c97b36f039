"""One cycle of the real program that kills itself with SIGKILL at a chosen commit point.

    python -m tests.long.crash_child CONFIG POINT

POINT counts commit points (before and after each COMMIT) from 1; 0 never kills.
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

        opened.writer.hook = reach
        await opened.daemon.once()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
