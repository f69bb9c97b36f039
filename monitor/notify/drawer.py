"""Draws cards beside the event loop, in one process that is bounded in time, memory and number.

A card that cannot be drawn is a ``NotifyError`` and nothing worse: the process that failed is
killed, and the next card starts another.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from typing import Any

from monitor.errors import NotifyError
from monitor.notify.sheet import Sheet

# A whole card is taken in one go.
LINE_LIMIT = 1 << 18
# What a child needs to find its interpreter's files and the system's fonts; no secret among them.
KEPT = ("PATH", "HOME", "LANG", "PYTHONPATH", "VIRTUAL_ENV", "XDG_DATA_DIRS", "XDG_CACHE_HOME")
_FAILED = "the process that draws cards failed"


class Drawer:
    """One drawing process, started when first asked; ``close`` comes last.

    Cards are drawn one after another. One that is not there within ``seconds``, waiting included,
    is given up, so that a burst delays what it brings by at most that.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    async def draw(self, sheet: Sheet) -> tuple[bytes, str]:
        """Return a PNG and what the machine's fonts could not show; ``NotifyError`` without one."""
        try:
            async with asyncio.timeout(self._seconds), self._turn:
                return await self._drawn(sheet)
        except TimeoutError:
            raise NotifyError(f"no card within {self._seconds:g} s", permanent=True) from None

    async def close(self) -> None:
        """End the process, if one runs."""
        async with self._turn:
            await self._kill()

    async def _drawn(self, sheet: Sheet) -> tuple[bytes, str]:
        whole = False
        try:
            head, picture = await self._asked(json.dumps(sheet).encode() + b"\n")
            whole = True
        except (OSError, EOFError, ValueError):
            # It died, was never started, or answered nonsense; the next card starts another.
            raise NotifyError(_FAILED, permanent=True) from None
        finally:
            # Half an answer left in the pipe would be taken for the next one's.
            if not whole:
                await self._kill()
        if "error" in head:
            raise NotifyError(head["error"], permanent=True)
        return picture, head["note"]

    async def _asked(self, line: bytes) -> tuple[dict[str, Any], bytes]:
        process = self._process or await _started()
        self._process = process
        if process.stdin is None or process.stdout is None:
            raise OSError("no pipe")
        process.stdin.write(line)
        await process.stdin.drain()
        head: dict[str, Any] = json.loads(await process.stdout.readline())
        return head, await process.stdout.readexactly(head.get("size", 0))

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _started() -> asyncio.subprocess.Process:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "monitor.notify.drawing"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LINE_LIMIT,
        # One thread: cards are rare, and the cores belong to the reading.
        env={**kept, "RAYON_NUM_THREADS": "1"},
    )
