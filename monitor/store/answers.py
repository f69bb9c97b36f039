"""Answers of persons concerned: each a step of its case, none ever overwritten, and its receipt.

``dijawab`` is the person's own step when it comes by bot or page: no officer stands beside it.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.clock import from_text, to_text
from monitor.model.answer import ANSWER, CONCERNED, SELF, Answer, Given, Way
from monitor.model.code import ALPHABET
from monitor.model.evidence import SALT_BYTES, Canonical, canonical, commitment
from monitor.model.review import REVIEW, Officer, Step
from monitor.store import about, log
from monitor.store.db import guard
from monitor.store.log import StagedFile

_RECEIPT = 8
# How long what one officer typed waits for the other.
CONFIRM_WITHIN = timedelta(hours=24)
WHY = {Way.BOT: "menjawab undangan lewat bot", Way.PAGE: "menjawab undangan lewat halaman"}
_OF_CASE = "SELECT receipt, seq FROM answer WHERE finding_id = ? ORDER BY seq"
_PUT_PAPER = """
INSERT INTO answer_paper (finding_id, salt, digest, officer, second, at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (finding_id) DO UPDATE SET salt = excluded.salt, digest = excluded.digest,
  officer = excluded.officer, second = excluded.second, at = excluded.at
"""


@dataclass(frozen=True, slots=True)
class Paper:
    """An answer that one officer typed: who, who is to confirm it, and since when it waits."""

    officer: str
    second: str
    at: datetime
    salt: bytes
    digest: bytes

    def same(self, answer: Mapping[str, Canonical]) -> bool:
        return hmac.compare_digest(_paper_digest(self.salt, answer), self.digest)


def new_receipt() -> str:
    """Return a receipt's number: ``TT-`` and 40 random bits."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(_RECEIPT))
    return f"TT-{text[:4]}-{text[4:]}"


def add(
    tx: sqlite3.Connection,
    finding: str,
    answer: Answer,
    receipt: str,
    way: Way,
    at: datetime,
    by: tuple[Officer, Officer] | None = None,
    files: Sequence[StagedFile] = (),
) -> Given:
    """Append the step; whether it may be taken is checked before (``review.decisions``).

    The same receipt again gives the answer that has it: a repeated sending adds nothing. ``by``
    are the officers who typed and who confirmed an answer on paper.
    """
    if known := given(tx, receipt):
        return known
    public: dict[str, Canonical] = {
        "step": Step.ANSWERED.value,
        "officer": by[0].id if by else "",
        "way": way.value,
        **({"second": by[1].id} if by else {}),
    }
    told = {**answer.content(), "way": way.value, "receipt": receipt}
    head = log.append(
        tx,
        at=at,
        kind=REVIEW,
        subject=finding,
        public=public,
        content={REVIEW: _who(way, by), ANSWER: told},
        files=files,
    )
    tx.execute("INSERT INTO answer VALUES (?, ?, ?)", (receipt, finding, head.seq))
    return Given(receipt, finding, head.seq, at, way.value, answer, [file.name for file in files])


def _who(way: Way, by: tuple[Officer, Officer] | None) -> dict[str, Canonical]:
    """Return who took the step, in what role and why."""
    if not by:
        return {"who": SELF, "role": CONCERNED, "why": WHY.get(way, "")}
    return {
        "who": by[0].name,
        "role": "petugas",
        "why": "menyalin jawaban di kertas",
        "instansi": by[0].instansi,
        "confirmed_by": by[1].name,
    }


@guard()
def given(conn: sqlite3.Connection, receipt: str) -> Given | None:
    """Return the answer that a receipt's number stands for."""
    query = "SELECT receipt, seq FROM answer WHERE receipt = ?"
    row = conn.execute(query, (receipt,)).fetchone()
    return _given(conn, *row) if row else None


@guard()
def of_case(conn: sqlite3.Connection, finding: str) -> list[Given]:
    """Return every answer of a case that has a receipt, the oldest first."""
    rows = conn.execute(_OF_CASE, (finding,)).fetchall()
    return [one for row in rows if (one := _given(conn, *row))]


def claimed(conn: sqlite3.Connection, finding: str) -> list[str]:
    """Return the excuses that the person claims in a case, each once, in the order they came."""
    return list(dict.fromkeys(c for one in of_case(conn, finding) for c in one.answer.claims))


def read(told: Mapping[str, Any]) -> Answer:
    """Return the answer that a content holds; one of before claims were asked has only its text."""
    return Answer(
        claims=tuple(str(one) for one in told.get("claims", ())),
        text=str(told.get("text", "")),
        counsel=str(told.get("counsel", "")),
        attachments=int(told.get("attachments", 0)),
    )


def put_paper(
    tx: sqlite3.Connection,
    finding: str,
    answer: Mapping[str, Canonical],
    officer: str,
    second: str,
    at: datetime,
) -> str:
    """Keep the digest of what an officer typed until the other confirms; return its digest."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = _paper_digest(salt, answer)
    tx.execute(_PUT_PAPER, (finding, salt, digest, officer, second, to_text(at)))
    return digest.hex()


@guard()
def paper(conn: sqlite3.Connection, finding: str, now: datetime) -> Paper | None:
    """Return what waits for its second officer, None where it waited too long."""
    query = "SELECT officer, second, at, salt, digest FROM answer_paper WHERE finding_id = ?"
    row = conn.execute(query, (finding,)).fetchone()
    if row is None:
        return None
    found = Paper(row[0], row[1], from_text(row[2]), row[3], row[4])
    return found if now - found.at < CONFIRM_WITHIN else None


def drop_paper(tx: sqlite3.Connection, finding: str) -> None:
    """Forget what waited for its second officer."""
    tx.execute("DELETE FROM answer_paper WHERE finding_id = ?", (finding,))


def forget(tx: sqlite3.Connection, finding: str) -> None:
    """Delete a case's receipts, with the case."""
    tx.execute("DELETE FROM answer WHERE finding_id = ?", (finding,))
    drop_paper(tx, finding)


def purge(tx: sqlite3.Connection, now: datetime) -> None:
    """Delete what waited too long for a second officer."""
    tx.execute("DELETE FROM answer_paper WHERE at < ?", (to_text(now - CONFIRM_WITHIN),))


def _given(conn: sqlite3.Connection, receipt: str, seq: int) -> Given | None:
    row, told = about.entry(conn, seq), about.opened(conn, seq).get(ANSWER)
    if row is None or told is None:
        return None
    entry = json.loads(row.canonical)
    return Given(
        receipt=receipt,
        finding=entry["subject"],
        seq=seq,
        at=from_text(entry["at"]),
        way=str(told.get("way", "")),
        answer=read(told),
        files=sorted(entry["files"]),
    )


def _paper_digest(salt: bytes, answer: Mapping[str, Canonical]) -> bytes:
    return bytes.fromhex(commitment(salt, canonical(answer)))
