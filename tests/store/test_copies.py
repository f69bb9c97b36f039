"""Copies of the database that migrations leave: kept for a time, gone with an erasure by order."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config import Retention
from monitor.evidence.files import Files
from monitor.evidence.signing import public_key, sign
from monitor.model.erasure import Ground, Lost, Order
from monitor.run.erase import Eraser
from monitor.run.retain import Retainer
from monitor.store import erasure, keys, log, migrate
from monitor.store.writer import Writer

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
SEED = bytes(range(32))


def left(database: Path, number: int, days: int) -> Path:
    """Leave a copy as a migration did some days ago, opened by hand since."""
    copy = database.with_name(f"{database.name}.before-0001-{number}")
    for path in (copy, copy.with_name(f"{copy.name}-wal")):
        path.write_bytes(b"isi lama")
        at = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (at, at))
    return copy


def eraser(writer: Writer, folder: Path) -> Eraser:
    keys.make(folder / "keys")
    return Eraser(writer, Files(folder / "s"), keys.load(folder / "keys"), lambda: NOW)


def test_they_go_when_their_time_is_over(database: Path, tmp_path: Path) -> None:
    old, young = left(database, 1, 31), left(database, 2, 29)
    other = database.with_name("other.before-0001-1")
    other.write_bytes(b"")
    with closing(Writer(database)) as writer:
        Retainer(writer, eraser(writer, tmp_path), Retention(), lambda: NOW).run()
    assert migrate.kept(database) == [young]
    assert not old.with_name(f"{old.name}-wal").exists()
    assert other.exists()


@pytest.mark.parametrize("ground", Ground)
def test_an_order_leaves_none(database: Path, tmp_path: Path, ground: Ground) -> None:
    """What goes by itself was ordered by nobody: a copy goes when its own time is over."""
    left(database, 1, 1)
    order = Order(ground, "Inspektorat Rekaan", "1", by="A", why="B")
    with closing(Writer(database)) as writer:
        with writer.transaction() as tx:
            head = log.append(tx, at=NOW, kind="finding", subject="NTR-AAAA-0001", public={},
                              content={"finding": {"text": "x"}})  # fmt: skip
            erasure.bury(tx, NOW, "NTR-AAAA-0001", order, Lost({f"content/{head.seq}/finding"}),
                         public_key(SEED), lambda data: sign(SEED, data))  # fmt: skip
        assert erasure.pending(writer.reader())
        assert eraser(writer, tmp_path).finish()
    assert bool(migrate.kept(database)) == (ground is Ground.RETENTION)
