"""``netralitas telegram setup``: token, chats, rights, a test message, and the route to them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Never

from monitor import app, routewriting
from monitor.botsetup_words import (
    CONFLICT,
    FEWER,
    HOW,
    KINDS,
    MALFORMED,
    REFUSED,
    SAID,
    TEST,
    TRIAL_FULL,
    UNREACHED,
    WEBHOOK,
)
from monitor.config import Config, read_secret
from monitor.errors import ConfigError, CredentialsRefused, Fault, NotifyError
from monitor.log import printable
from monitor.run.governance import TRIAL
from monitor.run.routecheck import faults
from monitor.talking import Talk, yes
from monitor.telegram_faults import SECRET, AnotherReads, Moved
from monitor.telegram_setup import Checked, Lack, Place, SetupClient

COMMAND = "telegram setup"
OK, WRONG, FATAL = 0, 2, 3
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{10,100}")
TRIES = 3


@dataclass(frozen=True, slots=True)
class Options:
    """What was given beforehand; the rest is asked. ``members`` 0 means what Telegram shows."""

    token_file: Path | None = None
    chats: tuple[str, ...] = ()
    name: str = ""
    instansi: tuple[str, ...] = ()
    office: str = ""
    card: str = ""
    members: int = 0
    health: bool | None = None
    wait: float = 120.0
    yes: bool = False


class _Stopped(Exception):
    """The walk ends here; its reason was said."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


class Walk:
    """One walk through the setup. ``pause`` waits between two looks for chats."""

    def __init__(
        self, path: Path, options: Options, talk: Talk, pause: Callable[[float], Awaitable[None]]
    ) -> None:
        self._path = path
        self._options = options
        self._talk = talk
        self._pause = pause
        self._config = app.settings(path)

    async def run(self) -> int:
        """Walk through; return the exit status."""
        try:
            client, bot = await self._token()
        except _Stopped as stopped:
            return stopped.status
        try:
            await self._webhook(client)
            for chat in self._options.chats or await self._find(client, bot):
                await self._chat(client, bot, chat)
        except _Stopped as stopped:
            return stopped.status
        except CredentialsRefused:
            return self._end("Telegram menolak token itu di tengah jalan: sudah dicabut?", WRONG)
        except NotifyError as error:
            return self._end(self._unreached(error), FATAL)
        finally:
            await client.close()
        self._after()
        return OK

    # ---- the token ---------------------------------------------------------------------------

    async def _token(self) -> tuple[SetupClient, str]:
        options = self._options
        if options.token_file is not None:
            return await self._try(_from_file(options.token_file)) or self._stop("", WRONG)
        known = _known(self._config)
        if known and (options.yes or yes(self._talk, "Pakai token yang tersimpan?", default=True)):
            if found := await self._try(known, stored=True):
                return found
            if options.yes:
                self._stop("", WRONG)
        self._talk.say(
            "Buka @BotFather di Telegram, kirim /newbot, lalu salin token yang diberikan."
        )
        for _ in range(TRIES):
            given = self._talk.secret("Token (tidak ditampilkan)")
            if found := await self._try(given):
                return found
        return self._stop("Tiga kali ditolak; ulangi bila tokennya sudah ada.", WRONG)

    async def _try(self, token: str, *, stored: bool = False) -> tuple[SetupClient, str] | None:
        """Ask Telegram whose token it is, and keep a good one."""
        if not _TOKEN.fullmatch(token):
            self._talk.say(MALFORMED)
            return None
        client = SetupClient(token, self._config.notify.telegram, self._config.http)
        try:
            bot = await client.who()
        except CredentialsRefused:
            await client.close()
            self._talk.say(REFUSED)
            return None
        except NotifyError as error:
            await client.close()
            return self._stop(self._unreached(error), FATAL)
        self._talk.say(f"Bot ditemukan: {printable(bot.name)} (@{bot.username})")
        if not stored:
            self._keep(token)
        return client, bot.username

    def _keep(self, token: str) -> None:
        folder = self._config.path("secrets")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        routewriting.replace(folder / SECRET, token + "\n", mode=0o600)
        self._talk.say(f"Token disimpan di {folder / SECRET}, hanya terbaca pemiliknya.")

    async def _webhook(self, client: SetupClient) -> None:
        if not await client.webhook():
            return
        self._talk.say(WEBHOOK)
        if self._options.yes or not yes(self._talk, "Lepaskan webhook itu?", default=False):
            self._stop("Lepaskan webhook itu, atau buat bot sendiri di @BotFather.", WRONG)
        await client.drop_webhook()

    # ---- the chats ---------------------------------------------------------------------------

    async def _find(
        self, client: SetupClient, bot: str, known: Collection[Place] = ()
    ) -> list[str]:
        """Wait for chats beside those that are known, and return the numbers of those chosen."""
        self._talk.say(HOW.format(bot=bot, wait=round(self._options.wait)))
        found: list[Place] = []
        left = self._options.wait
        while True:
            try:
                found = await client.seen()
            except AnotherReads:
                self._stop(CONFLICT, WRONG)
            if not set(found) <= set(known) or left <= 0:
                break
            await self._pause(1.0)
            left -= 1.0
        if not found:
            self._stop(
                "Tidak ada percakapan yang terlihat. Ulangi, atau sebut --chat NOMOR.", WRONG
            )
        for number, place in enumerate(found, start=1):
            self._talk.say(f"  {number}. {_shown(place)}")
        if self._options.yes:
            self._stop("Sebut salah satunya dengan --chat NOMOR.", WRONG)
        chosen = self._choose(found)
        if chosen is None:
            return await self._find(client, bot, found)
        return [place.chat_id for place in chosen]

    def _choose(self, found: Sequence[Place]) -> list[Place] | None:
        """Ask which of the chats are to be used, until the answer fits; ``None``: look again."""
        while True:
            answer = self._talk.ask(
                "Nomor yang dipakai, u untuk mencari lagi", "1" if len(found) == 1 else ""
            )
            if answer.strip().lower() == "u":
                return None
            chosen = _picked(found, answer)
            if chosen:
                return chosen
            self._talk.say(f"Tulis angka dari 1 sampai {len(found)}, dipisah koma, atau u.")

    async def _chat(self, client: SetupClient, bot: str, chat: str) -> None:
        self._refuse_known(chat)
        checked = await self._checked(client, bot, chat)
        self._talk.say(_shown(checked.place))
        for lack in checked.lacks:
            self._talk.say(SAID[lack].format(bot=bot))
        if set(checked.lacks) - {Lack.PHOTO}:
            self._stop("Tidak ada yang ditulis.", WRONG)
        members = self._members(checked)
        await self._test(client, checked.place)
        self._write(self._route(checked.place, members))

    async def _checked(self, client: SetupClient, bot: str, chat: str) -> Checked:
        try:
            return await client.check(chat)
        except Moved as moved:
            return await self._checked(client, bot, moved.to)
        except NotifyError as error:
            if not error.permanent:
                raise
            return self._stop(f"{error}. " + SAID[Lack.ABSENT].format(bot=bot), WRONG)

    def _members(self, checked: Checked) -> int:
        """Return the number of members to keep to; a person's own chat has none."""
        if checked.place.type == "private":
            return 0
        shown = checked.members
        self._talk.say(f"Telegram menunjukkan {shown} anggota, termasuk bot.")
        stated = str(self._options.members or shown)
        if not self._options.yes and not self._options.members:
            stated = self._talk.ask("Berapa yang seharusnya? 0: jangan diperiksa", stated)
        if not stated.isdecimal():
            self._stop(f"{printable(stated)} bukan bilangan. Tidak ada yang ditulis.", WRONG)
        if int(stated) not in (0, shown):
            self._talk.say(FEWER.format(shown=shown, stated=stated))
        return int(stated)

    async def _test(self, client: SetupClient, place: Place) -> None:
        try:
            await client.send(place.chat_id, TEST, html=False)
        except NotifyError as error:
            if not error.permanent:
                raise
            self._stop(f"Pesan uji ditolak: {error}. Tidak ada yang ditulis.", WRONG)
        self._talk.say("Pesan uji terkirim.")
        if not self._options.yes and not yes(self._talk, "Apakah tampak di sana?", default=True):
            self._stop("Kalau begitu percakapannya lain. Tidak ada yang ditulis.", WRONG)

    # ---- the route ---------------------------------------------------------------------------

    def _route(self, place: Place, members: int) -> dict[str, routewriting.Value]:
        given, talk = self._options, self._talk
        name, instansi, card, health = given.name, given.instansi, given.card, given.health
        title = printable(place.title)[:60]
        # Somebody must be told that the program sees nothing: where no chat is yet, this one.
        first = not any(r.health and r.notifier == "telegram" for r in self._config.notify.routes)
        if not given.yes:
            name = name or talk.ask("Nama rute ini", title or place.chat_id)
            instansi = instansi or _listed(talk.ask("Hanya instansi (pisahkan dengan ;)", "semua"))
            card = card or (
                "masked" if yes(talk, "Kartu tanpa nama?", default=False) else "evidence"
            )
            if health is None:
                health = yes(talk, "Kabar kesehatan layanan juga ke sini?", default=first)
        route: dict[str, routewriting.Value] = {
            "notifier": "telegram", "destination": place.chat_id, "name": name or title,
            "instansi": instansi, "office": given.office, "members": members,
            "card": card or "evidence", "health": first if health is None else health,
        }  # fmt: skip
        return {key: value for key, value in route.items() if value or key == "card"}

    def _refuse_known(self, chat: str) -> None:
        routes = self._config.notify.routes
        if any(route.way == ("telegram", chat) for route in routes):
            self._stop(f"Sudah ada rute ke {chat}; ubah di {self._path} dengan tangan.", WRONG)
        if self._config.mode == TRIAL and any(r.notifier == "telegram" for r in routes):
            self._stop(TRIAL_FULL, WRONG)

    def _write(self, route: dict[str, routewriting.Value]) -> None:
        old = self._path.read_text("utf-8")
        new = routewriting.with_route(old, route, str(self._path))
        made = routewriting.checked(new, self._path)
        for line in routewriting.diff(old, new, self._path):
            self._talk.say(line)
        if not self._options.yes and not yes(self._talk, "Tulis perubahan ini?", default=True):
            self._stop("Tidak ada yang ditulis.", OK)
        routewriting.replace(self._path, new)
        self._config = made

    def _after(self) -> None:
        self._talk.say(f"Ditulis: {self._path}. Berikutnya:")
        self._talk.say(f"  1. netralitas check -c {self._path}")
        self._talk.say("  2. systemctl restart netralitas (atau netralitas once, sekali jalan)")
        self._talk.say("  3. netralitas route NOMOR, untuk melihat ke mana suatu perkara dikirim")
        for fault in faults(self._config.notify.routes, str(self._path)):
            self._talk.say(f"Perhatian: {fault}")

    def _unreached(self, error: NotifyError) -> str:
        return UNREACHED.format(error=error, api=self._config.notify.telegram.api)

    def _end(self, text: str, status: int) -> int:
        if text:
            self._talk.say(text)
        return status

    def _stop(self, text: str, status: int) -> Never:
        self._end(text, status)
        raise _Stopped(status)


def _known(config: Config) -> str:
    try:
        return read_secret(config, SECRET)
    except ConfigError:
        return ""


def _from_file(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        cause = getattr(error, "strerror", "") or "bytes that are no UTF-8"
        raise ConfigError(
            [Fault(str(path), "--token-file", "a file with the token", cause)]
        ) from None


def _shown(place: Place) -> str:
    return f"{KINDS.get(place.type, place.type)} {printable(place.title)!r}, nomor {place.chat_id}"


def _picked(found: Sequence[Place], answer: str) -> list[Place]:
    """Return the chats of an answer such as ``1, 3``; none where it is no such answer."""
    numbers = [part.strip() for part in answer.split(",")]
    if not all(n.isdecimal() and 1 <= int(n) <= len(found) for n in numbers):
        return []
    return [found[int(n) - 1] for n in dict.fromkeys(numbers)]


def _listed(answer: str) -> tuple[str, ...]:
    if answer.strip().lower() == "semua":
        return ()
    return tuple(part.strip() for part in answer.split(";") if part.strip())
