"""Whose account on the register a tip's link names. An account that is not there stays unnamed."""

from __future__ import annotations

import sqlite3
from typing import Protocol
from urllib.parse import urlsplit

from monitor.store.db import guard

NAMED = """SELECT watch_id FROM account
WHERE platform = ? AND (address = ? OR native_id = ?) ORDER BY watch_id LIMIT 1"""
FEEDS = "SELECT watch_id, address FROM account WHERE platform = 'feed' ORDER BY watch_id"


class Named(Protocol):
    """What a link says of itself; ``platform`` and ``account`` are empty where it names nobody."""

    @property
    def host(self) -> str: ...
    @property
    def platform(self) -> str: ...
    @property
    def account(self) -> str: ...


@guard()
def watch_of(conn: sqlite3.Connection, link: Named) -> str:
    """Return the register line of an account, or of the feed on the same host; else ""."""
    if link.platform:
        found = conn.execute(NAMED, (link.platform, link.account, link.account)).fetchone()
        return str(found[0]) if found else ""
    for watch_id, address in conn.execute(FEEDS):
        if (urlsplit(address).hostname or "").removeprefix("www.") == link.host:
            return str(watch_id)
    return ""
