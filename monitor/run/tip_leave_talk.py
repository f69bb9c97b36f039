"""``/tarik``: a sender withdraws a tip. What is erased and what stays is said before it is done."""

from __future__ import annotations

from typing import Any

from monitor.config import Config
from monitor.model.tip import Sender, TipState
from monitor.model.update import Button, Keyboard, Reaction, Said, Send
from monitor.notify.render import fitted
from monitor.notify.tip_held import STATES
from monitor.review.handlers import Handler, rest
from monitor.run.governance import STAMP, TRIAL
from monitor.run.tip_leaving import Left, TipLeaving
from monitor.run.tip_talk import LISTED, PRIVATE, WAY
from monitor.run.tips import TipDesk

NAME, YES = "tarik", "ya"
ABOUT = "Menarik kembali laporan Anda"
WHICH = "Laporan mana yang ditarik? Sebelum dihapus, Anda ditanya sekali lagi.\n"
MORE = "Yang tidak tampak di sini: /tarik lalu nomornya."
NONE = "Tidak ada laporan dari Anda yang dapat ditarik, atau sudah dimusnahkan."
UNKNOWN = "Tidak ada laporan dari Anda dengan nomor itu. Tekan /tarik untuk melihat daftarnya."
STAYS = (
    "<b>Yang tinggal:</b>\n"
    "• Dalam log, bahwa laporan bernomor ini masuk, dilihat petugas (kalau sudah), dan ditarik, "
    "dengan sidik (hash) isinya. Log itu berantai dan tidak dapat diubah. Garam acak sidik itu "
    "ikut dihapus, jadi isinya tidak dapat dicari kembali dari sana.\n"
    "• Paling lama dua hari, nomor ini dan sidik bersandi akun Anda, agar batas laporan sehari "
    "tetap berlaku. Kalau laporan dari Anda sedang dijeda, sidik itu ada sampai jedanya habis.\n"
    "• Dalam cadangan yang dibuat kantor sebelum ini, tersegel, sampai cadangan itu dimusnahkan.\n"
    "• Percakapan ini, pada Telegram: hapus sendiri."
)
SURE = (
    "Menarik laporan <code>{tip}</code>?\n\n"
    "<b>Yang langsung dihapus:</b> tautan, catatan, gambar dan potongannya, dan siapa Anda.\n\n"
    f"{STAYS}\n\n"
    "Petugas yang sudah menerima atau membukanya diberi tahu bahwa laporan ini ditarik, tanpa "
    "nama. Penarikan tidak dapat dibatalkan; Anda boleh melapor lagi."
)
GONE = (
    "Laporan <code>{tip}</code> sudah ditarik. Isinya, gambarnya, dan siapa Anda sudah dihapus."
    f"\n\n{STAYS}"
)
ON_CASE = (
    "Laporan <code>{tip}</code> sudah dinilai petugas dan menjadi bagian sebuah perkara. Karena "
    "itu tidak dapat dihapus lewat bot: isinya kini bukti perkara itu, dan orang yang "
    "dilaporkan mungkin sudah menjawabnya.\n\n"
    "Siapa Anda tetap tersegel, terpisah dari perkara, dan terhapus bersama perkaranya. Hanya "
    "dua petugas bersama-sama, dengan dasar hukum, dapat membukanya.\n\n"
)
WISH = (
    "Anda dapat meminta agar keinginan menarik dicatat dan disampaikan kepada petugas. Perkaranya "
    "tidak berhenti dengan sendirinya."
)
WISHED = (
    "Keinginan Anda sudah dicatat dan disampaikan kepada petugas, tanpa nama. Perkaranya tidak "
    "berhenti dengan sendirinya. Untuk hak Anda yang lain, hubungi pejabat pelindungan data "
    "pribadi kantor ini dan sebut nomor laporan saja."
)


class LeaveTalk:
    """Answers ``/tarik``; a withdrawal is a transaction of its own."""

    def __init__(self, desk: TipDesk, leaving: TipLeaving, settings: Config) -> None:
        self._desk = desk
        self._leaving = leaving
        self._language = settings.notify.language
        self._stamp = STAMP if settings.mode == TRIAL else ""

    def handler(self, *, shown: bool) -> Handler:
        """Return the entry of the table; ``shown``: in the menu."""
        return Handler(NAME, ABOUT if shown else "", self.react, alone=True)

    def react(self, said: Said, _: Any) -> Reaction:
        """List what can be withdrawn, ask once more, or do it."""
        if not said.private:
            return _say(said, PRIVATE)
        words = (said.text if said.press else rest(said.text)).upper().split()
        sender = Sender(WAY, str(said.user))
        if not words:
            return self._which(said, sender)
        if words[0] == YES.upper() and len(words) > 1:
            return self._done(said, sender, words[1])
        return self._sure(said, sender, words[0])

    def _which(self, said: Said, sender: Sender) -> Reaction:
        rows = [row for row in self._desk.mine(sender) if row.state is not TipState.WITHDRAWN]
        if not rows:
            return _say(said, NONE)
        lines = [f"<code>{row.tip_id}</code> {STATES[row.state]}" for row in rows[:LISTED]]
        lines += [MORE] if len(rows) > LISTED else []
        keys = tuple((_key(f"Tarik {row.tip_id}", row.tip_id),) for row in rows[:LISTED])
        return _say(said, "\n".join([WHICH, *lines]), keys)

    def _sure(self, said: Said, sender: Sender, tip_id: str) -> Reaction:
        row = self._leaving.mine(sender, tip_id)
        if row is None:
            return _say(said, UNKNOWN)
        if row.state is TipState.WITHDRAWN:
            return _say(said, GONE.format(tip=row.tip_id))
        asked = ON_CASE + WISH if row.finding_id else SURE
        label = "Ya, sampaikan" if row.finding_id else "Ya, tarik dan hapus"
        keys = ((_key(label, f"{YES} {row.tip_id}"),),)
        return _say(said, asked.format(tip=row.tip_id), keys)

    def _done(self, said: Said, sender: Sender, tip_id: str) -> Reaction:
        done = self._leaving.withdraw(sender, tip_id)
        told = {Left.GONE: GONE, Left.WISHED: ON_CASE + WISHED, Left.UNKNOWN: UNKNOWN}
        answer = Send(said.chat, told[done.left].format(tip=tip_id))
        # Who sent it may be an officer: they know it already.
        readers = [one for one in done.readers if one != said.user]
        if not readers:
            return Reaction(sends=(answer,))
        values = {"tip": tip_id, "on_case": done.left is Left.WISHED, "stamp": self._stamp}
        word = fitted(tip_id, f"tip_left.{self._language}.j2", values).html
        return Reaction(sends=(answer, *(Send(one, word) for one in readers)))


def _key(label: str, value: str) -> Button:
    return Button(label, f"h:{NAME}:{value}")


def _say(said: Said, html: str, keys: Keyboard = ()) -> Reaction:
    return Reaction(sends=(Send(said.chat, html, keys),))
