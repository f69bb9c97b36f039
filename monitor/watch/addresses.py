"""One written form for accounts and areas, so that the same one is the same everywhere."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

# Handle and DID as the AT Protocol writes them (atproto.com/specs/handle, /specs/did).
HANDLE = re.compile(
    r"(?=.{3,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)
DID = re.compile(r"did:(plc:[a-z2-7]{24}|web:[A-Za-z0-9.:%-]+)")
# The one id of a network whose letters differ by case (support.google.com/youtube, channel URLs).
CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")
AREA = re.compile(r"(\d{2})(?:\.?(\d{2}))?")
# A user's name as Mastodon, GoToSocial and Pleroma allow it, in lower case.
USERNAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,62}[a-z0-9_])?")
MASTODON_PAGE = re.compile(r"https?://([^/@:\s]+)/(?:@|users/)([^/?#\s]+)[/?#]?.*", re.IGNORECASE)
# Names as X and Telegram give them out, alone or in a link; a Telegram user may be a number too.
X_NAME = re.compile(
    r"(?:https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/)?@?([a-z0-9_]{1,20})/?(?:[?#].*)?",
    re.IGNORECASE,
)
TELEGRAM_NAME = re.compile(
    r"(?:https?://(?:www\.)?(?:t|telegram)\.me/(?:s/)?)?@?([a-z][a-z0-9_]{3,31})/?(?:[?#].*)?",
    re.IGNORECASE,
)
TELEGRAM_NUMBER = re.compile(r"-?[0-9]{1,16}")
# A handle may be of any script (support.google.com/youtube, "Handles"); a link is read as one.
YOUTUBE_NAME = re.compile(
    r"(?:https?://(?:www\.|m\.)?youtube\.com/(?:channel/(?=UC)|@))?@?([\w.·-]{3,30})/?(?:[?#].*)?"
)
PROFILE_PAGE = re.compile(r"https?://(?:www\.)?bsky\.app/profile/([^/?#]+)[/?#]?.*", re.IGNORECASE)


class BadAddress(ValueError):
    """An account cannot be read; carries what was expected instead."""


def normalise(platform: str, text: str) -> str:
    """Return the one form of an account: a feed's URL, or a handle without ``@`` in lower case.

    A link to a profile becomes its handle, on Mastodon ``name@server``. Raises ``BadAddress``,
    whose text says what was expected.
    """
    text = text.strip()
    if platform == "feed":
        return _feed(text)
    if platform == "bluesky":
        return _bluesky(text)
    if platform == "mastodon":
        return _mastodon(text)
    if platform in NAMED:
        return _named(platform, text)
    if platform == "youtube":
        return _youtube(text)
    handle = text.removeprefix("@").lower()
    if not handle or any(c.isspace() for c in handle):
        raise BadAddress("a handle without blanks")
    return handle


@lru_cache(maxsize=1_024)
def area(text: str) -> str | None:
    """Return a province or regency code with its dot (``3515`` is ``35.15``), else ``None``."""
    found = AREA.fullmatch(text.strip())
    return ".".join(part for part in found.groups() if part) if found else None


def _feed(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadAddress("a feed's http(s) URL") from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise BadAddress("a feed's http(s) URL")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("a URL without user name and password")
    name = f"[{host}]" if ":" in host else host
    place = f"{name}:{port}" if port is not None else name
    return parts._replace(scheme=parts.scheme.lower(), netloc=place, fragment="").geturl()


NAMED = {
    "x": (X_NAME, "a name on X, such as nama_akun"),
    "telegram": (TELEGRAM_NAME, "a Telegram user's or group's number, or a public name"),
    "telegram-channel": (TELEGRAM_NAME, "a public channel's name, such as nama_kanal"),
}


def _named(platform: str, text: str) -> str:
    if platform == "telegram" and TELEGRAM_NUMBER.fullmatch(text):
        return text
    form, expected = NAMED[platform]
    found = form.fullmatch(text)
    if found is None:
        raise BadAddress(expected)
    return found[1].lower()


def _mastodon(text: str) -> str:
    page = MASTODON_PAGE.fullmatch(text)
    # A server's page may show an account of another: /@name@elsewhere.
    shown = page[2] if page and "@" in page[2] else page and f"{page[2]}@{page[1]}"
    name, _, server = (shown or text).lower().removeprefix("acct:").removeprefix("@").partition("@")
    if not USERNAME.fullmatch(name) or not HANDLE.fullmatch(server):
        raise BadAddress("an address such as nama@server.example")
    return f"{name}@{server}"


def _youtube(text: str) -> str:
    found = YOUTUBE_NAME.fullmatch(text)
    if not found:
        raise BadAddress("a handle such as @nama.kanal, or a channel's id (UC…)")
    return found[1] if CHANNEL.fullmatch(found[1]) else found[1].lower()


def _bluesky(text: str) -> str:
    page = PROFILE_PAGE.fullmatch(text)
    name = (page.group(1) if page else text).removeprefix("@")
    if DID.fullmatch(name):
        return name
    handle = name.lower().rstrip(".")
    if not HANDLE.fullmatch(handle):
        raise BadAddress("a handle such as nama.bsky.social, or a DID")
    return handle
