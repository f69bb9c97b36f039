"""A process that runs a desk's bot and kills itself at the n-th commit point: SIGKILL, no goodbye.

python -m tests.run.bot_child FOLDER URL N
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.run.desk_stage import desk
from tests.standin.telegram import StandIn


async def main(folder: Path, url: str, points: int) -> None:
    server = StandIn()
    server.url = url
    left = points

    def count(_: str) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    async with desk(server, folder, lambda: datetime.now(UTC)) as room:
        room.writer.hook = count
        await room.bot.run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
