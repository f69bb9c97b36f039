"""What people write when they declare their accounts, read into accounts where it names one.

"@budi" beside no platform, a share link, a name, an e-mail address name no account: nobody guesses
whose it might be (P6, and case 8 of the catalogue: never attribute by name).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from monitor.watch.addresses import BadAddress, normalise

NONE = re.compile(
    r"(-+|0|n/?a|nihil|(tidak|tdk|tak|belum|blm)( (ada|punya|memiliki|mempunyai))?( akun)?)\.?",
    re.IGNORECASE,
)
PLATFORMS = {
    "bluesky": "bluesky", "bsky": "bluesky", "facebook": "facebook", "fb": "facebook",
    "instagram": "instagram", "ig": "instagram", "insta": "instagram", "tiktok": "tiktok",
    "tik tok": "tiktok", "twitter": "x", "x": "x", "threads": "threads", "youtube": "youtube",
    "yt": "youtube", "telegram": "telegram", "linkedin": "linkedin", "blog": "feed",
    "rss": "feed", "feed": "feed", "mastodon": "mastodon",
}  # fmt: skip
SAID = re.compile(rf"\s*({'|'.join(map(re.escape, PLATFORMS))})\s*[:=\-]\s*(?=\S)", re.IGNORECASE)
HOSTS = {
    "facebook.com": "facebook", "fb.com": "facebook", "m.facebook.com": "facebook",
    "web.facebook.com": "facebook", "instagram.com": "instagram", "tiktok.com": "tiktok",
    "x.com": "x", "twitter.com": "x", "mobile.twitter.com": "x", "threads.net": "threads",
    "threads.com": "threads", "youtube.com": "youtube", "m.youtube.com": "youtube",
    "t.me": "telegram", "linkedin.com": "linkedin", "bsky.app": "bluesky",
}  # fmt: skip
SHARED = frozenset({"vm.tiktok.com", "vt.tiktok.com", "fb.watch", "youtu.be", "l.instagram.com"})
NO_ACCOUNT = frozenset(
    {
        "share", "p", "reel", "reels", "stories", "watch", "photo", "photo.php", "permalink.php",
        "story.php", "groups", "posts", "status", "hashtag", "explore", "shorts", "playlist",
        "joinchat", "sharer", "intent", "i", "s", "home", "search", "video", "login",
    }
)  # fmt: skip
HANDLE = re.compile(r"@?[\w.-]{2,64}")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
LONG_NUMBER = re.compile(r"(?:\+?\d[\s.-]?){9,}")
FEED_PATH = re.compile(r"(rss|feed|atom|\.xml)", re.IGNORECASE)
WORD = re.compile(r"(https?://|www\.)", re.IGNORECASE)

ASK = "tulis platform dan nama akun, misalnya: Instagram @nama"
SHARE = "tautan berbagi tidak menyebut akun: buka, lalu salin alamat profilnya"
NAME = "nama orang bukan nama akun: salin alamat profilnya"


@dataclass(frozen=True, slots=True)
class Declared:
    """One account of a cell; without ``platform`` it could not be told, and ``problem`` why.

    ``problem`` is in Indonesian: the person who declared it reads it.
    """

    platform: str
    address: str
    written: str
    problem: str = ""


def accounts(cell: str, platform: str = "") -> Iterator[Declared]:
    """Yield every account that a cell declares; ``platform`` is what its column speaks of."""
    named = ""
    for part in _parts(cell):
        if word := PLATFORMS.get(part.lower().rstrip(" :=-")):
            named = word  # "IG: @budi" was parted before its @
            continue
        if NONE.fullmatch(part):
            continue
        said, rest = named or platform, part
        if found := SAID.match(part):
            said, rest = PLATFORMS[found[1].lower()], part[found.end() :]
        yield _account(part, rest.strip(), said)
        named = ""


def _parts(cell: str) -> Iterator[str]:
    for part in re.split(r"[\n;,|]|\s+(?:dan|&)\s+|\s+(?=https?://|www\.|@)", cell):
        if part and part.strip(" ."):
            yield part.strip()


def _account(written: str, rest: str, platform: str) -> Declared:
    if platform == "mastodon" and not WORD.match(rest):
        return _checked(platform, rest, written)  # its addresses look like those of mail
    if EMAIL.fullmatch(rest):
        return Declared("", "", written, "alamat surel bukan akun: " + ASK)
    if WORD.match(rest) or re.match(r"[\w.-]+\.(com|net|app|me|id)/", rest):
        return _link(written, rest)
    if LONG_NUMBER.fullmatch(rest):
        return Declared("", "", "", "nomor telepon atau nomor identitas bukan akun: " + ASK)
    if not platform and re.fullmatch(r"@?[\w-]+\.bsky\.social", rest, re.IGNORECASE):
        platform = "bluesky"
    if not HANDLE.fullmatch(rest):
        return Declared("", "", written, NAME if " " in rest else ASK)
    if not platform:
        return Declared("", "", written, "platformnya tidak disebut: " + ASK)
    return _checked(platform, rest, written)


def _link(written: str, text: str) -> Declared:
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return Declared("", "", written, "tautan rusak: salin alamat profilnya")
    if host in SHARED:
        return Declared("", "", written, SHARE)
    platform = HOSTS.get(host, "")
    if not platform:
        if FEED_PATH.search(parts.path):
            return _checked("feed", address, written)
        return Declared("", "", written, "situs ini tidak dikenal sebagai media sosial: " + ASK)
    name = _name(platform, parts.path, parts.query)
    return _checked(platform, name, written) if name else Declared("", "", written, SHARE)


def _name(platform: str, path: str, query: str) -> str:
    """Return the account that a link to a profile names, or nothing."""
    steps = [step for step in path.split("/") if step]
    if not steps:
        return ""
    if platform == "facebook" and steps[0] == "profile.php":
        return (parse_qs(query).get("id") or [""])[0]
    if platform in ("bluesky", "linkedin") and steps[0] in ("profile", "in"):
        return steps[1] if len(steps) > 1 else ""
    if platform == "youtube" and steps[0] in ("channel", "c", "user"):
        return steps[1] if len(steps) > 1 else ""
    if steps[0].lower() in NO_ACCOUNT or (platform == "telegram" and steps[0].startswith("+")):
        return ""
    return steps[0]


def _checked(platform: str, name: str, written: str) -> Declared:
    try:
        return Declared(platform, normalise(platform, name), written)
    except BadAddress:
        return Declared("", "", written, ASK)
