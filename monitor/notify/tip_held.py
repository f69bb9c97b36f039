"""What a tip's sender reads of what is held about them, in Indonesian: in the bot and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from monitor.clock import from_text
from monitor.notify import words
from monitor.notify.paper import fields, paper, para, section, table

TITLE = "Yang disimpan tentang Anda sebagai pengirim laporan"
HOUSE = "NETRALITAS · JAWABAN ATAS PERMINTAAN AKSES (UU 27/2022 PASAL 32)"
FOOT = "Laporan {tip} · kepala log {head}\nNama pengirim tidak ada dalam berkas ini."
WAYS = {"telegram": "bot Telegram", "office": "loket kantor"}
SAID = {
    "link": "Tautan",
    "note": "Catatan",
    "seen_at": "Waktu perbuatan",
    "place": "Tempat",
    "witnesses": "Saksi",
    "known_from": "Cara diketahui",
}
STATES = {
    "belum_diverifikasi": "belum diverifikasi",
    "dikaitkan": "dikaitkan dengan perkara, belum diverifikasi",
    "dikuatkan": "dikuatkan sumber lain",
    "ditolak": "tidak dapat dipakai",
    "dimusnahkan": "dimusnahkan",
    "ditarik": "ditarik, isinya sudah dihapus",
}
STEPS = {
    "diterima": "laporan masuk",
    "dilihat": "isinya dilihat, atau salinan seperti ini dibuat",
    "dikaitkan": "dikaitkan dengan perkara",
    "ditolak": "dinyatakan tidak dapat dipakai",
    "dimusnahkan": "dimusnahkan",
    "pengirim_dijeda": "laporan dari pengirimnya dijeda",
    "dikuatkan": "dikuatkan sumber lain",
    "orang_dikaitkan": "petugas mencatat siapa yang dilaporkan",
    "gambar_dibuka": "gambarnya dibuka petugas penerima",
    "gambar_dipotong": "gambarnya dipotong",
    "asli_diminta": "seorang petugas meminta gambar aslinya dibuka",
    "asli_dibuka": "gambar aslinya dibuka oleh dua petugas",
    "pengirim_diminta": "seorang petugas meminta nama pengirimnya dibuka",
    "pengirim_dibuka": "nama pengirimnya dibuka oleh dua petugas",
    "penarikan_diajukan": "penarikan diajukan lewat petugas",
    "ditarik": "ditarik",
    "ingin_ditarik": "keinginan menarik dicatat",
}
GONE = (
    "Isi laporan ini, gambarnya, dan siapa pengirimnya tidak ada lagi. Yang tinggal hanya catatan "
    "dalam log di bawah, dengan sidik yang tidak dapat dibaca kembali."
)
ON_CASE = "bagian sebuah perkara; terhapus bersama perkaranya"
IDENTITY = (
    "tersegel, terpisah dari isi; dibuka hanya oleh dua petugas bersama-sama, dengan dasar hukum"
)
DIGEST = "ada, untuk batas laporan sehari dan jeda; tanpa kunci kantor tidak dapat dibaca"
ELSEWHERE = (
    "Petugas yang membuka dicatat dalam log, tetapi tidak disebut di sini. Cadangan yang dibuat "
    "kantor dapat memuat hal yang sama, tersegel. Apa yang Anda tulis kepada bot ada pula pada "
    "Telegram. Tidak ada skor atau penilaian tentang Anda yang disimpan."
)
RIGHTS = (
    "Selama belum ada pada sebuah perkara, laporan dapat Anda tarik: /tarik kepada bot, atau di "
    "loket dengan nomornya. Sesudahnya, keinginan menarik dapat dicatat."
)

Data = Mapping[str, Any]


def lines(data: Data, zone: str) -> list[tuple[str, object]]:
    """Return names and values of what is held; ``data`` is what ``run.tip_held`` states."""
    ends = date.fromisoformat(data["ends_on"]) if data["ends_on"] else None
    left, day = data["identity_sealed"], words.day(ends, "id") if ends else ON_CASE
    said = [(name, data["said"][key]) for key, name in SAID.items() if data["said"].get(key)]
    return [
        ("Masuk", words.moment(from_text(data["came_at"]), zone, "id")),
        ("Lewat", WAYS.get(data["way"], data["way"])),
        ("Keadaan", STATES[data["state"]]),
        ("Dimusnahkan" if left else "Sisanya dimusnahkan", day),
        *said,
        ("Gambar (tersegel)", data["pictures"]),
        ("Potongan gambar untuk penelaah", data["crops"]),
        ("Keterangan berkas gambar yang disisihkan (tersegel)", data["cut_out"]),
        ("Siapa Anda", IDENTITY if left else "sudah dihapus"),
        ("Sidik bersandi Anda", DIGEST),
    ]


def history(data: Data, zone: str) -> list[tuple[str, str]]:
    """Return when something was done with the tip, and what, the oldest first."""
    return [
        (words.moment(from_text(one["at"]), zone, "id"), STEPS[one["what"]])
        for one in data["history"]
    ]


def dossier(data: Data, zone: str) -> dict[str, Any]:
    """Return the paper that answers a sender who asks with the tip's number."""
    asked = [("Permintaan diterima", _when(data["received_at"], zone)),
             ("Dijawab paling lambat (3x24 jam)", _when(data["due_at"], zone)),
             ("Berkas ini dibuat", _when(data["made_at"], zone))]  # fmt: skip
    there = fields(lines(data, zone)) if data["there"] else para(GONE)
    rights = [para(RIGHTS)] if data["there"] and data["identity_sealed"] else []
    parts = [
        section("Permintaan", fields(asked)),
        section("Yang disimpan", there),
        section("Yang terjadi dengannya", table(("Kapan", "Apa"), (2, 3), history(data, zone))),
        section("Hak Anda, dan apa lagi yang ada", *rights, para(ELSEWHERE)),
    ]
    return paper(TITLE, HOUSE, FOOT.format(tip=data["tip"], head=data["head"]), parts)


def _when(at: str | None, zone: str) -> str:
    return words.moment(from_text(at), zone, "id") if at else ""
