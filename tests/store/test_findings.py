"""Finding ids are keyed, short, and for ever."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model.erasure import Ground, Lost, Order
from monitor.model.evidence import Canonical
from monitor.store import erasure, findings, keys, log
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
    _add(writer, now, fresh, "act-2")
    rotated = keys.rotate(folder, "reference")
    assert findings.existing_or_new(reader, rotated, "act-1") == old
    assert findings.existing_or_new(reader, rotated, "act-2") == fresh


def test_two_acts_never_share_an_id(
    writer: Writer, keyring: KeyRing, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "CODE_BYTES", 1)  # 256 codes, so that some must meet
    given = {}
    for n in range(100):
        act = f"act-{n}"
        given[act] = findings.existing_or_new(writer.reader(), keyring, act)
        _add(writer, now, given[act], act)
    assert len(set(given.values())) == 100
    assert any(code != findings.finding_id(keyring, act) for act, code in given.items())
    for act, code in given.items():
        assert findings.existing_or_new(writer.reader(), keyring, act) == code


def test_an_id_of_another_lines_act_is_another_act(
    writer: Writer, keyring: KeyRing, now: datetime
) -> None:
    reader = writer.reader()
    first = findings.existing_or_new(reader, keyring, "act-1", "w-1")
    _add(writer, now, first, "act-1", "w-1")
    other = findings.existing_or_new(reader, keyring, "act-1", "w-2")
    assert other != first
    _add(writer, now, other, "act-1", "w-2")
    for line, code in (("w-1", first), ("w-2", other), ("", first)):
        assert findings.existing_or_new(reader, keyring, "act-1", line) == code


def test_a_finding_whose_content_was_erased_keeps_its_id(
    writer: Writer, keyring: KeyRing, now: datetime
) -> None:
    code = findings.existing_or_new(writer.reader(), keyring, "act-1")
    _add(writer, now, code, "act-1")
    with writer.transaction() as tx:
        lost = Lost({"content/1/finding"})
        order = Order(Ground.PDP, "Inspektorat Rekaan", "800/1/2026")
        erasure.bury(tx, now, code, order, lost, "", lambda _: bytes(64))
    assert findings.existing_or_new(writer.reader(), keyring, "act-1") == code


def _add(writer: Writer, now: datetime, finding_id: str, act: str = "act-1", line: str = "") -> int:
    content: dict[str, Canonical] = {"finding": {"activity": {"id": act, "watch_id": line}}}
    with writer.transaction() as tx:
        head = log.append(
            tx, at=now, kind="finding", subject=finding_id, public={}, content=content
        )
        return findings.add(tx, finding_id, head.seq, "alert")
