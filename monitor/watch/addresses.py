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
PROFILE_PAGE = re.compile(r"https?://(?:www\.)?bsky\.app/profile/([^/?#]+)[/?#]?.*", re.IGNORECASE)


class BadAddress(ValueError):
    """An account cannot be read; carries what was expected instead."""


def normalise(platform: str, text: str) -> str:
    """Return the one form of an account: a feed's URL, or a handle without ``@`` in lower case.

    A link to a Bluesky profile becomes its handle, and one to a Mastodon profile ``name@server``.
    Raises ``BadAddress``, whose text says what
    was expected.
    """
    text = text.strip()
    if platform == "feed":
        return _feed(text)
    if platform == "bluesky":
        return _bluesky(text)
    if platform == "mastodon":
        return _mastodon(text)
    if platform == "youtube" and CHANNEL.fullmatch(text):
        return text
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


def _mastodon(text: str) -> str:
    page = MASTODON_PAGE.fullmatch(text)
    # A server's page may show an account of another: /@name@elsewhere.
    shown = page[2] if page and "@" in page[2] else page and f"{page[2]}@{page[1]}"
    name, _, server = (shown or text).lower().removeprefix("acct:").removeprefix("@").partition("@")
    if not USERNAME.fullmatch(name) or not HANDLE.fullmatch(server):
        raise BadAddress("an address such as nama@server.example")
    return f"{name}@{server}"


def _bluesky(text: str) -> str:
    page = PROFILE_PAGE.fullmatch(text)
    name = (page.group(1) if page else text).removeprefix("@")
    if DID.fullmatch(name):
        return name
    handle = name.lower().rstrip(".")
    if not HANDLE.fullmatch(handle):
        raise BadAddress("a handle such as nama.bsky.social, or a DID")
    return handle
