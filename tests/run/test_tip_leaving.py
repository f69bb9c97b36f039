"""A sender withdraws a tip, and reads what is held, through the bot as Telegram would carry it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from monitor.config import Config
from monitor.errors import UnknownError
from monitor.model.tip import TIP, Picture, Sender, Tip, TipState, TipStep
from monitor.notify import tip_held as told
from monitor.review.handlers import Handlers
from monitor.run import desk_handlers
from monitor.run.tip_held import LOOKED
from monitor.run.tip_leaving import Left, TipLeaving
from monitor.run.tips import Refused, TipDesk
from monitor.store import keys, migrate, outbox, tips, turns, writer
from monitor.store.writer import Writer
from tests.needle import found
from tests.notify import examples
from tests.run.desk_stage import ANA, FINDING, GROUP, TINI, Desk, configured, desk, listening
from tests.standin.telegram import StandIn

NOW = datetime(2024, 10, 12, 3, tzinfo=UTC)
SENDER, OTHER = 700_111, 700_222
LINK = "https://bsky.app/profile/warga-asing.test/post/3k"
NOTE = "Mengajak memilih di balai rekaan"
ME = Sender("telegram", str(SENDER))
BODIES = """
SELECT told FROM tip UNION ALL SELECT sender FROM tip
UNION ALL SELECT body FROM tip_picture UNION ALL SELECT body FROM tip_part
"""
SHOT = Picture(b"gambar rekaan", "image/png", b"GPS rekaan")


class Killed(BaseException):
    """The process is no more."""


@dataclass
class Stage:
    """The bot with the tips' commands, and the desk behind it."""

    room: Desk
    office: TipDesk
    leaving: TipLeaving

    async def pressed(self, words: str) -> str:
        """Press a button under the sender's newest message; return the answer."""
        message = [one for one in self.room.server.messages if one.chat_id == SENDER][-1]
        before = len(self.room.said_to(SENDER))
        self.room.server.press(SENDER, message, self.room.key(words, message))
        await self.room.server.people.until(lambda: len(self.room.said_to(SENDER)) > before)
        return self.room.said_to(SENDER)[-1]

    def told(self) -> list[str]:
        return self.room.said_to(int(GROUP))


def with_tips(settings: Config) -> Config:
    routes = [route.model_copy(update={"tips": True}) for route in settings.notify.routes]
    notify = settings.notify.model_copy(update={"routes": routes})
    return settings.model_copy(update={"notify": notify})


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    handlers = Handlers()
    async with StandIn() as server, desk(server, folder, lambda: NOW, handlers) as room:
        settings = with_tips(room.settings)
        ring = keys.make(settings.path("keys"))
        for one in desk_handlers.made(
            room.writer, ring, settings, lambda: NOW, lambda: examples.RULES
        ):
            handlers.add(one)
        office = TipDesk(room.writer, ring, settings, lambda: NOW)
        yield Stage(room, office, TipLeaving(room.writer, ring, settings, lambda: NOW))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[TipDesk, TipLeaving, Writer]]:
    settings = with_tips(configured("http://127.0.0.1:9", tmp_path))
    settings.database.parent.mkdir(parents=True)
    migrate.upgrade(settings.database)
    ring = keys.make(settings.path("keys"))
    with closing(Writer(settings.database)) as opened:
        made = (opened, ring, settings, lambda: NOW)
        yield TipDesk(*made), TipLeaving(*made), opened


async def test_a_sender_withdraws_by_buttons_and_the_office_is_told(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        room = stage.room
        async with listening(room):
            thanks = await room.say(SENDER, f"/lapor {LINK} {NOTE}")
            (row,) = stage.office.rows()
            room.appoint(TINI, ANA)
            stage.office.read(row.tip_id, TINI.name, "periksa")
            assert row.tip_id in thanks
            assert "/tarik" in thanks
            await room.dispatch()
            assert row.tip_id in (await room.say(SENDER, "/tarik"))
            asked = await stage.pressed(f"Tarik {row.tip_id}")
            for said in ("siapa Anda", "Yang tinggal", "dua hari", "cadangan", "dibatalkan"):
                assert said in asked
            assert stage.office.rows()[0].state is TipState.NEW, "asked, and nothing done yet"
            gone = await stage.pressed("Ya, tarik dan hapus")
            assert "sudah ditarik" in gone
            assert "isinya sudah dihapus" in await room.say(SENDER, "/lapor status")
            assert "Tidak ada laporan dari Anda" in await room.say(SENDER, "/tarik")
        await room.dispatch()
        came, left = stage.told()
        assert "Laporan masuk" in came
        assert "ditarik pengirimnya" in left
        assert str(SENDER) not in left
        # Who has it open is told in a chat of their own, and nobody else is.
        assert (room.said_to(TINI.telegram), room.said_to(ANA.telegram)) == ([left], [])
        steps = [(e["subject"], e["public"]["step"]) for e in room.entries(TIP)]
        assert steps == [(row.tip_id, "diterima"), (row.tip_id, "ditarik")]
        columns = "SELECT length(told) + length(sender) + length(link), watch_id FROM tip"
        assert room.writer.reader().execute(columns).fetchall() == [(0, "")]
        assert found(tmp_path, [NOTE, str(SENDER)]) == []


async def test_nobody_withdraws_another_senders_tip(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        tip_id = stage.office.take(Tip(note=NOTE), [], ME).tip_id
        async with listening(stage.room):
            for words in (f"/tarik {tip_id}", f"/tarik ya {tip_id}", f"/dataku {tip_id}"):
                answer = await stage.room.say(OTHER, words)
                assert "Tidak ada laporan dari Anda dengan nomor itu" in answer
        assert [row.state for row in stage.office.rows()] == [TipState.NEW]


async def test_a_sender_reads_what_is_held_and_nobody_else_does(tmp_path: Path) -> None:
    long = "<b>" + "é🙂" * 2_500
    async with staged(tmp_path) as stage:
        room = stage.room
        taken = stage.office.take(Tip(LINK, long, witnesses="dua orang"), [SHOT], ME).tip_id
        stage.office.read(taken, "Petugas Rekaan", "periksa")
        async with listening(room):
            assert "Tidak ada yang disimpan" in await room.say(OTHER, "/dataku")
            overview = await room.say(SENDER, "/dataku")
            assert str(SENDER) in overview
            assert taken in overview
            await stage.pressed(taken)
            await room.server.people.until(lambda: "Telegram. Tidak" in room.said_to(SENDER)[-1])
        whole = "".join(room.said_to(SENDER)[1:])
        for said in (LINK, long, "dua orang", "isinya dilihat", "Keterangan berkas gambar"):
            assert said in whole
        assert "Petugas Rekaan" not in whole


def test_a_sender_reads_words_for_every_step_and_state() -> None:
    assert set(told.STEPS) == {step.value for step in TipStep} | {LOOKED}
    assert set(told.STATES) == {state.value for state in TipState}
    assert set(told.SAID) == set(Tip.__dataclass_fields__)


def test_what_is_on_a_case_stays_and_the_wish_is_recorded_once(
    office: tuple[TipDesk, TipLeaving, Writer],
) -> None:
    desk_, leaving, opened = office
    tip_id = desk_.take(Tip(note=NOTE), [], ME).tip_id
    with opened.transaction() as tx:
        tips.linked(tx, tip_id, FINDING)
    assert [leaving.withdraw(ME, tip_id).left for _ in range(2)] == [Left.WISHED, Left.WISHED]
    (row,) = desk_.rows()
    assert (row.state, row.finding_id) == (TipState.LINKED, FINDING)
    owed = [item.body for item in outbox.due(opened.reader(), NOW.timestamp(), 9)]
    assert owed == ["", "ingin_ditarik"]


@pytest.mark.parametrize(("under_way", "told"), [(False, []), (True, ["ditarik"])])
def test_what_was_not_told_yet_is_never_told(
    office: tuple[TipDesk, TipLeaving, Writer], under_way: bool, told: list[str]
) -> None:
    desk_, leaving, opened = office
    tip_id = desk_.take(Tip(note=NOTE), [], ME).tip_id
    (item,) = outbox.due(opened.reader(), NOW.timestamp(), 9)
    if under_way:
        with opened.transaction() as tx:
            assert turns.take(tx, item, None, None, NOW.timestamp()).id
    assert leaving.withdraw(ME, tip_id).left is Left.GONE
    owed = opened.reader().execute("SELECT body FROM outbox WHERE kind = 'tip'").fetchall()
    assert [body for (body,) in owed] == told


def test_an_officer_with_the_tip_open_gets_no_further(
    office: tuple[TipDesk, TipLeaving, Writer],
) -> None:
    desk_, leaving, opened = office
    tip_id = desk_.take(Tip(note=NOTE), [SHOT], ME).tip_id
    with desk_.ready(tip_id) as files:
        assert leaving.withdraw(ME, tip_id).left is Left.GONE
        with pytest.raises(UnknownError, match="withdrew"), opened.transaction() as tx:
            desk_.put_on(tx, tip_id, FINDING, TINI, "sama", files)
    with pytest.raises(UnknownError, match="withdrew"):
        desk_.read(tip_id, "Petugas Rekaan", "periksa")
    assert [row.alike for row in desk_.rows()] == [1]


def test_giving_and_withdrawing_does_not_escape_the_limit(
    office: tuple[TipDesk, TipLeaving, Writer],
) -> None:
    desk_, leaving, _ = office
    for _ in range(5):
        leaving.withdraw(ME, desk_.take(Tip(link=LINK), [], ME).tip_id)
    assert desk_.take(Tip(link=LINK), [], ME).refused is Refused.SENDER_DAY
    assert desk_.take(Tip(link=LINK), [], Sender("telegram", str(OTHER))).refused is None
    assert [row.alike for row in desk_.rows()] == [1] * 6


def test_what_is_left_of_it_goes_within_two_days(
    office: tuple[TipDesk, TipLeaving, Writer], tmp_path: Path
) -> None:
    desk_, leaving, opened = office
    leaving.withdraw(ME, desk_.take(Tip(note=NOTE), [], ME).tip_id)
    settings, ring = configured("http://127.0.0.1:9", tmp_path), keys.load(tmp_path / "keys")
    for days, gone in ((1, 0), (2, 1)):
        later = NOW + timedelta(days=days)
        assert (
            TipDesk(
                opened, ring, settings, partial(datetime.fromtimestamp, later.timestamp(), UTC)
            ).destroy_due()
            == gone
        )
    assert opened.reader().execute("SELECT count(*) FROM tip").fetchone() == (0,)


@pytest.mark.parametrize("point", [writer.BEFORE_COMMIT, writer.AFTER_COMMIT])
def test_a_kill_leaves_it_done_or_not_done(
    office: tuple[TipDesk, TipLeaving, Writer], tmp_path: Path, point: str
) -> None:
    desk_, leaving, opened = office
    tip_id = desk_.take(Tip(LINK, NOTE), [SHOT], ME).tip_id
    desk_.read(tip_id, "Petugas Rekaan", "periksa")
    sealed = [row[0] for row in opened.reader().execute(BODIES)]
    assert len(sealed) == 4

    def die(reached: str) -> None:
        if reached == point:
            raise Killed

    opened.hook = die
    with pytest.raises(Killed):
        leaving.withdraw(ME, tip_id)
    opened.hook = None
    done = point == writer.AFTER_COMMIT
    assert (desk_.rows()[0].state is TipState.WITHDRAWN) is done
    assert (opened.reader().execute(BODIES).fetchone() == (b"",)) is done
    # Telegram hands the same update out again.
    assert leaving.withdraw(ME, tip_id).left is Left.GONE
    steps = "SELECT count(*) FROM log WHERE instr(canonical, 'ditarik')"
    assert opened.reader().execute(steps).fetchone() == (1,)
    assert len(outbox.due(opened.reader(), NOW.timestamp(), 9)) == 1
    left = b"".join(file.read_bytes() for file in (tmp_path / "data").glob("*.sqlite3*"))
    assert not any(body in left for body in sealed), "neither in a free page nor in the WAL"
