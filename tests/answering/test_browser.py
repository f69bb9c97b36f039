"""The page in a real headless Chromium at 320 pixels, by keyboard alone, from the real command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.clock import utc_now
from monitor.store import invitations
from tests.answering.place import FINDING, Place, copied
from tests.browser import Browser, Page

pytestmark = pytest.mark.network

# Pictures of the pages go there, where somebody wants to look at them.
PICTURES = os.environ.get("NETRALITAS_PICTURES", "")
WIDTH = 320
REAL_COST = invitations._COST
LEAST_TARGET = 44


@contextmanager
def served(place: Place) -> Iterator[str]:
    """Run ``netralitas klarifikasi serve`` and return its address."""
    config = place.folder / "config.toml"
    words = ("klarifikasi", "serve", "--port", "0", "-c", str(config))
    command = [sys.executable, "-m", "monitor", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        line = run.stdout.readline()
        try:
            assert line.startswith("Page of answers: "), run.stderr.read() if run.stderr else ""
            yield line.split()[-1]
        finally:
            run.send_signal(signal.SIGTERM)
            run.communicate(timeout=30)
    assert run.returncode == 0


@pytest.fixture
def own(base: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    # The command runs in a process of its own, with the real digest.
    monkeypatch.setattr(invitations, "_COST", REAL_COST)
    with copied(base, tmp_path / "pasang") as place:
        place.now = utc_now()
        yield place


@pytest.fixture
def narrow(browser: Browser) -> Iterator[Page]:
    """A telephone of 320 pixels that runs no script."""
    screen = {"width": WIDTH, "height": 640}
    context = browser.new_context(viewport=screen, java_script_enabled=False, locale="id-ID")
    yield context.new_page()
    context.close()


def test_an_answer_by_keyboard_at_320_pixels(narrow: Page, own: Place) -> None:
    code = own.invited(own.writer())
    faults: list[str] = []
    narrow.on("console", lambda message: faults.append(message.text))
    with served(own) as address:
        narrow.goto(address)
        _look(narrow, "kode")
        _tab_to(narrow, "#kode")
        narrow.keyboard.type(code.text().lower())
        _enter(narrow)
        assert FINDING in narrow.inner_text("main")
        _look(narrow, "perkara")
        _tab_to(narrow, "input[value=ex-cltn]")
        narrow.keyboard.press("Space")
        _tab_to(narrow, "#teks")
        narrow.keyboard.type("Saya sedang cuti. <b>Lihat</b> suratnya.")
        _tab_to(narrow, "#lampiran")
        narrow.keyboard.press("ControlOrMeta+A")
        narrow.keyboard.type("1")
        _enter(narrow)
        assert "<b>Lihat</b>" in narrow.inner_text(".said")
        _look(narrow, "periksa")
        _tab_to(narrow, "form[action=kirim] button")
        _enter(narrow)
        number = narrow.inner_text(".receipt strong")
        _look(narrow, "tercatat")
        _tab_to(narrow, "form[action=tanda-terima] button")
        with narrow.expect_download() as waiting:
            narrow.keyboard.press("Enter")
        assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF-")
        assert narrow.context.cookies() == []
    (given,) = own.answering().given(FINDING)
    assert (given.receipt, given.answer.claims) == (number, ("ex-cltn",))
    assert isinstance(given.at, datetime)
    assert faults == []


def _enter(page: Page) -> None:
    """Send the form, and wait until its answer is there: a code's digest takes its time."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _tab_to(page: Page, selector: str) -> None:
    """Reach a field or button with the tabulator alone, and see that it shows the focus."""
    wanted = page.locator(f"{selector}:focus")
    for _ in range(60):
        if wanted.count():
            assert "3px" in wanted.evaluate("e => getComputedStyle(e).outlineWidth")
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} is not reached by the keyboard")


def _look(page: Page, name: str) -> None:
    """See that nothing is wider than the screen and everything is large enough for a thumb."""
    wide: Any = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= WIDTH, name
    for one in page.locator(
        "button, label.tick, input:not([type=checkbox]):not([type=hidden])"
    ).all():
        box = one.bounding_box()
        assert box is not None
        assert box["height"] >= LEAST_TARGET, (name, one.inner_text())
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"klarifikasi-{name}.png", full_page=True)
