"""Health: what the daemon cannot see is told once, and told again when it sees.

An alarm's key is ``kind`` or ``kind:subject``. Its text is Indonesian, for operators, and names
register lines only. docs/operations.md says for each kind what to do.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from monitor import config
from monitor.clock import Clock
from monitor.errors import AuthError, BlockedError, CollectError, ProofError, SharedAccountError
from monitor.log import logger
from monitor.model.delivery import DeliveryState
from monitor.model.person import Watch
from monitor.store import alarms, holds, invitations, log, outbox, target_sources
from monitor.store.db import Connection
from monitor.store.reach import reach
from monitor.store.writer import Writer

TEXTS = {
    "blocked": "Platform {subject} menolak permintaan kami (halaman login, tantangan, larangan). "
    "Ini bukan berarti tidak ada unggahan. Periksa: netralitas status",
    "auth": "Platform {subject} menolak kredensial. Periksa rahasia yang disebut di log.",
    "stale": "{count} sumber {subject} tidak terbaca lebih dari {polls} kali jadwal. "
    "Tidak teramati, bukan tidak ada. Periksa: netralitas status",
    "empty": "{count} sumber {subject} yang dulu berisi tidak menunjukkan apa pun pada {polls} "
    "pembacaan berturut-turut. Mungkin bentuknya berubah, isinya ditahan, atau akunnya "
    "dibersihkan. Bukan bukti bahwa tidak ada apa-apa. Periksa: netralitas coverage",
    "target-stale": "{count} akun paslon atau partai di {subject}: siapa yang berinteraksi "
    "dengannya tidak terbaca lebih dari {polls} kali jadwal. Tidak teramati, bukan tidak ada.",
    "target-refused": "Platform {subject} menolak mengatakan siapa yang berinteraksi dengan akun "
    "paslon dan partai. Akun pegawai dibaca dengan permintaan lain. Periksa: netralitas status",
    "target-empty": "{subject}: {count} kali berturut-turut platform tidak menunjukkan apa pun, "
    "baik unggahan maupun interaksi. Tidak teramati, bukan tidak ada. Periksa alamatnya.",
    "proof": "Bukti tanda tangan untuk sumber {subject} tidak sah. Tidak ada yang dicatat darinya.",
    "shared": "Akun pada sumber {subject} ternyata terdaftar atas nama orang lain. "
    "Tidak ada yang dicatat; perbaiki register.",
    "unavailable": "Akun sumber {subject} tidak tersedia (dihapus, ditutup, atau ditangguhkan).",
    "malformed": "{count} butir dari sumber {subject} tidak terbaca; isinya disimpan apa adanya.",
    "source-moved": "Sumber {subject} dipindahkan ke alamat lain oleh penerbit atau pemiliknya. "
    "Periksa alamat barunya; kalau masih miliknya, perbarui register.",
    "internal": "Kesalahan program saat membaca sumber {subject}. Jejaknya ada di log.",
    "missed": "Pekerjaan terjadwal {subject} terlewat. Mesin mungkin terlalu sibuk atau tertidur.",
    "backlog": "{count} pesan menunggu dikirim.",
    "disk": "Ruang disk tinggal {count} MB.",
    "store": "Bukti tidak dapat disimpan sejak {since}: {cause}. Pemantauan berhenti sementara: "
    "tidak ada yang dibaca, dicatat, atau dikirim. Bukti yang sudah tersimpan tetap utuh. Kalau "
    "penyebabnya diatasi, pemantauan berlanjut sendiri dan membaca ulang yang masih ada.",
    "ruleset": "Berkas aturan yang baru ditolak ({count} kesalahan); aturan lama tetap dipakai. "
    "Rinciannya ada di log; perbaiki, lalu periksa: netralitas check",
    "quarantine": "Aturan {subject} kena {count} kali dalam satu jam, jauh di atas biasanya "
    "({usual}). Peringatannya menjadi tinjauan sampai ada yang memeriksa. Pemilik: {owner}. "
    "Lihat: netralitas rules list",
    "admission": "Baris register {subject} tidak boleh diamati dalam mode ini dan tidak dibaca. "
    "Yang diperlukan: {cause}.",
    "gate": "Pembacaan {subject} berhenti atau tidak dimulai: {cause}. Tidak teramati, bukan tidak "
    "ada. Setelah haknya ada: netralitas gate record",
    "gate-soon": "Hak membaca {scope} berakhir {until}; sesudah hari itu pembacaannya "
    "berhenti sendiri. Perpanjang: netralitas gate record",
    "off": "Pembacaan {subject} dimatikan dengan perintah. Tidak teramati, bukan tidak ada. "
    "Menyalakan lagi: netralitas platform on {subject}",
    "season": "Tidak ada pemilihan yang sedang berlangsung menurut berkasnya. Pemantauan berhenti "
    "sendiri: tidak ada sumber yang dibaca. Untuk memperpanjang: netralitas contests extend",
    "seal": "Otoritas cap waktu {subject} belum mengecap segel sejak {since}. Log tetap dirantai "
    "dan ditandatangani; cap diminta lagi berkala. Periksa: netralitas status",
    "page": "Gambar halaman tidak dapat diambil. Temuan tetap dicatat, tanpa gambar itu. "
    "Sebabnya ada di log.",
    "card": "Kartu bukti tidak dapat digambar. Temuan tetap dicatat, tanpa kartu, dan dikirim "
    "sebagai teks. Sebabnya ada di log.",
    "hold": "{count} kasus yang unggahannya sudah tidak terbuka untuk umum menunggu keputusan: "
    "buktinya ditahan atau dihapus, paling lambat {subject}. Lihat: netralitas retractions",
    "expiry": "{count} perkara dari {subject} kehilangan isinya mulai {until}: ketentuan platform "
    "mewajibkannya, dan penahanan tidak berlaku. Yang tersisa nomor unggahannya. Lihat unggahannya "
    "dan simpan tangkapan sendiri sebelum itu.",
    "overdue": "{count} kasus di {subject} melewati batas waktu: unggahannya sudah tidak terbuka "
    "untuk umum, dan belum ada yang memutuskan buktinya ditahan atau dihapus. Putuskan sekarang: "
    "netralitas retractions",
    "unrouted": "Perkara dari {subject} tidak punya penerima: tidak ada rute yang cocok dan tanpa "
    "benturan kepentingan. Perkaranya tercatat dan menunggu. Lihat: netralitas route NOMOR",
    "second-desk": "Perkara dari {subject}, instansi yang dipimpin calon, tidak punya meja kedua "
    "di luar instansi itu. Tambahkan rute dengan second = true.",
    "bot": "Bot meja di Telegram berhenti karena kesalahan program dan dijalankan lagi. Peringatan "
    "tetap terkirim; langkah perkara dapat diambil dengan: netralitas review step",
    "bot-deaf": "Bot meja tidak dapat membaca Telegram sejak {since}: {cause}. Tombol dan perintah "
    "belum dijawab; langkah perkara dapat diambil dengan: netralitas review step",
    "codes": "{count} kode klarifikasi yang salah dalam dua jam. Kode tidak diterima untuk "
    "sementara; jawaban di kertas tetap terbuka. Mungkin ada yang mencoba-coba.",
    "stream": "Aliran pemberitahuan {subject} terputus, ditolak, atau diam. Sumbernya tetap dibaca "
    "berkala; perbuatan yang dihapus di antara dua kunjungan dapat luput. Sebabnya ada di log.",
    "clock": "Jam mesin mundur {count} detik. Jadwal disusun ulang; periksa sinkronisasi waktu.",
}
RECOVERED = "Pulih: {kind}."
# After so long without another step back the clock is taken to be right.
STEADY = timedelta(hours=1)
# A source whose items cannot be read is told once a day.
DAY = timedelta(days=1)


class Health:
    """Raises and clears alarms; each reaches the operators' routes through the outbox."""

    def __init__(
        self,
        writer: Writer,
        settings: config.Health,
        data: Path,
        destinations: Sequence[tuple[str, str]],
        clock: Clock,
    ) -> None:
        self._writer = writer
        self._settings = settings
        self._data = data
        self._destinations = destinations
        self._clock = clock
        self._last_tick: datetime | None = None
        self._stepped_at: datetime | None = None

    def alarm(self, kind: str, subject: str = "", **values: int | str) -> None:
        """Raise an alarm unless it is raised already."""
        with self._writer.transaction() as tx:
            self.alarm_in(tx, kind, subject, **values)

    def alarm_in(self, tx: Connection, kind: str, subject: str = "", **values: int | str) -> None:
        """Raise an alarm in the transaction of what it is about."""
        text = TEXTS[kind].format(subject=subject, **values)
        key, now = _key(kind, subject), self._clock()
        if alarms.raise_(tx, key, text, now):
            logger.warning("alarm {}", key)
            self._owe(tx, key, text, now)

    def clear(self, kind: str, subject: str = "") -> None:
        """Clear an alarm and say so; one that was not raised is left alone."""
        self.over([kind], subject)

    def over(self, kinds: Collection[str], subject: str) -> None:
        """Clear alarms of several kinds about one subject; asked at each look, in one query."""
        keys = {_key(kind, subject): kind for kind in kinds}
        raised = alarms.raised(self._writer.reader(), keys)
        if raised:
            with self._writer.transaction() as tx:
                for key in raised:
                    self.clear_in(tx, keys[key], subject)

    def clear_in(self, tx: Connection, kind: str, subject: str = "") -> None:
        """Clear an alarm in the transaction of what mended it."""
        key, now = _key(kind, subject), self._clock()
        if alarms.clear(tx, key, now):
            logger.info("alarm over {}", key)
            self._owe(tx, key, RECOVERED.format(kind=key), now)

    def subjects(self, kind: str) -> set[str]:
        """Return of what an alarm of this kind is open now."""
        keys = (alarm.key.partition(":") for alarm in alarms.open_(self._writer.reader()))
        return {subject for name, _, subject in keys if name == kind}

    def failed(self, watch: Watch, error: CollectError) -> None:
        """Tell at once what waiting will not mend; the rest is told when it lasts (``check``)."""
        if isinstance(error, ProofError):
            self.alarm("proof", watch.watch_id)
        elif isinstance(error, SharedAccountError):
            self.alarm("shared", watch.watch_id)
        elif isinstance(error, AuthError):
            self.alarm("auth", watch.platform)
        elif isinstance(error, BlockedError):
            self.alarm("blocked", watch.platform)

    def target_failed(self, platform: str, error: CollectError) -> None:
        """Tell at once that a platform will not say who engaged; the rest when it lasts."""
        if isinstance(error, (AuthError, BlockedError)):
            self.alarm("target-refused", platform)

    def target_read(self, key: str, empty: int | None) -> None:
        """Note a finished look; ``empty`` is how many in a row were shown nothing, if known."""
        self.clear("internal", key)
        if empty is not None and empty >= self._settings.stale_polls:
            self.alarm("target-empty", key, count=empty)
        elif empty == 0:
            self.clear("target-empty", key)

    def recovered(self, watch: Watch) -> None:
        """Clear what one source's alarms said; a page was read and recorded."""
        self.over(("proof", "shared", "internal", "unavailable", "admission"), watch.watch_id)

    def check(self) -> None:
        """Look at the whole: stale platforms, backlog, disk. Called on a schedule."""
        self._check_sources()
        self._check_targets()
        # What quiet hours or a mute hold back is no backlog.
        conn = self._writer.reader()
        pending = outbox.backlog(conn)[DeliveryState.PENDING]
        pending -= holds.count(conn, self._clock().timestamp())
        self._hold("backlog", pending, wrong=pending > self._settings.outbox_backlog)
        if not invitations.wrong_lately(conn, self._clock()):
            self.clear("codes")
        free = shutil.disk_usage(self._data).free
        self._check_passing()
        self._hold("disk", free // 1_000_000, wrong=free < self._settings.min_free_bytes)

    def tick(self, now: datetime) -> float:
        """Note a tick; return by how many seconds the clock stepped back since the last."""
        last, self._last_tick = self._last_tick, now
        if last is None or now >= last - timedelta(seconds=1):
            return 0.0
        self._stepped_at = now
        return (last - now).total_seconds()

    def _check_sources(self) -> None:
        polls = self._settings.stale_polls
        seen = reach(self._writer.reader(), self._clock().timestamp(), polls)
        stale = {one.platform: one.stale for one in seen if one.stale}
        empty = {one.platform: one.empty for one in seen if one.empty}
        for kind, counts in (("stale", stale), ("empty", empty)):
            for platform, count in counts.items():
                self.alarm(kind, platform, count=count, polls=polls)
        failing = {one.platform for one in seen if one.failing}
        # Also of a platform of which nothing is read any more.
        for kind, wrong in (
            ("stale", set(stale)),
            ("empty", set(empty)),
            ("blocked", failing),
        ):
            for subject in self.subjects(kind) - wrong:
                self.clear(kind, subject)
        for platform in {one.platform for one in seen} - failing:
            self.clear("auth", platform)  # a way out has alarms of this kind too

    def _check_targets(self) -> None:
        conn, polls = self._writer.reader(), self._settings.stale_polls
        found = target_sources.reach(conn, self._clock().timestamp(), polls)
        stale = {seen.platform: seen.stale for seen in found if seen.stale}
        for platform, count in stale.items():
            self.alarm("target-stale", platform, count=count, polls=polls)
        failing = {seen.platform for seen in found if seen.failing}
        read = {state.key for state in target_sources.statuses(conn, active=True)}
        for kind, wrong in (
            ("target-stale", set(stale)),
            ("target-refused", failing),
            ("target-empty", read),  # an account that is no longer read is no worry either
        ):
            for subject in self.subjects(kind) - wrong:
                self.clear(kind, subject)

    def _check_passing(self) -> None:
        """Clear what happened once and is not said to be over by anything else."""
        now = self._clock()
        if self._stepped_at is None or now - self._stepped_at >= STEADY:
            self.clear("clock")
        for alarm in alarms.open_(self._writer.reader()):
            kind, _, subject = alarm.key.partition(":")
            if kind == "malformed" and now - alarm.raised_at >= DAY:
                self.clear(kind, subject)

    def _hold(self, kind: str, count: int, *, wrong: bool) -> None:
        if wrong:
            self.alarm(kind, count=count)
        else:
            self.clear(kind)

    def _owe(self, tx: Connection, key: str, text: str, at: datetime) -> None:
        # Raising and clearing are log entries: the entry's number tells two alarms apart.
        outbox.put(
            tx,
            kind="health",
            subject=key,
            seq=log.head(tx).seq,
            destinations=self._destinations,
            at=at,
            body=text,
        )
        alarms.told(tx, key)


def _key(kind: str, subject: str) -> str:
    return f"{kind}:{subject}" if subject else kind
