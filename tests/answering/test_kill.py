"""The page's process is killed while answers are sent: what was promised a receipt is on record."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import subprocess
import sys

import aiohttp
import pytest

from monitor.clock import utc_now
from monitor.log import logger
from monitor.store import invitations
from tests.answering.place import FINDING, Place
from tests.answering.test_site import FORM, Browser

pytestmark = pytest.mark.drill

KILLS, SENDERS = 10, 6
RECEIPT = re.compile(r'class="receipt">[^T]*<strong>(TT-[0-9A-Z-]{9})<')


def start(place: Place) -> tuple[subprocess.Popen[str], str]:
    words = ("klarifikasi", "serve", "--port", "0", "-c", str(place.folder / "config.toml"))
    run = subprocess.Popen(
        [sys.executable, "-m", "monitor", *words],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert run.stdout is not None
    return run, run.stdout.readline().split()[-1].rstrip("/")


async def one_answer(base: str, code: str, text: str) -> str:
    """Answer once; return the receipt's number, or "" where the connection broke."""
    try:
        async with aiohttp.ClientSession() as http:
            browser = Browser(http, base)
            await browser.raw("POST", "/perkara", f"kode={code}".encode(), FORM)
            await browser.post("/periksa", teks=text)
            done = await browser.post("/kirim")
    except (aiohttp.ClientError, OSError):
        return ""
    found = RECEIPT.search(done.text)
    return found[1] if found else ""


async def test_no_receipt_is_given_for_what_is_not_on_record(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "_COST", 1 << 14)
    config = place.folder / "config.toml"
    config.write_text(config.read_text("utf-8").replace("= 12", "= 100000"), "utf-8")
    place.now = utc_now()
    code = place.invited(place.writer()).text()
    place.close()
    seed = int(os.environ.get("NETRALITAS_SEED", "7"))
    chance, sent, promised = random.Random(seed), 0, {}
    for _ in range(KILLS):
        run, base = start(place)
        tasks = {}
        for _ in range(SENDERS):
            sent += 1
            tasks[f"jawaban nomor {sent} selesai"] = asyncio.create_task(
                one_answer(base, code, f"jawaban nomor {sent} selesai")
            )
        await asyncio.sleep(chance.uniform(0.3, 3.0))
        run.send_signal(signal.SIGKILL)
        run.communicate(timeout=30)
        for text, task in tasks.items():
            if number := await task:
                promised[number] = text
    kept = place.answering().given(FINDING)
    on_record = {one.receipt: one.answer.text for one in kept}
    logger.info(f"seed {seed}: {sent} sent, {len(promised)} receipts, {len(kept)} on record")
    assert promised.items() <= on_record.items()
    assert len({one.answer.text for one in kept}) == len(kept) <= sent
    assert promised
