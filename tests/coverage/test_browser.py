"""The coverage pages in a real headless Chromium: 320 pixels, by keyboard alone, without script."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor import covering
from monitor.clock import utc_now
from tests.browser import Browser, Page
from tests.coverage.place import made

pytestmark = pytest.mark.network

PICTURES = os.environ.get("NETRALITAS_PICTURES", "")
WIDTH = 320
TABS = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cakupan") / "pasang"
    made(place, 60, utc_now())
    return place


@pytest.fixture
def narrow(browser: Browser) -> Iterator[Page]:
    screen = {"width": WIDTH, "height": 640}
    context = browser.new_context(viewport=screen, java_script_enabled=False, locale="id-ID")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("tongue", ["id", "en"])
def test_every_part_is_reached_by_keyboard_on_a_telephone(
    narrow: Page, folder: Path, tmp_path: Path, tongue: str
) -> None:
    file = tmp_path / "cakupan.html"
    asked: list[str] = []
    faults: list[str] = []
    narrow.on("request", lambda request: asked.append(request.url))
    narrow.on("console", lambda message: faults.append(message.text))
    covering.coverage(folder / "config.toml", file, tongue, "")
    narrow.goto(file.as_uri())
    assert narrow.get_attribute("html", "lang") == tongue
    _no_wider(narrow)
    _picture(narrow, f"telepon-{tongue}")
    narrow.keyboard.press("Tab")
    assert narrow.locator("a.skip:focus").is_visible()
    _tab_to(narrow, "nav a[href='#instansi']")
    narrow.keyboard.press("Enter")
    assert narrow.url.endswith("#instansi")
    _tab_to(narrow, "details:nth-of-type(4) summary")
    narrow.keyboard.press("Enter")
    fold = narrow.locator("details:nth-of-type(4)")
    assert fold.get_attribute("open") is not None
    assert fold.locator("tbody tr").first.is_visible()
    _picture(narrow, f"telepon-instansi-{tongue}")
    _no_wider(narrow)
    assert asked == [file.as_uri()]
    assert faults == []


def test_pages_of_accounts_by_keyboard(
    narrow: Page, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(covering, "INLINE", 10)
    monkeypatch.setattr("monitor.covering_files.PER_PAGE", 20)
    file = tmp_path / "cakupan.html"
    covering.coverage(folder / "config.toml", file, "id", "")
    narrow.goto(file.as_uri())
    _no_wider(narrow)
    _tab_to(narrow, "#instansi ~ table a >> nth=5")
    narrow.keyboard.press("Enter")
    narrow.wait_for_url("**/cakupan-akun/**")
    _no_wider(narrow)
    _picture(narrow, "telepon-akun")
    _tab_to(narrow, "nav a[rel=next]")
    narrow.keyboard.press("Enter")
    narrow.wait_for_url("**/0003.html")
    _tab_to(narrow, "nav a >> nth=0")
    narrow.keyboard.press("Enter")
    narrow.wait_for_url("**/cakupan.html")


def test_on_a_desk(browser: Browser, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "cakupan.html"
    covering.coverage(folder / "config.toml", file, "id", "")
    for scheme in ("light", "dark"):
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, color_scheme=scheme, locale="id-ID"
        )
        page = context.new_page()
        page.goto(file.as_uri())
        for width in (700, 1000, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            _no_wider(page)
        assert _contrasts(page) == []
        _picture(page, f"meja-{scheme}")
        context.close()


def _no_wider(page: Page) -> None:
    """See that nothing has to be moved sideways."""
    wide = page.locator("html").evaluate("e => e.scrollWidth - e.clientWidth")
    assert wide <= 0


def _tab_to(page: Page, selector: str) -> None:
    """Reach a place with the tabulator alone, and see that it shows the focus."""
    wanted = page.locator(selector)
    for _ in range(TABS):
        if wanted.evaluate("e => e === document.activeElement"):
            assert "3px" in wanted.evaluate("e => getComputedStyle(e).outlineWidth")
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} is not reached by the keyboard")


# WCAG 2.2, 1.4.3: 4.5 to 1 for words.
CONTRAST = """() => {
  const part = c => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4 }
  const light = s => { const [r, g, b] = s.match(/[0-9.]+/g).map(Number)
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b) }
  const behind = e => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor
    if (c !== 'rgba(0, 0, 0, 0)') return c } return 'rgb(255, 255, 255)' }
  return [...document.querySelectorAll('p, a, dt, dd, th, td, li, summary, span, h1, h2, h3')]
    .filter(e => { const [a, b] = [light(getComputedStyle(e).color), light(behind(e))]
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5 })
    .map(e => e.outerHTML.slice(0, 80)) }"""


def _contrasts(page: Page) -> list[str]:
    found: list[str] = page.evaluate(CONTRAST)
    return found


def _picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"cakupan-{name}.png"), full_page=True)
