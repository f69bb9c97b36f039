"""Setting up Telegram, with the real client against the stand-in and a scripted person."""

from __future__ import annotations

import stat
import tomllib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from monitor import routewriting
from monitor.botsetup import Options, Walk
from monitor.config import load
from monitor.errors import ConfigError
from monitor.talking import Nobody
from tests.standin.telegram import StandIn

GROUP = {"id": -1001, "type": "supergroup", "title": "Meja BKD"}
CHANNEL = {"id": -1002, "type": "channel", "title": "Kanal Inspektorat"}
SHIPPED = Path(__file__).parents[2] / "config.toml"
CONFIG = """\
mode = "production" # tetap

[http]
contact = "uji@contoh.test"

[notify]
language = "id" # bahasa

# rute pertama
[[notify.routes]]
notifier = "stdout"
destination = "-" # layar

# ---- lain-lain ----
[notify.telegram]
api = "{api}"
timeout = 0.5
"""


class Person:
    """Answers in order; keeps what was said."""

    def __init__(self, *answers: str, secrets: Sequence[str] = ()) -> None:
        self.said: list[str] = []
        self._answers = list(answers)
        self._secrets = list(secrets)

    def say(self, text: str) -> None:
        self.said.append(text)

    def ask(self, question: str, default: str = "") -> str:
        self.said.append(question)
        return self._answers.pop(0) or default

    def secret(self, question: str) -> str:
        self.said.append(question)
        return self._secrets.pop(0)

    @property
    def text(self) -> str:
        return "\n".join(self.said)


@pytest.fixture
async def server() -> AsyncIterator[StandIn]:
    async with StandIn() as started:
        started.chats = {str(chat["id"]): chat for chat in (GROUP, CHANNEL)}
        started.members = {"-1001": 6, "-1002": 4}
        yield started


@pytest.fixture
def config(tmp_path: Path, server: StandIn) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(api=server.url), "utf-8")
    return path


def secret_of(config: Path) -> Path:
    return config.parent / "secrets" / "telegram_token"


async def walk(config: Path, person: Any, **options: Any) -> int:
    async def pause(_: float) -> None:
        """A test has no time to pass."""

    return await Walk(config, Options(**options), person, pause).run()


def text_of(config: Path) -> str:
    return config.read_text("utf-8")


def write(config: Path, text: str) -> None:
    config.write_text(text, "utf-8")


def given(config: Path, token: str) -> Path:
    file = config.parent / "token"
    file.write_text(token + "\n")
    return file


async def test_from_token_to_route(config: Path, server: StandIn) -> None:
    server.people.add(server.standing.added(GROUP, 7))
    server.people.say(7, "/start@standin_bot", chat=GROUP)
    before = text_of(config)
    person = Person(
        "1", "", "ya", "", "Dinas A; Dinas B", "", "ya", "ya", secrets=["x", server.token]
    )
    assert await walk(config, person) == 0
    assert "Itu bukan token" in person.text
    assert "Stand-in (@standin_bot)" in person.text
    assert server.token not in person.text
    assert secret_of(config).read_text().strip() == server.token
    assert stat.S_IMODE(secret_of(config).stat().st_mode) == 0o600
    assert stat.S_IMODE(secret_of(config).parent.stat().st_mode) == 0o700
    assert server.texts(-1001)[0].startswith("Pesan uji dari Netralitas")
    _, route = load(config).notify.routes
    assert (route.destination, route.name, route.members) == ("-1001", "Meja BKD", 6)
    assert (route.instansi, route.health, route.card) == (("Dinas A", "Dinas B"), True, "evidence")
    changed = routewriting.diff(before, text_of(config), config)[2:]
    assert not [line for line in changed if line.startswith("-")]
    assert '+destination = "-1001"' in person.said
    # What people wrote is still there for the daemon.
    assert len(server.people.queue) == 2


async def test_without_a_person(config: Path, server: StandIn, tmp_path: Path) -> None:
    token = given(config, server.token)
    done = await walk(
        config, Nobody(), yes=True, token_file=token, chats=("-1002",), members=4, health=True,
        instansi=("Dinas A",), office="Inspektorat", card="masked",
    )  # fmt: skip
    assert done == 2
    server.standing.put("-1002", "administrator")
    options = {"yes": True, "chats": ("-1002",), "office": "Inspektorat", "card": "masked"}
    assert await walk(config, Nobody(), **options) == 0
    route = load(config).notify.routes[1]
    assert (route.card, route.office, route.members) == ("masked", "Inspektorat", 4)
    assert route.health
    assert await walk(config, Nobody(), **options) == 2


async def test_looking_again_waits_for_another_chat(config: Path, server: StandIn) -> None:
    server.people.say(8, "/start")
    looks = 0

    async def pause(_: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            server.people.add(server.standing.added(GROUP, 7))

    # What is no number of the list is asked for again.
    person = Person("u", "dua", "9", "2", "", "ya", "", "", "", "", "ya")
    token = given(config, server.token)
    assert await Walk(config, Options(token_file=token), person, pause).run() == 0
    assert looks == 3
    assert load(config).notify.routes[1].destination == "-1001"
    # The first chat in Telegram gets the alarms where nothing else was answered.
    assert load(config).notify.routes[1].health


@pytest.mark.parametrize(
    ("chat", "status", "rights", "expected"),
    [
        ("-1001", "left", {}, "Bot @standin_bot tidak ada di sana"),
        ("-1001", "restricted", {"is_member": False}, "tidak ada di sana"),
        ("-1001", "restricted", {"can_send_messages": False}, "tidak boleh menulis"),
        ("-1002", "member", {}, "tidak boleh menulis"),
        ("-1002", "administrator", {"can_post_messages": False}, "tidak boleh menulis"),
        ("nama", "member", {}, "tidak ada di sana"),
    ],
)
async def test_a_chat_without_rights_is_not_written(
    config: Path, server: StandIn, chat: str, status: str, rights: dict[str, bool], expected: str
) -> None:
    before = text_of(config)
    server.standing.put(chat, status, **rights)
    person = Person()
    options = {"chats": (chat,), "token_file": given(config, server.token)}
    assert await walk(config, person, **options) == 2
    assert expected in person.text
    assert text_of(config) == before
    assert server.messages == []


async def test_a_public_chat_is_refused(config: Path, server: StandIn) -> None:
    server.chats["-1001"] = GROUP | {"username": "meja_bkd"}
    person = Person()
    token = given(config, server.token)
    assert await walk(config, person, chats=("-1001",), token_file=token) == 2
    assert "Percakapan itu publik" in person.text
    assert server.messages == []


async def test_a_chat_without_photos_is_told_and_written(config: Path, server: StandIn) -> None:
    server.standing.put("-1001", "restricted", can_send_photos=False)
    person = Person("6", "ya", "", "", "", "", "ya")
    token = given(config, server.token)
    assert await walk(config, person, chats=("-1001",), token_file=token) == 0
    assert "tidak boleh mengirim foto" in person.text


async def test_more_members_than_stated_are_told(config: Path, server: StandIn) -> None:
    person = Person("5", "ya", "", "", "", "", "ya")
    token = given(config, server.token)
    assert await walk(config, person, chats=("-1001",), token_file=token) == 0
    assert "Di sana ada 6, bukan 5" in person.text
    assert load(config).notify.routes[1].members == 5


async def test_a_refused_token_is_not_kept(config: Path, server: StandIn) -> None:
    wrong = "42:another-token-altogether"
    person = Person(secrets=[wrong, wrong, wrong])
    assert await walk(config, person) == 2
    assert "Telegram menolak token itu" in person.text
    assert not secret_of(config).exists()
    assert wrong not in person.text


async def test_a_stored_token_is_offered_first(config: Path, server: StandIn) -> None:
    secret_of(config).parent.mkdir()
    secret_of(config).write_text("42:revoked-long-ago-1234\n")
    person = Person("ya", secrets=[server.token])
    assert await walk(config, person, wait=0) == 2
    assert secret_of(config).read_text().strip() == server.token
    assert "Tidak ada percakapan yang terlihat" in person.text


async def test_telegram_out_of_reach(config: Path) -> None:
    write(config, CONFIG.format(api="http://127.0.0.1:1"))
    person = Person()
    assert await walk(config, person, token_file=given(config, "42:stand-in-token")) == 3
    assert "Telegram tidak terjangkau" in person.text


async def test_another_program_that_reads(config: Path, server: StandIn) -> None:
    server.fault("conflict", method="getUpdates")
    person = Person()
    assert await walk(config, person, token_file=given(config, server.token)) == 2
    assert "(409)" in person.text
    assert "systemctl stop netralitas" in person.text


@pytest.mark.parametrize(
    ("answer", "status", "left"), [("tidak", 2, "https://x.example"), ("ya", 2, "")]
)
async def test_a_webhook_is_told_and_taken_away_on_request(
    config: Path, server: StandIn, answer: str, status: int, left: str
) -> None:
    server.standing.webhook = "https://x.example"
    person = Person(answer)
    done = await walk(config, person, token_file=given(config, server.token), wait=0)
    assert (done, server.standing.webhook) == (status, left)
    assert "webhook milik program lain" in person.text


async def test_a_test_message_that_is_refused(config: Path, server: StandIn) -> None:
    server.fault("blocked")
    person = Person("6")
    token = given(config, server.token)
    assert await walk(config, person, chats=("-1001",), token_file=token) == 2
    assert "Pesan uji ditolak" in person.text
    assert "Tidak ada yang ditulis" in person.text


async def test_declining_the_diff_writes_nothing(config: Path, server: StandIn) -> None:
    before = text_of(config)
    person = Person("6", "ya", "", "", "", "", "tidak")
    token = given(config, server.token)
    assert await walk(config, person, chats=("-1001",), token_file=token) == 0
    assert text_of(config) == before


async def test_a_trial_has_one_chat(config: Path, server: StandIn) -> None:
    text = CONFIG.replace("production", "trial").format(api=server.url)
    write(config, text)
    options = {"yes": True, "token_file": given(config, server.token)}
    assert await walk(config, Nobody(), chats=("-1001",), **options) == 0
    person = Person()
    assert await walk(config, person, chats=("-1002",), token_file=options["token_file"]) == 2
    assert "Uji coba hanya mengirim ke satu percakapan" in person.text


async def test_nobody_to_answer_is_a_fault(config: Path, server: StandIn) -> None:
    for chat in (GROUP, CHANNEL):
        server.people.say(7, "/start", chat=chat)
    with pytest.raises(ConfigError, match="an answer"):
        await walk(config, Nobody(), token_file=given(config, server.token))


ROUTE: dict[str, routewriting.Value] = {
    "notifier": "telegram",
    "destination": "-1",
    "name": 'A "B" \\ \x7f',
    "instansi": ("X",),
}


@pytest.mark.parametrize(
    "text",
    [
        SHIPPED.read_text("utf-8"),
        CONFIG,
        "",
        "[http]\ncontact = 'x'\n",
        "[[notify.routes]]\nnotifier = 'stdout'",
        "[[notify.routes]]\nnotifier = 'stdout'\ninstansi = [\n  'a',\n]\n\n\n# x\n[log]\n",
        "[[ notify . routes ]]\nnotifier = 'stdout'\n\n[log]\nlevel = 'INFO'\n",
    ],
)
def test_one_route_more_and_all_else_as_it_was(text: str) -> None:
    made = routewriting.with_route(text, ROUTE, "config.toml")
    old = tomllib.loads(text).get("notify", {}).get("routes", [])
    *rest, last = tomllib.loads(made)["notify"]["routes"]
    assert rest == old
    assert last == {**ROUTE, "instansi": ["X"]}
    kept = [line for line in made.splitlines() if line.strip()]
    for line in text.splitlines():
        assert not line.strip() or line in kept


def test_routes_in_one_line_are_refused() -> None:
    text = "[notify]\nroutes = [{ notifier = 'stdout' }]\n"
    with pytest.raises(ConfigError, match="tables that take another"):
        routewriting.with_route(text, ROUTE, "config.toml")
