"""A real headless Chromium for tests that look at pages as their readers do.

It is Debian's own (``apt-get install chromium``), driven by ``playwright`` of
requirements/network.in, so tests that use it carry the mark ``network``. Nothing but loopback can
be reached from it.

Tests of it are not coroutines: its driver keeps an event loop of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

# Types of ``playwright``, which is not there where only the ordinary tests run.
Browser = Any
Page = Any

# As root, and in a container whose /dev/shm is small; no name is ever resolved.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
WIDTH, HEIGHT = 1280, 900


def executable() -> str:
    """Return the path of the installed Chromium; what to install where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise FileNotFoundError("no Chromium: as root, apt-get install chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open a browser and close it, with every page of it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return an empty page; it keeps no cookie and no cache of another test."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, locale="id-ID", timezone_id="Asia/Jakarta"
    )
    yield context.new_page()
    context.close()
