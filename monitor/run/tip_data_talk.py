"""``/dataku``: a sender reads what is held about them. Telegram says who asks; nobody else sees.

So no officer learns who gave a tip because that person used a right (UU 27/2022 Ps. 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from monitor.clock import Clock
from monitor.config import Config
from monitor.model.tip import Sender, TipRow
from monitor.model.update import Button, Keyboard, Reaction, Said, Send
from monitor.notify import tip_held as told
from monitor.notify import words
from monitor.review.handlers import Handler, rest
from monitor.run.tip_held import held
from monitor.run.tip_talk import LISTED, PRIVATE, WAY
from monitor.store import tips
from monitor.store.db import Connection
from monitor.store.keys import KeyRing

NAME = "dataku"
ABOUT = "Yang disimpan tentang Anda sebagai pelapor"
# Telegram counts 4096 units of UTF-16 in a message, of which one sign has at most two.
PIECE = 2_000
NOTHING = (
    "Tidak ada yang disimpan tentang Anda sebagai pengirim laporan. Bila data Anda diproses "
    "sebagai pegawai, mintalah akses kepada kantor."
)
UNKNOWN = "Tidak ada laporan dari Anda dengan nomor itu. Tekan /dataku untuk melihat daftarnya."
WHO = (
    "Yang disimpan tentang Anda sebagai pengirim laporan:\n"
    "• Nomor akun Telegram Anda, {user}: tersegel pada tiap laporan yang tidak ditarik. Nama akun, "
    "nomor telepon, dan percakapan ini tidak disimpan di sini; percakapannya ada pada Telegram.\n"
    "• Sidik bersandi nomor itu, untuk batas laporan sehari dan jeda.{paused}\n"
    "• {count} laporan:"
)
PAUSED = " Laporan dari Anda dijeda sampai dengan {day}."
MORE = "Isi dan riwayat satu laporan: tekan tombolnya, atau /dataku lalu nomornya."


class DataTalk:
    """Answers ``/dataku``; it only reads."""

    def __init__(self, ring: KeyRing, settings: Config, clock: Clock) -> None:
        self._ring = ring
        self._zone = settings.report.zone
        self._clock = clock

    def handler(self, *, shown: bool) -> Handler:
        """Return the entry of the table; ``shown``: in the menu."""
        return Handler(NAME, ABOUT if shown else "", self.react)

    def react(self, said: Said, tx: Any) -> Reaction:
        """Say what is held of the sender, or all of one tip of theirs."""
        if not said.private:
            return Reaction(sends=(Send(said.chat, PRIVATE),))
        wanted = (said.text if said.press else rest(said.text)).strip().upper()
        sender = Sender(WAY, str(said.user))
        rows = tips.mine(tx, self._ring, sender)
        if not wanted:
            return _say(said, self._all(tx, sender, rows), _keys(rows))
        if wanted not in {row.tip_id for row in rows}:
            return _say(said, UNKNOWN)
        return _say(said, self._one(tx, wanted))

    def _all(self, conn: Connection, sender: Sender, rows: Sequence[TipRow]) -> str:
        until = tips.paused(conn, self._ring, sender, self._clock().date())
        if not rows and not until:
            return NOTHING
        paused = PAUSED.format(day=words.day(until, "id")) if until else ""
        lines = [f"{row.tip_id} {told.STATES[row.state]}" for row in rows]
        head = WHO.format(user=sender.number, paused=paused, count=len(rows))
        return "\n".join([head, *lines, *([MORE] if rows else [])])

    def _one(self, conn: Connection, tip_id: str) -> str:
        data = held(conn, self._ring, tip_id)
        shown = [f"{name}: {value}" for name, value in told.lines(data, self._zone)]
        past = [f"• {at}: {what}" for at, what in told.history(data, self._zone)]
        parts = ([tip_id, *shown], ["Yang terjadi dengannya:", *past], [told.ELSEWHERE])
        return "\n\n".join("\n".join(part) for part in parts)


def _keys(rows: Sequence[TipRow]) -> Keyboard:
    return tuple((Button(row.tip_id, f"h:{NAME}:{row.tip_id}"),) for row in rows[:LISTED])


def _say(said: Said, text: str, keys: Keyboard = ()) -> Reaction:
    """Send a text of any length in pieces; the buttons are under the last one."""
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    sends = [Send(said.chat, escape(piece, quote=False)) for piece in pieces[:-1]]
    return Reaction(sends=(*sends, Send(said.chat, escape(pieces[-1], quote=False), keys)))
