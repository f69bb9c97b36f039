"""What was seen in tips' screenshots, which tips are about one act, and the crops of pictures.

All of it is sealed but the act's name, which is the number of the first tip about it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from monitor.model.tip import Sight
from monitor.store.db import guard
from monitor.store.keys import KeyRing
from monitor.store.sealing import seal, unseal

CROP, ASIDE = "potongan", "sisi"
SIGHTS = "sights"


def put(tx: sqlite3.Connection, tip_id: str, act: str) -> None:
    """Say that a tip is about an act; "" begins one of its own."""
    tx.execute("INSERT INTO tip_act VALUES (?, ?, x'')", (tip_id, act or tip_id))


@guard()
def act_of_link(conn: sqlite3.Connection, links: Sequence[bytes]) -> str:
    """Return the act that tips with one of these link digests are about, or ""."""
    query = "SELECT act FROM tip JOIN tip_act USING (tip_id) WHERE link = ? ORDER BY entry LIMIT 1"
    for link in links:
        if found := conn.execute(query, (link,)).fetchone():
            return str(found[0])
    return ""


@guard()
def unseen(conn: sqlite3.Connection, most: int) -> list[str]:
    """Return tips whose screenshots nothing has looked at yet, the oldest first."""
    query = """SELECT tip_id FROM tip_act JOIN tip USING (tip_id)
    WHERE sights = x'' AND tip_id IN (SELECT tip_id FROM tip_picture) ORDER BY entry LIMIT ?"""
    return [found[0] for found in conn.execute(query, (most,))]


@guard()
def sights(conn: sqlite3.Connection, ring: KeyRing) -> Iterator[tuple[str, str, list[Sight]]]:
    """Yield tip, act and sights of every tip whose screenshots were looked at, the oldest first."""
    query = """SELECT tip_id, act, sights FROM tip_act JOIN tip USING (tip_id)
    WHERE sights <> x'' ORDER BY entry"""
    for tip_id, act, body in conn.execute(query).fetchall():
        told = json.loads(unseal(ring, body, f"{tip_id}/{SIGHTS}"))
        yield tip_id, act, [Sight(**one) for one in told]


def keep(
    tx: sqlite3.Connection, ring: KeyRing, tip_id: str, seen: Sequence[Sight], act: str
) -> None:
    """Seal what was seen in a tip's screenshots; ``act`` where they show which act it is about."""
    body = seal(ring, json.dumps([asdict(one) for one in seen]).encode(), f"{tip_id}/{SIGHTS}")
    tx.execute("UPDATE tip_act SET sights = ? WHERE tip_id = ?", (body, tip_id))
    if act:
        tx.execute("UPDATE tip_act SET act = ? WHERE tip_id = ?", (act, tip_id))


@guard()
def alone(conn: sqlite3.Connection, tip_id: str) -> bool:
    """Say whether no other tip is about the same act yet."""
    query = "SELECT count(*) FROM tip_act WHERE act = (SELECT act FROM tip_act WHERE tip_id = ?)"
    return int(conn.execute(query, (tip_id,)).fetchone()[0]) <= 1


@guard()
def apart(conn: sqlite3.Connection, tip_id: str, act: str) -> bool:
    """Say whether a tip has a link and tips about an act have another one."""
    query = """SELECT count(*) FROM tip_act JOIN tip USING (tip_id), tip AS mine
    WHERE act = ? AND mine.tip_id = ? AND mine.link <> x'' AND tip.link <> x''
    AND tip.link <> mine.link"""
    return bool(conn.execute(query, (act, tip_id)).fetchone()[0])


def put_part(
    tx: sqlite3.Connection, ring: KeyRing, tip_id: str, number: int, kind: str, data: bytes
) -> None:
    """Seal what was made of a tip's picture; a new crop takes the old one's place."""
    body = seal(ring, data, f"{tip_id}/{number}/{kind}")
    tx.execute("INSERT OR REPLACE INTO tip_part VALUES (?, ?, ?, ?)", (tip_id, number, kind, body))


@guard()
def parts(conn: sqlite3.Connection, ring: KeyRing, tip_id: str, kind: str) -> dict[int, bytes]:
    """Open what was made of a tip's pictures, by the picture's number; the first is 0."""
    query = "SELECT number, body FROM tip_part WHERE tip_id = ? AND kind = ? ORDER BY number"
    return {
        number: unseal(ring, body, f"{tip_id}/{number}/{kind}")
        for number, body in conn.execute(query, (tip_id, kind))
    }
