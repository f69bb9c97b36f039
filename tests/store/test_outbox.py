"""Messages owed: once per destination, out of ``pending`` once, told in order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.errors import StoreError
from monitor.model.delivery import DeliveryState, OutboxItem
from monitor.store import outbox
from monitor.store.writer import Writer

TELEGRAM = ("telegram", "-1001")
STDOUT = ("stdout", "-")
START = 1_728_700_200.0
PENDING, SENT, DEAD = DeliveryState.PENDING, DeliveryState.SENT, DeliveryState.DEAD


def test_a_message_is_owed_once_to_each_destination(writer: Writer, now: datetime) -> None:
    assert _put(writer, now, 1) == 2
    assert _put(writer, now, 1) == 0
    assert _put(writer, now, 2) == 2
    items = _due(writer)
    assert [(i.seq, i.notifier, i.destination) for i in items] == [
        (1, *TELEGRAM),
        (1, *STDOUT),
        (2, *TELEGRAM),
        (2, *STDOUT),
    ]
    first = items[0]
    assert (first.kind, first.subject, first.attempts) == ("finding", "NTR-AAAA-AAAA", 0)
    assert (first.created_at, first.body) == (now, "isi")


def test_a_sent_message_is_not_put_again(writer: Writer, now: datetime) -> None:
    _put(writer, now, 1)
    with writer.transaction() as tx:
        outbox.sent(tx, _due(writer)[0], "77", now)
    assert _put(writer, now, 1) == 0
    assert [item.notifier for item in _due(writer)] == ["stdout"]
    query = "SELECT message_id, sent_at, state, attempts FROM outbox WHERE notifier = 'telegram'"
    sent_at = "2024-10-12T02:30:00.000000Z"
    assert writer.reader().execute(query).fetchone() == ("77", sent_at, "sent", 1)


def test_later_waits_and_counts(writer: Writer, now: datetime) -> None:
    _put(writer, now, 1)
    item = _due(writer)[0]
    with writer.transaction() as tx:
        outbox.later(tx, item, START + 60, "time-out")
    assert item.id not in [i.id for i in _due(writer)]
    (again,) = [i for i in _due(writer, START + 60) if i.id == item.id]
    assert again.attempts == 1


def test_a_destination_is_told_in_order(writer: Writer, now: datetime) -> None:
    _put(writer, now, 1)
    _put(writer, now, 2)
    with writer.transaction() as tx:
        outbox.later(tx, _due(writer)[0], START + 60, "time-out")
    assert [(i.seq, i.notifier) for i in _due(writer)] == [(1, "stdout"), (2, "stdout")]
    assert [i.seq for i in _due(writer, START + 60)] == [1, 1, 2, 2]


def test_the_limit_holds(writer: Writer, now: datetime) -> None:
    for seq in range(1, 6):
        _put(writer, now, seq)
    assert [i.id for i in outbox.due(writer.reader(), START, 3)] == [1, 2, 3]


@pytest.mark.parametrize("first", ["sent", "dead"])
@pytest.mark.parametrize("then", ["sent", "later", "dead"])
def test_what_left_pending_never_comes_back(
    writer: Writer, now: datetime, first: str, then: str
) -> None:
    _put(writer, now, 1)
    item = _due(writer)[0]
    _move(writer, item, first, now)
    with pytest.raises(StoreError, match="not pending any more"):
        _move(writer, item, then, now)
    assert item.id not in [i.id for i in _due(writer, START + 99)]


def test_the_backlog_counts_every_state(writer: Writer, now: datetime) -> None:
    assert outbox.backlog(writer.reader()) == {PENDING: 0, SENT: 0, DEAD: 0}
    _put(writer, now, 1)
    _put(writer, now, 2)
    items = _due(writer)
    _move(writer, items[0], "sent", now)
    _move(writer, items[1], "dead", now)
    assert outbox.backlog(writer.reader()) == {PENDING: 2, SENT: 1, DEAD: 1}


def test_a_clock_that_stepped_back(writer: Writer, now: datetime) -> None:
    _put(writer, now, 1)
    with writer.transaction() as tx:
        for item in _due(writer):
            outbox.later(tx, item, START + 60, "time-out")
    earlier = (now - timedelta(days=1)).timestamp()
    assert _due(writer, earlier) == []
    with writer.transaction() as tx:
        assert outbox.clamp(tx, earlier, 3_600) == 2
    assert len(_due(writer, earlier)) == 2


def _put(writer: Writer, now: datetime, seq: int) -> int:
    with writer.transaction() as tx:
        return outbox.put(
            tx,
            kind="finding",
            subject="NTR-AAAA-AAAA",
            seq=seq,
            destinations=[TELEGRAM, STDOUT],
            at=now,
            body="isi",
        )


def _due(writer: Writer, now: float = START) -> list[OutboxItem]:
    return outbox.due(writer.reader(), now, 10)


def _move(writer: Writer, item: OutboxItem, to: str, now: datetime) -> None:
    with writer.transaction() as tx:
        if to == "sent":
            outbox.sent(tx, item, "77", now)
        elif to == "later":
            outbox.later(tx, item, START + 1, "time-out")
        else:
            outbox.dead(tx, item, "chat not found")


def test_old_health_messages_go_and_findings_stay(writer: Writer, now: datetime) -> None:
    with writer.transaction() as tx:
        for kind, subject in (("health", "disk"), ("health", "clock"), ("finding", "NTR-A")):
            outbox.put(tx, kind=kind, subject=subject, seq=1, destinations=[STDOUT], at=now)
    with writer.transaction() as tx:
        for item in _due(writer)[::2]:
            outbox.sent(tx, item, "1", now)
        assert outbox.purge(tx, "health", now) == 0
        assert outbox.purge(tx, "health", now + timedelta(days=1)) == 1
    left = writer.reader().execute("SELECT subject FROM outbox ORDER BY id").fetchall()
    assert left == [("clock",), ("NTR-A",)]
