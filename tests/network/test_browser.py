"""The browser that other tests look through: it draws, and it reaches no other machine."""

from __future__ import annotations

import pytest

from tests.browser import Page

pytestmark = pytest.mark.network


def test_it_draws_a_page(page: Page) -> None:
    page.set_content("<h1>Netralitas</h1><p>🙏 ا مثال</p>")
    assert page.inner_text("h1") == "Netralitas"
    assert page.screenshot().startswith(b"\x89PNG")


def test_it_reaches_no_other_machine(page: Page) -> None:
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://contoh.invalid/")
