"""What the person concerned reads: the letter's sentences, and the excuses in their own words.

Plain Indonesian, addressed to the reader. Nothing here says that something was proved.
"""

from __future__ import annotations

# By the id of the exculpation that the program tried itself; first what is asked most.
EXCUSES = {
    "ex-not-author": "Akun ini bukan milik saya, atau bukan saya yang melakukannya",
    "ex-before-candidacy": "Saat itu orang yang disebut belum menjadi calon",
    "ex-official-duty": "Itu tugas kedinasan",
    "ex-election-socialisation": "Itu sosialisasi pemilu, tanpa keberpihakan",
    "ex-all-candidates": "Semua calon saya sebut secara setara",
    "ex-quote-rebut": "Saya mengutip untuk membantah",
    "ex-number-coincidence": "Angkanya kebetulan sama, bukan nomor urut calon",
    "ex-permitted-pose": "Pose pada foto itu diperbolehkan",
    "ex-kpu-page": "Itu tanggapan pada halaman resmi KPU",
    "ex-vote": "Saya hanya menggunakan hak pilih",
    "ex-passive-attendance": "Saya hadir hanya mendengarkan visi dan misi, tanpa atribut",
    "ex-holiday": "Itu dilakukan pada hari libur",
    "ex-spouse-kpu": "Saya mendampingi suami atau istri mendaftar di KPU",
    "ex-spouse-campaign-passive": "Saya mendampingi suami atau istri tanpa terlibat aktif",
    "ex-spouse-photo": "Itu foto dengan suami atau istri saya, tanpa simbol",
    "ex-cltn": "Saya sedang cuti di luar tanggungan negara",
    "ex-resignation-letter": "Surat pengunduran diri saya sudah diajukan",
    "ex-resigned": "Saya sudah berhenti sebagai ASN",
}
PLATFORMS = {"bluesky": "Bluesky", "feed": "laman", "mastodon": "Mastodon"}
WAYS = {"bot": "lewat bot", "halaman": "lewat halaman jawaban", "kertas": "di kertas"}

HEADING = "Permintaan klarifikasi"
OPENING = (
    "Dengan hormat. Pada akun media sosial yang terdaftar atas nama Saudara tercatat satu "
    "perbuatan yang mungkin berkaitan dengan netralitas pegawai ASN. Ini dugaan yang masih "
    "dinilai oleh manusia, bukan putusan. Sebelum dinilai lebih lanjut, Saudara berhak didengar: "
    "kami meminta penjelasan Saudara."
)
CODES = (
    "V1: dibaca pada naskah peraturannya. V2: dari kutipan pihak lain. V3: keterangan pejabat. "
    "I: kesimpulan kami."
)
EXCUSE_TITLE = "Alasan yang dapat Saudara sampaikan"
EXCUSE_NOTE = (
    "Tandai yang sesuai, boleh lebih dari satu. Alasan lain boleh ditulis dengan kata-kata sendiri."
)
WAYS_TITLE = "Cara menjawab"
PAPER = (
    "Di kertas: tulis jawaban dan nomor perkara, beri nama dan tanda tangan, lalu serahkan ke "
    "{office}, {address}. Jam layanan: {hours}. Dua petugas menyalinnya; lembar aslinya disimpan."
)
PAGE = (
    "Lewat halaman kantor: ketik sendiri alamat {page} pada peramban, lalu masukkan kode di bawah."
)
BOT = (
    "Lewat Telegram: buka {bot} dalam percakapan pribadi, lalu tulis /jawab diikuti kode di bawah. "
    "Percakapan itu melewati server Telegram di luar negeri; kertas dan halaman kantor tidak."
)
CODE_TITLE = "Kode Saudara"
CODE_NOTE = (
    "Berlaku sampai {until}. Kode ini hanya ada pada surat ini dan hanya membuka perkara ini. "
    "Jangan dibagikan; petugas tidak akan menanyakannya. Bila hilang atau terkunci, mintalah surat "
    "baru: jawaban di kertas tidak memerlukan kode."
)
RIGHTS_TITLE = "Hak Saudara"
RIGHTS = (
    (
        "Saudara boleh didampingi penasihat hukum atau pendamping lain; sebutkan namanya dalam "
        "jawaban."
    ),
    (
        "Bila Saudara tidak menjawab, yang dicatat hanya bahwa belum ada jawaban. Diam bukan "
        "pengakuan."
    ),
    (
        "Jawaban dicatat di samping hasil pemeriksaan kami. Saudara boleh menambah jawaban; yang "
        "lama tidak diganti. Untuk setiap jawaban ada tanda terima."
    ),
    "Saudara berhak meminta salinan data tentang Saudara dan membetulkan yang keliru.",
    (
        "Kami tidak pernah mengirim tautan dan tidak menghubungi Saudara lebih dahulu lewat pesan. "
        "Pesan bertautan yang memakai nama perkara ini bukan dari kami: jangan dibuka, tanyakan ke "
        "kantor di atas."
    ),
)
FOOT = "Perkara {case}. Dugaan untuk dinilai manusia, bukan putusan."

RECEIPT_TITLE = "Tanda terima jawaban"
RECEIPT_HOUSE = "NETRALITAS · JAWABAN YANG BERSANGKUTAN"
RECEIPT_NOTES = (
    (
        "Jawaban ini tercatat dan tidak dapat diubah oleh siapa pun tanpa terlihat. Jawaban "
        "tambahan boleh disampaikan; yang lama tetap ada."
    ),
    "Jawaban bukan pengakuan. Perkara ini dugaan yang dinilai manusia, bukan putusan.",
)
NO_CLAIM = "Tidak ada alasan dari daftar yang ditandai."
NO_TEXT = "Tanpa kata-kata sendiri."
