"""The content list for a breach notice (UU 27/2022 Ps. 46), in Indonesian: stated facts only.

The law asks what was disclosed, when and how, and what is done about it. How it happened and what
is done the program cannot know: those are lines to be filled in by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitor.clock import from_text
from monitor.notify import words
from monitor.notify.paper import Row, Section, fields, paper, para, section, table
from monitor.notify.tip_held import WAYS

TITLE = "Daftar isi untuk pemberitahuan kegagalan pelindungan data pribadi"
HOUSE = "NETRALITAS · UU 27/2022 PASAL 46"
FOOT = "Kepala log {head}\nDaftar ini memuat rujukan, bukan nama. Nama ada dalam berkas tersendiri."
BLANK = "………………………………………………………… (diisi dengan tangan)"
SHOWN = 100
KINDS = {
    "person": "Nama, jenis kepegawaian, instansi, unit, jabatan, wilayah",
    "spouse": "Pernyataan sebagai suami atau istri calon",
    "account": "Akun media sosial, dasar hukum pemantauan, tanggal pemberitahuan",
    "person_interval": "Keadaan bertanggal: cuti, tugas, pengunduran diri, mutasi",
    "register_change": "Riwayat perubahan daftar",
    "finding": "Dugaan: isi perbuatan, aturan, hasil pemeriksaan",
    "snapshot_of_facts": "Data daftar seperti dipakai dalam dugaan",
    "review": "Keputusan dan jawaban",
    "state": "Keadaan unggahan kemudian",
    "document": "Naskah: nomor, tanggal, salinan pindaian",
    "delivery": "Catatan pengiriman dengan alamat penerima",
    "withdrawal": "Catatan penarikan pesan dengan alamat penerima",
    "rectification": "Perbaikan data",
    "erasure": "Perintah penghapusan",
    "hold": "Penahanan penghapusan",
    "malformed": "Kiriman yang tidak terbaca",
    "file": "Salinan bukti: tangkapan dan kartu",
    "tip": "Laporan orang yang dikaitkan dengan dugaan",
    "shadow_hit": "Perbuatan yang disimpan untuk menguji aturan",
    "person_key": "Kunci sidik bersandi (tanpa isi)",
}
SPECIFIC = (
    "Data spesifik (Pasal 4 ayat 2) tidak punya tempat dalam basis data ini. Salinan bukti dapat "
    "memuatnya sejauh orang itu sendiri mengunggahnya. Dugaan menyangkut perbuatan dalam pemilihan "
    "dan patut diperlakukan sebagai data yang peka."
)
SCOPE = (
    "Yang dihitung adalah semua yang ada pada akhir kejadian; apa yang sudah dihapus sebelumnya "
    "tidak ada lagi di sana. Data daftar dihitung seperti keadaannya dalam basis data yang dibaca."
)
UNKNOWN = (
    "Pembacaan dengan alat lain (misalnya sqlite3 langsung pada berkas), salinan yang dibuat di "
    "luar perintah netralitas, dan tangkapan layar tidak dapat diketahui dari log. Pesan yang "
    "sudah terkirim lewat Telegram disimpan pula di sana."
)
OUTSIDE = {
    "backup": "cadangan",
    "export audit": "salinan satu kasus, bersamaran",
    "export penerusan": "salinan satu kasus untuk diteruskan",
    "reading access": "jawaban permintaan akses",
    "reading audit": "salinan atau pintu untuk pemeriksa",
    "reading breach": "daftar seperti ini",
    "reading card": "kartu bukti",
    "reading dokumen": "rancangan naskah",
    "register exported": "seluruh daftar sebagai CSV",
}

TIP_COLUMNS = ("nomor", "lewat", "pengirim", "isi", "gambar", "keterangan berkas gambar")
SEALED, OPEN, NOT_THERE = "ada, tersegel", "terbuka dalam perkara", "tidak ada"
WHOSE = (
    "Siapa pengirimnya tidak dibuka untuk daftar ini dan tidak ada di dalamnya; laporan mana yang "
    "dari orang yang sama juga tidak. Nomornya ada dalam laporan.csv. Isi laporan yang terbuka "
    "dalam perkara dapat mengisyaratkan siapa yang menulisnya. Jangan serahkan laporan.csv kepada "
    "orang yang dilaporkan."
)
REACH = (
    "Pengirim berhak diberi tahu seperti orang lain. Pengumuman kantor menjangkau mereka tanpa "
    "membuka siapa mereka. Membuka seorang pengirim hanya oleh dua petugas, dengan dasar hukum: "
    "netralitas tips sender NOMOR."
)

Data = Mapping[str, Any]


def notice(data: Data) -> dict[str, Any]:
    """Return the paper; ``data`` is what ``breaching`` states, times as the log writes them."""
    parts = [
        _event(data),
        section("Sumber yang diperiksa", fields(data["source"]), para(SCOPE)),
        _kinds(data),
        *_persons(data["persons"]),
        *_senders(data["senders"]),
        _outside(data["copies"]),
        section("Bagaimana data dilindungi", fields(data["protection"])),
        section(
            "Upaya penanganan dan pemulihan",
            fields([("Yang sudah dilakukan", BLANK), ("Yang akan dilakukan", BLANK)]),
        ),
        section("Yang tidak dapat diketahui dari sini", para(UNKNOWN)),
    ]
    return paper(TITLE, HOUSE, FOOT.format(head=data["head"]), parts)


def kinds(data: Data) -> list[tuple[str, int, int]]:
    """Return (kind in words, how many persons, how many records) of what was there."""
    found = []
    for kind, words_ in KINDS.items():
        counts = [one["counts"][kind] for one in data["persons"] if one["counts"].get(kind)]
        if counts:
            found.append((words_, len(counts), sum(counts)))
    return found


def tips(data: Data) -> list[tuple[str, ...]]:
    """Return a line of ``laporan.csv`` for each tip: its number, and what of it was there."""
    return [
        (
            one["tip_id"],
            WAYS.get(one["way"], one["way"]),
            SEALED if one["identity"] else NOT_THERE,
            OPEN if one["on_case"] else SEALED if one["sealed"] else NOT_THERE,
            str(one["pictures"]),
            str(one["aside"]),
        )
        for one in (data["senders"] or {"tips": ()})["tips"]
    ]


def _event(data: Data) -> Section:
    rows = [
        ("Kejadian mulai", _when(data["since"])),
        ("Kejadian berakhir", _when(data["until"])),
        ("Diketahui", _when(data["known"]) or BLANK),
        ("Pemberitahuan paling lambat (3x24 jam)", _when(data["due"]) or BLANK),
        ("Bagaimana terungkap", BLANK),
        ("Daftar ini dibuat", _when(data["made_at"])),
    ]
    return section("Kejadian", fields(rows))


def _kinds(data: Data) -> Section:
    others = data["others"]
    rows: list[Row] = [*kinds(data)]
    said = [
        ("Orang dalam daftar yang datanya ada", len(data["persons"])),
        ("Petugas yang namanya ada dalam catatan", data["officials"]),
        ("Alamat penerima pemberitahuan", others.get("chats", 0)),
        ("Unggahan pihak lain yang ada dalam salinan bukti", others.get("stranger", 0)),
        ("Berkas salinan bukti", f"{others.get('files', 0)} ({others.get('bytes', 0)} bita)"),
        ("Sidik bersandi tanpa isi", others.get("seen", 0)),
    ]
    head = ("Jenis data", "Orang", "Catatan")
    return section(
        "Data yang terungkap",
        table(head, (7, 1, 1), rows),
        fields((name, str(value)) for name, value in said),
        para(SPECIFIC),
    )


def _persons(persons: Sequence[Data]) -> Iterable[Section]:
    rows: list[Row] = [(p["ref"], _listed(p["counts"])) for p in persons[:SHOWN]]
    head = ("Rujukan", "Yang ada tentang orang itu")
    items = [table(head, (3, 7), rows)]
    if len(persons) > SHOWN:
        items.append(para(f"dan {len(persons) - SHOWN} orang lagi: orang.csv"))
    yield section("Orang yang bersangkutan", *items)


def _senders(data: Data | None) -> Iterable[Section]:
    if data is None:
        return
    there = data["tips"]
    reached = Counter(WAYS.get(one["way"], one["way"]) for one in there if one["identity"])
    ways = ", ".join(f"{number} lewat {way}" for way, number in sorted(reached.items()))
    rows = [
        ("Pengirim yang dapat dijangkau, paling banyak", data["senders"]),
        ("Laporan yang pengirimnya tersegel di sana", ways or 0),
        ("Laporan yang isinya terbuka dalam perkara", sum(one["on_case"] for one in there)),
        ("Gambar asli, tersegel", sum(one["pictures"] for one in there)),
        ("Keterangan berkas gambar (dapat memuat tempat, waktu, alat), tersegel",
         sum(one["aside"] for one in there)),
        ("Pengirim yang tinggal sidik bersandinya", data["digests"]),
        ("Laporan yang ada waktu itu, kini musnah atau ditarik: tak terjangkau", data["gone"]),
    ]  # fmt: skip
    listed = fields((name, str(value)) for name, value in rows)
    yield section("Pengirim laporan", listed, para(WHOSE), para(REACH))


def _outside(copies: Sequence[Data]) -> Section:
    rows: list[Row] = [
        (_when(c["at"]), OUTSIDE.get(c["what"], c["what"]), _of(c["subject"]), c["mark"][:16])
        for c in copies
    ]
    head = ("Kapan", "Apa", "Tentang", "Tanda")
    return section("Yang keluar selama kejadian", table(head, (4, 4, 4, 3), rows))


def _of(subject: str) -> str:
    """Return what left, but for a tip's number: the paper may reach the person it is about."""
    return "sebuah laporan" if subject.startswith("TIP-") else subject


def _listed(counts: Mapping[str, int]) -> str:
    return "; ".join(f"{words_.partition(':')[0]} ({counts[kind]})"
                     for kind, words_ in KINDS.items() if counts.get(kind))  # fmt: skip


def _when(at: str | None) -> str:
    return words.moment(from_text(at), "WIB", "id") if at else ""
