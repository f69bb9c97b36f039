"""Our WARC files in a player that others wrote: it serves the same bytes and headers again."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor import config
from monitor.evidence import warc
from monitor.model.evidence import Exchange
from monitor.model.exchange import exchange_content
from monitor.net import Http

pytestmark = pytest.mark.network

HERE = Path(__file__).parents[2]
MADE_AT = "2024-10-13T00:00:00.000000Z"
START_SECONDS = 60.0
# What the player says of itself, and what a rebuilt record does not keep of the wire.
OF_THE_WIRE = {"content-encoding", "transfer-encoding", "content-length"}

RECORD = json.dumps({"text": "Ayo pilih nomor 2 👍 " * 40}).encode()
PAGE = "<!doctype html><meta charset=utf-8><p>مرحبا &amp; selamat pagi".encode()
PROOF = bytes(range(256)) * 9


def player() -> Path:
    """Return the folder of the player's programs; it has an environment of its own."""
    folder = Path(os.environ.get("NETRALITAS_REPLAY_DIR", HERE / ".make" / "replay")) / "bin"
    if not (folder / "wayback").is_file():
        pytest.fail("no player for web archives: make network installs it")
    return folder


@pytest.fixture
async def site() -> AsyncIterator[TestServer]:
    """A platform with a packed answer, a binary one, and a page."""

    async def record(_: web.Request) -> web.Response:
        packed = {"Content-Encoding": "gzip", "RateLimit-Remaining": "2999", "X-Nama": "uji"}
        return web.Response(
            body=gzip.compress(RECORD), headers=packed, content_type="application/json"
        )

    async def proof(_: web.Request) -> web.Response:
        return web.Response(body=PROOF, content_type="application/vnd.ipld.car")

    async def page(_: web.Request) -> web.Response:
        return web.Response(body=PAGE, content_type="text/html", charset="utf-8")

    app = web.Application()
    app.router.add_get("/xrpc/record", record)
    app.router.add_get("/xrpc/proof", proof)
    app.router.add_get("/halaman", page)
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


async def fetched(site: TestServer) -> dict[str, Exchange]:
    """Fetch each part as the program does."""
    settings = config.Http(
        contact="uji@netralitas.example", allow_private=(f"127.0.0.1:{site.port}",)
    )
    paths = {
        "record": "/xrpc/record?repo=did:plc:rekaan&rkey=3kabc",
        "proof": "/xrpc/proof?did=did:plc:rekaan",
        "target": "/halaman",
    }
    async with Http(settings) as http:
        return {
            name: await http.get(str(site.make_url(path)), subject="w-1", configured=True)
            for name, path in paths.items()
        }


def archive(exchanges: Mapping[str, Exchange]) -> bytes:
    """Make the WARC of an export out of a snapshot's files and its ``headers``."""
    told = {
        name: {**exchange_content(one), "body_sha256": hashlib.sha256(one.body).hexdigest()}
        for name, one in exchanges.items()
    }
    return warc.archive({n: e.body for n, e in exchanges.items()}, {"exchanges": told}, MADE_AT)


@contextmanager
def playing(data: bytes, folder: Path) -> Iterator[str]:
    """Serve a WARC file with pywb; yields the address before an original one."""
    programs = player()
    (folder / "bukti.warc").write_bytes(data)
    manager = programs / "wb-manager"
    for words in (("init", "bukti"), ("add", "bukti", "bukti.warc")):
        subprocess.run([manager, *words], cwd=folder, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(programs / "wayback"), "-b", "127.0.0.1", "-p", str(port)]
    with (folder / "player.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        base = f"http://127.0.0.1:{port}/bukti"
        wait(base, process, folder / "player.log")
        yield f"{base}/{datetime.now(UTC):%Y%m%d%H%M%S}id_/"
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    pytest.fail(f"the player did not start: {log.read_text('utf-8')[-2000:]}")


def replayed(address: str) -> tuple[int, dict[str, str], bytes]:
    with urllib.request.urlopen(address) as answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, headers, answer.read()


async def test_a_player_of_others_serves_the_same_bytes_and_headers(
    site: TestServer, tmp_path: Path
) -> None:
    exchanges = await fetched(site)
    assert (exchanges["record"].body, exchanges["proof"].body) == (RECORD, PROOF)
    data = archive(exchanges)
    await site.close()  # what is served from here on comes out of the archive
    with playing(data, tmp_path) as before:
        for one in exchanges.values():
            status, headers, body = replayed(before + one.url)
            assert (status, body) == (one.status, one.body)
            for name, value in one.response_headers:
                if name.lower() not in OF_THE_WIRE:
                    assert value in (
                        headers.get(name.lower()),
                        headers.get(f"x-archive-orig-{name.lower()}"),
                    ), name


async def test_what_was_not_kept_is_not_played(site: TestServer, tmp_path: Path) -> None:
    data = archive({"record": (await fetched(site))["record"]})
    with playing(data, tmp_path) as before, pytest.raises(urllib.error.HTTPError) as refused:
        replayed(f"{before}{site.make_url('/halaman')}")
    refused.value.close()
    assert refused.value.code == 404
