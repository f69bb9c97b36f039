"""Recorded previews of Telegram channels against what is made of them (``recorded``)."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web

from monitor.collect.telegram_channel import TelegramChannel
from monitor.config_gated import TelegramChannel as Settings
from monitor.errors import CollectError
from tests.collect import recorded
from tests.collect.test_telegram_channel import WHO
from tests.net.serving import NOW, client, serving


@pytest.mark.parametrize("case", recorded.cases("telegram_channel"), ids=lambda case: case.name)
async def test_recording(case: Path) -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return recorded.response(case)

    async with serving(handle) as base, client(base, attempts=1) as http:
        collector = TelegramChannel(http, Settings(site=base), lambda: NOW)
        try:
            pages = [page async for page in collector.fetch(WHO, {}, None)]
        except CollectError as error:
            found = {"error": type(error).__name__, "text": str(error)}
        else:
            found = recorded.described(collector, pages, WHO)
    recorded.compare(case, found)
