"""The process that ``strangers`` measures: the real program, once forward or all of reverse mode.

    python -m tests.long.strangers_child FOLDER forward|reverse

Its last line is JSON: how much was listed, and the peak of its memory in kB.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from monitor import app, config, upkeep
from monitor.log import set_up
from monitor.store import target_sources
from tests.standin import names

MOST_LOOKS = 300
A_WHILE = 5.0  # seconds


async def forward(settings: config.Config) -> None:
    """Look once at every registered account."""
    async with app.opened(settings) as opened:
        await opened.daemon.once()


async def reverse(settings: config.Config) -> None:
    """Look at who engaged until every list was read to its end."""
    async with app.opened(settings) as opened:
        for _ in range(MOST_LOOKS):
            reports = await opened.daemon.reverse.once()
            errors = [report.error for report in reports if report.error]
            assert all("rate limited" in error for error in errors), errors
            if errors:
                await asyncio.sleep(A_WHILE)  # as the daemon would; nothing was lost meanwhile
            states = target_sources.statuses(opened.writer.reader(), active=True)
            if not errors and all(state.began_at is None for state in states):
                break
        else:
            raise AssertionError("the lists have no end")
        await opened.daemon.send_all()


def _peak_kb() -> int:
    # Not getrusage: its figure begins with the memory of the process that this one was forked from.
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise RuntimeError("this system does not say how much memory a process took at most")


def main() -> None:
    folder, mode = Path(sys.argv[1]), sys.argv[2]
    settings = config.load(folder / "config.toml")
    set_up("DEBUG", json_lines=False)
    with names.noted(folder):
        asyncio.run(forward(settings) if mode == "forward" else reverse(settings))
    peak = _peak_kb()
    upkeep.status(folder / "config.toml")  # its figures are searched too
    sys.stdout.write("\n" + json.dumps({"peak_kb": peak}) + "\n")


if __name__ == "__main__":
    main()
