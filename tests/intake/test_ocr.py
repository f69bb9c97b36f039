"""Five of the screenshots that ``make ocr`` reads; drawn by Chromium, read by Tesseract."""

from __future__ import annotations

import pytest

from tests import screens
from tests.long.ocr import measure

pytestmark = pytest.mark.drill


def test_five_screenshots_give_the_right_target_and_stance() -> None:
    assert measure(screens.screens(7, 5))["right"] == 5
