"""What collectors say of themselves, in Indonesian; a test holds the lists complete."""

from __future__ import annotations

from collections.abc import Mapping

BLIND_ID: Mapping[str, str] = {
    # Bluesky
    "acts deleted before the next look": "tindakan yang dihapus sebelum pembacaan berikutnya",
    "direct messages, and accounts whose profile asks for !no-unauthenticated": (
        "pesan pribadi, dan akun yang profilnya meminta !no-unauthenticated"
    ),
    "an edit of a record older than the newest 100, until the next full listing": (
        "suntingan pada catatan yang lebih lama daripada 100 terbaru, sampai pembacaan penuh "
        "berikutnya"
    ),
    "records under keys that were set to before monitoring began": (
        "catatan dengan kunci yang ditetapkan ke masa sebelum pemantauan"
    ),
    "words inside pictures and videos": "kata-kata di dalam gambar dan video",
    (
        "in the lists of who engaged with a candidate: accounts that the query server does not show"
    ): (
        "dalam daftar siapa yang berinteraksi dengan calon: akun yang tidak ditampilkan server "
        "kueri"
    ),
    # Feeds
    "comments, likes, shares and follows are not in a feed": (
        "komentar, suka, berbagi, dan mengikuti tidak ada dalam umpan"
    ),
    "deletion is not announced: an entry that leaves the feed means nothing": (
        "penghapusan tidak diumumkan: entri yang hilang dari umpan tidak berarti apa-apa"
    ),
    "entries between two looks are missed where more appear than the feed holds": (
        "entri di antara dua pembacaan terlewat kalau jumlahnya melebihi isi umpan"
    ),
    "an entry dated before monitoring began is not looked at, also when new": (
        "entri bertanggal sebelum pemantauan tidak dilihat, juga kalau baru muncul"
    ),
    "a guest author's entry counts as the feed owner's: read it before acting": (
        "tulisan penulis tamu terhitung milik pemilik umpan: baca dulu sebelum bertindak"
    ),
    "the linked article is not read, only what the feed itself says": (
        "artikel yang ditautkan tidak dibaca, hanya isi umpannya"
    ),
    # Mastodon
    "accounts on servers that are not on the list": "akun di server yang tidak ada dalam daftar",
    "statuses for followers or for those addressed only": (
        "unggahan khusus pengikut atau khusus yang disebut"
    ),
    "favourites that an account gives, except where the target's own server lists them": (
        "favorit yang diberikan akun, kecuali yang didaftar server akun sasaran"
    ),
    "favourites and boosts in a target's list have no time, and are that server's word alone": (
        "favorit dan boost dalam daftar akun sasaran tanpa waktu, dan hanya menurut server itu"
    ),
    "favourites and boosts on statuses beyond the target's newest ones, or taken back in between": (
        "favorit dan boost pada unggahan sasaran yang lebih lama, atau yang ditarik di antaranya"
    ),
    "follows that stood before the first look, and lists that their owner hides": (
        "mengikuti yang sudah ada sebelum pembacaan pertama, dan daftar yang disembunyikan "
        "pemiliknya"
    ),
    "answers beyond the 60 that a server shows to visitors, and those it has not fetched": (
        "balasan di luar 60 yang ditampilkan server kepada pengunjung, dan yang belum diambilnya"
    ),
    "an edit of a status beyond the newest 40, until the next full reading": (
        "suntingan pada unggahan di luar 40 terbaru, sampai pembacaan penuh berikutnya"
    ),
    "previews of links, and words inside pictures, sounds and videos": (
        "pratinjau tautan, dan kata-kata di dalam gambar, suara, dan video"
    ),
    # Telegram groups
    "what was said before the bot came, and what waited for more than 24 hours": (
        "yang ditulis sebelum bot masuk, dan yang menunggu lebih dari 24 jam"
    ),
    "deleted messages, and reactions that were taken back: a bot is not told": (
        "pesan yang dihapus, dan reaksi yang ditarik: bot tidak diberi tahu"
    ),
    "direct messages, closed groups, groups without the bot, and channels' readers": (
        "pesan pribadi, grup tertutup, grup tanpa bot, dan pembaca kanal"
    ),
    "groups without a recorded consent of their administrators, and what came before it there": (
        "grup yang persetujuan pengurusnya tidak tercatat, dan yang dikatakan di sana sebelum "
        "tercatat"
    ),
    "administrators who write as the group, and whoever writes as a channel": (
        "pengelola yang menulis atas nama grup, dan siapa pun yang menulis atas nama kanal"
    ),
    "what a reaction was given to, unless that message came in the same page": (
        "kepada apa reaksi diberikan, kecuali pesannya datang pada halaman yang sama"
    ),
    (
        "everything but commands and answers to the bot, in a group where privacy mode is on for it"
    ): (
        "semua selain perintah dan jawaban kepada bot, di grup yang mode privasinya menyala untuk "
        "bot itu"
    ),
    "joins and reactions, in a group where the bot is no administrator": (
        "anggota baru dan reaksi, di grup tempat bot bukan pengelola"
    ),
    "words inside pictures, videos and voices": "kata-kata di dalam gambar, video, dan suara",
    # Telegram channels
    "comments, reactions and views: the preview counts them and names nobody": (
        "komentar, reaksi, dan jumlah dilihat: pratinjau menghitungnya tanpa menyebut siapa pun"
    ),
    "private channels, all groups, and channels that restrict saving": (
        "kanal pribadi, semua grup, dan kanal yang membatasi penyimpanan"
    ),
    "an edit of a message that is older than the newest 20": (
        "suntingan pada pesan yang lebih lama daripada 20 terbaru"
    ),
    "who of several administrators wrote a message": (
        "siapa di antara beberapa pengelola yang menulis pesan"
    ),
    "a channel's number: a name that changes hands leads to its new owner": (
        "nomor kanal: nama yang berpindah tangan mengarah ke pemilik barunya"
    ),
    "messages deleted before the next look, and words inside pictures and videos": (
        "pesan yang dihapus sebelum pembacaan berikutnya, dan kata-kata di dalam gambar dan video"
    ),
    # X
    "likes: X shows them to the account's owner alone": (
        "suka: X menampilkannya hanya kepada pemilik akun"
    ),
    "follows: not read, X may refuse the list and asks money for each name": (
        "mengikuti: tidak dibaca, X dapat menolak daftarnya dan memungut biaya tiap nama"
    ),
    "protected accounts, and posts that X withholds in a country": (
        "akun terkunci, dan unggahan yang ditahan X di suatu negara"
    ),
    "posts older than the newest 3200, and of answers to a target those older than 7 days": (
        "unggahan di luar 3200 terbaru, dan balasan kepada akun sasaran yang lebih dari 7 hari"
    ),
    "posts deleted before the next look": "unggahan yang dihapus sebelum pembacaan berikutnya",
    "who reposted or quoted a target's posts that are older than its newest 100": (
        "siapa yang membagikan atau mengutip unggahan akun sasaran di luar 100 terbarunya"
    ),
    # YouTube
    "likes, dislikes, subscriptions and playlists: the API lists them to nobody else": (
        "suka, tidak suka, langganan, dan daftar putar: API tidak menampilkannya kepada orang lain"
    ),
    "comments elsewhere than on the channels of candidates, parties and teams on file": (
        "komentar di luar kanal calon, partai, dan tim yang terdaftar"
    ),
    "an answer under a comment older than comment_days, and one newer than the last deep walk": (
        "balasan di bawah komentar yang lebih lama daripada comment_days, dan yang lebih baru "
        "daripada penelusuran penuh terakhir"
    ),
    "comments that the channel's owner or the platform holds back, and videos without comments": (
        "komentar yang ditahan pemilik kanal atau platform, dan video tanpa komentar"
    ),
    "live chat, community posts, and videos that are private, unlisted or for members": (
        "obrolan langsung, pos komunitas, dan video pribadi, tidak publik, atau khusus anggota"
    ),
    "words in the picture or the sound of a video": "kata-kata dalam gambar atau suara video",
    "content older than 29 days: the platform bids it deleted, and ids are left": (
        "isi yang lebih dari 29 hari: platform mewajibkan penghapusannya, yang tersisa nomornya"
    ),
    "whatever the day's allowance leaves no room for: the look goes on later": (
        "yang tidak muat dalam jatah harian: pembacaan dilanjutkan kemudian"
    ),
}

# By what each platform is read.
BASIS_ID: Mapping[str, str] = {
    "AT Protocol: public records read without logging in, as Bluesky's guidelines provide": (
        "AT Protocol: catatan publik yang dibaca tanpa masuk, sesuai pedoman Bluesky"
    ),
    "publisher-feed": "umpan yang diterbitkan pemilik situs",
    "public Mastodon API of a server, which is on the operator's list of servers": (
        "API publik Mastodon pada server yang ada dalam daftar operator"
    ),
    "a bot invited by the group's administrators, whose consent is on record": (
        "bot yang diundang pengelola grup, dengan persetujuan yang tercatat"
    ),
    "public preview on t.me, under an agreement on record": (
        "pratinjau publik di t.me, dengan kesepakatan yang tercatat"
    ),
    "X API v2 under a written approval on record": (
        "X API v2, dengan persetujuan tertulis yang tercatat"
    ),
    "YouTube Data API v3, under the recorded agreement": (
        "YouTube Data API v3, dengan perjanjian yang tercatat"
    ),
}
