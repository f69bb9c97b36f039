"""The page over real HTTP: who gets in, what is on record afterwards, and what is refused."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from monitor.answering import forms
from monitor.answering.site import ACTS, Page
from monitor.log import logger
from monitor.model.answer import MOST_TEXT
from monitor.model.code import Code
from monitor.model.review import Step
from monitor.store import log
from tests.answering.place import FINDING, NAME, OTHER, PNG, Place
from tests.answering.test_answers import wrong
from tests.notify import examples

MOST_PAGE = 50_000
SCRIPT = "<script>alert('x')</script>\"'><img src=x onerror=y>"
FORM = {"Content-Type": forms.KIND}


@dataclass
class Got:
    status: int
    text: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False, default=b"")


class Browser:
    """A person at the page: sends forms, and carries the session along as the page does."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._http = session
        self._base = base
        self.token = ""

    async def post(self, path: str, /, **fields: object) -> Got:
        data = urlencode({"sesi": self.token, **fields}, doseq=True).encode()
        return await self.raw("POST", path, data, FORM)

    async def raw(
        self, method: str, path: str, data: bytes | None = None, headers: Mapping[str, str] = FORM
    ) -> Got:
        url = self._base + path
        async with self._http.request(method, url, data=data, headers=headers) as answer:
            body = await answer.read()
            text = body.decode("utf-8", "replace")
            if found := re.search(r'name="sesi" value="([^"]+)"', text):
                self.token = found[1]
            return Got(answer.status, text, answer.headers, body)

    async def enter(self, code: Code) -> Got:
        self.token = ""
        got = await self.raw("POST", "/perkara", urlencode({"kode": code.text()}).encode())
        assert got.status == 200, got.text
        return got

    async def answered(self, **fields: object) -> str:
        """Answer to the end; return the receipt's number."""
        assert (await self.post("/periksa", **fields)).status == 200
        done = await self.post("/kirim")
        assert done.status == 200, done.text
        found = re.search(r"TT-[0-9A-Z]{4}-[0-9A-Z]{4}", done.text)
        assert found
        return found[0]


@asynccontextmanager
async def at(place: Place) -> AsyncIterator[Browser]:
    answering = place.answering()
    page = Page(answering, examples.RULES, place.settings.snapshots)
    async with TestServer(page.app()) as server, aiohttp.ClientSession() as session:
        yield Browser(session, str(server.make_url("/")).rstrip("/"))


@pytest.fixture
async def browser(place: Place) -> AsyncIterator[Browser]:
    async with at(place) as browser:
        yield browser


async def test_an_answer_goes_from_the_code_to_its_receipt(place: Place, browser: Browser) -> None:
    code = place.invited(place.writer())
    assert (await browser.raw("GET", "/")).status == 200
    case = await browser.enter(code)
    assert FINDING in case.text
    assert "SKB Netralitas 2022" in case.text
    assert case.text.count('type="checkbox"') == 18
    assert (await browser.post("/kartu")).body == PNG
    fields = {"alasan": ["ex-not-author", "ex-cltn"], "teks": "Satu.\r\nDua.", "lampiran": "2",
              "pendamping": "Bu Pendamping"}  # fmt: skip
    shown = await browser.post("/periksa", **fields)
    assert "Belum terkirim" in shown.text
    assert place.answering().given(FINDING) == []
    number = await browser.answered(**fields)
    (given,) = place.answering().given(FINDING)
    assert given.receipt == number
    assert given.answer.text == "Satu.\nDua."
    assert given.answer.claims == ("ex-not-author", "ex-cltn")
    assert (given.answer.attachments, given.answer.counsel) == (2, "Bu Pendamping")
    pdf = await browser.post("/tanda-terima", nomor=number)
    assert pdf.body.startswith(b"%PDF-")
    assert pdf.headers["Content-Type"] == "application/pdf"
    again = await browser.post("/perkara")
    assert number in again.text
    assert "Tambah jawaban" in again.text


async def test_sent_twice_it_is_on_record_once_and_an_addition_is_one_more(
    place: Place, browser: Browser
) -> None:
    await browser.enter(place.invited(place.writer()))
    await browser.post("/periksa", teks="pertama")
    first = await asyncio.gather(*(browser.post("/kirim") for _ in range(8)))
    assert {got.status for got in first} == {200}
    assert len(place.answering().given(FINDING)) == 1
    await browser.post("/perkara")
    await browser.answered(teks="kedua")
    assert [g.answer.text for g in place.answering().given(FINDING)] == ["pertama", "kedua"]


async def test_after_a_restart_the_answer_is_there_and_the_session_is_not(place: Place) -> None:
    code = place.invited(place.writer())
    async with at(place) as browser:
        await browser.enter(code)
        number = await browser.answered(teks="sebelum mati")
        token = browser.token
    async with at(place) as browser:
        browser.token = token
        lost = await browser.post("/periksa", teks="kata-kata yang tidak boleh hilang")
        assert lost.status == 403
        assert "kata-kata yang tidak boleh hilang" in lost.text
        assert number in (await browser.enter(code)).text


async def test_wrong_codes_are_refused_alike_and_then_none_is_taken(
    place: Place, browser: Browser
) -> None:
    code = place.invited(place.writer())
    tries = [wrong(code)] * 2 + [replace(code, letter="000").text()]
    answers = [await browser.raw("POST", "/perkara", f"kode={one}".encode()) for one in tries]
    assert {(one.status, one.text) for one in answers} == {(403, answers[0].text)}
    mistyped = await browser.raw("POST", "/perkara", b"kode=ABCD")
    assert "salah ketik" in mistyped.text
    for _ in range(9):
        await browser.raw("POST", "/perkara", f"kode={replace(code, letter='001').text()}".encode())
    closed = await browser.raw("POST", "/perkara", f"kode={code.text()}".encode())
    assert closed.status == 429
    assert "perkara" in closed.text.lower()
    assert NAME not in closed.text


async def test_brute_force_at_once_is_no_more_than_one_by_one(
    place: Place, browser: Browser
) -> None:
    code = place.invited(place.writer())
    body = f"kode={wrong(code)}".encode()
    got = await asyncio.gather(*(browser.raw("POST", "/perkara", body) for _ in range(30)))
    assert {one.status for one in got} <= {403, 429}
    actions = [
        entry["public"]["action"]
        for row in log.rows(place.writer().reader())
        if (entry := json.loads(row.canonical))["kind"] == "invitation"
    ]
    assert actions == ["made", "locked"]


async def test_nothing_comes_from_another_site(place: Place, browser: Browser) -> None:
    """There is no cookie: without the token that only the page has, a request opens nothing."""
    code = place.invited(place.writer())
    await browser.enter(code)
    token, browser.token = browser.token, ""
    for path in ACTS:
        if path not in ("/perkara", "/keluar"):
            assert (await browser.post(path, teks="curi")).status == 403, path
    data = urlencode({"kode": code.text()}).encode()
    crossed = await browser.raw("POST", "/perkara", data, {**FORM, "Sec-Fetch-Site": "cross-site"})
    assert crossed.status == 403
    assert NAME not in crossed.text
    kinds = {"Content-Type": "text/plain"}
    assert (await browser.raw("POST", "/perkara", data, kinds)).status == 415
    browser.token = token
    assert "Set-Cookie" not in (await browser.post("/perkara")).headers
    assert place.answering().given(FINDING) == []


async def test_one_session_reads_no_other_case(place: Place, browser: Browser) -> None:
    writer = place.writer()
    await browser.enter(place.invited(writer))
    number = await browser.answered(teks="rahasia perkara satu")
    await browser.enter(place.invited(writer, OTHER))
    assert (await browser.post("/tanda-terima", nomor=number)).status == 404


async def test_pages_are_small_without_script_and_hardened(place: Place, browser: Browser) -> None:
    start = await browser.raw("GET", "/")
    case = await browser.enter(place.invited(place.writer()))
    text = "Kata & <b>kata</b> " * 1_000
    shown = await browser.post("/periksa", teks=text)
    back = await browser.post("/perkara")
    done = await browser.post("/kirim")
    for got in (start, case, shown, back, done):
        assert len(got.body) <= MOST_PAGE
        assert "<script" not in got.text.lower()
        assert not re.search(
            r"<[^>]*\son\w+=|javascript:|<iframe|<object|<link|https?://", got.text
        )
        policy = got.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert got.headers["Cache-Control"] == "no-store"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Referrer-Policy"] == "no-referrer"
        assert "Server" not in got.headers


async def test_what_is_typed_is_text_wherever_it_is_shown(place: Place, browser: Browser) -> None:
    await browser.enter(place.invited(place.writer()))
    fields = {"teks": SCRIPT + "\x00\u202e", "pendamping": SCRIPT, "alasan": [SCRIPT, "ex-cltn"]}
    pages = [await browser.post("/periksa", **fields), await browser.post("/perkara")]
    pages += [await browser.post("/kirim"), await browser.post("/perkara")]
    for got in pages:
        assert got.status == 200
        assert "<script" not in got.text
        assert "<img" not in got.text
    assert "&lt;script&gt;" in pages[0].text
    (given,) = place.answering().given(FINDING)
    assert given.answer.claims == ("ex-cltn",)
    assert "\x00" not in given.answer.text
    pdf = await browser.post("/tanda-terima", nomor=given.receipt)
    assert pdf.body.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"teks=%ff%fe", 400),
        ("teks=é".encode(), 400),
        (b"\xff", 400),
        (b"&".join(b"a=%d" % n for n in range(200)), 400),
        (b"teks=" + b"a" * (forms.MOST_BYTES + 1), 413),
    ],
)
async def test_what_is_no_form_is_refused(browser: Browser, data: bytes, status: int) -> None:
    got = await browser.raw("POST", "/periksa", data)
    assert got.status == status
    assert "<title>Tidak" in got.text


async def test_bounds_are_told_and_what_was_typed_stays(place: Place, browser: Browser) -> None:
    await browser.enter(place.invited(place.writer()))
    long = await browser.post("/periksa", teks="é" * (MOST_TEXT + 1))
    assert long.status == 422
    assert "sudah terpotong" in long.text
    count = await browser.post("/periksa", teks="tetap ada", lampiran="-1")
    assert count.status == 422
    assert "tetap ada" in count.text
    assert (await browser.post("/periksa", teks=" ")).status == 422
    assert (await browser.post("/periksa", teks="😀" * MOST_TEXT)).status == 200


async def test_no_way_in_but_the_table(browser: Browser) -> None:
    assert (await browser.raw("GET", "/perkara")).status == 405
    for path in ("/../etc/passwd", "/static", "/kartu/1", "/%00"):
        assert (await browser.raw("GET", path)).status in (400, 404)


async def test_a_closed_case_says_so_and_a_session_ends(place: Place, browser: Browser) -> None:
    writer = place.writer()
    await browser.enter(place.invited(writer))
    place.step(writer, Step.PERMITTED)
    assert "tidak menerima jawaban" in (await browser.post("/perkara")).text
    await browser.post("/periksa", teks="terlambat")
    late = await browser.post("/kirim")
    assert (late.status, "terlambat" in late.text) == (409, True)
    place.later(hours=2)
    assert (await browser.post("/perkara")).status == 403


async def test_the_log_of_the_program_names_nobody(place: Place, browser: Browser) -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, level="TRACE")
    code = place.invited(place.writer())
    await browser.enter(code)
    number = await browser.answered(teks="kata-kata sendiri", pendamping="Bu Pendamping")
    await browser.raw("GET", f"/{code.secret}")
    logger.remove(sink)
    shown = "".join(lines)
    assert "answers: POST /kirim 200" in shown
    assert "answers: GET other 404" in shown
    for hidden in (code.text(), code.secret, number, NAME, FINDING, "kata-kata", "Pendamping",
                   browser.token, "127.0.0.1"):  # fmt: skip
        assert hidden not in shown
