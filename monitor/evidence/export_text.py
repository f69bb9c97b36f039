"""What an export says of itself, in Indonesian: one page of plain text beside the evidence."""

from __future__ import annotations

from collections.abc import Mapping

_CHECK = """\
Memeriksa: python3 verify_evidence.py BERKAS.zip
(Python 3.9 dan openssl 3.0 atau yang lebih baru; bacalah dahulu, ambil salinannya dari sumber lain
bila perlu.) Bandingkan kepala log dengan yang tercetak pada peringatan: {head}

manifest.json, manifest.sig   sidik SHA-256 setiap berkas, ditandatangani (Ed25519)
"""

_CASE = (
    """\
Bukti satu temuan: {subject} (profil {profile}, dibuat {made_at})

Isi berkas ini dicatat oleh kami pada waktu yang tertulis di dalamnya. Ini dugaan untuk dinilai
manusia, bukan putusan.

"""
    + _CHECK
    + """\
log/                          entri temuan ini, dan sidik semua entri sampai segel berikutnya
content/, files/, salts/      isi entri, salinan bukti, dan garam untuk mencocokkannya
seals/, stamps/               segel yang ditandatangani, cap waktu RFC 3161 dengan sertifikatnya
warc/                         pertukaran HTTP yang sama dalam bentuk WARC 1.1
decisions/                    keputusan, klarifikasi, dan keadaan kemudian (di luar log)
"""
)

_AUDIT = """\
facts/                        yang diketahui tentang pemilik akun, tanpa nama (di luar log)

Yang tidak disertakan tercantum di manifest.json pada "withheld". Akun tetap tampak di dalam catatan
asli: tanpa itu buktinya tidak dapat dicocokkan. Di dalam decisions/ peran menggantikan nama.
"""

_FORWARDED = """\
pengantar.pdf                 pengantar dengan urutan isian formulir laporan Bawaslu; ditandatangani
                              oleh pejabat yang meneruskan, bukan oleh program
kartu.png                     salinan files/N/card: temuan ini dalam satu gambar, bila ada

Berkas ini memuat data pribadi pemilik akun. Serahkan hanya kepada yang berwenang menerimanya, dan
musnahkan salinan yang tidak diperlukan. Yang tidak disertakan tercantum di manifest.json pada
"withheld". Berkas di files/ dapat memuat kata-kata akun lain yang tidak terdaftar: hanya untuk
mencocokkan bukti, jangan disebarkan.
"""

_ALL = (
    """\
Ikhtisar temuan {subject} (profil {profile}, dibuat {made_at})

Setiap baris berasal dari satu entri log. Ini dugaan untuk dinilai manusia, bukan putusan. Ucapan,
nama, alamat, dan pihak yang dituju tidak ada di sini: ambillah ekspor satu temuan bila berhak.

"""
    + _CHECK
    + """\
findings, evidence,           temuan dan revisinya; berkas buktinya; pengiriman peringatannya;
deliveries, decisions         keputusan, klarifikasi, dan keadaan kemudian (peran, tanpa nama)
log/entries.jsonl             entri yang menjadi sumbernya, byte demi byte, satu per baris
log/hashes.txt                sidik semua entri pada rentang segel
seals/, stamps/               segel yang ditandatangani, cap waktu RFC 3161 dengan sertifikatnya

Entri nomor N cocok bila SHA-256 dari (sidik N-1 diikuti barisnya) sama dengan sidik N.
"""
)

_TEXTS: Mapping[str, str] = {
    "audit": _CASE + _AUDIT,
    "penerusan": _CASE + _FORWARDED,
    "all": _ALL,
}


def readme(form: str, *, subject: str, profile: str, made_at: str, head: str) -> bytes:
    """Return the text of ``form``: a profile of one case, or ``all``."""
    text = _TEXTS[form].format(subject=subject, profile=profile, made_at=made_at, head=head)
    return text.encode()
