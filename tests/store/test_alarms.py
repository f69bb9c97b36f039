"""Alarms: raised once, cleared once, and each time an entry of the log."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from monitor.store import alarms, log
from monitor.store.alarms import Alarm
from monitor.store.writer import Writer


def test_an_alarm_is_new_once(writer: Writer, now: datetime) -> None:
    assert _raise(writer, "Ruang disk tinggal 90 MB.", now)
    assert not _raise(writer, "Ruang disk tinggal 80 MB.", now + timedelta(minutes=1))
    assert alarms.open_(writer.reader()) == [
        Alarm("disk", now, "Ruang disk tinggal 80 MB.", told=False)
    ]
    assert log.head(writer.reader()).seq == 1


def test_telling_is_remembered_until_it_is_cleared(writer: Writer, now: datetime) -> None:
    _raise(writer, "penuh", now)
    with writer.transaction() as tx:
        alarms.told(tx, "disk")
    _raise(writer, "lebih penuh", now)
    assert [alarm.told for alarm in alarms.open_(writer.reader())] == [True]
    assert _clear(writer, now)
    assert not _clear(writer, now)
    assert alarms.open_(writer.reader()) == []
    assert _raise(writer, "penuh", now)
    assert [alarm.told for alarm in alarms.open_(writer.reader())] == [False]


def test_blindness_is_on_the_record_without_names(writer: Writer, now: datetime) -> None:
    with writer.transaction() as tx:
        alarms.raise_(tx, "proof:W-001", "Bukti W-001 tidak sah.", now)
        alarms.clear(tx, "proof:W-001", now + timedelta(hours=1))
    entries = [json.loads(row.canonical) for row in log.rows(writer.reader())]
    assert [(e["kind"], e["public"]["state"]) for e in entries] == [
        ("alarm", "raised"),
        ("alarm", "cleared"),
    ]
    assert [e["at"] for e in entries] == [
        "2024-10-12T02:30:00.000000Z",
        "2024-10-12T03:30:00.000000Z",
    ]
    assert "W-001" not in json.dumps(entries)
    content = log.content(writer.reader(), 2, "alarm")
    assert content == {"key": "proof:W-001", "text": "Bukti W-001 tidak sah."}


def _raise(writer: Writer, text: str, now: datetime) -> bool:
    with writer.transaction() as tx:
        return alarms.raise_(tx, "disk", text, now)


def _clear(writer: Writer, now: datetime) -> bool:
    with writer.transaction() as tx:
        return alarms.clear(tx, "disk", now)
