"""Invitations to answer: whose code is right, how often it was wrong, and when it ends.

Of a code only a salted scrypt digest is here (RFC 7914): who copies the database cannot try codes
against it in useful time, and the code itself stands in the letter alone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.clock import from_text, to_text
from monitor.model import code as codes
from monitor.model.answer import INVITATION, Closed, Invited
from monitor.model.code import Code
from monitor.model.evidence import SALT_BYTES, Canonical, LogHead
from monitor.store import log
from monitor.store.db import guard

# 16 MiB and some tens of milliseconds for each try.
_COST, _BLOCK, _LANES = 1 << 14, 8, 1
# ``officer`` (an id), ``who`` and ``why``.
Said = Mapping[str, str]
_NOBODY = bytes(SALT_BYTES)
_HOUR = 3_600
# An old letter's code is answered "expired" this long, then like any unknown one.
KEPT = timedelta(days=90)
_ADD = """
INSERT INTO invitation (letter, finding_id, seq, salt, digest, until, tries, ended)
VALUES (?, ?, ?, ?, ?, ?, 0, '')
"""
_FIND = "SELECT finding_id, salt, digest, until, tries, ended FROM invitation WHERE letter = ?"
_TRY_HOUR = """
INSERT INTO invitation_hour (hour, tries) VALUES (?, 1)
ON CONFLICT (hour) DO UPDATE SET tries = tries + 1
"""
_RIGHT_HOUR = "UPDATE invitation_hour SET tries = tries - 1 WHERE hour = ? AND tries > 0"
_LATELY = "SELECT coalesce(sum(tries), 0) FROM invitation_hour WHERE hour >= ?"


@dataclass(frozen=True, slots=True)
class Row:
    """One invitation as stored; ``right`` compares a code with it."""

    finding: str
    salt: bytes
    digest: bytes
    until: datetime
    tries: int
    ended: str

    def right(self, code: Code) -> bool:
        return hmac.compare_digest(_digest(code.secret, self.salt), self.digest)

    def closed(self, now: datetime) -> Closed | None:
        """Return why this invitation opens nothing now."""
        if self.ended:
            return Closed(self.ended)
        return Closed.EXPIRED if now >= self.until else None


def new_code(conn: sqlite3.Connection) -> Code:
    """Return a code whose first symbols no letter on file has."""
    return codes.make(lambda letter: _row(conn, letter) is not None)


def add(
    tx: sqlite3.Connection, finding: str, code: Code, until: datetime, by: Said, at: datetime
) -> LogHead:
    """Log a new invitation, which takes the place of those before it."""
    replaced = _end(tx, finding, Invited.REVOKED)
    public: dict[str, Canonical] = {"until": to_text(until), "replaced": replaced}
    head = _note(tx, finding, Invited.MADE, public, by, at)
    salt = secrets.token_bytes(SALT_BYTES)
    row = (code.letter, finding, head.seq, salt, _digest(code.secret, salt), to_text(until))
    tx.execute(_ADD, row)
    return head


def revoke(tx: sqlite3.Connection, finding: str, by: Said, at: datetime) -> int:
    """End every invitation of a case that still stands; return how many there were."""
    count = _end(tx, finding, Invited.REVOKED)
    if count:
        _note(tx, finding, Invited.REVOKED, {}, by, at)
    return count


@guard()
def find(conn: sqlite3.Connection, letter: str) -> Row | None:
    """Return the invitation that a code's first symbols name."""
    return _row(conn, letter)


def is_right(row: Row | None, code: Code) -> bool:
    """Compare a code with an invitation; it takes as long where there is none."""
    if row is None:
        _digest(code.secret, _NOBODY)
        return False
    return row.right(code)


def take_try(
    tx: sqlite3.Connection, letter: str, most: int, most_an_hour: int, at: datetime
) -> bool:
    """Count a try before it is compared, so that many at once are no more than one by one.

    False where too many codes were wrong lately, or for this letter: then nothing is compared.
    """
    hour = int(at.timestamp()) // _HOUR
    (lately,) = tx.execute(_LATELY, (hour - 1,)).fetchone()
    row = _row(tx, letter)
    if lately >= most_an_hour or (row and not row.ended and row.tries >= most):
        return False
    tx.execute(_TRY_HOUR, (hour,))
    tx.execute("UPDATE invitation SET tries = tries + 1 WHERE letter = ?", (letter,))
    return True


@guard()
def wrong_lately(conn: sqlite3.Connection, now: datetime) -> int:
    """Return how many codes were wrong in this hour and the one before."""
    (count,) = conn.execute(_LATELY, (int(now.timestamp()) // _HOUR - 1,)).fetchone()
    return int(count)


def settle(tx: sqlite3.Connection, letter: str, most: int, at: datetime, *, right: bool) -> None:
    """Take a right try back; a wrong one that was the last allowed locks its letter."""
    row = _row(tx, letter)
    if right:
        tx.execute(_RIGHT_HOUR, (int(at.timestamp()) // _HOUR,))
        tx.execute("UPDATE invitation SET tries = 0 WHERE letter = ?", (letter,))
    elif row and not row.ended and row.tries >= most:
        tx.execute("UPDATE invitation SET ended = 'locked' WHERE letter = ?", (letter,))
        _note(tx, row.finding, Invited.LOCKED, {"tries": row.tries}, None, at)


@guard()
def standing(conn: sqlite3.Connection, finding: str, now: datetime) -> datetime | None:
    """Return until when a case's code opens it, None where none does."""
    query = "SELECT max(until) FROM invitation WHERE finding_id = ? AND ended = ''"
    (until,) = conn.execute(query, (finding,)).fetchone()
    last = from_text(until) if until else None
    return last if last and now < last else None


def forget(tx: sqlite3.Connection, finding: str) -> None:
    """Delete what is stored about a case's invitations, with the case."""
    tx.execute("DELETE FROM invitation WHERE finding_id = ?", (finding,))


def purge(tx: sqlite3.Connection, now: datetime) -> None:
    """Delete what ended long ago, and old counts of wrong codes."""
    tx.execute("DELETE FROM invitation WHERE until < ?", (to_text(now - KEPT),))
    hour = int(now.timestamp()) // _HOUR
    tx.execute("DELETE FROM invitation_hour WHERE hour < ?", (hour - 1,))


def _note(
    tx: sqlite3.Connection,
    finding: str,
    what: Invited,
    public: Mapping[str, Canonical],
    by: Said | None,
    at: datetime,
) -> LogHead:
    """Log it; ``by`` has ``officer`` (an id), ``who`` and ``why``, and is None for the program."""
    said: dict[str, Canonical] = {"action": what.value, **public}
    content: dict[str, Canonical] = {}
    if by is not None:
        said["officer"] = by["officer"]
        content["by"] = {"who": by["who"], "why": by["why"]}
    return log.append(tx, at=at, kind=INVITATION, subject=finding, public=said, content=content)


def _end(tx: sqlite3.Connection, finding: str, how: Invited) -> int:
    query = "UPDATE invitation SET ended = ? WHERE finding_id = ? AND ended = ''"
    return tx.execute(query, (how.value, finding)).rowcount


def _row(conn: sqlite3.Connection, letter: str) -> Row | None:
    found = conn.execute(_FIND, (letter,)).fetchone()
    if found is None:
        return None
    finding, salt, digest, until, tries, ended = found
    return Row(finding, salt, digest, from_text(until), tries, ended)


def _digest(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, n=_COST, r=_BLOCK, p=_LANES, dklen=32)
