"""The auditor's pages in a real headless Chromium, from the real command, as an auditor goes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from monitor.auditor.site import queries
from tests.audit.place import NAME, Place, build
from tests.audit.test_command import served
from tests.browser import Page

pytestmark = pytest.mark.network

# Pictures of the pages go there, where somebody wants to look at them.
PICTURES = os.environ.get("NETRALITAS_PICTURES", "")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return build(tmp_path_factory.mktemp("browser") / "pasang")


def test_an_auditor_finds_their_way(page: Page, own: Place) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    # What a click breaks off is no fault of the page that is left.
    page.on("requestfailed", lambda r: faults.extend([r.url] * ("ABORTED" not in r.failure)))
    with served(own) as (_, address):
        page.goto(address)
        assert page.title() == "Pintu auditor · Netralitas"
        assert "kunci" not in page.url
        _look(page, "awal")
        _search(page)
        _finding(page)
        _questions(page)
        _own_question(page)
        _look(page, "sendiri")
    assert faults == []


def _search(page: Page) -> None:
    page.fill("input[name=_search]", "kantor")
    with page.expect_navigation():
        page.click("input[type=submit]")
    assert page.locator("tbody tr").count() == 1
    _look(page, "cari")


def _finding(page: Page) -> None:
    page.click("tbody a[href^='/-/temuan/']")
    assert "Kita hadir bersama" in page.inner_text("blockquote")
    assert page.locator(".cocok").count() == 4
    assert NAME not in page.inner_text("body")
    assert _drawn(page, ".kartu")
    snapshot = page.get_attribute("#berkas-target a", "href")
    _look(page, "temuan")
    title = page.title()
    page.goto(f"{_base(page)}{snapshot}")
    # Markup from a platform is text here: its script did not run.
    assert "<script>" in page.inner_text("body")
    assert page.title() != "dijalankan"
    page.go_back()
    assert page.title() == title


def _questions(page: Page) -> None:
    for name, one in queries().items():
        page.goto(f"{_base(page)}/bukti")
        page.wait_for_load_state("load")
        page.click(f"a[href='/bukti/{name}']")
        assert page.inner_text("h1") == one["title"]
        if page.locator("main form input[type=submit]").count():
            page.wait_for_load_state("load")
            page.click("main form input[type=submit]")
        assert page.locator(".galat").count() == 0, name
        _look(page, name)
    page.goto(f"{_base(page)}/bukti/sampel_auditor?benih=7&jumlah=2")
    assert page.locator("tbody tr").count() == 2


def _own_question(page: Page) -> None:
    page.goto(f"{_base(page)}/bukti")
    page.fill("textarea", "select rule, sum(findings) from audit_rule_month group by 1")
    page.click("form.sql input[type=submit]")
    assert page.inner_text("tbody td:nth-child(2)") == "3"


def _drawn(page: Page, picture: str) -> bool:
    page.wait_for_load_state("load")
    size: Any = page.evaluate(f"document.querySelector('{picture}').naturalWidth")
    return int(size) > 0


def _base(page: Page) -> str:
    return "/".join(page.url.split("/")[:3])


def _look(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
