"""The daemon with a stream; kills itself with SIGKILL at a chosen commit point, or is stopped.

python -m tests.run.stream_child CONFIG POINT
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from pathlib import Path

from monitor import app, config
from monitor.collect import bluesky_stream
from monitor.run import stream
from monitor.store import streams


async def main(file: Path, point: int) -> None:
    bluesky_stream.LINGER, stream.LOOK_SECONDS, stream.LONGEST_WAIT = 0.02, 0.2, 0.1
    streams.SPACE = 0.0
    async with app.opened(config.load(file)) as opened:
        points = itertools.count(1)

        def reach(_: str) -> None:
            if next(points) == point:
                os.kill(os.getpid(), signal.SIGKILL)

        opened.writer.hook = reach
        await opened.daemon.run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
