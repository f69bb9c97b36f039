"""What ``netralitas telegram setup`` says, in the words of Telegram's own Indonesian menus."""

from __future__ import annotations

from monitor.telegram_setup import Lack

TEST = (
    "Pesan uji dari Netralitas. Percakapan ini akan menerima indikasi untuk ditelaah. "
    "Tidak perlu dibalas."
)
SAID = {
    Lack.ABSENT: "Bot @{bot} tidak ada di sana. Grup: tambahkan sebagai anggota. Kanal: tambahkan "
    "sebagai administrator. Orang: ia menekan Mulai pada bot itu dulu. Lalu ulangi.",
    Lack.PUBLIC: "Percakapan itu publik: siapa pun dapat membacanya. Peringatan hanya dikirim ke "
    "percakapan tertutup. Hapus nama publiknya (Info > Edit > Jenis > Privat), lalu ulangi.",
    Lack.WRITE: "Bot tidak boleh menulis di sana. Kanal: beri hak administrator Kirim Pesan. "
    "Grup: izinkan anggota mengirim pesan, atau jadikan bot administrator. Lalu ulangi.",
    Lack.PHOTO: "Bot boleh menulis, tetapi tidak boleh mengirim foto: peringatan datang sebagai "
    "teks, tanpa gambar kartu. Izinkan Kirim Foto bila kartu diinginkan.",
}
HOW = (
    "Sekarang, di Telegram:\n"
    "  grup   : tambahkan @{bot}, lalu tulis /start@{bot} di grup itu\n"
    "  kanal  : tambahkan @{bot} sebagai administrator dengan hak Kirim Pesan\n"
    "  orang  : buka t.me/{bot} dan tekan Mulai\n"
    "Menunggu sampai {wait} detik ..."
)
CONFLICT = (
    "Program lain sedang membaca pesan bot ini (409). Kalau itu layanan Netralitas: hentikan dulu "
    "(systemctl stop netralitas), atau sebut percakapannya langsung dengan --chat NOMOR. Kalau "
    "bukan: bot ini dipakai program lain; buat bot sendiri di @BotFather."
)
WEBHOOK = (
    "Bot ini mengirim pesannya ke webhook milik program lain. Selama itu, tombol dan perintah "
    "Netralitas tidak sampai."
)
UNREACHED = (
    "Telegram tidak terjangkau: {error}. Periksa sambungan internet, http.proxy dan http.ca_file "
    "di konfigurasi, serta firewall ke {api}."
)
MALFORMED = "Itu bukan token: bentuknya angka, titik dua, lalu huruf dan angka."
REFUSED = (
    "Telegram menolak token itu: salah salin, atau sudah dicabut. Lihat di @BotFather: "
    "/mybots > API Token."
)
FEWER = (
    "Di sana ada {shown}, bukan {stated}: sampai jumlahnya cocok, percakapan ini hanya menerima "
    "kartu tanpa nama. Periksa siapa yang ada di dalamnya."
)
TRIAL_FULL = (
    "Uji coba hanya mengirim ke satu percakapan, dan rutenya sudah ada. Hapus rute itu dari "
    "konfigurasi, atau catat syarat produksi: netralitas governance list"
)
KINDS = {"private": "orang", "group": "grup", "supergroup": "grup", "channel": "kanal"}
