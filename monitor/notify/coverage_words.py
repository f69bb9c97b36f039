"""The words of the coverage page, in Indonesian and English; *tidak teramati*, never "nothing"."""

from __future__ import annotations

from collections.abc import Mapping

SIGNALS: Mapping[str, Mapping[str, str]] = {
    "id": {
        "post": "unggahan", "reply": "balasan", "quote": "kutipan", "share": "membagikan",
        "like": "suka", "reaction": "reaksi", "follow": "mengikuti",
        "membership": "keanggotaan grup", "profile": "profil",
        "unavailable": "akun ditutup atau hilang",
    },
    "en": {
        "post": "posts", "reply": "replies", "quote": "quotes", "share": "shares",
        "like": "likes", "reaction": "reactions", "follow": "follows",
        "membership": "memberships", "profile": "profiles",
        "unavailable": "closed or missing accounts",
    },
}  # fmt: skip
SIGHTS: Mapping[str, Mapping[str, str]] = {
    "id": {
        "seen": "teramati", "part": "teramati sebagian", "empty": "kosong, dulu berisi",
        "unseen": "tidak teramati", "never": "belum pernah terbaca", "not_read": "tidak dibaca",
    },
    "en": {
        "seen": "observed", "part": "partly observed", "empty": "empty, once showed acts",
        "unseen": "not observed", "never": "never read yet", "not_read": "not read",
    },
}  # fmt: skip
RIGHTS: Mapping[str, Mapping[str, str]] = {
    "id": {
        "none": "tidak perlu", "server_allowlist": "izin tiap server",
        "consent": "persetujuan pengelola grup", "agreement": "perjanjian tertulis dengan platform",
    },
    "en": {
        "none": "none needed", "server_allowlist": "each server's permission",
        "consent": "the group administrators' consent",
        "agreement": "a written agreement with the platform",
    },
}  # fmt: skip
STATES: Mapping[str, Mapping[str, str]] = {
    "id": {
        "on": "dibaca", "configured_off": "tidak dinyalakan dalam konfigurasi",
        "switched_off": "dimatikan dengan perintah", "no_right": "tidak dibaca: tidak ada haknya",
    },
    "en": {
        "on": "read", "configured_off": "not turned on in the configuration",
        "switched_off": "switched off by command", "no_right": "not read: no right on record",
    },
}  # fmt: skip
NAMES: Mapping[str, Mapping[str, str]] = {
    "id": {
        "feed": "laman (RSS, Atom, JSON Feed)", "bluesky": "Bluesky", "mastodon": "Mastodon",
        "youtube": "YouTube", "telegram-channel": "Telegram (kanal publik)",
        "telegram": "Telegram (grup, lewat bot)", "x": "X",
    },
    "en": {
        "feed": "feeds (RSS, Atom, JSON Feed)", "bluesky": "Bluesky", "mastodon": "Mastodon",
        "youtube": "YouTube", "telegram-channel": "Telegram (public channels)",
        "telegram": "Telegram (groups, by a bot)", "x": "X",
    },
}  # fmt: skip
# Platforms that nothing is fetched from, and why; docs/coverage.md has the same list.
NOT_COLLECTED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "id": (
        (
            "Facebook, Instagram, Threads",
            (
                "Ketentuan Meta melarang data platformnya dipakai untuk menilai kelayakan orang "
                "dalam pekerjaan dan untuk pengawasan, dan melarang profil tanpa persetujuan."
            ),
        ),
        (
            "TikTok",
            (
                "Ketentuan pengembangnya melarang catatan tentang perorangan; akses risetnya tidak "
                "terbuka untuk keperluan ini."
            ),
        ),
        (
            "WhatsApp, grup tertutup, pesan pribadi, cerita (stories)",
            "Bukan tindakan di muka umum. Tidak dibaca, juga kalau secara teknis bisa.",
        ),
    ),
    "en": (
        (
            "Facebook, Instagram, Threads",
            (
                "Meta's terms forbid using platform data for eligibility decisions about people's "
                "employment and for surveillance, and profiles without consent."
            ),
        ),
        (
            "TikTok",
            (
                "The developer terms forbid records about individuals; research access is not open "
                "to this use."
            ),
        ),
        (
            "WhatsApp, closed groups, private messages, stories",
            "Not acts in public. They are not read, also where that could be done.",
        ),
    ),
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "id": {
        "title": "Cakupan pengamatan",
        "accounts_title": "Akun menurut instansi",
        "made": "Keadaan pada",
        "principle": "Tidak teramati bukan berarti tidak ada. Halaman ini menunjukkan apa yang "
        "dapat terlihat, dan sejak kapan. Kalau tidak ada peringatan, itu hanya berarti tidak ada "
        "yang dikenali dalam apa yang terbaca; itu bukan bukti bahwa seseorang tidak berbuat "
        "apa-apa.",
        "skip": "Langsung ke isi",
        "contents": "Isi halaman",
        "overview": "Ringkasan menurut platform",
        "platform": "Platform", "accounts": "Akun", "agency": "Instansi", "line": "Baris register",
        "sight": "Keadaan", "last": "Terakhir terbaca", "gaps": "Celah 30 hari",
        "state": "Keadaan", "right": "Hak yang diperlukan", "until": "Hak berlaku sampai",
        "observes": "Yang dapat teramati", "unobserved": "Tidak teramati",
        "again": "Dilihat lagi sesudahnya", "reverse": "Akun paslon, partai, dan tim",
        "reverse_yes": "dibaca siapa dari register yang berinteraksi",
        "reverse_no": "tidak dibaca siapa yang berinteraksi",
        "stream": "Diberi tahu seketika", "yes": "bisa", "no": "tidak",
        "interval": "Selang terpendek", "minutes": "menit", "basis": "Dasar membaca",
        "since": "Teramati sejak", "blind": "Titik buta", "whole": "Pembacaan utuh terakhir",
        "never": "belum pernah", "none": "tidak ada",
        "no_accounts": "Tidak ada akun terdaftar di platform ini.",
        "not_collected": "Platform tanpa pengumpul",
        "not_collected_note": "Dari platform ini tidak ada yang diambil. Perkaranya hanya masuk "
        "lewat berkas yang diserahkan (arsip milik sendiri, ekspor riset) dan lewat laporan.",
        "by_agency": "Menurut instansi", "of": "dari", "unseen_now": "tidak teramati penuh",
        "no_season": "Tidak ada pemilihan yang sedang berlangsung: tidak ada sumber yang dibaca.",
        "back": "Kembali ke ringkasan", "previous": "Halaman sebelumnya",
        "next": "Halaman berikutnya", "page": "Halaman", "unseen_since": "sejak",
        "cause": "sebab", "gap_count": "celah", "hours": "jam", "gap_last": "terakhir",
        "empty_register": "Register kosong: tidak ada akun yang diamati.",
        "footer": "Dibuat oleh netralitas coverage. Tanpa skrip dan tanpa sumber luar.",
    },
    "en": {
        "title": "Coverage of observation",
        "accounts_title": "Accounts by agency",
        "made": "As of",
        "principle": "Not observed does not mean nothing happened. This page shows what can be "
        "seen and since when. No alert means only that nothing was recognised in what could be "
        "read. It is never evidence that a person did nothing.",
        "skip": "Skip to the content",
        "contents": "On this page",
        "overview": "Overview by platform",
        "platform": "Platform", "accounts": "Accounts", "agency": "Agency",
        "line": "Register line",
        "sight": "State", "last": "Last read", "gaps": "Gaps in 30 days",
        "state": "State", "right": "Right that is needed", "until": "The right lasts until",
        "observes": "Can be observed", "unobserved": "Not observed",
        "again": "Looked at again later", "reverse": "Candidates', parties' and teams' accounts",
        "reverse_yes": "read for who of the register engaged with them",
        "reverse_no": "not read for who engaged with them",
        "stream": "Told at once", "yes": "possible", "no": "no",
        "interval": "Shortest interval", "minutes": "minutes", "basis": "Basis of reading",
        "since": "Observed since", "blind": "Blind spots", "whole": "Last whole look",
        "never": "never yet", "none": "none",
        "no_accounts": "No account on this platform is registered.",
        "not_collected": "Platforms without a collector",
        "not_collected_note": "Nothing is fetched from these. Their cases come only by files that "
        "are handed in (people's own archives, research exports) and by tips.",
        "by_agency": "By agency", "of": "of", "unseen_now": "not fully observed",
        "no_season": "No contest is under way: no source is read.",
        "back": "Back to the overview", "previous": "Previous page", "next": "Next page",
        "page": "Page", "unseen_since": "since", "cause": "cause", "gap_count": "gaps",
        "hours": "hours", "gap_last": "the last until",
        "empty_register": "The register is empty: no account is observed.",
        "footer": "Made by netralitas coverage. No script, and nothing from elsewhere.",
    },
}  # fmt: skip
