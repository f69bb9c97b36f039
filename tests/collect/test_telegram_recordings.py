"""Recorded answers of getUpdates against what is made of them (``recorded``)."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web

from monitor.collect.base import Page
from monitor.collect.telegram import Telegram
from monitor.config_gated import Telegram as Settings
from monitor.errors import CollectError
from tests.collect import recorded
from tests.collect.telegram_lines import REGISTER, TOKEN, WHO
from tests.net.serving import NOW, client, serving


@pytest.mark.parametrize("case", recorded.cases("telegram"), ids=lambda case: case.name)
async def test_recording(case: Path) -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return recorded.response(case)

    async with serving(handle) as base, client(base, attempts=1) as http:
        settings = Settings(api=base, groups=(-1001234567890,))
        collector = Telegram(http, settings, lambda: NOW, lambda: TOKEN)
        collector.admit(lambda _: "")
        try:
            walk = collector.engagers(collector.places[0], {}, None, REGISTER)
            found = [page async for page in walk]
        except CollectError as error:
            made = {"error": type(error).__name__, "text": str(error)}
        else:
            raws = tuple(raw for page in found for _, raw in page.items)
            made = recorded.described(collector, [Page(raws, found[-1].cursor)], WHO)
    recorded.compare(case, made)
