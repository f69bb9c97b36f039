"""Appending to the evidence log, beside SQLModel with one add and commit for each event.

Both write the same: a chained entry, its salted content, WAL and synchronous=FULL, into a file on
the disk of this folder. Runs are interleaved; the best of each is printed, then the ratios. The
device decides what a commit costs, so only the ratios can be compared between machines.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, select

from monitor.clock import to_text
from monitor.model.evidence import Canonical
from monitor.store import log, migrate, tables
from monitor.store.writer import Writer

HERE = Path(__file__).resolve().parent
AT = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
TEXT = "Ayo warga, tanggal 27 pilih yang sudah terbukti. Salam dari kampung rekaan. " * 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    runs: dict[str, Callable[[Path, int], None]] = {
        "SQLModel, add + commit per event": _sqlmodel,
        "ours, 1 event per commit": lambda path, n: _ours(path, n, 1),
        "ours, 100 events per commit": lambda path, n: _ours(path, n, 100),
    }
    best = dict.fromkeys(runs, 0.0)
    for _ in range(given.rounds):
        for name, run in runs.items():
            best[name] = max(best[name], _rate(run, given.events))
    base = next(iter(best.values()))
    for name, rate in best.items():
        print(f"  {name:34} {rate:9,.0f} events/s   {rate / base:5.1f}x")


def _rate(run: Callable[[Path, int], None], events: int) -> float:
    with tempfile.TemporaryDirectory(dir=HERE) as folder:
        path = Path(folder) / "bench.sqlite3"
        migrate.upgrade(path)
        began = time.perf_counter()
        run(path, events)
        return events / (time.perf_counter() - began)


def _content(n: int) -> dict[str, Canonical]:
    activity = {"id": f"{n:064x}", "text": TEXT, "signal": "post", "platform": "bluesky"}
    return {"finding": {"activity": activity, "outcome": "alert", "targets": ["pilgub-35-2024/2"]}}


def _ours(path: Path, events: int, batch: int) -> None:
    with closing(Writer(path)) as writer:
        for start in range(0, events, batch):
            with writer.transaction() as tx:
                for n in range(start, min(start + batch, events)):
                    public: dict[str, Canonical] = {"outcome": "alert", "revision_no": 1}
                    log.append(
                        tx,
                        at=AT,
                        kind="finding",
                        subject="NTR-AAAA-AAAA",
                        public=public,
                        content=_content(n),
                    )


def _sqlmodel(path: Path, events: int) -> None:
    """Write the same entries as one would with the classes alone, on a pooled connection."""
    pooled = sa.create_engine(f"sqlite:///{path}")
    sa.event.listen(pooled, "connect", _as_durable)
    with Session(pooled) as session:
        for n in range(events):
            query = select(tables.Log).order_by(sa.desc(sa.column("seq"))).limit(1)
            last = session.exec(query).first()
            _add(session, last, n)
            session.commit()
    pooled.dispose()


def _as_durable(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _add(session: Session, last: tables.Log | None, n: int) -> None:
    seq, previous = (last.seq + 1, last.hash) if last else (1, bytes(32))
    salt = secrets.token_bytes(32)
    body = _json(_content(n)["finding"])
    entry = {
        "v": 1,
        "seq": seq,
        "at": to_text(AT),
        "kind": "finding",
        "subject": "NTR-AAAA-AAAA",
        "public": {"outcome": "alert", "revision_no": 1},
        "content": {"finding": hmac.digest(salt, body, "sha256").hex()},
        "files": {},
    }
    canonical = _json(entry)
    digest = hashlib.sha256(previous + canonical).digest()
    session.add(tables.Log(seq=seq, canonical=canonical, hash=digest))
    session.flush()
    session.add(tables.Content(seq=seq, name="finding", salt=salt, body=body))


def _json(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


if __name__ == "__main__":
    main()
