"""Recaps of a desk's log: what they say, and that each period is told once."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config import Config, parse
from monitor.errors import ConfigError
from monitor.model import period
from monitor.model.delivery import OutboxItem
from monitor.model.period import Length
from monitor.notify.recap import CAPTION
from monitor.notify.telegram_chat import TelegramChat
from monitor.run import recap, recaps
from monitor.run.dispatch import Dispatcher
from monitor.run.recaps import RECAP, Recaps
from monitor.store import alarms, cursors, migrate, outbox
from monitor.store.log import rows
from monitor.store.writer import Writer
from tests.measure import desk_log
from tests.notify.examples import RULES
from tests.run.test_health import LINE
from tests.standin.telegram import StandIn
from tests.store.enrolled import enrol

# A Thursday, 09.00 WIB; the log begins on the first of the month.
NOW = datetime(2024, 10, 17, 2, 0, tzinfo=UTC)
ROUTES = [
    {"notifier": "stdout", "recap": True},
    {"notifier": "telegram", "destination": "-1001", "recap": True},
    {"notifier": "telegram", "destination": "-1002"},
]


class Bench:
    def __init__(self, folder: Path, **notify: object) -> None:
        raw = {
            "http": {"contact": "uji@contoh.test"},
            "notify": {"routes": ROUTES, "recap": "both", **notify},
            "folder": folder,
        }
        self.config: Config = parse(raw, "uji")
        self.config.database.parent.mkdir()
        migrate.upgrade(self.config.database)
        self.writer = Writer(self.config.database)
        self.now = NOW

    def look(self) -> None:
        asyncio.run(Recaps(self.writer, self.config, lambda: self.now).look())

    def owed(self) -> list[OutboxItem]:
        return [i for i in outbox.due(self.writer.reader(), 9e12, 100) if i.kind == RECAP]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.writer.close()


def test_each_period_is_told_once_to_those_who_asked(bench: Bench) -> None:
    desk_log.fill(bench.writer, 40)
    bench.look()
    bench.look()
    names = {(item.subject, item.destination) for item in bench.owed()}
    periods = ("hari/2024-10-16", "minggu/2024-10-07")
    assert names == {(name, to) for name in periods for to in ("-", "-1001")}
    assert len(bench.owed()) == 4
    entries = [json.loads(row.canonical) for row in rows(bench.writer.reader())]
    assert [e["subject"] for e in entries if e["kind"] == RECAP] == list(periods)


def test_a_message_that_left_and_was_purged_is_not_told_again(bench: Bench) -> None:
    desk_log.fill(bench.writer, 5)
    bench.look()
    with bench.writer.transaction() as tx:
        for item in bench.owed():
            outbox.sent(tx, item, "1", NOW)
        assert outbox.purge(tx, RECAP, NOW + timedelta(days=1)) == 4
    bench.now += timedelta(hours=3)
    bench.look()
    assert bench.owed() == []


def test_the_next_day_is_told_from_its_hour_on(bench: Bench) -> None:
    desk_log.fill(bench.writer, 5)
    bench.look()
    bench.now = datetime(2024, 10, 17, 23, 59, tzinfo=UTC)  # 06.59 WIB
    bench.look()
    assert len(bench.owed()) == 4
    bench.now += timedelta(minutes=1)
    bench.look()
    assert {i.subject for i in bench.owed()} >= {"hari/2024-10-17"}


def test_nothing_is_told_of_days_before_the_log(bench: Bench) -> None:
    with bench.writer.transaction() as tx:
        alarms.raise_(tx, "disk", "uji", NOW)
    bench.look()
    assert bench.owed() == []


def test_without_a_route_or_a_wish_nothing_is_counted(tmp_path: Path) -> None:
    made = Bench(tmp_path, recap="none")
    desk_log.fill(made.writer, 5)
    made.look()
    assert made.owed() == []
    made.writer.close()


def test_a_recap_that_nobody_gets_is_a_fault_of_the_configuration() -> None:
    raw = {"http": {"contact": "uji@contoh.test"}, "notify": {"recap": "daily"}}
    with pytest.raises(ConfigError, match="a route with recap = true"):
        parse(raw, "uji")


def test_the_message_has_a_picture_and_its_words_under_it(bench: Bench) -> None:
    desk_log.fill(bench.writer, 40)
    bench.look()
    item = bench.owed()[0]
    made = recaps.message(item.subject, item.body, "UJI COBA")
    assert made.picture
    assert made.picture.png.startswith(b"\x89PNG")
    assert len(made.picture.png) < 150_000
    assert len(made.plain) <= CAPTION
    assert made.plain.startswith("UJI COBA\nRekap harian · Rabu, 16 Oktober 2024 (WIB)\n")
    assert b64decode(json.loads(item.body)["png"]) == made.picture.png


def test_a_recap_without_a_picture_is_told_as_text(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk_log.fill(bench.writer, 5)
    monkeypatch.setattr("sys.executable", "/nonexistent/python")
    bench.look()
    item = bench.owed()[0]
    assert recaps.message(item.subject, item.body, "").picture is None


async def test_a_recap_goes_out_once_with_its_picture(tmp_path: Path) -> None:
    async with StandIn() as server:
        telegram = {"api": server.url, "timeout": 5.0}
        routes = [
            {"notifier": "telegram", "destination": "7", "recap": True},
            {"notifier": "telegram", "destination": "9", "health": True},
        ]
        made = Bench(tmp_path, routes=routes, telegram=telegram, recap="daily")
        desk_log.fill(made.writer, 20)
        chat = TelegramChat(made.config, server.token)
        sender = Dispatcher(made.writer, RULES, {"telegram": chat}, made.config, lambda: made.now)
        with made.writer.transaction() as tx:
            alarms.raise_(tx, "auth:telegram", "uji", made.now)
        for _ in range(2):
            await Recaps(made.writer, made.config, lambda: made.now).look()
            await sender.run_once(10)
            made.now += timedelta(minutes=5)
        assert [message.chat_id for message in server.messages] == [7, 9]
        sent = server.messages[0]
        assert sent.photo
        assert sent.text.startswith("UJI COBA\nRekap harian · Rabu, 16 Oktober 2024")
        # The other destination learns that the way of messages works again.
        assert "Pulih: auth:telegram." in server.messages[1].text
        await chat.close()
        made.writer.close()


def test_that_nothing_was_found_is_not_said_alone(bench: Bench) -> None:
    day = period.of_day(date(2024, 10, 16), "WIB")
    with bench.writer.transaction() as tx:
        alarms.raise_(tx, "store", "uji", day.start - timedelta(hours=5))
        alarms.clear(tx, "store", day.start + timedelta(hours=2))
        alarms.raise_(tx, "auth:telegram", "uji", day.start)
        alarms.raise_(tx, "backlog", "uji", day.start)
    said = recap.text(bench.writer.reader(), day, NOW)
    assert "Tidak ada indikasi baru dalam yang diamati. Itu bukan berarti tidak ada." in said
    assert "Yang diamati, terbaca sejak awal masa: tidak satu pun sumber" in said
    assert "Tidak teramati: semua sumber 2,0 jam; yang tidak terbuka untuk umum" in said
    english = recap.text(bench.writer.reader(), day, NOW, "en")
    assert "Not observed: all sources for 2.0 h; what is not public" in english


@pytest.mark.parametrize(
    ("length", "now", "name"),
    [
        (Length.DAY, "2024-10-17T00:00:00+00:00", "hari/2024-10-16"),
        (Length.DAY, "2024-10-16T23:59:00+00:00", "hari/2024-10-15"),
        (Length.WEEK, "2024-10-14T00:00:00+00:00", "minggu/2024-10-07"),
        (Length.WEEK, "2024-10-13T23:59:00+00:00", "minggu/2024-09-30"),
        (Length.MONTH, "2024-11-01T00:00:00+00:00", "bulan/2024-10"),
        (Length.MONTH, "2024-03-10T00:00:00+00:00", "bulan/2024-02"),
    ],
)
def test_the_newest_period_that_is_over(length: Length, now: str, name: str) -> None:
    assert period.finished(length, datetime.fromisoformat(now), "WIB", 7).name == name


def test_a_source_that_was_not_read_is_not_said_to_be_observed(bench: Bench) -> None:
    day = period.of_day(date(2024, 10, 16), "WIB")
    lines = [replace(LINE, watch_id=f"w-{n}", address=f"{n}.example") for n in range(2)]
    enrol(bench.writer, lines, day.start)
    with bench.writer.transaction() as tx:
        cursors.follow(tx, {"bluesky": 300.0}, day.start.timestamp())
        cursors.save(
            tx, "w-1", cursor={}, complete=True, native_id="", handle="", interval=300.0,
            next_check_at=0.0, look_at=day.start + timedelta(hours=1),
        )  # fmt: skip
    said = recap.text(bench.writer.reader(), day, NOW)
    assert "terbaca sejak awal masa: 1 dari 2 sumber Bluesky\n" in said
