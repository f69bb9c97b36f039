"""Quiet hours, mutes and late conflicts, with the real dispatcher and a Bot API not ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.config import parse
from monitor.config_notify import Route
from monitor.model.mute import Scope, way
from monitor.model.review import Officer, Role, Step, Term, Wanted
from monitor.notify.quiet import quiet_until
from monitor.notify.telegram_chat import TelegramChat
from monitor.run.dispatch import Dispatcher
from monitor.store import findings, holds, mutes, outbox, reviews
from monitor.store.writer import Writer
from tests.notify import examples
from tests.run.test_dispatch import DESK, OTHER, Time, entries, owe, server, time
from tests.standin.telegram import StandIn

__all__ = ["server", "time"]
BY = {"who": "Bu Rekaan, Sekretaris", "why": "rapat"}
FINDING = "NTR-ABCD-2345"
NIGHT = datetime(2024, 10, 12, 15, 30, tzinfo=UTC)  # 22.30 WIB
QUIET = {"quiet": "21:00-05:00"}


@asynccontextmanager
async def dispatching(
    writer: Writer, server: StandIn, time: Time, **desk: Any
) -> AsyncIterator[Dispatcher]:
    notify = {
        "telegram": {"api": server.url, "timeout": 0.5},
        "routes": [
            {"notifier": "telegram", "destination": "7", "health": True} | desk,
            {"notifier": "telegram", "destination": "8"},
        ],
    }
    config = parse({"http": {"contact": "uji@contoh.test"}, "notify": notify}, "uji")
    chat = TelegramChat(config, server.token)
    yield Dispatcher(writer, examples.RULES, {"telegram": chat}, config, time)
    await chat.close()


def owed(writer: Writer, time: Time, *ways: tuple[str, str], finding: str = FINDING) -> None:
    seq = owe(writer, time.at, *ways, finding_id=finding)
    with writer.transaction() as tx:
        findings.add(tx, finding, seq, "alert")


def mute(writer: Writer, time: Time, scope: Scope, value: str, hours: int = 2) -> int:
    with writer.transaction() as tx:
        until = time.at + timedelta(hours=hours)
        return mutes.add(tx, scope, value, until=until, at=time.at, **BY).number


def close(writer: Writer, time: Time) -> None:
    officer = Officer("p1", "Bu Rekaan", "BKD", (Term(Role.REVIEWER, time.at.date()),))
    with writer.transaction() as tx:
        for step in (Step.TAKEN, Step.TO_EXAMINE, Step.FORWARDED):
            reviews.step(tx, FINDING, Wanted(step, "x"), officer, Role.REVIEWER, time.at)


async def test_alerts_wait_for_the_morning_and_alarms_do_not(
    writer: Writer, server: StandIn, time: Time
) -> None:
    time.at = NIGHT
    async with dispatching(writer, server, time, **QUIET) as dispatcher:
        owed(writer, time, DESK, OTHER)
        with writer.transaction() as tx:
            outbox.put(
                tx, kind="health", subject="stale:bluesky", seq=1, destinations=[DESK],
                at=time.at, body="tidak terbaca",
            )  # fmt: skip
        assert (await dispatcher.run_once(10)).sent == 2
        assert [("tidak terbaca" in text) for text in server.texts(7)] == [True]
        assert len(server.texts(8)) == 1
        assert holds.count(writer.reader(), time.at.timestamp()) == 1
        time.at = datetime(2024, 10, 12, 21, 59, 59, tzinfo=UTC)
        assert (await dispatcher.run_once(10)).sent == 0
        time.pass_(1)
        assert (await dispatcher.run_once(10)).sent == 1
    assert FINDING in server.texts(7)[1]


async def test_masa_tenang_does_not_wait(writer: Writer, server: StandIn, time: Time) -> None:
    contest = next(iter(examples.RULES.contests.values()))
    time.at = datetime.combine(
        contest.rounds[0].masa_tenang[0], datetime.min.time(), UTC
    ) + timedelta(hours=16)
    async with dispatching(writer, server, time, **QUIET) as dispatcher:
        owed(writer, time, DESK)
        assert (await dispatcher.run_once(10)).sent == 1
    async with dispatching(writer, server, time, **QUIET, quiet_except=[]) as dispatcher:
        owed(writer, time, DESK, finding="NTR-ABCD-2346")
        assert (await dispatcher.run_once(10)).sent == 0


@pytest.mark.parametrize(
    ("scope", "value"),
    [
        (Scope.ROUTE, way(*DESK)),
        (Scope.PERSON, examples.WATCH["person_ref"]),
        (Scope.INSTANSI, examples.WATCH["instansi"]),
        (Scope.RULE, examples.post()["matches"][0]["rule"]),
    ],
)
async def test_a_muted_finding_waits_and_is_never_lost(
    writer: Writer, server: StandIn, time: Time, scope: Scope, value: str
) -> None:
    async with dispatching(writer, server, time) as dispatcher:
        mute(writer, time, scope, value)
        owed(writer, time, DESK)
        assert (await dispatcher.run_once(10)).sent == 0
        assert findings.last_entry(writer.reader(), FINDING)
        time.pass_(2 * 3600)
        assert (await dispatcher.run_once(10)).sent == 1


async def test_a_lifted_mute_lets_go_at_once(writer: Writer, server: StandIn, time: Time) -> None:
    async with dispatching(writer, server, time) as dispatcher:
        number = mute(writer, time, Scope.ROUTE, way(*DESK))
        other = mute(writer, time, Scope.INSTANSI, "Dinas Lain")
        owed(writer, time, DESK)
        await dispatcher.run_once(10)
        with writer.transaction() as tx:
            mutes.lift(tx, other, at=time.at, **BY)
        assert (await dispatcher.run_once(10)).sent == 0
        with writer.transaction() as tx:
            mutes.lift(tx, number, at=time.at, **BY)
        assert (await dispatcher.run_once(10)).sent == 1


async def test_a_held_message_is_dropped_where_the_case_was_closed(
    writer: Writer, server: StandIn, time: Time
) -> None:
    async with dispatching(writer, server, time) as dispatcher:
        mute(writer, time, Scope.PERSON, examples.WATCH["person_ref"])
        owed(writer, time, DESK)
        await dispatcher.run_once(10)
        close(writer, time)
        time.pass_(2 * 3600)
        assert (await dispatcher.run_once(10)).attempted == 0
    assert server.messages == []
    ((_, entry),) = entries(writer, "delivery")
    assert (entry["public"]["result"], entry["public"]["cause"]) == ("taken_back", "closed")


async def test_what_never_waited_is_told_of_a_closed_case_too(
    writer: Writer, server: StandIn, time: Time
) -> None:
    async with dispatching(writer, server, time) as dispatcher:
        owed(writer, time, DESK)
        close(writer, time)
        assert (await dispatcher.run_once(10)).sent == 1


async def test_a_chat_of_the_person_concerned_gets_nothing(
    writer: Writer, server: StandIn, time: Time
) -> None:
    readers = [examples.WATCH["person_ref"]]
    async with dispatching(writer, server, time, readers=readers) as dispatcher:
        owed(writer, time, DESK, OTHER)
        assert (await dispatcher.run_once(10)).sent == 1
    assert server.texts(7) == []
    ((_, taken), (_, sent)) = sorted(
        entries(writer, "delivery"), key=lambda one: one[1]["public"]["result"] == "accepted"
    )
    assert (taken["public"]["cause"], sent["public"]["result"]) == ("conflict", "accepted")


async def test_other_settings_are_looked_at_after_a_restart(
    writer: Writer, server: StandIn, time: Time
) -> None:
    time.at = NIGHT
    owed(writer, time, DESK)
    async with dispatching(writer, server, time, **QUIET) as dispatcher:
        assert (await dispatcher.run_once(10)).sent == 0
    async with dispatching(writer, server, time) as dispatcher:
        assert (await dispatcher.run_once(10)).sent == 1


@pytest.mark.parametrize(
    ("quiet", "zone", "at", "expected"),
    [
        ("21:00-05:00", "WIB", "2024-10-12T14:00", "2024-10-12T22:00"),
        ("21:00-05:00", "WIB", "2024-10-12T13:59", None),
        ("21:00-05:00", "WIB", "2024-10-12T17:30", "2024-10-12T22:00"),
        ("21:00-05:00", "WIB", "2024-10-12T22:00", None),
        ("21:00-05:00", "WIT", "2024-10-12T12:00", "2024-10-12T20:00"),
        ("12:00-13:30", "WITA", "2024-10-12T04:00", "2024-10-12T05:30"),
        ("12:00-13:30", "WITA", "2024-10-12T05:30", None),
        ("", "WIB", "2024-10-12T17:30", None),
    ],
)
def test_when_quiet_hours_end(quiet: str, zone: Any, at: str, expected: str | None) -> None:
    route = Route(notifier="stdout", quiet=quiet, zone=zone)
    end = quiet_until(route, datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert (end.astimezone(UTC).isoformat()[:16] if end else None) == expected


def test_a_phase_may_forbid_waiting() -> None:
    route = Route(notifier="stdout", quiet="21:00-05:00")
    assert quiet_until(route, NIGHT, ["kampanye"])
    assert quiet_until(route, NIGHT, ["kampanye", "masa_tenang"]) is None
