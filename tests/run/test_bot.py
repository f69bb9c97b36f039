"""The desk in Telegram with the real client: whole conversations, and everybody's wrong presses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model.mute import MUTE
from monitor.model.review import Role, Step, Term, Wanted
from monitor.model.update import Reaction, Said, Send
from monitor.review import words
from monitor.review.handlers import Handler, Handlers
from monitor.run import bot as running
from monitor.run.bot import Keeper
from monitor.run.health import Health
from monitor.run.refresh import owe_refresh
from monitor.store import alarms, reviews, talks, withdrawals
from tests.run.desk_stage import (
    AGENCY,
    ANA,
    BEN,
    FINDING,
    GROUP,
    READER,
    SINCE,
    STRANGER,
    TINI,
    Desk,
    desk,
    listening,
)
from tests.standin.telegram import StandIn

NOW = datetime(2024, 10, 15, 3, tzinfo=UTC)


class Time:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
async def server() -> AsyncIterator[StandIn]:
    async with StandIn() as started:
        yield started


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def room(server: StandIn, tmp_path: Path, time: Time) -> AsyncIterator[Desk]:
    """A desk that listens: three officers, and one alert in the group."""
    async with desk(server, tmp_path, time) as made:
        made.appoint(ANA, BEN, TINI)
        made.found(NOW)
        await made.dispatch()
        async with listening(made):
            yield made


async def test_a_case_goes_from_its_alert_to_its_letter(room: Desk) -> None:
    assert room.key("Ambil")
    assert "sekarang Anda pegang" in await room.press(101, room.key("Ambil"))
    await room.dispatch()
    assert room.alert.edits == 1
    assert "diambil · 15 Oktober 2024 · dipegang ana" in room.alert.text

    assert "percakapan pribadi" in await room.press(101, room.key("Minta klarifikasi"))
    assert "klarifikasi diminta" in await room.say(101, "sesuai SOP")
    await room.dispatch()
    await room.press(101, room.key("Catat jawaban"))
    assert "Bagaimana jawaban itu diterima" in await room.say(101, "Bukan saya yang menulis.")
    assert "sudah dijawab" in await room.say(101, "surat tanggal 14")
    await room.dispatch()
    await room.press(101, room.key("Perlu diperiksa"))
    assert "perlu diperiksa" in await room.say(101, "perlu didalami")
    await room.dispatch()

    assert "peran" in await room.press(101, room.key("Teruskan"))
    await room.press(102, room.key("Teruskan"))
    question = room.server.messages[-1]
    assert question.chat_id == 102
    await room.press(102, room.key("BKN", question), question)
    await room.server.people.until(lambda: "Penerima" in room.said_to(102)[-1])
    assert "Nomor surat" in await room.say(102, "Kepala BKN Regional")
    assert "Tanggal surat" in await room.say(102, "800/12/2024")
    assert "sesudah hari ini" in await asked_again(room, 102, "2024-10-16")
    assert "tanda terima" in await room.say(102, "15-10-2024")
    assert "Alasan" in await room.say(102, "-")
    assert "Kepala BKN Regional" in await room.say(102, "lengkap")
    sure = room.server.messages[-1]
    await room.press(102, room.key("Simpan", sure), sure)
    await room.server.people.until(lambda: "diteruskan" in room.said_to(102)[-1])
    await room.dispatch()
    assert room.steps() == [
        ("diambil", "ana"),
        ("klarifikasi_diminta", "ana"),
        ("dijawab", "ana"),
        ("perlu_diperiksa", "ana"),
        ("diteruskan", "ben"),
    ]
    assert "diteruskan" in room.alert.text
    assert [b["text"] for row in room.alert.keyboard for b in row] == ["Buka kembali"]
    last = room.entries("review")[-1]
    assert last["public"] == {"officer": "ben", "path": "bkn", "step": "diteruskan"}
    assert "Kepala BKN" not in str(last)


async def asked_again(room: Desk, user: int, text: str) -> str:
    """Say something wrong: the fault and the same question come back."""
    before = len(room.said_to(user))
    room.server.say(user, text)
    await room.server.people.until(lambda: len(room.said_to(user)) == before + 2)
    return room.said_to(user)[before]


async def test_twenty_press_at_once_and_one_has_it(room: Desk) -> None:
    crowd = [replace(ANA, id=f"o{n:02}", telegram=500 + n) for n in range(20)]
    room.appoint(*crowd)
    data = room.key("Ambil")
    answers = await asyncio.gather(*(room.press(o.telegram, data) for o in crowd))
    taken = [text for text in answers if "sekarang Anda pegang" in text]
    assert len(taken) == 1
    assert sum("sudah berubah" in text for text in answers) == 19
    assert len(room.steps()) == 1


async def test_presses_that_change_nothing_are_answered(room: Desk, time: Time) -> None:
    first = room.key("Ambil")
    alone = Term(Role.REVIEWER, SINCE)
    over = replace(ANA, id="lama", telegram=201, terms=(Term(Role.REVIEWER, SINCE, SINCE),))
    own = replace(ANA, id="diri", telegram=202, person_ref=room.case().person_ref)
    contest = room.case().targets[0]
    spouse = replace(ANA, id="istri", telegram=203, spouse_of=contest, terms=(alone,))
    room.appoint(over, own, spouse)
    for user, said in (
        (STRANGER, words.NO_OFFICER),
        (103, "peran"),
        (201, "peran"),
        (202, "menyangkut Anda"),
        (203, "Pasangan"),
    ):
        assert said in await room.press(user, first), user
    for data in ("k:NTR-ZZZZ-ZZZZ:am:0", "k:NTR-ABCD-2345:xx:0", "apa saja", "t:why:x", "m:status"):
        assert await room.press(STRANGER, data) or data == "m:status"
    assert await room.press(101, "k:NTR-ZZZZ-ZZZZ:am:0") == words.UNKNOWN_BUTTON
    assert room.steps() == []
    await room.press(101, first)
    assert await room.press(101, first) == words.TAKEN_ALREADY
    assert "sudah berubah" in await room.press(102, first)
    assert room.steps() == [("diambil", "ana")]
    assert all(answer["show_alert"] or answer.get("text") for answer in _answers(room))


def _answers(room: Desk) -> list[dict[str, object]]:
    shown = room.server.people.answers.values()
    return [{"show_alert": False, **answer} for answer in shown if answer.get("text")]


async def test_a_case_that_moved_on_while_somebody_wrote_is_not_changed(room: Desk) -> None:
    await room.press(101, room.key("Ambil"))
    await room.dispatch()
    await room.press(101, room.key("Bukti tidak cukup"))
    with room.writer.transaction() as tx:
        asked = Wanted(Step.ANSWER_ASKED, "lewat meja")
        reviews.step(tx, FINDING, asked, ANA, Role.REVIEWER, NOW)
    assert "berubah sementara Anda menulis" in await room.say(101, "gambarnya kabur")
    assert [step for step, _ in room.steps()] == ["diambil", "klarifikasi_diminta"]


async def test_who_never_wrote_to_the_bot_is_told_to(room: Desk, server: StandIn) -> None:
    await room.press(101, room.key("Ambil"))
    await room.dispatch()
    server.fault("blocked", chat="101")
    assert await room.press(101, room.key("Diperbolehkan")) == words.OPEN_FIRST
    assert talks.of(room.writer.reader(), 101, NOW) is None


async def test_a_question_ends_by_itself_and_by_order(room: Desk, time: Time) -> None:
    await room.press(101, room.key("Ambil"))
    await room.dispatch()
    await room.press(101, room.key("Perlu diperiksa"))
    assert words.CANCELLED in await room.say(101, "/batal")
    assert words.NOTHING_OPEN in await room.say(101, "/batal")
    await room.press(101, room.key("Perlu diperiksa"))
    time.at += timedelta(minutes=31)
    assert "Meja netralitas" in await room.say(101, "alasan yang terlambat")
    await room.say(101, "/status")
    assert room.writer.reader().execute("SELECT count(*) FROM desk_talk").fetchone() == (0,)
    assert len(room.steps()) == 1


async def test_a_dismissed_case_leaves_the_chat(room: Desk) -> None:
    await room.press(101, room.key("Ambil"))
    await room.dispatch()
    await room.press(101, room.key("Bukan akunnya"))
    await room.say(101, "akun tiruan, sudah dicek")
    await room.dispatch()
    assert room.alert.deleted
    assert [m.chat_id for m in room.server.messages if not m.deleted] == [101, 101]


async def test_a_message_that_cannot_be_changed_is_answered(room: Desk, server: StandIn) -> None:
    server.fault("too_old", method="editMessageText")
    await room.press(101, room.key("Ambil"))
    await room.dispatch()
    last = server.messages[-1]
    assert (str(last.chat_id), last.text) == (
        GROUP,
        f"{FINDING}: diambil · 15 Oktober 2024 · dipegang ana",
    )
    assert last.parameters["reply_parameters"]["message_id"] == room.alert.message_id
    assert room.key("Perlu diperiksa", last)
    # Two steps before either is shown: the second change finds nothing to change.
    for step in (Step.ANSWER_ASKED, Step.ANSWERED):
        with room.writer.transaction() as tx:
            reviews.step(tx, FINDING, Wanted(step, "x"), ANA, Role.REVIEWER, NOW)
            owe_refresh(tx, FINDING, NOW)
    await room.dispatch()
    assert room.alert.edits == 1
    assert "sudah dijawab" in room.alert.text
    states = room.writer.reader().execute("SELECT DISTINCT state FROM outbox").fetchall()
    assert states == [("sent",)]


async def test_a_button_counts_only_where_the_case_was_told(room: Desk) -> None:
    """A changed client can send any button's data from a chat of its own."""
    foreign = replace(ANA, id="luar", instansi="Instansi Lain", telegram=301)
    room.appoint(foreign)
    await room.say(301, "/status")
    private = room.server.messages[-1]
    assert await room.press(301, room.key("Ambil"), private) == words.NO_CASE
    assert room.steps() == []
    assert "sekarang Anda pegang" in await room.press(301, room.key("Ambil"))
    assert room.steps() == [("diambil", "luar")]


async def test_commands_show_ones_own_desk_only(room: Desk, time: Time) -> None:
    foreign = replace(ANA, id="luar", instansi="Instansi Lain", telegram=301)
    room.appoint(foreign)
    assert "Perkara terbuka: 1" in await room.say(101, "/status")
    queue = await room.say(101, "/antrean")
    assert FINDING in queue
    assert room.key(f"Ambil {FINDING}", room.server.messages[-1])
    assert "Tidak ada perkara terbuka" in await room.say(301, "/antrean")
    assert await room.say(301, f"/kasus {FINDING} ingin tahu") == words.NO_CASE
    assert await room.say(301, f"/ambil {FINDING}") == words.NO_CASE
    assert "Alasannya?" in await room.say(101, f"/kasus {FINDING}")
    shown = await room.say(101, "giliran saya")
    assert FINDING in shown
    assert "Langkah" in shown
    (reading,) = room.entries("reading")
    assert reading["public"] == {"command": "bot kasus", "officer": "ana"}
    person = room.case().person_ref
    assert FINDING in await room.say(101, f"/kasus {person} perkara lain?")
    assert await room.say(301, f"/kasus {person} perkara lain?") == words.NO_CASE
    assert "sekarang Anda pegang" in await room.say(101, f"/ambil {FINDING.lower()}")
    assert "tidak mengikuti keadaan" in await room.say(101, f"/ambil {FINDING}")
    assert "Rekap harian" in await room.say(101, "/rekap")
    assert "Rekap mingguan" in await room.say(101, "/rekap minggu")


async def test_a_desk_holds_the_cases_that_its_chat_was_told(room: Desk, time: Time) -> None:
    room.appoint(replace(ANA, id=READER, instansi="Inspektorat", telegram=302))
    assert "Perkara terbuka: 1\nBelum diambil: 1" in await room.say(302, "/status")
    assert FINDING in await room.say(302, "/antrean")
    assert "Langkah" in await room.say(302, f"/kasus {FINDING} giliran saya")
    assert "sekarang Anda pegang" in await room.say(302, f"/ambil {FINDING}")
    with room.writer.transaction() as tx:
        tx.execute("UPDATE outbox SET destination = '-71'")
    other = await room.say(302, "/antrean")
    assert "Tidak ada perkara terbuka" in other


async def test_readings_are_limited_a_day(server: StandIn, tmp_path: Path, time: Time) -> None:
    async with desk(server, tmp_path, time, readings_per_day=2) as room, listening(room):
        room.appoint(ANA)
        room.found(NOW)
        for _ in range(2):
            assert "Langkah" in await room.say(101, f"/kasus {FINDING} giliran")
        assert "Batas 2" in await room.say(101, f"/kasus {FINDING} giliran")
        time.at += timedelta(days=1)
        assert "Langkah" in await room.say(101, f"/kasus {FINDING} giliran")
        assert len(room.entries("reading")) == 3


async def test_where_alerts_are_masked_a_case_is_shown_masked_too(
    server: StandIn, tmp_path: Path, time: Time
) -> None:
    async with desk(server, tmp_path, time) as room:
        route = room.settings.notify.routes[0].model_copy(update={"card": "masked"})
        notify = room.settings.notify.model_copy(update={"routes": (route,)})
        room.router._settings = room.settings.model_copy(update={"notify": notify})
        room.appoint(ANA)
        room.found(NOW, name="Tokoh Rekaan")
        async with listening(room):
            shown = await room.say(101, f"/kasus {FINDING} giliran")
            assert FINDING in shown
            assert "Tokoh Rekaan" not in shown
            room.router._settings = room.settings
            assert "Tokoh Rekaan" in await room.say(101, f"/kasus {FINDING} giliran")


async def test_what_an_officer_was_shown_goes_with_the_case(room: Desk) -> None:
    await room.say(101, f"/kasus {FINDING} giliran")
    shown = room.server.messages[-1]
    await room.say(101, "/status")  # by then the number of the message before is written down
    with room.writer.transaction() as tx:
        withdrawals.owe(tx, FINDING, NOW)
    owed = "SELECT destination, seq FROM outbox WHERE kind = 'withdrawal'"
    taken = [seq for chat, seq in room.writer.reader().execute(owed) if chat == "101"]
    (seq,) = taken
    sent = room.writer.reader().execute("SELECT message_id FROM outbox WHERE id = ?", (seq,))
    assert sent.fetchone() == (str(shown.message_id),)


async def test_a_mute_is_ordered_in_a_conversation(room: Desk) -> None:
    assert "Membisukan menahan pesan" in await room.say(101, "/bisukan")
    await room.say(101, f"/bisukan {FINDING}")
    question = room.server.messages[-1]
    await room.press(101, room.key("3 hari", question), question)
    await room.server.people.until(lambda: "Alasannya?" in room.said_to(101)[-1])
    assert "ditahan 3 hari" in await room.say(101, "sedang diperiksa")
    (mute,) = room.entries(MUTE)
    assert mute["public"]["officer"] == "ana"
    await room.say(101, "/bisukan instansi")
    assert "paling lama 14 hari" in await asked_again(room, 101, "400")
    await room.say(101, "1")
    assert AGENCY in await room.say(101, "libur bersama")


async def test_strangers_and_groups_learn_only_what_the_bot_is_for(
    server: StandIn, tmp_path: Path, time: Time
) -> None:
    def react(said: Said, tx: object) -> Reaction:
        return Reaction(sends=(Send(said.user, f"{len(said.data)} {said.text}"),))

    handlers = Handlers([Handler("uji", "Mencoba", react, files=100), Handler("sunyi", "", react)])
    async with desk(server, tmp_path, time, handlers) as room, listening(room):
        room.appoint(ANA)
        shown = await room.say(STRANGER, "/status")
        assert "/uji Mencoba" in shown
        assert "sunyi" not in shown
        assert await room.say(STRANGER, "/uji satu") == "0 /uji satu"
        assert await room.say(STRANGER, "/uji dua", photo=b"12345") == "5 /uji dua"
        assert await room.say(STRANGER, "/uji tiga", photo=b"1" * 101) == "0 /uji tiga"
        with room.writer.transaction() as tx:
            talks.put(tx, STRANGER, "uji", {}, NOW + timedelta(minutes=5))
        assert await room.say(STRANGER, "lanjut") == "0 lanjut"
        group = {"id": -70, "type": "group", "title": "Meja"}
        room.server.say(101, "obrolan biasa", chat=group)
        room.server.say(101, "/antrean", chat=group)
        await server.people.until(lambda: bool(server.texts(-70)))
        assert server.texts(-70) == [words.PRIVATE_ONLY]
        assert server.people.menu["uji"] == "Mencoba"
        assert "status" not in server.people.menu
        await room.say(101, "/mulai")
        await server.people.until(lambda: "101" in server.people.menus)
        assert {"status", "uji"} <= set(server.people.menus["101"])
        assert "999" not in server.people.menus


async def test_a_flood_of_one_person_is_passed_over(room: Desk) -> None:
    for n in range(40):
        room.server.say(STRANGER, f"halo {n}")
    last = await room.say(101, "/status")
    assert "Perkara terbuka" in last
    assert len(room.said_to(STRANGER)) <= 30


async def test_what_breaks_the_bot_is_passed_over_and_told(
    server: StandIn, tmp_path: Path, time: Time
) -> None:
    def broken(said: Said, tx: object) -> Reaction:
        raise ValueError(said.text)

    async with desk(server, tmp_path, time, Handlers([Handler("rusak", "", broken)])) as room:
        room.appoint(ANA)
        health = Health(room.writer, room.settings.health, tmp_path, [], time)
        task = asyncio.create_task(Keeper(room.bot, health).run())
        server.say(STRANGER, "/rusak rahasia")
        assert "Perkara terbuka" in await room.say(101, "/status")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert [alarm.key for alarm in alarms.open_(room.writer.reader())] == ["bot"]


async def test_a_bot_that_was_stopped_goes_on_where_it_was(
    server: StandIn, tmp_path: Path, time: Time
) -> None:
    async with desk(server, tmp_path, time) as room:
        room.appoint(ANA)
        room.found(NOW)
        await room.dispatch()
        async with listening(room):
            await room.press(101, room.key("Ambil"))
            await room.dispatch()
            await room.press(101, room.key("Perlu diperiksa"))
    told = len(server.texts(101))
    server.say(101, "perlu didalami")
    async with desk(server, tmp_path, time) as again, listening(again):
        await server.people.until(lambda: len(server.texts(101)) > told)
        assert again.steps()[-1] == ("perlu_diperiksa", "ana")


async def test_a_network_that_fails_is_waited_out_and_told(
    room: Desk, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(running, "DEAF_SECONDS", -1.0)
    server.fault("too_many", method="sendMessage", chat="101", seconds=0)
    server.fault("error", method="sendMessage", chat="101")
    server.fault("page", method="getUpdates", times=2)
    assert "Perkara terbuka" in await room.say(101, "/status")
    await room.press(101, room.key("Ambil"))
    await room.dispatch()
    told = [text for text in server.texts(-70) if "tidak dapat membaca Telegram" in text]
    assert len(told) == 1
    assert "netralitas review step" in told[0]
    assert alarms.open_(room.writer.reader()) == []


class Killed(BaseException):
    """The process is gone at this point."""


@pytest.mark.parametrize("point", ["before-commit", "after-commit"])
async def test_a_kill_at_the_commit_loses_no_press_and_takes_none_twice(
    server: StandIn, tmp_path: Path, time: Time, point: str
) -> None:
    async with desk(server, tmp_path, time) as room:
        room.appoint(ANA)
        room.found(NOW)
        await room.dispatch()

        def kill(name: str) -> None:
            if name == point:
                raise Killed

        async with listening(room) as bot:
            await server.people.until(lambda: bool(server.people.menu))
            room.writer.hook = kill
            press_id = server.press(101, room.alert, room.key("Ambil"))
            with pytest.raises(Killed):
                await bot
    assert press_id not in server.people.answers
    async with desk(server, tmp_path, time) as again, listening(again):
        last = server.say(101, "/status")
        await server.people.until(lambda: bool(server.texts(101)))
        assert again.steps() == [("diambil", "ana")]
        assert talks.offset(again.writer.reader(), NOW) == last + 1


async def test_a_question_that_was_never_sent_is_asked_at_the_next_start(
    server: StandIn, tmp_path: Path, time: Time
) -> None:
    async with desk(server, tmp_path, time) as room:
        room.appoint(ANA)
        room.found(NOW)
        with room.writer.transaction() as tx:
            reviews.step(tx, FINDING, Wanted(Step.TAKEN, "x"), ANA, Role.REVIEWER, NOW)
            body = {"step": Step.TO_EXAMINE.value, "at": 1, "said": {}}
            talks.put(tx, 101, "langkah", body, NOW + timedelta(minutes=5), FINDING)
        async with listening(room):
            await server.people.until(lambda: bool(server.texts(101)))
            assert "Alasan langkah ini" in server.texts(101)[0]
            assert "perlu diperiksa" in await room.say(101, "perlu didalami")
        assert len(server.texts(101)) == 2
