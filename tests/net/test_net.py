"""The HTTP layer against real servers that behave, misbehave and attack."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import importlib
import ssl
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monitor.errors import BlockedError, CollectError, ConfigError, RateLimited, TransientError
from monitor.net import Expect
from tests.net.serving import NOW, SUBJECT, Sleeper, client, serving, talking

OK = b"HTTP/1.1 200 OK\r\n"


def answer(
    body: bytes | str = b"ok", status: int = 200, **headers: str
) -> Callable[[web.BaseRequest], web.StreamResponse]:
    data = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: web.Response(status=status, body=data, headers=named)


async def fault(
    make: Callable[[web.BaseRequest], web.StreamResponse],
    *,
    expect: Expect = Expect.ANY,
    sleeper: Sleeper | None = None,
    **settings: object,
) -> CollectError:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return make(request)

    async with serving(handle) as base, client(base, sleeper=sleeper, **settings) as http:
        with pytest.raises(CollectError) as caught:
            await http.get(base, subject=SUBJECT, expect=expect, configured=True)
    assert "127.0.0.1" not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


# ---- what an exchange says -------------------------------------------------------------------


async def test_an_exchange_as_it_was_on_the_wire() -> None:
    async def converse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b'x-Odd-CASE: 1\r\nContent-Length: 2\r\nETAG: "a"\r\n\r\nhi')
        await writer.drain()

    secret = {"Authorization": "Bearer rahasia", "Cookie": "a=b", "If-None-Match": '"a"'}
    async with talking(converse) as base, client(base) as http:
        got = await http.get(
            f"{base}/feed", subject=SUBJECT, params={"q": "dua kata"}, headers=secret
        )
    assert (got.method, got.url, got.status, got.reason) == (
        "GET",
        f"{base}/feed?q=dua+kata",
        200,
        "OK",
    )
    assert got.response_headers == (("x-Odd-CASE", "1"), ("Content-Length", "2"), ("ETAG", '"a"'))
    assert got.body == b"hi"
    assert (got.peer_ip, got.http_version, got.started_at) == ("127.0.0.1", "1.1", NOW)
    sent = dict(got.request_headers)
    assert sent["If-None-Match"] == '"a"'
    assert "pengelola@instansi.example" in sent["User-Agent"]
    assert "rahasia" not in repr(got)
    assert "Cookie" not in sent


@pytest.mark.parametrize("status", [200, 206, 304, 400, 404, 410])
async def test_answers_that_callers_read_themselves(status: int) -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=status)

    async with serving(handle) as base, client(base) as http:
        assert (await http.get(base, subject=SUBJECT, expect=Expect.JSON)).status == status


async def test_no_cookie_is_ever_sent_back() -> None:
    seen: list[str] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        seen.append(request.headers.get("Cookie", ""))
        return web.Response(headers={"Set-Cookie": "id=1; Path=/"})

    async with serving(handle) as base, client(base) as http:
        await http.get(base, subject=SUBJECT)
        await http.get(base, subject=SUBJECT)
    assert seen == ["", ""]


# ---- servers that fail -----------------------------------------------------------------------


async def test_a_server_that_stalls() -> None:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: 10\r\n\r\nhal")
        await writer.drain()
        await reader.read()  # until the client gives up

    async with talking(converse) as base, client(base, timeout=3.0, attempts=2) as http:
        with pytest.raises(TransientError, match=r"^w-001: the server stalled$"):
            await http.get(base, subject=SUBJECT)


@pytest.mark.checklist("slow-body")
async def test_a_server_that_drips_without_ever_stalling() -> None:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: 1000000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.01)

    async with talking(converse) as base, client(base, timeout=1.5, attempts=1) as http:
        with pytest.raises(TransientError, match="no complete answer in time"):
            await http.get(base, subject=SUBJECT)


async def test_a_server_that_resets_is_asked_again_with_growing_jitter() -> None:
    calls: list[int] = []

    async def converse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(1)
        writer.transport.abort()

    sleeper = Sleeper()
    async with talking(converse) as base, client(base, sleeper=sleeper, attempts=4) as http:
        with pytest.raises(TransientError, match="the connection failed"):
            await http.get(base, subject=SUBJECT)
    assert len(calls) >= 4
    assert sleeper.slept == [1.0, 2.0, 4.0]


@pytest.mark.checklist("truncated")
async def test_a_cut_body() -> None:
    async def converse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: 100\r\n\r\nsetengah")
        await writer.drain()
        writer.close()

    async with talking(converse) as base, client(base, attempts=2) as http:
        with pytest.raises(TransientError, match="cut short or wrongly encoded"):
            await http.get(base, subject=SUBJECT)


async def test_a_body_that_is_not_what_its_encoding_says() -> None:
    error = await fault(answer(b"not gzip", Content_Encoding="gzip"), attempts=1)
    assert str(error) == "w-001: the answer was cut short or wrongly encoded"


async def test_what_is_not_http() -> None:
    async def converse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        await writer.drain()
        writer.close()

    async with talking(converse) as base, client(base, attempts=1) as http:
        with pytest.raises(TransientError, match="the connection failed"):
            await http.get(base, subject=SUBJECT)


@pytest.mark.checklist("5xx-burst")
@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 425])
async def test_a_burst_of_server_faults_passes(status: int) -> None:
    left = [status, status]

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=left.pop() if left else 200)

    async with serving(handle) as base, client(base) as http:
        assert (await http.get(base, subject=SUBJECT)).status == 200


async def test_server_faults_that_do_not_pass() -> None:
    sleeper = Sleeper()
    error = await fault(answer(status=500), sleeper=sleeper)
    assert str(error) == "w-001: the server answered with status 500"
    assert isinstance(error, TransientError)
    assert len(sleeper.slept) == 3


async def test_an_unknown_host_is_transient() -> None:
    async with client(attempts=1) as http:
        with pytest.raises(TransientError, match="the host name was not found"):
            await http.get("https://blog.invalid/", subject=SUBJECT)


# ---- too much --------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", [True, False])
async def test_fifty_megabytes_are_not_read(declared: bool) -> None:
    sent = 0

    async def converse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(OK + (b"Content-Length: 50000000\r\n" if declared else b"") + b"\r\n")
        try:
            while sent < 50_000_000:
                writer.write(b" " * 65_536)
                await writer.drain()
                sent += 65_536
        except ConnectionError:
            return

    async with talking(converse) as base, client(base) as http:
        with pytest.raises(BlockedError, match="the answer is larger than 5000000 bytes"):
            await http.get(base, subject=SUBJECT)
    assert sent < 20_000_000


BOMB = b" " * 60_000_000


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BOMB)),
        ("deflate", zlib.compress(BOMB)),
        ("br", importlib.import_module("brotli").compress(BOMB, quality=5)),
        ("zstd", importlib.import_module("backports.zstd").compress(BOMB)),
    ],
    ids=["gzip", "deflate", "br", "zstd"],
)
async def test_a_compression_bomb(encoding: str, packed: bytes) -> None:
    error = await fault(answer(packed, Content_Encoding=encoding))
    assert isinstance(error, BlockedError)
    assert error.cause == "the answer is larger than 5000000 bytes"


async def test_a_smaller_bound_for_one_call() -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=b"12345")

    async with serving(handle) as base, client(base) as http:
        assert (await http.get(base, subject=SUBJECT, max_bytes=5)).body == b"12345"
        with pytest.raises(BlockedError, match="larger than 4 bytes"):
            await http.get(base, subject=SUBJECT, max_bytes=4)


# ---- pages that are no answer ----------------------------------------------------------------

LOGIN = '<!DOCTYPE html><html><form><input name=p type="password"></form></html>'
CHALLENGE = "<!doctype html><title>Just a moment...</title><script src=/cdn-cgi/challenge-platform>"


@pytest.mark.parametrize("expect", [Expect.JSON, Expect.FEED, Expect.CAR])
@pytest.mark.parametrize(
    ("page", "seen"),
    [(LOGIN, "a login page"), (CHALLENGE, "a challenge page"), ("<html>x", "an HTML page")],
)
async def test_html_in_place_of_an_answer(expect: Expect, page: str, seen: str) -> None:
    error = await fault(answer(page), expect=expect)
    assert isinstance(error, BlockedError)
    assert error.cause == f"{seen} came instead of {expect.value}"


async def test_a_feed_sent_as_html_is_still_a_feed() -> None:
    feed = b"<?xml version='1.0'?><!-- <html> --><rss><description>&lt;html&gt;<html></rss>"

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=feed.replace(b"<!-- <html> -->", b""), content_type="text/html")

    async with serving(handle) as base, client(base) as http:
        assert (await http.get(base, subject=SUBJECT, expect=Expect.FEED)).status == 200


@pytest.mark.parametrize("status", [403, 429, 503])
async def test_a_challenge_is_never_a_rate_limit(status: int) -> None:
    error = await fault(answer(CHALLENGE, status, Retry_After="5"))
    assert isinstance(error, BlockedError)
    assert error.cause == "a challenge page came, not an answer"


async def test_a_challenge_named_in_a_header() -> None:
    assert isinstance(await fault(answer("", 200, cf_mitigated="challenge")), BlockedError)


@pytest.mark.checklist("token-401-403-quota")
@pytest.mark.parametrize("status", [401, 403, 405, 451])
async def test_a_refusal(status: int) -> None:
    error = await fault(answer(status=status))
    assert isinstance(error, BlockedError)
    assert error.cause == f"refused with status {status}"


# ---- platforms that ask us to wait -----------------------------------------------------------

DATE = "Sat, 12 Oct 2024 02:30:00 GMT"
EPOCH = int(NOW.timestamp())


@pytest.mark.checklist("429-headers", "429-bare")
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "Sat, 12 Oct 2024 02:32:00 GMT"}, 120),
        ({"RateLimit-Limit": "300", "RateLimit-Remaining": "0", "RateLimit-Reset": "120"}, 120),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": str(EPOCH + 120)}, 120),
        ({"RateLimit": '"default";r=0;t=120'}, 120),
        ({"RateLimit": "limit=10, remaining=0, reset=120"}, 120),
        ({"X-RateLimit-Reset": str(EPOCH + 120)}, 120),
        ({"X-RateLimit-Reset": str((EPOCH + 120) * 1000)}, 120),
        ({"X-RateLimit-Reset": "2024-10-12T02:32:00.123456Z"}, 120.123456),
        ({"x-rate-limit-reset": str(EPOCH + 120)}, 120),
        ({}, 60),
        ({"Retry-After": "nonsense"}, 60),
        ({"Retry-After": "-5"}, 60),
        ({"Retry-After": "99999999"}, 21_600),
        ({"RateLimit-Reset": "1"}, 1),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_429_in_every_form(headers: dict[str, str], wait: float) -> None:
    error = await fault(lambda _: web.Response(status=429, headers={"Date": DATE, **headers}))
    assert isinstance(error, RateLimited)
    assert error.retry_after == pytest.approx(wait)


async def test_503_with_a_wait_is_a_rate_limit_and_is_not_retried() -> None:
    sleeper = Sleeper()
    error = await fault(answer(status=503, Retry_After="90"), sleeper=sleeper)
    assert isinstance(error, RateLimited)
    assert sleeper.slept == []


async def test_after_429_the_host_is_left_alone() -> None:
    calls: list[str] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        calls.append(request.path)
        return web.Response(status=429, headers={"Retry-After": "300"})

    async with serving(handle) as base, client(base) as http:
        for _ in range(3):
            with pytest.raises(RateLimited):
                await http.get(base, subject=SUBJECT)
    assert len(calls) == 1


async def test_a_used_up_lane_holds_up_no_other() -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(headers={"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "300"})

    async with serving(handle) as base, client(base) as http:
        for lane in ("retweets", "tweets", ""):
            assert (await http.get(base, subject=SUBJECT, lane=lane)).status == 200
        for lane in ("retweets", "tweets", ""):
            with pytest.raises(RateLimited):
                await http.get(base, subject=SUBJECT, lane=lane)


@pytest.mark.parametrize("status", [401, 402, 403, 409, 429, 503])
async def test_a_caller_may_read_a_refusal_by_itself(status: int) -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=status, body=b"{}")

    async with serving(handle) as base, client(base) as http:
        got = await http.get(base, subject=SUBJECT, answers={status}, lane="a")
        sent = await http.post(
            base, b"{}", subject=SUBJECT, media_type="text/plain", answers={status}, lane="b"
        )
        assert (got.status, sent.status) == (status, status)


async def test_a_used_up_quota_closes_the_host_before_it_refuses() -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": "300"}
        return web.Response(headers=headers)

    async with serving(handle) as base, client(base) as http:
        assert (await http.get(base, subject=SUBJECT)).status == 200
        with pytest.raises(RateLimited) as caught:
            await http.get(base, subject=SUBJECT)
    assert caught.value.retry_after == pytest.approx(300, abs=30)


async def test_no_more_requests_at_once_than_configured() -> None:
    running = peak = 0
    together = asyncio.Event()

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        if running == 3:
            together.set()
        await together.wait()
        running -= 1
        return web.Response()

    async with serving(handle) as base, client(base, connections_per_host=3) as http:
        await asyncio.gather(*(http.get(base, subject=SUBJECT) for _ in range(9)))
    assert peak == 3


# ---- redirects -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "moved"),
    [([301, 308], True), ([301, 302], False), ([302, 301], False), ([307], False), ([303], False)],
)
async def test_redirects_are_followed(codes: list[int], moved: bool) -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        step = int(request.query.get("step", "0"))
        if step < len(codes):
            return web.Response(status=codes[step], headers={"Location": f"/feed?step={step + 1}"})
        return web.Response(body=b"here")

    async with serving(handle) as base, client(base) as http:
        got = await http.get(f"{base}/old", subject=SUBJECT, configured=True)
    assert got.body == b"here"
    assert got.url == f"{base}/feed?step={len(codes)}"
    assert got.moved_to == (got.url if moved else "")


async def test_endless_redirects() -> None:
    error = await fault(answer(status=302, Location="/again"))
    assert str(error) == "w-001: more than 5 redirects"


@pytest.mark.parametrize(
    ("target", "cause"),
    [
        ("http://127.0.0.1:1/", "the address is not public"),
        ("http://localhost:1/", "the address is not public"),
        ("http://[::ffff:10.0.0.1]/", "the address is not public"),
        ("http://169.254.169.254/latest/meta-data/", "the address is not public"),
        ("file:///etc/passwd", "the address is not http or https"),
        ("http://2130706433/", "the address is not a valid URL"),
        ("http://a:b@127.0.0.1/", "the address carries a user name or password"),
        ("http://[::1", "the address is not a valid URL"),
    ],
)
async def test_a_redirect_into_our_own_network(target: str, cause: str) -> None:
    error = await fault(answer(status=302, Location=target))
    assert isinstance(error, BlockedError)
    assert error.cause == cause


async def test_who_asks_to_stay_is_led_to_no_other_host() -> None:
    asked: list[str] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(request.host)
        there = "/here" if request.path == "/own" else f"http://localhost:{request.url.port}/"
        return web.Response(status=302, headers={"Location": there})

    async with serving(handle) as base:
        other = base.replace("127.0.0.1", "localhost")
        async with client(base, other) as http:
            with pytest.raises(BlockedError, match="a redirect leads to another server"):
                await http.get(f"{base}/own", subject=SUBJECT, configured=True, stay=True)
    assert {host.partition(":")[0] for host in asked} == {"127.0.0.1"}
    assert len(asked) == 2


async def test_credentials_do_not_follow_to_another_host() -> None:
    seen: list[str | None] = []

    async def there(request: web.BaseRequest) -> web.StreamResponse:
        seen.append(request.headers.get("Authorization"))
        return web.Response()

    async with serving(there) as last:
        other = last.replace("127.0.0.1", "localhost")

        async def here(request: web.BaseRequest) -> web.StreamResponse:
            return web.Response(status=302, headers={"Location": other})

        async with serving(here) as first, client(first, other) as http:
            await http.get(first, subject=SUBJECT, headers={"Authorization": "Bearer x"})
    assert seen == [None]


# ---- addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize("configured", [True, False])
async def test_a_name_is_judged_by_the_address_it_resolves_to(configured: bool) -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response()

    async with serving(handle) as base, client() as http:
        url = base.replace("http://127.0.0.1", "https://localhost")
        with pytest.raises(BlockedError, match=r"^w-001: the address is not public$"):
            await http.get(url, subject=SUBJECT, configured=configured)


async def test_a_learned_address_must_be_https() -> None:
    async with client() as http:
        with pytest.raises(BlockedError, match="learned from data must be https"):
            await http.get("http://blog.example/", subject=SUBJECT)


# ---- TLS and proxy ---------------------------------------------------------------------------


def certificate(folder: Path) -> tuple[Path, str]:
    """Make a self-signed certificate for 127.0.0.1; return its file and fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder(name, name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    pem = serialization.Encoding.PEM
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(pem)
    )
    der = made.public_bytes(serialization.Encoding.DER)
    return file, hashlib.sha256(der).hexdigest()


@pytest.fixture
def tls(tmp_path: Path) -> tuple[Path, str, ssl.SSLContext]:
    file, digest = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, digest, context


def downgrading() -> web.Application:
    async def down(request: web.Request) -> web.StreamResponse:
        return web.Response(status=301, headers={"Location": f"http://{request.host}/"})

    async def here(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"ok")

    app = web.Application()
    app.router.add_get("/down", down)
    app.router.add_get("/", here)
    return app


async def test_tls_with_our_own_authority(tls: tuple[Path, str, ssl.SSLContext]) -> None:
    file, digest, context = tls
    server = TestServer(downgrading(), host="127.0.0.1", scheme="https")
    await server.start_server(ssl=context)
    try:
        base = f"https://127.0.0.1:{server.port}"
        async with client(base, ca_file=file) as http:
            assert (await http.get(base, subject=SUBJECT)).tls_cert_sha256 == digest
            with pytest.raises(BlockedError, match="a redirect leads from https to http"):
                await http.get(f"{base}/down", subject=SUBJECT, configured=True)
        async with client(base, attempts=1) as http:
            with pytest.raises(TransientError, match="TLS certificate does not verify"):
                await http.get(base, subject=SUBJECT)
    finally:
        await server.close()


async def test_a_missing_authority_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"expected a readable file of CA certificates"):
        async with client(ca_file=tmp_path / "none.pem"):
            raise AssertionError("opened without its authority")


async def test_a_proxy_in_the_private_network() -> None:
    asked: list[str] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(str(request.url))
        return web.Response(body=b"through")

    async with serving(handle) as base:
        proxy = base.replace("127.0.0.1", "localhost")
        async with client(proxy=proxy) as http:
            got = await http.get("http://blog.example/feed", subject=SUBJECT, configured=True)
            assert got.body == b"through"
            with pytest.raises(BlockedError, match="not public"):
                await http.get("http://10.0.0.1/", subject=SUBJECT, configured=True)
    assert asked == ["http://blog.example/feed"]


# ---- sending ---------------------------------------------------------------------------------


async def test_bytes_are_sent_once_with_their_type() -> None:
    asked: list[tuple[str, str, bytes]] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        asked.append((request.method, request.content_type, await request.read()))
        return web.Response(body=b"answer")

    async with serving(handle) as base, client(base) as http:
        got = await http.post(f"{base}/tsa", b"\x00query", subject=SUBJECT, media_type="a/query")
    assert asked == [("POST", "a/query", b"\x00query")]
    assert (got.method, got.status, got.body) == ("POST", 200, b"answer")


@pytest.mark.parametrize(
    ("status", "kind"), [(500, TransientError), (302, BlockedError), (403, BlockedError)]
)
async def test_a_refused_sending_is_not_repeated(status: int, kind: type[CollectError]) -> None:
    asked: list[str] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(request.method)
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with serving(handle) as base, client(base) as http:
        with pytest.raises(kind, match=SUBJECT):
            await http.post(base, b"query", subject=SUBJECT, media_type="a/query")
    assert asked == ["POST"]


async def test_nothing_is_sent_into_a_private_network() -> None:
    async with client() as http:
        with pytest.raises(BlockedError, match="not public"):
            await http.post("http://127.0.0.1:9/", b"q", subject=SUBJECT, media_type="a/query")
