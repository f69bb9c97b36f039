"""The real client against the stand-in: every fault, and a token that shows up nowhere."""

from __future__ import annotations

import base64
import logging
import struct
import traceback
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
from loguru import logger

from monitor import log
from monitor.config import Config
from monitor.config_notify import Telegram
from monitor.errors import NotifyError
from monitor.model.delivery import Limit, Message, Picture
from monitor.notify.telegram_chat import TelegramChat
from tests.notify import examples
from tests.notify.test_render import alert
from tests.standin.telegram import StandIn

# A PNG of one white point, which no drawing of ours made.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsCqQ2QAAAABJRU5ErkJggg=="
)
PICTURE = Picture(PNG, "Kartu &lt;x&gt;", "Kartu <x>")
MESSAGE = Message("NTR-1", "<b>Indikasi</b> &lt;x&gt;", "Indikasi <x>")
PICTURED = replace(MESSAGE, picture=PICTURE)


@pytest.fixture
async def chat(config: Config, server: StandIn) -> AsyncIterator[TelegramChat]:
    made = TelegramChat(config, server.token)
    yield made
    await made.close()


async def refused(chat: TelegramChat, destination: str = "7") -> NotifyError:
    with pytest.raises(NotifyError) as caught:
        await chat.send(MESSAGE, destination)
    return caught.value


async def test_an_alert_arrives_as_it_was_rendered(chat: TelegramChat, server: StandIn) -> None:
    message = alert(examples.post())
    receipt = await chat.send(message, "-100")
    assert receipt.message_id == "1"
    assert receipt.accepted_at.tzinfo is not None
    (accepted,) = server.messages
    assert accepted.text.startswith("Indikasi · NTR-ABCD-2345")
    assert {e["type"] for e in accepted.entities} == {"bold", "blockquote", "code"}
    assert accepted.parameters["link_preview_options"] == {"is_disabled": True}


async def test_refused_markup_goes_out_as_plain_text(chat: TelegramChat, server: StandIn) -> None:
    broken = replace(MESSAGE, html="<b>Indikasi")
    await chat.send(broken, "7")
    assert server.texts() == ["Indikasi <x>"]


@pytest.mark.parametrize(
    ("fault", "permanent", "wait", "said"),
    [
        ("too_many", False, 3.0, "too many messages"),
        ("busy", False, None, "network fault"),
        ("error", False, None, "network fault"),
        ("page", False, None, "network fault"),
        ("reset", False, None, "network fault"),
        ("lost", False, None, "no answer in time"),
        ("cut", False, None, "unreadable answer"),
        ("blocked", True, None, "blocked by the user"),
        ("migrated", True, None, "which is a group"),
        ("unauthorized", False, None, "renew secret 'telegram_token'"),
    ],
)
async def test_each_fault_says_whether_trying_again_helps(
    chat: TelegramChat,
    server: StandIn,
    fault: str,
    permanent: bool,
    wait: float | None,
    said: str,
) -> None:
    server.fault(fault)
    error = await refused(chat)
    assert (error.permanent, error.retry_after) == (permanent, wait)
    assert said in str(error)


async def test_markup_refused_twice_is_permanent(chat: TelegramChat, server: StandIn) -> None:
    server.fault("markup", times=2)
    assert (await refused(chat)).permanent


async def test_an_unknown_chat_is_permanent(chat: TelegramChat, server: StandIn) -> None:
    error = await refused(chat, "7" * 40)
    assert error.permanent
    assert "Chat not found" in str(error)


@pytest.mark.parametrize("kind", ["channel", "supergroup"])
async def test_a_chat_that_anybody_can_read_gets_nothing(
    chat: TelegramChat, server: StandIn, kind: str
) -> None:
    server.chats["-200"] = {"id": -200, "type": kind, "title": "Umum", "username": "umum"}
    error = await refused(chat, "-200")
    assert error.permanent
    assert f"the {kind} is public" in str(error)
    assert server.messages == []
    del server.chats["-200"]["username"]
    await chat.send(MESSAGE, "-200")
    assert len(server.messages) == 1


async def test_a_person_with_a_public_name_is_no_public_chat(
    chat: TelegramChat, server: StandIn
) -> None:
    server.chats["7"] = {"id": 7, "type": "private", "first_name": "A", "username": "atasan"}
    await chat.send(MESSAGE, "7")
    assert len(server.messages) == 1


async def test_a_picture_goes_out_with_its_caption_and_stays_in_the_chat(
    chat: TelegramChat, server: StandIn
) -> None:
    receipt = await chat.send(PICTURED, "7")
    (accepted,) = server.messages
    assert bytes.fromhex(accepted.photo) == PNG
    assert (accepted.text, receipt.message_id) == ("Kartu <x>", "1")
    assert [name for name, _ in server.calls if name.startswith("send")] == ["sendPhoto"]
    assert accepted.parameters["protect_content"] == "true"


async def test_words_are_protected_too(chat: TelegramChat, server: StandIn) -> None:
    await chat.send(MESSAGE, "7")
    assert server.messages[0].parameters["protect_content"] == "true"


@pytest.mark.parametrize(
    "picture",
    [
        Picture(b"no picture at all", "Kartu", "Kartu"),
        Picture(b"\x89PNG\r\n\x1a\n" + bytes(8) + struct.pack(">II", 50, 5000), "Kartu", "Kartu"),
        Picture(PNG, "x" * 1025, "x" * 1025),
    ],
)
async def test_a_picture_that_is_refused_becomes_words(
    chat: TelegramChat, server: StandIn, picture: Picture
) -> None:
    await chat.send(replace(MESSAGE, picture=picture), "7")
    assert server.texts() == ["Indikasi <x>"]
    assert server.messages[0].photo == ""


async def test_a_chat_without_pictures_gets_words(chat: TelegramChat, server: StandIn) -> None:
    server.fault("no_photos", method="sendPhoto")
    await chat.send(PICTURED, "7")
    assert server.texts() == ["Indikasi <x>"]


async def test_a_caption_whose_markup_is_refused_goes_out_plain(
    chat: TelegramChat, server: StandIn
) -> None:
    await chat.send(replace(MESSAGE, picture=replace(PICTURE, html="<b>Kartu")), "7")
    assert server.texts() == ["Kartu <x>"]
    assert server.messages[0].photo


@pytest.mark.parametrize("fault", ["too_many", "error", "reset", "lost", "unauthorized"])
async def test_a_passing_fault_of_a_picture_sends_no_words_instead(
    chat: TelegramChat, server: StandIn, fault: str
) -> None:
    """The picture is tried again later: words now would be a second message."""
    server.fault(fault, method="sendPhoto")
    with pytest.raises(NotifyError) as caught:
        await chat.send(PICTURED, "7")
    assert not caught.value.permanent
    assert not [name for name, _ in server.calls if name == "sendMessage"]


async def test_a_picture_is_for_private_chats_only(chat: TelegramChat, server: StandIn) -> None:
    server.chats["-200"] = {"id": -200, "type": "channel", "title": "Umum", "username": "umum"}
    with pytest.raises(NotifyError, match="the channel is public"):
        await chat.send(PICTURED, "-200")
    assert server.messages == []


async def test_nobody_listening_is_temporary(config: Config, server: StandIn) -> None:
    closed = Telegram(api="http://127.0.0.1:9", timeout=1)
    settings = config.model_copy(
        update={"notify": config.notify.model_copy(update={"telegram": closed})}
    )
    chat = TelegramChat(settings, server.token)
    assert not (await refused(chat)).permanent
    await chat.close()


async def test_channels_count_as_groups_and_persons_do_not(chat: TelegramChat) -> None:
    for group in ("-7", "-1001234567890", "@saluran"):
        assert chat.limits(group).chat == Limit(20, 60.0)
    assert chat.limits("7").chat == Limit(20, 20.0)
    assert chat.limits("7").overall == Limit(30, 1.0)


async def test_a_group_that_moved_is_followed_on_telegrams_word_only(
    chat: TelegramChat, server: StandIn
) -> None:
    new = {"id": -1009999, "type": "supergroup", "title": "Meja"}
    server.chats["-1009999"] = new
    server.fault("migrated", chat="-7", times=3)
    receipt = await chat.send(PICTURED, "-7")
    assert (receipt.moved_to, server.messages[0].chat_id) == ("-1009999", -1009999)
    server.chats["-1009999"] = new | {"username": "umum"}
    assert "public" in str(await refused(chat, "-7"))
    server.chats["-1009999"] = new | {"type": "channel"}
    assert "which is a channel" in str(await refused(chat, "-7"))
    assert len(server.messages) == 1


def test_an_empty_token_is_refused_at_once(config: Config) -> None:
    with pytest.raises(NotifyError, match="'telegram_token' is empty"):
        TelegramChat(config, "")


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=0)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record))


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Everything that reaches a handler, ours or a library's, with the program's own set-up."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    log.set_up("DEBUG")
    lines = Lines()
    root.addHandler(lines)
    logger.add(lambda m: lines.lines.append(str(m)), level=0, diagnose=False)
    yield lines.lines
    logger.remove()  # set_up has tied a handler to this test's stderr
    root.handlers[:], root.level = before


FAULTS = (
    *("too_many", "busy", "error", "markup", "blocked", "migrated", "unauthorized"),
    *("lost", "reset", "page", "cut"),
)


@pytest.mark.parametrize("method", ["getMe", "getChat", "sendMessage"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_the_token_is_in_no_line_and_no_trace(
    config: Config,
    server: StandIn,
    logged: list[str],
    capfd: pytest.CaptureFixture[str],
    fault: str,
    method: str,
) -> None:
    chat = TelegramChat(config, server.token)
    server.fault(fault, method=method, times=2)
    error = await refused(chat)
    logger.opt(exception=error).error("delivery failed: {}", error)
    logged.append("".join(traceback.format_exception(error)))
    await chat.close()
    # A library's exception left as context would hang the request, with its address, on ours.
    assert error.__cause__ is None
    assert isinstance(error.__context__, NotifyError | None)
    printed = capfd.readouterr()
    everything = "\n".join(logged) + printed.out + printed.err
    assert "delivery failed" in everything
    assert server.token not in everything
    assert server.token.split(":")[1] not in everything


async def test_an_expired_token_names_its_secret(config: Config) -> None:
    chat = TelegramChat(config, "42:kedaluwarsa")
    with pytest.raises(NotifyError, match="renew secret 'telegram_token'") as caught:
        await chat.open()
    assert not caught.value.permanent
    assert "kedaluwarsa" not in "".join(traceback.format_exception(caught.value))
    await chat.close()
