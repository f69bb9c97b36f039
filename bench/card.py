"""The evidence card, beside headless Chromium showing the same words.

Each round draws one new finding in every way, one after another, so that a busy machine is busy
for all; medians of time are compared, and CPU time over all processes that a way needs. Chromium is
a browser that stays open, with a new context and page for each picture, and once more with one page
that is filled again: the best that can be asked of it. A card waits for one core and Chromium for
several, so others' work on the machine slows ours more: to compare waiting on a busy machine, run
this before all others (``chrt -r 5 python -m bench.card`` as root). Ours is
the process that the daemon draws with, from the finding's data to the PNG.

    apt-get install chromium fonts-noto-core fonts-noto-color-emoji
    pip install -r requirements/network.txt
"""

from __future__ import annotations

import argparse
import asyncio
import html
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from statistics import mean, median
from typing import Any

import psutil

from monitor.model.delivery import AlertFacts
from monitor.notify.drawer import Drawer
from monitor.notify.picture import code
from monitor.notify.sheet import Sheet, sheet
from tests.notify import examples

WORDS = (
    "Pagi semua 🌞 jangan lupa dukung nomor 2, Bu Rahma paling siap! مرحبا 𝗣𝗶𝗹𝗶𝗵 👍🏽🇮🇩 ",
    "Ayo dukung nomor 2 demi perubahan yang nyata bagi kita semua. ",
)
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
CSS = """
body{margin:0;padding:14px;width:332px;font:10.5px/1.45 "Noto Sans","Noto Color Emoji",sans-serif}
h1{font-size:17px;margin:0} small{font-size:8px;color:#555} mark{background:#ffe08a}
blockquote{margin:6px 0;padding:6px 9px;background:#f5f5f2;border-left:3px solid #8a8a80}
code{font:7.6px "Noto Sans Mono",monospace} svg{float:right;width:50px;height:50px} p{margin:4px 0}
"""

SIZE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "device_scale_factor": 2}


@dataclass(frozen=True)
class Taken:
    """One picture: seconds of waiting and of CPU, and its bytes."""

    seconds: float
    cpu: float
    size: int


Way = Callable[[Sheet], Awaitable[bytes]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    show(asyncio.run(drawn([page(number) for number in range(rounds + 1)])))


async def drawn(pages: list[Sheet]) -> dict[str, list[Taken]]:
    async with ours() as draw, chromium() as browsers:
        return await measure({"ours": draw, **browsers}, pages)


def page(number: int) -> Sheet:
    """Return the card of an invented finding; no two are alike."""
    text = f"Catatan {number}: " + WORDS[number % 2] * (1 + number % 5)
    act = replace(examples.activity(), text=text)
    content = examples.stored(examples.finding(act, "support-post-candidate", ()))
    facts: AlertFacts = replace(examples.FACTS, finding_id=f"NTR-AAAA-{number:04}", head=None)
    return sheet(content, examples.WATCH, facts, examples.RULES)


@asynccontextmanager
async def ours() -> AsyncIterator[Way]:
    drawer = Drawer(60.0)

    async def draw(one: Sheet) -> bytes:
        return (await drawer.draw(one))[0]

    yield draw
    await drawer.close()


@asynccontextmanager
async def chromium() -> AsyncIterator[dict[str, Way]]:
    """Yield both ways of Chromium; none where it is not installed, and say so."""
    path = shutil.which("chromium")
    if path is None or not find_spec("playwright"):
        print("Chromium not measured: it or playwright is not installed (see --help)")
        yield {}
        return
    # A package of its own for one way of the comparison.
    driving = import_module("playwright.async_api").async_playwright()
    async with driving as driver:
        browser = await driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        filled = await browser.new_page(**SIZE)
        yield {
            "chromium, new page": lambda one: fresh(browser, one),
            "chromium, same page": lambda one: shot(filled, one),
        }
        await browser.close()


async def fresh(browser: Any, one: Sheet) -> bytes:
    context = await browser.new_context(**SIZE)
    try:
        return await shot(await context.new_page(), one)
    finally:
        await context.close()


async def shot(tab: Any, one: Sheet) -> bytes:
    await tab.set_content(as_html(one))
    picture: bytes = await tab.screenshot(full_page=True)
    return picture


def as_html(one: Sheet) -> str:
    """Return the same card as a page: same words, same marks, same code."""
    body = "".join(
        ("<blockquote>{}</blockquote>" if part["quote"] else "{}").format(
            "".join(f"<p>{''.join(run(r) for r in line)}</p>" for line in part["lines"])
        )
        for part in one["blocks"]
    )
    limits = "".join(f"<p><small>{html.escape(limit)}</small></p>" for limit in one["limits"])
    head = f"{code(one['finding'])}<small>{one['title']}</small><h1>{one['finding']}</h1><hr>"
    return f"<meta charset=utf-8><style>{CSS}</style>{head}{body}<hr>{limits}"


def run(one: dict[str, str]) -> str:
    tag = {"mark": "mark", "bold": "b", "mono": "code"}.get(one["kind"])
    text = html.escape(one["text"])
    return f"<{tag}>{text}</{tag}>" if tag else text


async def measure(ways: dict[str, Way], pages: list[Sheet]) -> dict[str, list[Taken]]:
    taken: dict[str, list[Taken]] = {name: [] for name in ways}
    for one in pages:
        for name, draw in ways.items():
            used, start = cpu(), time.perf_counter()
            picture = await draw(one)
            taken[name].append(Taken(time.perf_counter() - start, cpu() - used, len(picture)))
    return taken


def cpu() -> float:
    """Return the CPU seconds of this process and all below it, ended ones included."""
    me = psutil.Process()
    total = 0.0
    for process in (me, *me.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # it has just ended; its parent has its time
            total += sum(process.cpu_times()[:4])
    return total


def show(taken: dict[str, list[Taken]]) -> None:
    """Print each way, and how many times ours it takes; the first picture stands apart."""
    seconds = {name: median(one.seconds for one in all_[1:]) for name, all_ in taken.items()}
    used = {name: mean(one.cpu for one in all_[1:]) for name, all_ in taken.items()}
    for name, pictures in taken.items():
        print(
            f"{name:<20} first {pictures[0].seconds * 1000:5.0f} ms"
            f"   then {seconds[name] * 1000:6.1f} ms, CPU {used[name] * 1000:6.1f} ms"
            f"   {median(one.size for one in pictures) / 1000:4.0f} KB"
            f"   {seconds[name] / seconds['ours']:5.1f} times, CPU {used[name] / used['ours']:5.1f}"
        )


if __name__ == "__main__":
    main()
