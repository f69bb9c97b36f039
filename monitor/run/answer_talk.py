"""``/jawab CODE``: the person concerned answers in a private chat with the bot.

The code is never kept: what stays between two messages is the draft, for an hour at most. Telegram
is a third party, so the card is shown in words without the act's link, and no file is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from html import escape
from typing import Any

from monitor.model.answer import Closed, Given, Way
from monitor.model.rule import RuleSet
from monitor.model.update import Button, Keyboard, Reaction, Send, Talk
from monitor.model.update import Said as Message
from monitor.notify import words
from monitor.notify.answer_words import EXCUSES
from monitor.notify.render import render_card
from monitor.review import answering
from monitor.review.answering import AGAIN, NEXT, SEND, At, Draft, Said
from monitor.review.handlers import Handler, command, rest
from monitor.run import invite
from monitor.run.answers import Answering, Late, Opened
from monitor.store import talks
from monitor.store.answers import new_receipt

NAME = "jawab"
LASTS = timedelta(minutes=60)
IDS = tuple(EXCUSES)
HOW = (
    "Tulis /jawab diikuti kode dari surat permintaan klarifikasi, misalnya:\n"
    "<code>/jawab ABCD-EFGH-JKMN-PQRS</code>\n\n"
    "Percakapan ini melewati server Telegram di luar negeri. Jawaban boleh juga di kertas: {office}"
)
PRIVATE = "Kode dan jawaban hanya diterima dalam percakapan pribadi dengan bot ini."
NO_FILES = "Berkas tidak diterima di sini: serahkan di kantor dengan nomor tanda terima."
CLOSED = {
    Closed.MISTYPED: "Kode itu salah ketik atau tidak lengkap. Periksa huruf demi huruf.",
    Closed.UNKNOWN: "Kode itu tidak dikenal. Periksa lagi, atau jawab di kertas.",
    Closed.EXPIRED: "Kode itu sudah berakhir. Minta surat baru, atau jawab di kertas.",
    Closed.REVOKED: "Kode itu sudah diganti atau dicabut. Pakai surat yang terbaru.",
    Closed.LOCKED: "Kode itu terkunci karena terlalu sering salah. Minta surat baru di kantor.",
    Closed.BUSY: "Terlalu banyak kode salah. Coba lagi setelah satu jam, atau jawab di kertas.",
}
LATE = "Perkara ini tidak menerima jawaban lewat bot lagi. Sampaikan di kantor."
OPENED = (
    "Perkara <code>{case}</code>. Ini dugaan untuk dinilai manusia, bukan putusan. Tidak menjawab "
    "bukan pengakuan, dan Anda boleh didampingi. Berhenti kapan saja: /batal"
)
BEFORE = "Jawaban Anda yang sudah tercatat: {list}. Yang berikut menambah, tidak mengganti."
FAULTS = {
    Said.NUMBERS: "Tulis angka saja, seperti yang diminta.",
    Said.TOO_LONG: "Terlalu panjang. Selebihnya serahkan di kantor.",
    Said.ADDED: "Ditambahkan. Kirim lagi bila masih ada, atau lanjut.",
    Said.EMPTY: "Jawaban masih kosong: pilih alasan, atau tulis penjelasan.",
}
TAKEN = (
    "Jawaban tercatat pada {at}.\nTanda terima: <b>{receipt}</b>\n\nCatat nomor ini. Tanda terima "
    "di kertas dapat diminta di kantor. Menambah jawaban: /jawab dengan kode yang sama. Hapus "
    "pesan yang memuat kode dari percakapan ini."
)


class AnswerTalk:
    """Answers ``/jawab`` and the messages that follow it."""

    def __init__(self, answering_: Answering, ruleset: Callable[[], RuleSet]) -> None:
        self._answering = answering_
        self._ruleset = ruleset

    def handler(self) -> Handler:
        """Return the entry of the table; opening a code takes transactions of its own."""
        return Handler(NAME, "Menjawab permintaan klarifikasi", self.react, alone=True)

    def react(self, said: Message, _: Any) -> Reaction:
        """Open a case by its code, or go on with the questions."""
        if not said.private:
            return _say(said, PRIVATE)
        now = self._answering.clock()
        talk = talks.of(self._answering.writer.reader(), said.user, now)
        mine = talk if talk and talk.name == NAME else None
        if command(said.text) == NAME:
            if code := rest(said.text):
                return self._opened(said, code, now)
            if mine is None:
                return _say(said, self._how())
            return _ask(said, answering.drafted(mine.body))
        if mine is None:
            return _say(said, self._how())
        if said.file is not None:
            return _ask(said, answering.drafted(mine.body), NO_FILES)
        return self._turned(said, mine, now)

    def _opened(self, said: Message, code: str, now: datetime) -> Reaction:
        found = self._answering.open(code)
        if isinstance(found, Closed):
            return _say(said, CLOSED[found])
        told = invite.told(self._answering.writer.reader(), found.finding)
        draft = Draft(new_receipt())
        self._keep(said, found, draft, now)
        card = render_card(told.content, told.watch, told.facts, self._ruleset())
        head = [OPENED.format(case=escape(found.finding))]
        if given := self._answering.given(found.finding):
            numbers = ", ".join(escape(one.receipt) for one in given)
            head.append(BEFORE.format(list=numbers))
        sends = (Send(said.chat, "\n\n".join(head)), Send(said.chat, card.html))
        return Reaction(sends=(*sends, *_ask(said, draft).sends))

    def _turned(self, said: Message, talk: Talk, now: datetime) -> Reaction:
        draft = answering.drafted(talk.body)
        after = answering.turn(draft, said.text, IDS, press=said.press)
        opened = Opened(talk.subject, str(talk.body["letter"]), now)
        if not after.send:
            self._keep(said, opened, after.draft, now)
            return _ask(said, after.draft, FAULTS[after.said] if after.said else "")
        made = self._answering.give(opened, draft.answer, draft.receipt, Way.BOT)
        with self._answering.writer.transaction() as tx:
            talks.drop(tx, said.user)
        if isinstance(made, Late):
            return _say(said, LATE)
        return _say(said, CLOSED[made] if isinstance(made, Closed) else self._thanks(made))

    def _thanks(self, given: Given) -> str:
        told = invite.told(self._answering.writer.reader(), given.finding)
        at = words.moment(given.at, told.watch["zone"], "id")
        return TAKEN.format(at=at, receipt=escape(given.receipt))

    def _keep(self, said: Message, opened: Opened, draft: Draft, now: datetime) -> None:
        body = {**draft.body(), "letter": opened.letter}
        with self._answering.writer.transaction() as tx:
            talks.put(tx, said.user, NAME, body, now + LASTS, opened.finding)

    def _how(self) -> str:
        office = self._answering.settings.answers
        where = ", ".join(part for part in (office.office, office.address) if part)
        return HOW.format(office=escape(where or "di kantor"))


def question(draft: Draft) -> tuple[str, Keyboard]:
    """Return the open question, and its buttons."""
    return _QUESTIONS[draft.at](draft)


def _claims(_: Draft) -> tuple[str, Keyboard]:
    listed = "\n".join(f"{n}. {escape(text)}" for n, text in enumerate(EXCUSES.values(), start=1))
    ask = "<b>Alasan</b>. Tulis nomornya, boleh lebih dari satu, misalnya: 1, 4"
    return f"{ask}\n\n{listed}", _keyboard(("Tidak ada dari daftar", "0"))


def _text(draft: Draft) -> tuple[str, Keyboard]:
    so_far = f" Sejauh ini {len(draft.answer.text)} huruf." if draft.answer.text else ""
    ask = "<b>Penjelasan</b> dengan kata-kata sendiri, boleh beberapa pesan." + so_far
    return ask, _keyboard(("Lanjut", NEXT))


def _counsel(_: Draft) -> tuple[str, Keyboard]:
    return "<b>Pendamping</b>: nama penasihat hukum atau pendamping lain.", _keyboard(
        ("Tidak ada", "-")
    )


def _attachments(_: Draft) -> tuple[str, Keyboard]:
    ask = "<b>Lampiran</b>: berapa berkas yang akan Anda serahkan di kantor?"
    return ask, _keyboard(("Tidak ada", "0"))


def _confirm(draft: Draft) -> tuple[str, Keyboard]:
    answer = draft.answer
    claims = "\n".join(f"• {escape(EXCUSES[one])}" for one in answer.claims) or "tidak ada"
    text = answer.text if len(answer.text) <= _SHOWN else answer.text[: _SHOWN - 1] + "…"
    told = (
        "<b>Periksa sekali lagi</b>; belum terkirim.\n\n"
        f"<b>Alasan</b>\n{claims}\n\n<b>Penjelasan</b>\n{escape(text) or 'tidak ada'}\n\n"
        f"<b>Pendamping</b>: {escape(answer.counsel) or 'tidak disebut'}\n"
        f"<b>Lampiran di kantor</b>: {answer.attachments}"
    )
    return told, _keyboard(("Kirim jawaban", SEND), ("Ulangi dari awal", AGAIN))


_SHOWN = 1_500
_QUESTIONS: dict[At, Callable[[Draft], tuple[str, Keyboard]]] = {
    At.CLAIMS: _claims,
    At.TEXT: _text,
    At.COUNSEL: _counsel,
    At.ATTACHMENTS: _attachments,
    At.CONFIRM: _confirm,
}


def _ask(said: Message, draft: Draft, before: str = "") -> Reaction:
    html, keyboard = question(draft)
    whole = f"{before}\n\n{html}" if before else html
    return Reaction(sends=(Send(said.chat, whole, keyboard),))


def _keyboard(*buttons: tuple[str, str]) -> Keyboard:
    return tuple((Button(text, f"h:{NAME}:{value}"),) for text, value in buttons)


def _say(said: Message, html: str) -> Reaction:
    return Reaction(sends=(Send(said.chat, html),))
