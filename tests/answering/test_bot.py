"""``/jawab`` with the real Telegram client, against the stand-in that aiogram's models judge."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import code as codes
from monitor.model.review import Step, Wanted
from monitor.review.handlers import Handlers
from monitor.run import invite
from monitor.run.answer_talk import AnswerTalk
from monitor.run.answers import Answering
from monitor.store import answers, reviews
from tests import needle
from tests.notify import examples
from tests.run.desk_stage import ANA, FINDING, GROUP, Desk, desk, listening
from tests.standin.telegram import StandIn

NOW = datetime(2024, 10, 15, 3, tzinfo=UTC)
PERSON = 555


def clock() -> datetime:
    return NOW


@pytest.fixture
async def server() -> AsyncIterator[StandIn]:
    async with StandIn() as started:
        yield started


async def pressed(room: Desk, words: str) -> str:
    """Press a button under the newest message to the person; return the answer to it."""
    message = [one for one in room.server.messages if one.chat_id == PERSON][-1]
    before = len(room.said_to(PERSON))
    room.server.press(PERSON, message, room.key(words, message))
    await room.server.people.until(lambda: len(room.said_to(PERSON)) > before)
    return room.said_to(PERSON)[-1]


async def test_an_answer_by_bot_is_told_to_the_desk_without_its_words(
    server: StandIn, tmp_path: Path
) -> None:
    handlers = Handlers()
    async with desk(server, tmp_path, clock, handlers) as room:
        answering = Answering(room.writer, room.settings, clock)
        handlers.add(AnswerTalk(answering, lambda: examples.RULES).handler())
        room.appoint(ANA)
        room.found(NOW)
        await room.dispatch()
        code = codes.make()
        with room.writer.transaction() as tx:
            role = min(ANA.roles(NOW.date()))
            reviews.step(tx, FINDING, Wanted(Step.TAKEN, "giliran"), ANA, role, NOW)
            case, until = reviews.case(tx, FINDING), NOW + timedelta(days=14)
            invite.invite(tx, case, ANA, "giliran", code, until, NOW)
        async with listening(room):
            opened = await asked(room, f"/jawab {code.text()}", 3)
            assert FINDING in opened[0]
            assert "SKB Netralitas 2022" in opened[1]
            assert "Alasan" in opened[2]
            assert "Penjelasan" in await pressed(room, "Tidak ada dari daftar")
            assert "Ditambahkan" in await room.say(PERSON, "Itu <bukan> akun saya & bukan tulisan.")
            assert "Pendamping" in await pressed(room, "Lanjut")
            assert "Lampiran" in await room.say(PERSON, "Bu Pendamping Rekaan")
            assert "Itu <bukan> akun saya &" in await pressed(room, "Tidak ada")
            thanks = await pressed(room, "Kirim jawaban")
        (given,) = answers.of_case(room.writer.reader(), FINDING)
        assert given.receipt in thanks
        assert given.answer.text == "Itu <bukan> akun saya & bukan tulisan."
        await room.dispatch()
        told = [text for text in server.texts(int(GROUP)) if "Jawaban masuk" in text]
        assert len(told) == 1
        assert "akun saya" not in "".join(server.texts(int(GROUP)))
        assert room.alert.edits > 0
        assert room.steps()[-1] == ("dijawab", "")
    assert needle.found(tmp_path, (code.text(), code.text().replace("-", ""), code.secret)) == []


async def asked(room: Desk, text: str, answers_: int) -> list[str]:
    """Write to the bot, and return that many messages that follow."""
    before = len(room.said_to(PERSON))
    room.server.say(PERSON, text)
    async with asyncio.timeout(30):
        await room.server.people.until(lambda: len(room.said_to(PERSON)) >= before + answers_)
    return room.said_to(PERSON)[before:]
