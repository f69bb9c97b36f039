"""The page as HTTP: seven requests, each a form that is sent; the only ``aiohttp.web``.

It listens on loopback for the operator's own proxy, which brings TLS. There is no cookie, so a
request that another site makes carries nothing of the person's. No address, name or code is
logged.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from aiohttp import web

from monitor.answering import forms
from monitor.answering.forms import Form
from monitor.answering.sessions import Session, Sessions
from monitor.answering.views import CLOSED, Views, ended
from monitor.errors import KeepingError, NotifyError, UnknownError
from monitor.evidence.files import Files
from monitor.log import logger
from monitor.model.answer import Closed, Given, Way
from monitor.model.evidence import CARD
from monitor.model.rule import RuleSet
from monitor.notify.pages import typeset
from monitor.notify.receipt import TEMPLATE, receipt
from monitor.notify.render import page_style
from monitor.run import invite
from monitor.run.answers import Answering, Late, may_answer
from monitor.run.cards import stored
from monitor.run.invite import Told
from monitor.store import findings, reviews

STYLE = base64.b64encode(hashlib.sha256(page_style().encode()).digest()).decode()
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{STYLE}'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
# A page of our own, or one that the person typed the address of.
OWN = frozenset({"", "same-origin", "none"})
BODY_SECONDS = 20.0
# A try of a code takes 16 MiB and a processor for a while.
AT_ONCE = 2
WAITING = 40
GONE = "Perkara ini tidak ada lagi: datanya sudah dihapus menurut aturan."
TIMED_OUT = "Halaman ini sudah terlalu lama terbuka, atau ditutup. Masukkan kode sekali lagi."
UNSAVED = (
    "Jawaban belum tersimpan: penyimpanan sedang tidak dapat dipakai. Coba lagi nanti, atau jawab "
    "di kertas."
)
FORGET = "Halaman ditutup. Pada komputer bersama, tutup juga jendela peramban."

Act = Callable[["Page", Form], Awaitable[web.Response]]


class Page:
    """Answers requests; ``answering`` opens cases and takes answers."""

    def __init__(self, answering: Answering, ruleset: RuleSet, snapshots: Path) -> None:
        self._answering = answering
        self._views = Views(answering.settings, ruleset)
        self._files = Files(snapshots)
        self._sessions = Sessions(answering.clock)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    def app(self) -> web.Application:
        """Return the application; a way that is not in its table is answered 404."""
        app = web.Application(middlewares=[self._around], client_max_size=forms.MOST_BYTES)
        app.router.add_get("/", self._start)
        for path, act in ACTS.items():
            app.router.add_post(path, self._form(act))
        app.on_response_prepare.append(_dressed)
        return app

    async def _start(self, _: web.Request) -> web.Response:
        return _html(self._views.code())

    def _form(self, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answered(request: web.Request) -> web.Response:
            if request.headers.get("Sec-Fetch-Site", "") not in OWN:
                return self._note(403, "Ditolak", "Buka halaman ini dengan mengetik alamatnya.")
            if request.content_type != forms.KIND:
                return self._note(415, "Tidak terbaca", "Bentuk kiriman itu tidak dikenal.")
            async with asyncio.timeout(BODY_SECONDS):
                form = forms.read(await request.read())
            if form is None:
                return self._note(400, "Tidak terbaca", "Kiriman itu bukan teks UTF-8 yang utuh.")
            return await act(self, form)

        return answered

    @web.middleware
    async def _around(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            made = await handler(request)
        except web.HTTPException as error:
            made = self._note(error.status, "Tidak ada di sini", REFUSED.get(error.status, "-"))
        except UnknownError:
            made = self._note(410, "Perkara tidak ada", GONE)
        except TimeoutError:
            made = self._note(408, "Terlalu lama", "Kiriman itu tidak selesai. Coba lagi.")
        except (KeepingError, NotifyError) as error:
            logger.error("answers: {}", error)
            made = self._note(503, "Belum tersimpan", UNSAVED)
        known = request.path if request.path in ACTS or request.path == "/" else "other"
        logger.info("answers: {} {} {}", request.method, known, made.status)
        return made

    async def open(self, form: Form) -> web.Response:
        """Open a case by its code, or go back to one that is open."""
        token = forms.one(form, "sesi")
        if token:
            session = self._sessions.of(token)
            return await self._case(token, session) if session else self._timed_out(form)
        if self._waiting >= WAITING:
            return _html(self._views.code(CLOSED[Closed.BUSY]), 429)
        self._waiting += 1
        try:
            async with self._turns:
                found = await asyncio.to_thread(self._answering.open, forms.one(form, "kode"))
        finally:
            self._waiting -= 1
        if isinstance(found, Closed):
            status = 429 if found is Closed.BUSY else 403
            return _html(self._views.code(CLOSED[found]), status)
        token = self._sessions.begin(found)
        session = self._sessions.of(token)
        return await self._case(token, session) if session else self._timed_out(form)

    async def check(self, form: Form) -> web.Response:
        """Show what was typed once more, or what is wrong with it."""
        token, session = self._session(form)
        if session is None:
            return self._timed_out(form)
        session.draft, error = forms.answer(form)
        if error:
            return await self._case(token, session, error, 422)
        return _html(self._views.confirm(token, session))

    async def send(self, form: Form) -> web.Response:
        """Put the answer on record; sent twice, it is on record once."""
        token, session = self._session(form)
        if session is None:
            return self._timed_out(form)
        if session.draft.empty and not self._known(session):
            return await self._case(token, session)
        made = await asyncio.to_thread(
            self._answering.give, session.opened, session.draft, session.receipt, Way.PAGE
        )
        if isinstance(made, Late):
            return self._note(409, "Tidak diterima lagi", ended(made.step), session.draft.text)
        if isinstance(made, Closed):
            kept = session.draft.text
            self._sessions.end(token)
            return self._note(403, "Tidak diterima lagi", CLOSED[made], kept)
        told = await asyncio.to_thread(self._told, session)
        return _html(self._views.done(token, made, told.watch["zone"]))

    async def receipt(self, form: Form) -> web.Response:
        """Return the receipt of one of this case's answers as PDF."""
        _, session = self._session(form)
        if session is None:
            return self._timed_out(form)
        number = forms.one(form, "nomor")
        found = (g for g in self._answering.given(session.opened.finding) if g.receipt == number)
        if (given := next(found, None)) is None:
            return self._note(404, "Tidak ada", "Tanda terima itu tidak ada pada perkara ini.")
        async with self._turns:
            pdf = await asyncio.to_thread(self._paper, session, given)
        return _file(pdf, "application/pdf", f"tanda-terima-{given.receipt}.pdf")

    async def card(self, form: Form) -> web.Response:
        """Return the evidence card as it was stored."""
        _, session = self._session(form)
        if session is None:
            return self._timed_out(form)
        png = await asyncio.to_thread(self._card, session)
        if png is None:
            return self._note(404, "Tidak ada", "Tidak ada gambar kartu untuk perkara ini.")
        return _file(png, "image/png", f"kartu-{session.opened.finding}.png")

    async def close(self, form: Form) -> web.Response:
        """End the session at once."""
        self._sessions.end(forms.one(form, "sesi"))
        return self._note(200, "Sampai jumpa", FORGET)

    def _session(self, form: Form) -> tuple[str, Session | None]:
        token = forms.one(form, "sesi")
        return token, self._sessions.of(token)

    async def _case(
        self, token: str, session: Session, error: str = "", status: int = 200
    ) -> web.Response:
        if self._known(session):
            session.fresh()
        told, step_closed, picture = await asyncio.to_thread(self._look, session)
        shown = self._views.case(
            token,
            session,
            told,
            self._answering.given(session.opened.finding),
            picture=picture,
            closed=step_closed,
            error=error,
        )
        return _html(shown, status)

    def _look(self, session: Session) -> tuple[Told, str, bool]:
        conn = self._answering.writer.reader()
        case = reviews.case(conn, session.opened.finding)
        late = "" if may_answer(case) else ended(case.taken[-1].step if case.taken else None)
        return self._told(session), late, self._card(session) is not None

    def _known(self, session: Session) -> bool:
        given = self._answering.given(session.opened.finding)
        return any(one.receipt == session.receipt for one in given)

    def _told(self, session: Session) -> Told:
        return invite.told(self._answering.writer.reader(), session.opened.finding)

    def _card(self, session: Session) -> bytes | None:
        conn = self._answering.writer.reader()
        seq = findings.last_entry(conn, session.opened.finding)
        return stored(conn, self._files, seq, CARD)

    def _paper(self, session: Session, given: Given) -> bytes:
        told = self._told(session)
        made = receipt(given, told.watch["zone"], told.facts.stamp)
        return typeset(TEMPLATE, made)

    def _timed_out(self, form: Form) -> web.Response:
        return self._note(
            403, "Masukkan kode lagi", TIMED_OUT, forms.clean(forms.one(form, "teks"))
        )

    def _note(self, status: int, title: str, text: str, kept: str = "") -> web.Response:
        return _html(self._views.note(title, text, kept), status)


ACTS: Mapping[str, Act] = {
    "/perkara": Page.open,
    "/periksa": Page.check,
    "/kirim": Page.send,
    "/tanda-terima": Page.receipt,
    "/kartu": Page.card,
    "/keluar": Page.close,
}
REFUSED = {
    404: "Halaman itu tidak ada.",
    405: "Halaman itu dibuka dari halaman perkara, bukan dari alamatnya.",
    413: "Kiriman itu terlalu besar. Serahkan yang panjang di kantor.",
}


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html")


def _file(data: bytes, kind: str, name: str) -> web.Response:
    how = "inline" if kind == "image/png" else "attachment"
    headers = {"Content-Disposition": f'{how}; filename="{name}"'}
    return web.Response(body=data, content_type=kind, headers=headers)


async def _dressed(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.popall("Server", None)
