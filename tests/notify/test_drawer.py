"""The drawing process: what it survives, and what it never does to the one who asks."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import NotifyError
from monitor.notify.drawer import Drawer
from monitor.notify.drawing import MOST_MEMORY
from monitor.notify.picture import draw
from tests.notify.test_picture import CASES, made

SHEET = made(CASES["post"])
# Far more than a card takes on a busy machine: only hanging runs into it.
PATIENCE = 60.0


@pytest.fixture
async def drawer() -> AsyncIterator[Drawer]:
    opened = Drawer(PATIENCE)
    yield opened
    await opened.close()


def pid(drawer: Drawer) -> int:
    assert drawer._process is not None
    return drawer._process.pid


def about(drawer: Drawer, name: str) -> str:
    return Path(f"/proc/{pid(drawer)}/{name}").read_text()


async def test_the_process_draws_what_we_would(drawer: Drawer) -> None:
    assert await drawer.draw(SHEET) == (draw(SHEET).data, draw(SHEET).note)


async def test_many_at_once_are_all_drawn_by_one_process(drawer: Drawer) -> None:
    pages = [SHEET | {"finding": f"NTR-AAAA-{number:04}"} for number in range(8)]
    answers = await asyncio.gather(*(drawer.draw(page) for page in pages))
    assert [png for png, _ in answers] == [draw(page).data for page in pages]
    first = pid(drawer)
    await drawer.draw(SHEET)
    assert pid(drawer) == first


async def test_a_card_that_cannot_be_drawn_is_told_and_harms_no_other(drawer: Drawer) -> None:
    with pytest.raises(NotifyError, match="cannot be drawn"):
        await drawer.draw(SHEET | {"blocks": [{"quote": 1}]})
    assert (await drawer.draw(SHEET))[0] == draw(SHEET).data


async def test_a_process_that_died_is_replaced(drawer: Drawer) -> None:
    await drawer.draw(SHEET)
    first = pid(drawer)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(NotifyError, match="failed"):
        await drawer.draw(SHEET)
    assert (await drawer.draw(SHEET))[0] == draw(SHEET).data
    assert pid(drawer) != first


async def test_a_process_that_cannot_start_is_no_more_than_no_card(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(NotifyError, match="failed"):
        await drawer.draw(SHEET)


async def test_a_process_that_hangs_is_given_up_and_killed() -> None:
    """Stopped by a signal, it answers nothing; the one behind it gets a process of its own."""
    slow = Drawer(PATIENCE)
    await slow.draw(SHEET)
    hung = pid(slow)
    os.kill(hung, signal.SIGSTOP)
    slow._seconds = 0.05
    with pytest.raises(NotifyError, match="no card within"):
        await slow.draw(SHEET)
    with pytest.raises(ProcessLookupError):
        os.kill(hung, 0)
    slow._seconds = PATIENCE
    assert (await slow.draw(SHEET))[0] == draw(SHEET).data
    await slow.close()


async def test_who_waits_too_long_gives_up_and_the_queue_goes_on(drawer: Drawer) -> None:
    """A burst delays what it brings by the patience at most; the loop goes on meanwhile."""
    await drawer.draw(SHEET)
    os.kill(pid(drawer), signal.SIGSTOP)
    drawer._seconds = 0.05
    burst = [drawer.draw(SHEET) for _ in range(200)]
    answers: list[Any] = await asyncio.gather(*burst, return_exceptions=True)
    assert all(isinstance(answer, NotifyError) for answer in answers)
    drawer._seconds = PATIENCE
    assert (await drawer.draw(SHEET))[0] == draw(SHEET).data


async def test_a_caller_that_was_cancelled_leaves_no_half_answer(drawer: Drawer) -> None:
    await drawer.draw(SHEET)
    os.kill(pid(drawer), signal.SIGSTOP)
    task = asyncio.create_task(drawer.draw(SHEET))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    other = SHEET | {"finding": "NTR-BBBB-0001"}
    assert (await drawer.draw(other))[0] == draw(other).data


async def test_closing_ends_the_process() -> None:
    opened = Drawer(PATIENCE)
    await opened.draw(SHEET)
    gone = pid(opened)
    await opened.close()
    with pytest.raises(ProcessLookupError):
        os.kill(gone, 0)
    await opened.close()


async def test_the_process_is_bounded_and_holds_no_secret(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/rahasia")
    monkeypatch.setenv("TELEGRAM_TOKEN", "42:rahasia")
    await drawer.draw(SHEET)
    limits = about(drawer, "limits")
    bounds = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert bounds["Max address space"] == str(MOST_MEMORY)
    assert bounds["Max file size"] == "0"
    assert "rahasia" not in about(drawer, "environ")


def test_a_stop_of_the_service_lets_a_card_be_finished() -> None:
    """systemd signals the whole group; the process ends when its parent closes the pipe."""
    code = [sys.executable, "-m", "monitor.notify.drawing"]
    with subprocess.Popen(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        line = json.dumps(SHEET).encode() + b"\n"
        process.stdin.write(line)
        process.stdin.flush()
        head = json.loads(process.stdout.readline())
        assert process.stdout.read(head["size"]) == draw(SHEET).data
        process.send_signal(signal.SIGTERM)
        process.stdin.write(line)
        process.stdin.close()
        head = json.loads(process.stdout.readline())
        assert process.stdout.read() == draw(SHEET).data
    assert process.returncode == 0
