"""What the desk says in Telegram, in Indonesian. No word of it is a verdict.

Texts with ``{…}`` are filled by ``str.format`` with escaped values only.
"""

from __future__ import annotations

from collections.abc import Mapping

from monitor.model.review import Step
from monitor.review.decisions import Refusal

STANDS: Mapping[Step | None, str] = {
    None: "belum diambil",
    Step.TAKEN: "diambil",
    Step.ANSWER_ASKED: "klarifikasi diminta",
    Step.ANSWERED: "sudah dijawab",
    Step.NOT_THEIRS: "ditutup: bukan akunnya",
    Step.PERMITTED: "ditutup: diperbolehkan",
    Step.NOT_ENOUGH: "ditutup: bukti tidak cukup",
    Step.TO_EXAMINE: "perlu diperiksa",
    Step.FORWARDED: "diteruskan",
    Step.REOPENED: "dibuka kembali, belum diambil",
}
STANDS_EN: Mapping[Step | None, str] = {
    None: "not taken yet",
    Step.TAKEN: "taken",
    Step.ANSWER_ASKED: "clarification requested",
    Step.ANSWERED: "answered",
    Step.NOT_THEIRS: "closed: not their account",
    Step.PERMITTED: "closed: permitted",
    Step.NOT_ENOUGH: "closed: not enough evidence",
    Step.TO_EXAMINE: "to be examined",
    Step.FORWARDED: "forwarded",
    Step.REOPENED: "reopened, not taken yet",
}
# What a press or a command is answered with where the step may not be taken; at most 200 signs.
REFUSED: Mapping[Refusal, str] = {
    Refusal.ORDER: "Langkah ini tidak mengikuti keadaan perkara sekarang.",
    Refusal.ROLE: "Anda tidak memegang peran untuk langkah ini hari ini.",
    Refusal.OWNER: "Perkara ini dipegang petugas lain; langkah ini miliknya.",
    Refusal.CONCERNED: "Perkara ini menyangkut Anda sendiri; petugas lain yang memutusnya.",
    Refusal.SPOUSE: "Pasangan Anda peserta pemilihan ini; petugas lain yang memutusnya.",
    Refusal.OUTSIDE: "Instansi ini dipimpin peserta pemilihan; meja di luar instansi yang menutup.",
    Refusal.SECOND: "Perlu orang kedua: keputusan terakhir diambil oleh Anda sendiri.",
    Refusal.WHY: "Alasan belum ada.",
    Refusal.ANSWER: "Isi jawaban belum ada.",
    Refusal.UNANSWERED: "Yang bersangkutan belum didengar, dan sebabnya belum dicatat.",
    Refusal.LETTER: "Jalur, penerima, nomor, dan tanggal surat harus lengkap.",
}
BY_BUTTON = "diambil lewat tombol Telegram"
BY_COMMAND = "diambil lewat perintah Telegram"
TAKEN = "Perkara {finding} sekarang Anda pegang."
TAKEN_ALREADY = "Perkara ini sudah Anda pegang."
DONE = "{finding}: {stands}. Tercatat."
# What is done in the office after a step.
NEXT: Mapping[Step, str] = {
    Step.ANSWER_ASKED: "Surat undangan dengan kodenya dibuat di kantor: "
    "<code>netralitas klarifikasi undang {finding}</code>",
    Step.FORWARDED: "Berkas untuk penerima dibuat di kantor: "
    "<code>netralitas export {finding} --profile penerusan</code>",
}
STALE = "Keadaan perkara sudah berubah: {stands}. Pakai tombol pada pesan yang terbaru."
NO_OFFICER = "Tombol ini untuk petugas yang terdaftar. Hubungi pengelola layanan di instansi Anda."
NO_ROLE = "Anda tidak memegang peran di meja ini hari ini."
NO_CASE = "Perkara itu tidak ada, atau tidak di meja Anda."
ERASED = "Isi perkara ini sudah dihapus; tidak ada langkah lagi."
UNKNOWN_BUTTON = "Tombol ini tidak dikenal lagi."
LATE_BUTTON = "Pertanyaan ini sudah lewat."
GO_ON = "Lanjutkan di percakapan pribadi dengan bot ini."
OPEN_FIRST = (
    "Bot belum boleh menulis kepada Anda. Buka percakapan pribadi dengan bot ini, tekan Mulai, "
    "lalu tekan tombolnya sekali lagi."
)
PRIVATE_ONLY = "Perintah dijawab hanya di percakapan pribadi dengan bot ini."
STRANGER = (
    "Bot ini milik meja pengawasan netralitas ASN.{more}\n"
    "Pesan tanpa perintah tidak dicatat.\n"
    "Bot ini tidak pernah meminta kata sandi, kode OTP, atau uang."
)
OPEN_TO_ALL = " Selain petugasnya, siapa pun dapat memakai:{them}"
DESK_ONLY = " Yang dilayani hanya petugas yang terdaftar."
CANCELLED = "Dibatalkan; tidak ada yang dicatat."
NOTHING_OPEN = "Tidak ada pertanyaan yang terbuka. /bantuan menampilkan perintah."
CHANGED = "{finding}: keadaan perkara berubah sementara Anda menulis ({stands}). Tidak dicatat."
REFUSED_LIST = "{finding}: tidak dicatat."
ASK_WHY = "Alasannya? Ini dicatat pada log."
LIMIT = "Batas {limit} pembacaan sehari sudah tercapai. Selebihnya lewat pengelola layanan."
HOW_CASE = "Tulis nomor perkara atau rujukan orang: /kasus NTR-ABCD-EFGH alasan"
HOW_TAKE = "Tulis nomor perkara: /ambil NTR-ABCD-EFGH"
HOW_MUTE = (
    "Membisukan menahan pesan, bukan perkara: semuanya tetap tercatat.\n"
    "/bisukan NTR-ABCD-EFGH menahan pesan tentang orang pada perkara itu;\n"
    "/bisukan instansi menahan pesan tentang instansi Anda."
)
MUTED = "Pesan tentang {what} ditahan {days} hari. Bisu nomor {number}."
ASK_DAYS = "Berapa hari? Tulis angka atau pilih."
NO_MUTE = "Tidak dapat dibisukan: alasan dan lama waktu harus benar, paling lama {days} hari."
HELP = (
    "<b>Meja netralitas</b>\n"
    "Setiap peringatan adalah indikasi, bukan putusan. Langkah perkara diambil dengan tombol di "
    "bawah pesannya; alasan ditanyakan di sini.\n\n{lines}\n\n"
    "Nomor Telegram Anda: <code>{user}</code>"
)
QUEUE = "<b>Perkara terbuka</b> ({instansi}): {count}"
QUEUE_NONE = "Tidak ada perkara terbuka pada meja {instansi} atau percakapan yang Anda baca."
QUEUE_MORE = "… dan {more} lagi, yang lebih baru."
STATUS = (
    "<b>Meja {instansi}</b>\n"
    "Perkara terbuka: {open}\nBelum diambil: {free}\nAnda pegang: {mine}\n"
    "Gangguan layanan yang terbuka: {alarms}\nEntri log terakhir: {seq}"
)
PERSON = "<b>Perkara dengan rujukan itu</b>"
STEPS = "<b>Langkah</b>"
# Who took a step that no officer took: the person's own answer.
PERSON_ANSWERED = "yang bersangkutan"
NO_STEPS = "Belum ada langkah."
MENU: Mapping[str, str] = {
    "status": "Keadaan",
    "antrean": "Antrean",
    "rekap": "Rekap",
    "bantuan": "Bantuan",
}
COMMANDS: Mapping[str, str] = {
    "status": "Keadaan meja",
    "antrean": "Perkara yang terbuka",
    "kasus": "Lihat satu perkara, dengan alasan",
    "ambil": "Ambil satu perkara",
    "bisukan": "Tahan pesan untuk sementara",
    "rekap": "Rekap hari ini dan minggu ini",
    "bantuan": "Cara memakai bot ini",
    "batal": "Batalkan pertanyaan yang terbuka",
}
