"""``/lapor``: a tip in one message to the bot. Its words are never kept unsealed, not for a minute.

So there is no conversation: link, note and screenshot come together, and the number comes back.
"""

from __future__ import annotations

from html import escape

from monitor.intake.stripped import NotAPicture, stripped
from monitor.model.tip import Picture, Sender, Tip
from monitor.model.update import Reaction, Said, Send
from monitor.notify.tip_held import STATES
from monitor.review.handlers import Handler, rest
from monitor.run.tips import Refused, Taken, TipDesk
from monitor.store.db import Connection

NAME, STATUS = "lapor", "status"
WAY = "telegram"
LONGEST_NOTE = 4_000
LISTED = 10
HOW = (
    "Kirim <b>satu pesan</b>: /lapor, lalu tautan unggahannya, lalu catatan Anda. Untuk tangkapan "
    "layar, kirim gambarnya dengan tulisan itu sebagai keterangan.\n\n"
    "Untuk perbuatan di luar media sosial, tulis di bawah /lapor, sebaris demi sebaris:\n"
    "<code>Waktu: …\nTempat: …\nUraian: …\nSaksi: …\nCara diketahui: …</code>\n\n"
    "Yang dilaporkan hanya perbuatan pegawai ASN di ruang terbuka. Jangan kirim percakapan "
    "pribadi, data keluarga, atau isi grup tertutup.\n\n"
    "Laporan Anda disimpan tertutup dan dimusnahkan dalam {days} hari kalau tidak dipakai. "
    "Laporan bukan bukti: petugas memeriksa sumbernya sendiri. Siapa Anda disimpan terpisah; "
    "hanya dua petugas bersama-sama, dengan dasar hukum, dapat membukanya. Status: /lapor status. "
    "Menarik kembali: /tarik. Yang disimpan tentang Anda: /dataku"
)
TAKEN = (
    "Terima kasih. Laporan diterima dengan nomor <code>{tip}</code>, "
    "status: <b>belum diverifikasi</b>.\n\nTanyakan dengan /lapor status. Menarik kembali: /tarik"
)
# What a line about an act outside the networks begins with, and where it goes.
NAMED = {
    "waktu": "seen_at",
    "tempat": "place",
    "uraian": "note",
    "saksi": "witnesses",
    "cara diketahui": "known_from",
}
# What people write around a link without it being a part of one.
AROUND = "()[]<>{}\"'.,;!“”‘’…"
SORRY = {
    Refused.OFF: "Kantor ini sedang tidak menerima laporan lewat bot.",
    Refused.EMPTY: "Laporan itu belum berisi tautan, gambar, atau uraian.",
    Refused.LINK: "Tautannya tidak terbaca. Salin alamat unggahannya, mulai dengan https://",
    Refused.LARGE: "Gambarnya terlalu besar. Kirim sebagai foto, bukan sebagai berkas.",
    Refused.PAUSED: "Laporan dari Anda sedang tidak diterima. Hubungi kantor kalau ini keliru.",
    Refused.SENDER_DAY: "Anda sudah banyak melapor hari ini. Coba lagi besok.",
    Refused.OFFICE_DAY: "Laporan hari ini terlalu banyak. Coba lagi besok.",
}
NO_PICTURE = (
    "Berkas itu bukan gambar PNG atau JPEG, atau rusak, atau terlalu besar. Kirim tangkapan "
    "layarnya sebagai foto."
)
PRIVATE = "Laporan hanya diterima dalam percakapan pribadi dengan bot ini."
NONE = "Tidak ada laporan dari Anda, atau sudah dimusnahkan."


class TipTalk:
    """Answers ``/lapor``."""

    def __init__(self, desk: TipDesk, keep_days: int) -> None:
        self._desk = desk
        self._how = HOW.format(days=keep_days)

    def handler(self, largest: int) -> Handler:
        """Return the entry of the table; ``largest`` is that of a screenshot, in bytes."""
        return Handler(NAME, "Melaporkan perbuatan pegawai ASN", self.react, files=largest)

    def react(self, said: Said, tx: Connection) -> Reaction:
        """Take a tip, say its number; or say how it is done, or where the sender's tips stand."""
        if not said.private:
            return _say(said, PRIVATE)
        text = rest(said.text)
        if not text and said.file is None:
            return _say(said, self._how)
        sender = Sender(WAY, str(said.user))
        if text.casefold() == STATUS:
            return _say(said, self._states(sender))
        try:
            pictures = _pictures(said)
        except NotAPicture:
            return _say(said, NO_PICTURE)
        return _say(said, _answer(self._desk.take_in(tx, read(text), pictures, sender)))

    def _states(self, sender: Sender) -> str:
        rows = self._desk.mine(sender)[:LISTED]
        lines = [f"<code>{escape(row.tip_id)}</code> {STATES[row.state]}" for row in rows]
        return "\n".join(lines) or NONE


def read(text: str) -> Tip:
    """Part a message into the link, where one stands in it, the lines with a name, and the note."""
    named = dict.fromkeys(NAMED.values(), "")
    rest_of = list[str]()
    for line in text.splitlines():
        name, colon, said = line.partition(":")
        field = NAMED.get(" ".join(name.split()).casefold()) if colon else None
        if field and not named[field]:
            named[field] = said.strip()[:LONGEST_NOTE]
        else:
            rest_of.append(line)
    told = "\n".join(rest_of)
    words = (word.strip(AROUND) for word in told.split())
    link = next((word for word in words if "://" in word or word.startswith("www.")), "")
    note = told.replace(link, " ", 1).strip() if link else told.strip()
    named["note"] = "\n".join(part for part in (named["note"], note) if part)[:LONGEST_NOTE]
    return Tip(link=link, **named)


def _pictures(said: Said) -> list[Picture]:
    if said.file is None:
        return []
    return [stripped(said.data)]


def _answer(taken: Taken) -> str:
    return SORRY[taken.refused] if taken.refused else TAKEN.format(tip=taken.tip_id)


def _say(said: Said, html: str) -> Reaction:
    return Reaction(sends=(Send(said.chat, html),))
