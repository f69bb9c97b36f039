"""Tips: sealed rows, and log entries that say what happened to them and by whom.

What a tip says and who gave it never enter the log while nobody linked it to a case; the log holds
a salted commitment, so that what was linked later is known to be what came (POLICY 29, P1).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from monitor.clock import from_text, to_text
from monitor.errors import RefusedError, UnknownError
from monitor.model.evidence import SALT_BYTES, Canonical, LogHead
from monitor.model.tip import TIP, Picture, Sender, Tip, TipRow, TipState, TipStep
from monitor.store import log, tip_sight
from monitor.store.db import guard
from monitor.store.keys import KeyRing, digest
from monitor.store.log import NOTHING
from monitor.store.sealing import seal, unseal

ID_BYTES = 5
NAME_CHARS = 32
DAY = timedelta(days=1)
PUT = "INSERT INTO tip VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?)"
PUT_PICTURE = "INSERT INTO tip_picture VALUES (?, ?, ?, ?)"
ROWS = """
SELECT tip_id, state, received_at, ends_on, way, platform, watch_id, finding_id,
  (SELECT count(*) FROM tip_picture AS p WHERE p.tip_id = tip.tip_id),
  (SELECT count(*) FROM tip_act AS a WHERE a.act = tip_act.act),
  (SELECT count(DISTINCT sender_key) FROM tip_act AS a JOIN tip AS b USING (tip_id)
   WHERE a.act = tip_act.act),
  coalesce(act, ''),
  (SELECT count(*) FROM tip_part AS p WHERE p.tip_id = tip.tip_id AND kind = 'potongan')
FROM tip LEFT JOIN tip_act USING (tip_id)
"""


def add(
    tx: sqlite3.Connection,
    ring: KeyRing,
    tip: Tip,
    pictures: Sequence[Picture],
    sender: Sender,
    at: datetime,
    *,
    ends_on: date,
    link: str,
    platform: str,
    watch_id: str,
) -> str:
    """Seal a tip and log that one came; return its id. ``link`` is the link in its one form."""
    tip_id = _new_id()
    salt = secrets.token_bytes(SALT_BYTES)
    told = _packed(tip, salt)
    public: dict[str, Canonical] = {
        "step": TipStep.RECEIVED.value,
        "way": sender.way,
        "registered": bool(watch_id),
        "commitment": hashlib.sha256(told).hexdigest(),
        "pictures": [hashlib.sha256(salt + p.data).hexdigest() for p in pictures],
    }
    head = log.append(tx, at=at, kind=TIP, subject=tip_id, public=public)
    values = (
        tip_id, head.seq, TipState.NEW.value, to_text(at), ends_on.isoformat(), sender.way,
        platform, watch_id, _link(ring, link)[0] if link else b"", _by(ring, sender)[0],
        seal(ring, json.dumps(asdict(sender)).encode(), f"{tip_id}/sender"),
        seal(ring, told, tip_id),
    )  # fmt: skip
    act = tip_sight.act_of_link(tx, _link(ring, link)) if link else ""
    tx.execute(PUT, values)
    tip_sight.put(tx, tip_id, act)
    for number, picture in enumerate(pictures):
        body = seal(ring, picture.data, f"{tip_id}/{number}")
        tx.execute(PUT_PICTURE, (tip_id, number, picture.media_type, body))
        if picture.aside:
            tip_sight.put_part(tx, ring, tip_id, number, tip_sight.ASIDE, picture.aside)
    return tip_id


@guard()
def rows(conn: sqlite3.Connection) -> list[TipRow]:
    """Return every tip that is not destroyed, the oldest first; what is left of withdrawn ones too.

    Of those there is nothing but number, times and the sender's keyed digest, for a short while.
    """
    return [_row(row) for row in conn.execute(ROWS + " ORDER BY received_at, tip_id")]


@guard()
def row(conn: sqlite3.Connection, tip_id: str) -> TipRow:
    """Return one tip; ``UnknownError`` where there is none of that id, or none any more."""
    found = any_row(conn, tip_id)
    if found is None:
        raise UnknownError(f"{tip_id}: there is no such tip, or it was destroyed")
    if found.state is TipState.WITHDRAWN:
        raise UnknownError(f"{tip_id}: its sender withdrew it; nothing that it said is left")
    return found


@guard()
def any_row(conn: sqlite3.Connection, tip_id: str) -> TipRow | None:
    """Return one tip, or what is left of it after it was withdrawn."""
    found = conn.execute(ROWS + " WHERE tip_id = ?", (tip_id,)).fetchone()
    return _row(found) if found else None


@guard()
def entry(conn: sqlite3.Connection, tip_id: str) -> int:
    """Return the log entry in which a tip came."""
    found = conn.execute("SELECT entry FROM tip WHERE tip_id = ?", (tip_id,)).fetchone()
    if found is None:
        raise UnknownError(f"{tip_id}: there is no such tip, or it was destroyed")
    return int(found[0])


@guard()
def read(conn: sqlite3.Connection, ring: KeyRing, tip_id: str) -> tuple[Tip, str]:
    """Open what a tip says, and the salt (hex) of its commitments.

    Raises ``UnknownError`` where its content went into a case.
    """
    sealed = _column(conn, tip_id, "told")
    if not sealed:
        raise UnknownError(f"{tip_id}: what it says stands on its case now")
    packed = json.loads(unseal(ring, sealed, tip_id))
    return Tip(**packed["tip"]), packed["salt"]


@guard()
def pictures(conn: sqlite3.Connection, ring: KeyRing, tip_id: str) -> list[Picture]:
    """Open a tip's screenshots."""
    query = "SELECT number, media_type, body FROM tip_picture WHERE tip_id = ? ORDER BY number"
    return [
        Picture(unseal(ring, body, f"{tip_id}/{number}"), media_type)
        for number, media_type, body in conn.execute(query, (tip_id,))
    ]


@guard()
def sender(conn: sqlite3.Connection, ring: KeyRing, tip_id: str) -> Sender:
    """Open who gave a tip; only to answer them, or on a named person's order."""
    return Sender(**json.loads(unseal(ring, _column(conn, tip_id, "sender"), f"{tip_id}/sender")))


@guard()
def given(conn: sqlite3.Connection, ring: KeyRing, who: Sender, now: datetime) -> tuple[int, int]:
    """Return how many tips came in the last 24 hours: from this sender, and from all."""
    since = to_text(now - DAY)
    total = conn.execute("SELECT count(*) FROM tip WHERE received_at > ?", (since,)).fetchone()[0]
    query = "SELECT count(*) FROM tip WHERE sender_key = ? AND received_at > ?"
    mine = sum(conn.execute(query, (key, since)).fetchone()[0] for key in _by(ring, who))
    return int(mine), int(total)


@guard()
def mine(conn: sqlite3.Connection, ring: KeyRing, who: Sender) -> list[TipRow]:
    """Return the tips of one sender, the newest first."""
    query = ROWS + " WHERE sender_key = ? ORDER BY received_at DESC, tip_id"
    return [_row(row) for key in _by(ring, who) for row in conn.execute(query, (key,))]


@guard()
def paused(conn: sqlite3.Connection, ring: KeyRing, who: Sender, today: date) -> date | None:
    """Return until which day nothing is taken from a sender; none where all is well."""
    query = "SELECT until FROM tip_pause WHERE sender_key = ? AND until >= ?"
    for key in _by(ring, who):
        if found := conn.execute(query, (key, today.isoformat())).fetchone():
            return date.fromisoformat(found[0])
    return None


def pause(tx: sqlite3.Connection, tip_id: str, until: date) -> None:
    """Take nothing from a tip's sender until a day, that day included."""
    tx.execute(
        "INSERT INTO tip_pause SELECT sender_key, ? FROM tip WHERE tip_id = ?"
        " ON CONFLICT (sender_key) DO UPDATE SET until = excluded.until",
        (until.isoformat(), tip_id),
    )


def note(
    tx: sqlite3.Connection,
    at: datetime,
    subject: str,
    step: TipStep,
    who: str,
    why: str,
    *,
    more: dict[str, Canonical] | None = None,
    told: tuple[Tip, str] | None = None,
    files: Sequence[log.StagedFile] = (),
    ground: str = "",
) -> LogHead:
    """Log what became of a tip; ``told`` goes into the case's own erasable content.

    With its salt, the entry in which it came can be checked: the commitment there is the SHA-256 of
    ``_packed``, and a picture's is that of salt and bytes.
    """
    by = {"who": who, "why": why, **({"ground": ground} if ground else {})}
    content: dict[str, Canonical] = {"by": by} if who else dict(NOTHING)
    if told:
        said, salt = told
        content["tip"] = {**asdict(said), "salt": salt}
    public: dict[str, Canonical] = {"step": step.value, **(more or {})}
    return log.append(
        tx, at=at, kind=TIP, subject=subject, public=public, content=content, files=files
    )


def linked(tx: sqlite3.Connection, tip_id: str, finding: str) -> None:
    """Leave a tip's state, its sealed sender and originals; what it says stands on the case."""
    change = "UPDATE tip SET state = ?, finding_id = ?, told = x'', ends_on = '' WHERE tip_id = ?"
    tx.execute(change, (TipState.LINKED.value, finding, tip_id))


def settled(tx: sqlite3.Connection, tip_id: str, state: TipState) -> None:
    """Mark a tip; one that is on no case is destroyed on its day like any other."""
    change = "UPDATE tip SET state = ? WHERE tip_id = ?"
    tx.execute(change, (state.value, tip_id))


def name(tx: sqlite3.Connection, tip_id: str, watch_id: str) -> None:
    """Say which register line a tip is about."""
    tx.execute("UPDATE tip SET watch_id = ? WHERE tip_id = ?", (watch_id, tip_id))


@guard()
def due(conn: sqlite3.Connection, today: date) -> list[str]:
    """Return the tips whose day has come."""
    query = "SELECT tip_id FROM tip WHERE ends_on <> '' AND ends_on <= ? ORDER BY tip_id"
    return [found[0] for found in conn.execute(query, (today.isoformat(),))]


def destroy(tx: sqlite3.Connection, tip_id: str) -> None:
    """Delete a tip's rows; SQLite overwrites them (``secure_delete``)."""
    tx.execute("DELETE FROM tip_picture WHERE tip_id = ?", (tip_id,))
    tx.execute("DELETE FROM tip WHERE tip_id = ?", (tip_id,))


def forget_pauses(tx: sqlite3.Connection, today: date) -> None:
    """Delete pauses that are over."""
    tx.execute("DELETE FROM tip_pause WHERE until < ?", (today.isoformat(),))


def _column(conn: sqlite3.Connection, tip_id: str, name: str) -> bytes:
    row(conn, tip_id)
    query = f"SELECT {name} FROM tip WHERE tip_id = ?"  # noqa: S608 - a name of ours
    return bytes(conn.execute(query, (tip_id,)).fetchone()[0])


def _row(found: Sequence[object]) -> TipRow:
    tip_id, state, at, ends, way, platform, watch, finding, shots, alike, senders, act, crops = (
        found
    )
    return TipRow(
        tip_id=str(tip_id),
        state=TipState(str(state)),
        received_at=from_text(str(at)),
        ends_on=date.fromisoformat(str(ends)) if ends else None,
        way=str(way),
        platform=str(platform),
        watch_id=str(watch),
        finding_id=str(finding),
        pictures=int(str(shots)),
        alike=max(1, int(str(alike))),
        senders=max(1, int(str(senders))),
        act=str(act),
        cropped=int(str(crops)),
    )


def _packed(tip: Tip, salt: bytes) -> bytes:
    return json.dumps({"salt": salt.hex(), "tip": asdict(tip)}, sort_keys=True).encode()


def _new_id() -> str:
    text = base64.b32encode(secrets.token_bytes(ID_BYTES)).decode()
    return f"TIP-{text[:4]}-{text[4:]}"


def _by(ring: KeyRing, who: Sender) -> list[bytes]:
    message = f"tip sender\n{who.way}\n{who.number}".encode()
    return [digest(key, message) for key in ring.versions("person")]


def covered(ring: KeyRing, said: str) -> str:
    """Return a name by which nobody without the key finds a tip's number or a person's reference.

    Findings hold it, and are given to the person concerned and to auditors.
    """
    return digest(ring.versions("reference")[0], f"tip name\n{said}".encode()).hex()[:NAME_CHARS]


def _link(ring: KeyRing, link: str) -> list[bytes]:
    return [digest(key, f"tip link\n{link}".encode()) for key in ring.versions("reference")]


def refuse_linked(found: TipRow) -> None:
    """Raise ``RefusedError`` for a tip that stands on a case already."""
    if found.finding_id:
        raise RefusedError(f"{found.tip_id}: it is linked to {found.finding_id} already")
