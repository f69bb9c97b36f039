"""The words of a report's tables, in Indonesian. None of them is a verdict."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.measure.figures import Column, Flow, Side, Wait
from monitor.model.review import Path, Step
from monitor.model.rule import Level
from monitor.notify.coverage_words import NAMES

COLUMNS: Mapping[Column, str] = {
    Column.INDICATIONS: "Indikasi baru",
    Column.ALERTS: "Indikasi jelas",
    Column.REVIEWS: "Perlu ditinjau",
    Column.TOLD: "Disampaikan",
    Column.TAKEN: "Diambil",
    Column.ANSWER_ASKED: "Klarifikasi diminta",
    Column.ANSWERED: "Dijawab",
    Column.NOT_THEIRS: "Bukan akunnya",
    Column.PERMITTED: "Diperbolehkan",
    Column.NOT_ENOUGH: "Bukti tidak cukup",
    Column.TO_EXAMINE: "Perlu diperiksa",
    Column.FORWARDED: "Diteruskan",
    Column.REOPENED: "Dibuka kembali",
    Column.CORRECTED: "Dikoreksi",
    Column.OPEN: "Terbuka",
    Column.WAITING: "Menunggu diambil",
    Column.OVERDUE: "Lewat tenggat",
}
FLOW: Mapping[Flow, str] = {
    Flow.BEFORE: "Terbuka pada awal masa",
    Flow.NEW: "Tambah: indikasi baru",
    Flow.REOPENED: "Tambah: dibuka kembali",
    Flow.DISMISSED: "Kurang: dihentikan",
    Flow.FORWARDED: "Kurang: diteruskan",
    Flow.CORRECTED: "Kurang: dikoreksi, bukan indikasi lagi",
    Flow.ERASED: "Kurang: isinya dihapus",
    Flow.AFTER: "Terbuka pada akhir masa",
}
WAITS: Mapping[Wait, str] = {
    Wait.TOLD: "teramati sampai disampaikan",
    Wait.TAKEN: "disampaikan sampai diambil",
    Wait.ANSWERED: "diambil sampai dijawab",
    Wait.CLOSED: "teramati sampai ditutup",
}
STEPS: Mapping[Step, str] = {step: COLUMNS[Column(step.value)] for step in Step}
PATHS: Mapping[Path, str] = {
    Path.SUPERIOR: "Pemeriksaan atasan/PPK",
    Path.SUPERVISOR: "Informasi awal Bawaslu",
    Path.CITIZEN: "Laporan pribadi WNI",
    Path.BKN: "BKN",
}
LEVELS: Mapping[str, str] = {
    Level.KODE_ETIK: "kode etik",
    Level.DISIPLIN: "disiplin",
    Level.PIDANA: "pidana pemilu, rujukan",
    Level.KONTRAK: "perjanjian kerja",
    Level.RUJUKAN: "rujukan ke lembaga lain",
    Level.SINYAL: "sinyal awal",
}
PLATFORMS: Mapping[str, str] = NAMES["id"]
SIDES: Mapping[Side, str] = {Side.INCUMBENT: "Petahana", Side.CHALLENGER: "Penantang"}
CAUSES: Mapping[str, str] = {
    "stale": "sumber tidak terbaca lebih dari beberapa jadwal",
    "blocked": "permintaan ditolak platform",
    "auth": "kredensial ditolak platform",
    "empty": "sumber yang dulu berisi tidak menunjukkan apa pun",
    "off": "pembacaan dimatikan dengan perintah",
    "gate": "tidak dibaca: tidak ada hak yang tercatat",
    "store": "bukti tidak dapat disimpan; pemantauan berhenti",
    "season": "tidak ada pemilihan yang berlangsung; tidak ada yang dibaca",
    "proof": "bukti tanda tangan suatu sumber tidak sah",
    "shared": "akun suatu sumber terdaftar atas nama lain",
    "unavailable": "akun suatu sumber tidak tersedia",
    "internal": "kesalahan program pada suatu sumber",
    "admission": "suatu sumber tidak boleh diamati dalam mode ini",
}
ALWAYS = (
    "akun tertutup, pesan pribadi, cerita (story), dan grup tertutup",
    "yang diunggah dan dihapus di antara dua kunjungan",
    "akun yang tidak didaftarkan, termasuk akun kedua dari orang yang terdaftar",
    "isi gambar dan video; hanya kata-kata penjelasnya yang dibaca",
    "Facebook, Instagram, Threads, dan TikTok; platform lain yang tidak disebut di atas",
    "perbuatan sebelum pendaftaran dan pemberitahuan kepada orangnya",
    "waktu ketika program ini tidak dijalankan",
)
ERASED = "(isi dihapus)"
OTHERS = "instansi lain, masing-masing di bawah {least}"
TOO_FEW = "n terlalu kecil"
