"""Whose account on the register a tip's link names, and who may not act on a tip.

An account that is not there stays unnamed.
"""

from __future__ import annotations

import sqlite3
from typing import Protocol
from urllib.parse import urlsplit

from monitor.errors import RefusedError
from monitor.model.review import Officer
from monitor.model.tip import TipRow
from monitor.store import findings, log, register
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


def refuse_own(conn: sqlite3.Connection, row: TipRow, officer: Officer) -> None:
    """Raise ``RefusedError`` where a tip, or the case it stands on, is about the officer."""
    mine = officer.person_ref
    if mine and mine in (_person(conn, row.watch_id), _person_of(conn, row.finding_id)):
        raise RefusedError(f"{officer.id}: nobody decides about a tip on themselves")


def refuse_other(conn: sqlite3.Connection, row: TipRow, finding_id: str) -> None:
    """Raise ``RefusedError`` where a tip names somebody else than a case does.

    What was said of one person would lie in the case of another, and be shown to them.
    """
    mine, theirs = _person(conn, row.watch_id), _person_of(conn, finding_id)
    if mine and theirs and mine != theirs:
        raise RefusedError(f"{row.tip_id}: it is about somebody else than {finding_id}")


def _person(conn: sqlite3.Connection, watch_id: str) -> str:
    return next(iter(register.persons(conn, [watch_id])), "") if watch_id else ""


@guard()
def _person_of(conn: sqlite3.Connection, finding_id: str) -> str:
    """Return the person of a case; "" where it is erased, or there is none."""
    if not finding_id:
        return ""
    watch = log.content(conn, findings.last_entry(conn, finding_id), "watch")
    return str(watch["person_ref"]) if watch else ""
