"""Of which acts a picture of the page is taken, and what is done where none can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.browser import SHOWN, Answer, Browser, Fetch
from monitor.config import Config, parse
from monitor.errors import ConfigError, TransientError
from monitor.model.activity import ObjectRef
from monitor.model.evidence import Capture, Exchange, Part
from monitor.model.person import Watch
from monitor.run import pictures
from monitor.run.health import Health
from monitor.run.pages import MISSING, Pages, own_page
from monitor.store import alarms, migrate
from monitor.store.writer import Writer
from tests.evidence.test_capture import WATCH, exchange
from tests.notify import examples

SITE = "https://www.rekaan.example/umpan.xml"
PAGE = "https://rekaan.example/1?a=<b>"
CAPTURE = Capture((Part("record", "application/xml", b"<entry/>"),), notes=("earlier",))


def watch(address: str = SITE, platform: str = "feed") -> Watch:
    return replace(WATCH, address=address, platform=platform, zone="WITA")


def act(url: str = PAGE) -> Any:
    return examples.activity(object=ObjectRef("x", url=url))


@pytest.mark.parametrize(
    ("url", "line", "taken"),
    [
        (PAGE, watch(), True),
        ("https://www.rekaan.example/1", watch(), True),
        ("http://rekaan.example/1", watch("http://rekaan.example/umpan"), True),
        ("https://tetangga.example/1", watch(), False),
        ("https://rekaan.example.tetangga.example/1", watch(), False),
        ("https://rekaan.example@tetangga.example/1", watch(), False),
        ("", watch(), False),
        ("javascript:alert(1)", watch(), False),
        ("file:///etc/passwd", watch(), False),
        ("https://[::1", watch(), False),
        ("https://bsky.app/profile/x/post/1", watch("tokoh.example", "bluesky"), False),
    ],
)
def test_only_a_page_on_the_accounts_own_site_is_taken(url: str, line: Watch, taken: bool) -> None:
    assert own_page(act(url), line) == (url if taken else "")


class Camera(Browser):
    """Shows nothing: what it was asked is the picture."""

    def __init__(self) -> None:
        super().__init__("/nonexistent", 1.0)
        self.broken = False
        self.frames: list[str] = []
        self.answers: list[Answer] = []

    async def picture(self, url: str, fetch: Fetch, frame: str) -> bytes:
        if self.broken:
            raise TransientError("page", "the browser failed")
        self.frames.append(frame)
        self.answers += [await fetch(url), await fetch("https://iklan.example/x.js")]
        return b"\x89PNG"


class Web:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bool]] = []

    async def get(self, url: str, *, subject: str, configured: bool = False) -> Exchange:
        self.asked.append((url, subject, configured))
        return exchange("text/html; charset=utf-8", b"<p>halo")


@pytest.fixture
def health(tmp_path: Path, now: datetime) -> Iterator[Health]:
    migrate.upgrade(tmp_path / "netralitas.sqlite3")
    writer = Writer(tmp_path / "netralitas.sqlite3")
    config = settings()
    yield Health(writer, config.health, tmp_path, [], lambda: now)
    writer.close()


def settings(**capture: Any) -> Config:
    return parse({"http": {"contact": "uji@contoh.test"}, "capture": capture}, "uji")


async def test_a_picture_says_what_it_is_and_when_it_was_seen(health: Health) -> None:
    camera, web = Camera(), Web()
    got = await Pages(camera, web, health).added(act(), watch(), CAPTURE)
    assert got.parts == (*CAPTURE.parts, Part("page", "image/png", b"\x89PNG"))
    (frame,) = camera.frames
    assert f'src="{SHOWN}"' in frame
    assert "diamati oleh kami pada Sabtu, 12 Oktober 2024 pukul 10.41 WITA" in frame
    assert "bukan putusan" in frame
    assert "https://rekaan.example/1?a=&lt;b&gt;" in frame
    assert camera.answers[0] == Answer(200, "text/html; charset=utf-8", b"<p>halo")


async def test_only_the_accounts_own_host_counts_as_named_by_the_operator(health: Health) -> None:
    web = Web()
    await Pages(Camera(), web, health).added(act(), watch(), CAPTURE)
    subject = watch().watch_id
    assert web.asked == [(PAGE, subject, True), ("https://iklan.example/x.js", subject, False)]


async def test_without_a_picture_the_finding_goes_on_marked_and_told(health: Health) -> None:
    camera = Camera()
    pages = Pages(camera, Web(), health)
    camera.broken = True
    got = await pages.added(act(), watch(), CAPTURE)
    assert got == replace(CAPTURE, notes=("earlier", MISSING))
    conn = health._writer.reader()
    assert [alarm.key for alarm in alarms.open_(conn)] == ["page"]
    camera.broken = False
    await pages.added(act(), watch(), CAPTURE)
    assert alarms.open_(conn) == []


async def test_an_act_without_a_page_of_its_own_asks_for_nothing(health: Health) -> None:
    camera = Camera()
    camera.broken = True
    assert await Pages(camera, Web(), health).added(act(""), watch(), CAPTURE) is CAPTURE


async def test_pages_without_a_browser_are_a_fault_of_the_configuration(health: Health) -> None:
    wanted = settings(screenshot=True, browser="/nonexistent/chromium")
    with pytest.raises(ConfigError, match=r"capture\.browser: expected a program, got no /nonexi"):
        async with pictures.opened(wanted, Web(), health):
            raise AssertionError("opened without a browser")


async def test_off_by_default_no_browser_is_asked_for(health: Health) -> None:
    off = settings(browser="/nonexistent/chromium")
    async with pictures.opened(off, Web(), health) as made:
        assert made._pages is None
