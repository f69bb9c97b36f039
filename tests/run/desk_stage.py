"""A desk with its bot: real database, real client, officers, and one finding told to a group."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from monitor.clock import to_text
from monitor.config import Config, parse
from monitor.model.evidence import Canonical
from monitor.model.review import Case, Officer, Role, Term
from monitor.notify.telegram_chat import TelegramChat
from monitor.review.handlers import Handlers
from monitor.run.bot import Bot
from monitor.run.bot_router import Router
from monitor.run.dispatch import Dispatcher
from monitor.run.health import Health
from monitor.store import findings, log, migrate, outbox, reviews
from monitor.store.writer import Writer
from monitor.telegram import TelegramClient
from tests.notify import examples
from tests.standin.telegram import Accepted, StandIn

GROUP = "-70"
FINDING = "NTR-ABCD-2345"
AGENCY = examples.WATCH["instansi"]
SINCE = date(2024, 1, 1)
ANA = Officer("ana", "Ana Rekaan", AGENCY, (Term(Role.REVIEWER, SINCE),), telegram=101)
BEN = Officer("ben", "Ben Rekaan", AGENCY, (Term(Role.SECOND, SINCE),), telegram=102)
TINI = Officer("tini", "Tini Rekaan", AGENCY, (Term(Role.CLERK, SINCE),), telegram=103)
STRANGER = 999
# The id of an officer of another agency who reads the group, where a test appoints one.
READER = "pembaca"


@dataclass
class Desk:
    """What a test does at the desk and sees there."""

    writer: Writer
    settings: Config
    server: StandIn
    dispatcher: Dispatcher
    router: Router
    bot: Bot

    def found(self, at: datetime, finding: str = FINDING, **watch: Any) -> None:
        """Record a finding and owe its alert to the group."""
        public: dict[str, Canonical] = {
            "outcome": "alert",
            "revision_no": 1,
            "partial": False,
            "proof": "",
            "rules": [{"id": "dukungan", "revision": 1}],
            "platform": "bluesky",
            "signal": "post",
            "first_seen_at": to_text(at),
        }
        told = {"finding": examples.post(), "watch": {**examples.WATCH, **watch}}
        with self.writer.transaction() as tx:
            head = log.append(
                tx, at=at, kind="finding", subject=finding, public=public, content=told
            )
            findings.add(tx, finding, head.seq, "alert")
            outbox.put(
                tx, kind="finding", subject=finding, seq=head.seq,
                destinations=[("telegram", GROUP)], at=at,
            )  # fmt: skip

    def appoint(self, *officers: Officer) -> None:
        with self.writer.transaction() as tx:
            for officer in officers:
                bare = replace(officer, terms=())
                for term in officer.terms:
                    reviews.give(tx, bare, term, "Kepala", "SK 1", datetime.now().astimezone())

    async def dispatch(self) -> None:
        while (await self.dispatcher.run_once(100)).attempted:
            pass

    @property
    def alert(self) -> Accepted:
        return self.server.messages[0]

    def case(self, finding: str = FINDING) -> Case:
        return reviews.case(self.writer.reader(), finding)

    def steps(self, finding: str = FINDING) -> list[tuple[str, str]]:
        return [(taken.step.value, taken.officer) for taken in self.case(finding).taken]

    def entries(self, kind: str) -> list[dict[str, Any]]:
        rows = [json.loads(row.canonical) for row in log.rows(self.writer.reader())]
        return [entry for entry in rows if entry["kind"] == kind]

    def said_to(self, user: int) -> list[str]:
        return self.server.texts(user)

    async def press(self, user: int, data: str, message: Accepted | None = None) -> str:
        """Press, and return what the person is shown."""
        people = self.server.people
        press_id = self.server.press(user, message or self.alert, data)
        await people.until(lambda: press_id in people.answers)
        return str(people.answers[press_id].get("text", ""))

    async def say(self, user: int, text: str, **more: Any) -> str:
        """Write to the bot, and return its answer."""
        before = len(self.said_to(user))
        self.server.say(user, text, **more)
        await self.server.people.until(lambda: len(self.said_to(user)) > before)
        return self.said_to(user)[-1]

    def key(self, words: str, message: Accepted | None = None) -> str:
        """Return the data of the button with these words under a message."""
        shown = [button for row in (message or self.alert).keyboard for button in row]
        return next(str(b["callback_data"]) for b in shown if b["text"] == words)


def configured(server_url: str, folder: Path, **review: Any) -> Config:
    raw = {
        "http": {"contact": "uji@contoh.test"},
        "notify": {
            "telegram": {
                "api": server_url,
                "timeout": 5,
                "per_chat_per_minute": 100_000,
                "overall_per_second": 100_000,
            },
            "routes": [
                {
                    "notifier": "telegram",
                    "destination": GROUP,
                    "health": True,
                    "readers": [READER],
                }
            ],
        },
        "review": review,
        "folder": folder,
    }
    return parse(raw, "uji")


@asynccontextmanager
async def desk(
    server: StandIn, folder: Path, clock: Any, handlers: Handlers | None = None, **review: Any
) -> AsyncIterator[Desk]:
    """A desk whose bot does not listen yet."""
    settings = configured(server.url, folder, **review)
    if not settings.database.exists():
        settings.database.parent.mkdir(parents=True, exist_ok=True)
        migrate.upgrade(settings.database)
    writer = Writer(settings.database)
    chat = TelegramChat(settings, server.token)
    client = TelegramClient(server.token, settings.notify.telegram, settings.http)
    health = Health(writer, settings.health, folder, [("telegram", GROUP)], clock)
    rules = examples.RULES
    router = Router(writer, settings, lambda: rules, handlers or Handlers(), clock)
    dispatcher = Dispatcher(writer, rules, {"telegram": chat}, settings, clock)
    bot = Bot(client, router, health, settings, clock)
    try:
        yield Desk(writer, settings, server, dispatcher, router, bot)
    finally:
        await client.close()
        await chat.close()
        writer.close()


@asynccontextmanager
async def listening(desk: Desk) -> AsyncIterator[asyncio.Task[None]]:
    """Let the bot listen."""
    task = asyncio.create_task(desk.bot.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
