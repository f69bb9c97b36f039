"""The link of a tip: in one form, and whose account it names.

A link is never opened by the program: it may lead anywhere, and it tells its owner who looked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from monitor.intake.declared import accounts

LONGEST = 2_000
# What of a query names a post; all else is tracking, or the sender's own session.
NAMING = frozenset({"v", "id", "fbid", "story_fbid"})
SLASHES = re.compile(r"/{2,}")
HOST = re.compile(r"[\w-]+(\.[\w-]+)+")
PREFIXES = ("www.", "m.", "mobile.", "web.")
SAME = {"twitter.com": "x.com", "threads.com": "threads.net", "fb.com": "facebook.com"}


@dataclass(frozen=True, slots=True)
class Link:
    """A link. ``platform`` and ``account`` are empty where it names no account."""

    text: str
    host: str
    platform: str = ""
    account: str = ""


def read(text: str) -> Link | None:
    """Read one web address; ``None`` where the text is none."""
    text = text.strip()
    if len(text) > LONGEST or any(c.isspace() or not c.isprintable() for c in text):
        return None
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    host = _plain(host)
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(host) or parts.username:
        return None
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query) if k in NAMING])
    path = SLASHES.sub("/", parts.path).rstrip("/")
    one = host + path + (f"?{query}" if query else "")
    if host == "bsky.app" and path.startswith("/profile/did:"):
        return Link(one, host, "bluesky", path.split("/")[2])
    named = next((a for a in accounts(f"https://{one}") if a.platform), None)
    return Link(one, host, named.platform, named.address) if named else Link(one, host)


def _plain(host: str) -> str:
    while host.startswith(PREFIXES):
        host = host.partition(".")[2]
    return SAME.get(host, host)
