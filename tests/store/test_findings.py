"""Finding ids are keyed, short, and for ever."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import findings, keys, log
from monitor.store.keys import KeyRing
from monitor.store.writer import Writer


def test_an_id_is_stable_and_needs_the_key(keyring: KeyRing, tmp_path: Path) -> None:
    first = findings.finding_id(keyring, "act-1")
    assert re.fullmatch("NTR-[A-Z2-7]{4}-[A-Z2-7]{4}", first)
    assert findings.finding_id(keys.load(tmp_path / "keys"), "act-1") == first
    assert findings.finding_id(keyring, "act-2") != first
    assert findings.finding_id(keys.make(tmp_path / "other"), "act-1") != first


def test_revisions_count_up(writer: Writer, now: datetime) -> None:
    assert findings.next_revision(writer.reader(), "NTR-AAAA-AAAA") == 1
    assert _add(writer, now, "NTR-AAAA-AAAA") == 1
    assert _add(writer, now, "NTR-AAAA-AAAA") == 2
    assert _add(writer, now, "NTR-BBBB-BBBB") == 1
    assert findings.next_revision(writer.reader(), "NTR-AAAA-AAAA") == 3


def test_a_finding_needs_its_log_entry(writer: Writer) -> None:
    with pytest.raises(StoreError, match="FOREIGN KEY"), writer.transaction() as tx:
        findings.add(tx, "NTR-AAAA-AAAA", 1, "alert")


def test_an_id_outlives_a_rotation(writer: Writer, now: datetime, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    old = findings.finding_id(keys.make(folder), "act-1")
    _add(writer, now, old)
    rotated = keys.rotate(folder, "reference")
    reader = writer.reader()
    assert findings.existing_or_new(reader, rotated, "act-1") == old
    fresh = findings.existing_or_new(reader, rotated, "act-2")
    assert fresh == findings.finding_id(rotated, "act-2")
    _add(writer, now, fresh)
    rotated = keys.rotate(folder, "reference")
    assert findings.existing_or_new(reader, rotated, "act-1") == old
    assert findings.existing_or_new(reader, rotated, "act-2") == fresh


def _add(writer: Writer, now: datetime, finding_id: str) -> int:
    with writer.transaction() as tx:
        head = log.append(tx, at=now, kind="finding", subject=finding_id, public={})
        return findings.add(tx, finding_id, head.seq, "alert")
