"""Recorded answers of X against what is made of them (``recorded``)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from monitor.collect.x import X
from monitor.config_gated import X as Settings
from monitor.errors import CollectError
from tests.collect import recorded
from tests.collect.x_world import PEGAWAI
from tests.net.serving import NOW, client, serving

WHO = replace(PEGAWAI, native_id="1000")
USER = {"data": {"id": "1000", "username": "pegawai_a", "name": "Pegawai", "protected": False}}


@pytest.mark.parametrize("case", recorded.cases("x"), ids=lambda case: case.name)
async def test_recording(case: Path) -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        listed = request.path.endswith("/tweets")
        return recorded.response(case) if listed else web.json_response(USER)

    async with serving(handle) as base, client(base, attempts=1) as http:
        collector = X(http, Settings(api=base), lambda: NOW, lambda: "AAAA-uji")
        try:
            pages = [page async for page in collector.fetch(WHO, {}, None)]
        except CollectError as error:
            found = {"error": type(error).__name__, "text": str(error)}
        else:
            found = recorded.described(collector, pages, WHO)
    recorded.compare(case, found)
