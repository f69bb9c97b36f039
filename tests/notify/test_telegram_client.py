"""The client's other half against the stand-in: edits, deletions, presses, files, the long poll."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import pytest

from monitor.config import Config
from monitor.errors import NotifyError
from monitor.model.update import Button, Press, Said
from monitor.telegram import TelegramClient, Uneditable
from monitor.telegram_faults import NotThisKind
from tests.standin.telegram import StandIn

# A PNG of one white point, which no drawing of ours made.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsCqQ2QAAAABJRU5ErkJggg=="
)
KEYS = ((Button("Ambil", "k:1"),), (Button("Rincian", "k:2"), Button("Lain", "k:3")))


@pytest.fixture
async def client(config: Config, server: StandIn) -> AsyncIterator[TelegramClient]:
    made = TelegramClient(server.token, config.notify.telegram, config.http)
    yield made
    await made.close()


async def test_a_message_with_buttons_is_edited_in_place(
    client: TelegramClient, server: StandIn
) -> None:
    sent = await client.send("7", "<b>a</b>", html=True, keyboard=KEYS)
    (shown,) = server.messages
    assert shown.data == ["k:1", "k:2", "k:3"]
    where = ("7", str(sent.message_id))
    await client.edit(*where, "b", html=True, keyboard=KEYS[:1])
    await client.edit(*where, "b", html=True, keyboard=KEYS[:1])
    assert (shown.text, shown.data, shown.edits) == ("b", ["k:1"], 1)
    await client.edit_keyboard(*where)
    assert shown.data == []
    with pytest.raises(NotThisKind):
        await client.edit_caption(*where, "c", html=False)


async def test_a_caption_is_edited_and_is_no_text(client: TelegramClient, server: StandIn) -> None:
    sent = await client.send_photo("7", PNG, "a", html=True, keyboard=KEYS)
    where = ("7", str(sent.message_id))
    await client.edit_caption(*where, "b &lt;", html=True, keyboard=KEYS)
    assert server.messages[0].text == "b <"
    with pytest.raises(NotThisKind):
        await client.edit(*where, "c", html=False)


async def test_what_is_gone_can_neither_be_edited_nor_deleted(
    client: TelegramClient, server: StandIn
) -> None:
    sent = await client.send("7", "a", html=False)
    where = ("7", str(sent.message_id))
    server.fault("undeletable", method="deleteMessage")
    with pytest.raises(Uneditable):
        await client.delete(*where)
    await client.delete(*where)
    assert server.messages[0].deleted
    with pytest.raises(Uneditable):
        await client.delete(*where)
    with pytest.raises(Uneditable):
        await client.edit(*where, "b", html=False)
    with pytest.raises(Uneditable):
        await client.edit("7", "dry-run", "b", html=False)


async def test_what_people_do_comes_back_without_their_names(
    client: TelegramClient, server: StandIn
) -> None:
    await client.send("-100", "a", html=False, keyboard=KEYS)
    press_id = server.press(7, server.messages[0], "k:2")
    first = server.say(8, "/kasus x")
    server.say(8, "lihat ini", photo=PNG)
    server.say(9, "halo", chat={"id": -100, "type": "group", "title": "Meja"})
    pressed, said, shown, group = await client.updates(0, 1)
    assert isinstance(pressed, Press)
    assert (pressed.user, pressed.chat, pressed.data) == (7, -100, "k:2")
    assert pressed.press_id == press_id
    assert isinstance(said, Said)
    assert (said.number, said.text, said.private) == (first, "/kasus x", True)
    assert isinstance(shown, Said)
    assert shown.file is not None
    assert await client.fetch(shown.file) == PNG
    assert isinstance(group, Said)
    assert not group.private
    assert "Orang" not in repr((pressed, said, shown, group))
    assert await client.updates(group.number + 1, 0) == []
    assert server.people.queue == []


async def test_a_press_is_answered_once(client: TelegramClient, server: StandIn) -> None:
    await client.send("7", "a", html=False, keyboard=KEYS)
    press_id = server.press(7, server.messages[0], "k:1")
    await client.answer(press_id, "Sudah", alert=True)
    assert server.people.answers[press_id]["text"] == "Sudah"
    with pytest.raises(NotifyError):
        await client.answer(press_id)


async def test_files_menus_questions_and_members(client: TelegramClient, server: StandIn) -> None:
    await client.send_document("7", b"isi", "rekap.xlsx", "Rekap", html=True)
    await client.commands({"bantuan": "Bantuan"})
    await client.send("7", "Mengapa?", html=True, ask=True)
    server.members["-100"] = 12
    assert await client.members("-100") == 12
    assert server.people.menu == {"bantuan": "Bantuan"}
    assert server.messages[0].shown["document"]["file_name"] == "rekap.xlsx"
    assert server.messages[1].parameters["reply_markup"]["force_reply"] is True


async def test_data_that_is_too_long_is_refused(client: TelegramClient, server: StandIn) -> None:
    with pytest.raises(NotifyError):
        await client.send("7", "a", html=False, keyboard=((Button("A", "x" * 65),),))
