"""The auditor's list of guards is the schema's."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from monitor.errors import StoreError
from monitor.store.audit import GUARDS, Audit, fingerprint
from monitor.store.tables import TRIGGERS
from tests.evidence.mutate import House


def test_the_guards_are_those_of_the_schema() -> None:
    names = [re.findall(r"CREATE TRIGGER (\w+)", sql)[0] for sql in TRIGGERS]
    assert dict(zip(names, map(fingerprint, TRIGGERS), strict=True)) == GUARDS


def test_one_state_is_read(house: House) -> None:
    with Audit(house.database) as source, closing(sqlite3.connect(house.database)) as other:
        before = len(list(source.findings()))
        other.execute("DELETE FROM finding")
        other.commit()
        assert len(list(source.findings())) == before > 0


def test_it_cannot_write(house: House) -> None:
    with Audit(house.database) as source, pytest.raises(StoreError, match="read-only"):
        list(source._select("DELETE FROM finding"))
