"""The desk in Telegram, running: it listens, lets the router react, and carries the answers out.

It is a task beside the daemon's others. Its faults stop nothing but itself: it is started again
after a while, and the operators are told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from html import escape
from pathlib import Path

from monitor.clock import Clock, to_text
from monitor.config import Config
from monitor.errors import CredentialsRefused, NotifyError, StoreError
from monitor.log import logger
from monitor.model import period
from monitor.model.period import Length
from monitor.model.update import Other, Press, Reaction, Said, Send, Update
from monitor.review import commands
from monitor.run import recap
from monitor.run.bot_router import Router
from monitor.run.health import Health
from monitor.store.db import connect
from monitor.telegram import TelegramClient

POLL_SECONDS = 25.0
# A press is answered at the latest then, whatever else is still on its way.
ANSWER_SECONDS = 1.0
ANSWER_LIMIT = 200
SENDING_AT_ONCE = 4
TRIES = 4
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
REFUSED_WAIT = 300.0
DEAF_SECONDS = 600.0


class Bot:
    """One long poll. What it holds in memory may be lost at any time."""

    def __init__(
        self, client: TelegramClient, router: Router, health: Health, settings: Config, clock: Clock
    ) -> None:
        self._client = client
        self._router = router
        self._health = health
        self._settings = settings
        self._clock = clock
        self._under_way: set[asyncio.Task[None]] = set()
        self._asking: set[int] = set()
        self._gate = asyncio.Semaphore(SENDING_AT_ONCE)
        self._handling = 0
        self._fault: BaseException | None = None
        self._deaf_since: float | None = None

    async def run(self) -> None:
        """Listen until cancelled; raises what is our own fault, never what people do."""
        self._fault = None
        self._asking.clear()
        if self._handling:
            # The update at which the bot broke down: once is enough.
            logger.warning("the desk's bot passes over an update that it broke down at")
            self._router.skip(self._handling)
            self._handling = 0
        try:
            await self._begin()
            while True:
                await self._listen()
        finally:
            await self._let_go()

    async def _begin(self) -> None:
        with suppress(NotifyError):
            await self._client.commands(commands.menu(self._router.handlers, officer=False))

    async def _listen(self) -> None:
        self._router.purge()
        self._ask_again()
        try:
            updates = await self._client.updates(self._router.offset(), POLL_SECONDS)
        except NotifyError as error:
            await self._wait_out(error)
            return
        self._hears()
        for update in updates:
            self._handling = update.number
            try:
                reaction = self._router.react(await self._whole(update))
            except StoreError:
                # Not the update's fault: it is handled when the disk is well again.
                self._handling = 0
                raise
            self._handling = 0
            # Said at once: the next look for questions that were never sent must not see these.
            self._asking |= {send.chat for send in reaction.sends if send.question}
            self._later(self._carry_out(update, reaction))
        if self._fault:
            raise self._fault

    async def _whole(self, update: Update) -> Update:
        """Fetch what was sent along, where somebody wants it."""
        most = self._router.wants(update)
        if not isinstance(update, Said) or update.file is None or not most:
            return update
        if update.file.size > most:
            return update
        try:
            data = await self._client.fetch(update.file)
        except NotifyError as error:
            logger.warning("a file could not be fetched: {}", error)
            return update
        return replace(update, data=data) if len(data) <= most else update

    async def _carry_out(self, update: Update, reaction: Reaction) -> None:
        sending = asyncio.create_task(self._send_all(reaction.sends))
        if isinstance(update, Press):
            await self._answer(update, reaction, sending)
        if reaction.recap and not isinstance(update, Other):
            await self._recap(update.user, reaction.recap)
        if reaction.menu and not isinstance(update, Other):
            with suppress(NotifyError):
                about = commands.menu(self._router.handlers, officer=True)
                await self._client.commands(about, str(update.user))
        await sending

    async def _answer(self, press: Press, reaction: Reaction, sending: asyncio.Task[bool]) -> None:
        text, alert = reaction.answer, reaction.alert
        if reaction.sends:
            done, _ = await asyncio.wait({sending}, timeout=ANSWER_SECONDS)
            if done and not sending.result() and reaction.unreachable:
                text, alert = reaction.unreachable, True
        try:
            await self._client.answer(press.press_id, text[:ANSWER_LIMIT], alert=alert)
        except NotifyError as error:
            # Telegram takes an answer for a short while only; the step itself stands.
            logger.debug("a press could not be answered: {}", error)

    async def _send_all(self, sends: Sequence[Send]) -> bool:
        return all([await self._send(send) for send in sends])

    async def _send(self, send: Send) -> bool:
        """Send one message; return whether it arrived. An unbrought question ends its talk."""
        async with self._gate:
            number = await self._insist(send)
        if send.case and number:
            self._router.showed(send.case, send.chat, number)
        if send.question and number:
            self._router.asked(send.chat, number)
        elif send.question:
            self._router.give_up(send.chat)
        if send.question:
            self._asking.discard(send.chat)
        return bool(number)

    async def _insist(self, send: Send) -> int:
        """Return the number of the message that was accepted, or 0."""
        wait = FIRST_WAIT
        for _ in range(TRIES):
            try:
                sent = await self._client.send(
                    str(send.chat), send.html, html=True, keyboard=send.keyboard, ask=send.ask
                )
            except NotifyError as error:
                if error.permanent:
                    return 0
                await asyncio.sleep(min(error.retry_after or wait, LONGEST_WAIT))
                wait *= 2
            else:
                return sent.message_id
        return 0

    async def _recap(self, user: int, length: str) -> None:
        # The whole log is read: beside the loop, so that no press waits for it.
        text = await asyncio.to_thread(_recap_text, self._settings, length, self._clock())
        await self._send(Send(user, escape(text)))

    def _ask_again(self) -> None:
        for talk, sends in self._router.unasked():
            if talk.user not in self._asking:
                self._asking.add(talk.user)
                self._later(self._ask(sends))

    async def _ask(self, sends: Sequence[Send]) -> None:
        await self._send_all(sends)

    async def _wait_out(self, error: NotifyError) -> None:
        now = time.monotonic()
        self._deaf_since = self._deaf_since or now
        deaf = now - self._deaf_since
        logger.warning("the desk's bot hears nothing: {}", error)
        if deaf > DEAF_SECONDS:
            self._health.alarm("bot-deaf", since=to_text(self._clock()), cause=str(error))
        refused = REFUSED_WAIT if isinstance(error, CredentialsRefused) else 0.0
        wait = max(FIRST_WAIT, deaf)
        await asyncio.sleep(refused or error.retry_after or min(wait, LONGEST_WAIT))

    def _hears(self) -> None:
        if self._deaf_since is not None:
            self._deaf_since = None
            self._health.clear("bot-deaf")

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            self._fault = self._fault or task.exception()

    async def _let_go(self) -> None:
        """Give what is under way a moment, so that a stop leaves no press without its answer."""
        left = set(self._under_way)
        if left:
            _, left = await asyncio.wait(left, timeout=ANSWER_SECONDS)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


class Keeper:
    """Keeps the bot running: a fault of its is told, and it is started again after a while."""

    def __init__(self, bot: Bot, health: Health) -> None:
        self._bot = bot
        self._health = health

    async def run(self) -> None:
        wait = FIRST_WAIT
        while True:
            began = time.monotonic()
            task = asyncio.create_task(self._bot.run())
            try:
                await asyncio.wait({task}, timeout=DEAF_SECONDS)
                if not task.done():
                    self._health.clear("bot")
                    await asyncio.wait({task})
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            fault = None if task.cancelled() else task.exception()
            # Neither the message nor the values: they may be what a stranger wrote.
            logger.error("the desk's bot ended: {}", _where(fault))
            self._health.alarm("bot")
            if time.monotonic() - began > DEAF_SECONDS:
                wait = FIRST_WAIT
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)


def _where(fault: BaseException | None) -> str:
    """Return the kind of a fault and the line that raised it."""
    if fault is None:
        return "without a fault"
    place = fault.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    line = f" {Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
    return f"{type(fault).__name__}{line}"


def _recap_text(settings: Config, length: str, now: datetime) -> str:
    span = period.current(Length(length), now, settings.report.zone)
    with closing(connect(settings.database, read_only=True)) as conn:
        return recap.text(conn, span, now)
