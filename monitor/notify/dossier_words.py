"""Indonesian words for the columns, values and kinds that a person's own data has."""

from __future__ import annotations

PERSON = {
    "name": "Nama",
    "employer_type": "Jenis kepegawaian",
    "instansi": "Instansi",
    "unit": "Unit",
    "superior": "Jabatan atasan langsung",
    "position": "Jabatan",
    "area": "Wilayah",
    "zone": "Zona waktu",
    "route": "Jalur pemberitahuan",
    "candidate_spouse_of": "Suami atau istri calon (menurut pernyataan sendiri)",
    "as_of": "Data per tanggal",
    "source": "Sumber data",
}
ACCOUNT = {
    "watch_id": "Nomor baris",
    "platform": "Platform",
    "address": "Akun",
    "native_id": "Nomor tetap pada platform",
    "ownership": "Kepemilikan akun",
    "ownership_evidence": "Bukti kepemilikan",
    "legal_ground": "Dasar hukum pemantauan",
    "registered_on": "Didaftarkan",
    "notice_date": "Diberitahukan kepada Anda",
    "notice_exemption": "Dasar tidak diberitahukan",
    "status": "Keadaan baris",
    "sheet": "Daftar asal",
    "ended_on": "Berakhir",
}
VALUES = {
    "declared": "diakui sendiri",
    "verified": "sudah diperiksa",
    "unverified": "belum diperiksa",
    "contested": "dibantah",
    "active": "dipantau",
    "waiting": "menunggu pemberitahuan",
    "unresolved": "akun belum jelas",
    "left": "tidak lagi bertugas",
    "removed": "dikeluarkan dari daftar",
    "pending": "menunggu",
    "sent": "terkirim",
    "dead": "tidak dapat dikirim",
}
INTERVALS = {
    "CLTN": "cuti di luar tanggungan negara",
    "resignation_submitted": "surat pengunduran diri diajukan",
    "resignation": "berhenti atas permintaan sendiri",
    "duty": "tugas kedinasan",
    "adhoc": "badan ad hoc penyelenggara pemilu",
    "suspension": "pemberhentian sementara",
    "transfer": "mutasi",
    "retirement": "pensiun",
    "death": "meninggal dunia",
    "contract_end": "kontrak berakhir",
}
STATE = {"kind": "Keadaan", "first_day": "Mulai", "last_day": "Sampai", "reference": "Surat"}
OUTCOMES = {
    "alert": "indikasi",
    "review": "perlu ditinjau",
    "none": "tidak ada indikasi setelah dinilai ulang",
}
# What the log says for machines.
PLUMBING = frozenset({
    "stamp", "ruleset", "key", "signature", "sha256", "manifest", "zone", "collector",
    "collector_version", "clock", "program",
})  # fmt: skip
FIELDS = {
    "cause": "sebab",
    "outcome": "sekarang",
    "outcome_before": "sebelumnya",
    "who": "oleh",
    "why": "alasan",
    "step": "langkah",
    "state": "keadaan",
    "reason": "dasar",
    "answer": "jawaban",
    "decide_by": "harus diputus sebelum",
    "ground": "dasar",
    "office": "pejabat",
    "official": "nama pejabat",
    "by": "dijalankan oleh",
    "reference": "nomor",
    "schedule": "jadwal arsip",
    "proof": "bukti",
    "officer": "petugas",
    "role": "peran",
    "instansi": "instansi",
    "unanswered": "mengapa tanpa jawaban",
    "receiver": "penerima surat",
    "letter": "nomor surat",
    "date": "tanggal",
    "receipt": "tanda terima",
    "path": "jalur",
    "text": "isi",
}
CHANGES = {
    "import": "impor daftar",
    "added": "ditambahkan",
    "changed": "diubah",
    "returned": "dimasukkan kembali",
    "removed": "dikeluarkan",
    "interval": "keadaan bertanggal",
    "ownership": "kepemilikan akun",
    "notice": "pemberitahuan",
    "handle": "nama akun pada platform berubah",
    "left": "berhenti dipantau",
    "back": "dipantau kembali",
    "deleted": "dihapus",
    "facts": "data diperbaiki",
}
ABOUT = {
    "finding": "pemberitahuan",
    "rectification": "perbaikan",
    "state": "kabar keadaan",
}
KINDS = {
    "finding": "penilaian",
    "review": "langkah penanganan",
    "state": "keadaan unggahan",
    "hold": "penahanan penghapusan",
    "erasure": "penghapusan",
    "rectification": "perbaikan",
    "malformed": "tidak terbaca",
    "seen-again": "perbuatan yang sama terlihat lagi",
}
COMMANDS = {
    "review show": "kasus dibuka di meja penanganan",
    "card": "kartu bukti digambar",
    "export": "salinan bukti dibuat",
    "access": "berkas ini atau pendahulunya dibuat",
    "breach": "daftar pelanggaran data dibuat",
    "audit": "dibuka untuk pemeriksaan",
    "rectification": "data diperbaiki",
    "erasure": "penghapusan",
    "register show": "baris daftar dibuka",
    "register list": "seluruh daftar ditampilkan",
    "register export": "seluruh daftar disalin",
}
