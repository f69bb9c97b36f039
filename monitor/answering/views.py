"""The pages as HTML: what is shown of a case, of an answer, and of what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.answering.sessions import LASTS, Session
from monitor.config import Config
from monitor.model.answer import MOST_ATTACHMENTS, MOST_COUNSEL, MOST_TEXT, Closed, Given
from monitor.model.review import Step
from monitor.model.rule import RuleSet
from monitor.notify import words
from monitor.notify.answer_words import EXCUSES
from monitor.notify.render import render_page
from monitor.notify.sheet import sheet
from monitor.run.invite import Told

CLOSED = {
    Closed.MISTYPED: "Kode itu salah ketik atau tidak lengkap. Periksa huruf demi huruf.",
    Closed.UNKNOWN: "Kode itu tidak dikenal. Periksa lagi, atau jawab di kertas.",
    Closed.EXPIRED: "Kode itu sudah berakhir. Minta surat baru di kantor, atau jawab di kertas.",
    Closed.REVOKED: "Kode itu sudah diganti atau dicabut. Pakai surat yang terbaru.",
    Closed.LOCKED: "Kode itu terkunci karena terlalu sering salah. Minta surat baru di kantor.",
    Closed.BUSY: (
        "Terlalu banyak kode salah dalam waktu singkat. Coba lagi setelah satu jam, atau jawab di "
        "kertas."
    ),
}
ENDED = (
    "Perkara ini tidak menerima jawaban lewat halaman ini lagi: {how}. Yang ingin Anda sampaikan "
    "dapat diserahkan di kantor."
)
HOW = {Step.FORWARDED: "sudah diteruskan", None: "belum ditangani"}
OTHERWISE = "penanganannya sudah selesai"


class Views:
    """Makes pages; the office's name and address stand on each."""

    def __init__(self, settings: Config, ruleset: RuleSet) -> None:
        self._office = settings.answers
        self._ruleset = ruleset

    def code(self, error: str = "") -> str:
        """Return the page that asks for the code."""
        return self._page("page_code.html.j2", "Jawab permintaan klarifikasi", error=error)

    def case(
        self,
        token: str,
        session: Session,
        told: Told,
        given: Sequence[Given],
        *,
        picture: bool,
        closed: str = "",
        error: str = "",
    ) -> str:
        """Return a case with its card, the answers so far, and the form for one more."""
        zone = told.watch["zone"]
        return self._page(
            "page_case.html.j2",
            "Perkara dan jawaban Anda",
            stamp=told.facts.stamp,
            session=token,
            case=session.opened.finding,
            until=_when(session.opened.until, zone),
            minutes=int(LASTS.total_seconds() // 60),
            given=[{"receipt": one.receipt, "at": _when(one.at, zone)} for one in given],
            card=sheet(told.content, told.watch, told.facts, self._ruleset),
            picture=picture,
            closed=closed,
            error=error,
            excuses=list(EXCUSES.items()),
            draft=session.draft,
            most_text=MOST_TEXT,
            most_counsel=MOST_COUNSEL,
            most_attachments=MOST_ATTACHMENTS,
        )

    def confirm(self, token: str, session: Session) -> str:
        """Return what will be sent, to be looked at once more."""
        claims = [EXCUSES[one] for one in session.draft.claims]
        return self._page(
            "page_confirm.html.j2",
            "Periksa jawaban Anda",
            session=token,
            case=session.opened.finding,
            draft=session.draft,
            claims=claims,
        )

    def done(self, token: str, given: Given, zone: str) -> str:
        """Return the receipt's number."""
        return self._page(
            "page_done.html.j2",
            "Jawaban tercatat",
            session=token,
            case=given.finding,
            receipt=given.receipt,
            at=_when(given.at, zone),
        )

    def note(self, title: str, text: str, kept: str = "") -> str:
        """Return a page that says one thing; ``kept`` is what was typed and not sent."""
        return self._page("page_note.html.j2", title, text=text, kept=kept)

    def _page(self, name: str, title: str, **values: Any) -> str:
        office = self._office
        whole = {"stamp": "", "error": "", **values, "title": title, "office": office.office}
        return render_page(name, {**whole, "address": office.address, "hours": office.hours})


def ended(step: Step | None) -> str:
    """Say why a case takes no answer here any more."""
    return ENDED.format(how=HOW.get(step, OTHERWISE))


def _when(at: datetime, zone: str) -> str:
    return words.moment(at, zone, "id")
