"""The judge is judged: it refuses what Telegram refuses, so that its silence means something."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.standin.entities import Refused, check_length, parse
from tests.standin.telegram import StandIn


@pytest.fixture
async def server() -> AsyncIterator[StandIn]:
    async with StandIn() as started:
        yield started


async def call(server: StandIn, method: str, **parameters: Any) -> dict[str, Any]:
    async with (
        ClientSession() as session,
        session.post(f"{server.url}/bot{server.token}/{method}", json=parameters) as answer,
    ):
        body: dict[str, Any] = await answer.json()
        return body


@pytest.mark.parametrize(
    ("method", "parameters", "code"),
    [
        ("sendMessage", {"chat_id": 1, "text": "a"}, None),
        ("sendMessage", {"chat_id": 1, "text": "a", "parse_mod": "HTML"}, 400),
        ("sendMessage", {"chat_id": 1}, 400),
        ("sendMessage", {"chat_id": 1, "text": "<b>a", "parse_mode": "HTML"}, 400),
        ("sendMessage", {"chat_id": 1, "text": "a" * 4097}, 400),
        ("sendMessage", {"chat_id": 1, "text": " "}, 400),
        ("sendPigeon", {}, 404),
    ],
)
async def test_requests_are_judged(
    server: StandIn, method: str, parameters: dict[str, Any], code: int | None
) -> None:
    assert (await call(server, method, **parameters)).get("error_code") == code


async def test_another_token_is_unauthorized(server: StandIn) -> None:
    assert (await call(server, "getMe"))["ok"]
    stale = StandIn("42:x")
    stale.url = server.url
    assert (await call(stale, "getMe"))["error_code"] == 401


@pytest.mark.parametrize(
    "markup",
    [
        *(
            "<b>a",
            "a</b>",
            "<b><i>a</b></i>",
            "<x>a</x>",
            "a < b",
            "a & b",
            "&nbsp;",
            "<b a=1>x</b>",
        ),
        *("<code><b>a</b></code>", "<!-- -->"),
    ],
)
def test_markup_is_refused(markup: str) -> None:
    with pytest.raises(Refused):
        parse(markup)


def test_markup_is_read_in_utf16_units() -> None:
    parsed = parse("😀<b>a &lt;</b>&#39;&quot;&amp;&#x41;")
    assert parsed.text == "😀a <'\"&A"
    assert parsed.entities == [{"type": "bold", "offset": 2, "length": 3}]


def test_the_limit_is_in_utf16_units() -> None:
    check_length("😀" * 2048)
    with pytest.raises(Refused):
        check_length("😀" * 2048 + "a")


async def test_it_runs_as_a_process_of_its_own() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.standin.telegram", "--token", "1:a"),
        stdout=asyncio.subprocess.PIPE,
    )
    if process.stdout is None:
        pytest.fail("no pipe")
    url = (await process.stdout.readline()).decode().strip()
    try:
        async with ClientSession() as session:
            message = {"chat_id": 5, "text": "halo"}
            async with session.post(f"{url}/bot1:a/sendMessage", json=message) as answer:
                assert (await answer.json())["ok"]
            order = {"kind": "blocked", "chat": "5"}
            async with session.post(f"{url}/sim/fault", json=order) as answer:
                assert answer.status == 200
            async with session.post(f"{url}/bot1:a/sendMessage", json=message) as answer:
                assert answer.status == 403
            async with session.get(f"{url}/sim/messages") as answer:
                assert [m["text"] for m in await answer.json()] == ["halo"]
    finally:
        process.terminate()
        await process.wait()
