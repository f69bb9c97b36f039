"""Which reaction an update gets, and its effect: one update is one transaction.

The effect and the mark that the update is done commit together. So a killed bot loses no update
and does none twice, whatever Telegram hands out again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from monitor.clock import Clock
from monitor.config import Config
from monitor.model.rule import RuleSet
from monitor.model.update import Other, Press, Reaction, Said, Send, Talk, Update
from monitor.review import bot, commands, words
from monitor.review.handlers import Handler, Handlers, command
from monitor.run.desk_room import DeskRoom
from monitor.store import talks, withdrawals
from monitor.store.writer import Writer

# More than a person does in a minute: what is above is passed over without an answer.
MOST_A_MINUTE = 30
MINUTE = 60.0
OWN_TALKS = frozenset({commands.LOOK, commands.MUTE})


class Flood:
    """Counts what each person did within a minute; in memory only, and only of a few thousand."""

    def __init__(self, clock: Clock, most: int = MOST_A_MINUTE, people: int = 5_000) -> None:
        self._clock = clock
        self._most = most
        self._people = people
        self._seen: dict[int, deque[float]] = {}

    def over(self, user: int) -> bool:
        now = self._clock().timestamp()
        if len(self._seen) >= self._people:
            self._seen.clear()
        times = self._seen.setdefault(user, deque(maxlen=self._most + 1))
        times.append(now)
        return len(times) > self._most and now - times[0] < MINUTE


class Router:
    """Reacts to updates; ``ruleset`` gives the one in force."""

    def __init__(
        self,
        writer: Writer,
        settings: Config,
        ruleset: Callable[[], RuleSet],
        handlers: Handlers,
        clock: Clock,
    ) -> None:
        self._writer = writer
        self._settings = settings
        self._ruleset = ruleset
        self.handlers = handlers
        self._clock = clock
        self._flood = Flood(clock)

    def offset(self) -> int:
        """Return the first update that is not done."""
        return talks.offset(self._writer.reader(), self._clock())

    def skip(self, number: int) -> None:
        """Mark an update as done that cannot be handled."""
        with self._writer.transaction() as tx:
            talks.done(tx, number, self._clock())

    def wants(self, update: Update) -> int:
        """Return how large a file may be that is to be fetched for this update; 0: none is."""
        found = self._addressed(update)
        return found[0].files if found and found[1].file else 0

    def react(self, update: Update) -> Reaction:
        """Do what follows an update, mark it as done, and return what is to be sent."""
        over = not isinstance(update, Other) and self._flood.over(update.user)
        found = None if over else self._addressed(update)
        reaction = Reaction()
        if found and found[0].alone:
            reaction = found[0].react(found[1], None)
        with self._writer.transaction() as tx:
            talks.done(tx, update.number, self._clock())
            if over or (found and found[0].alone):
                return reaction
            if found:
                return found[0].react(found[1], tx)
            return self._own(update, DeskRoom(tx, self._settings, self._ruleset(), self._clock()))

    def _own(self, update: Update, room: DeskRoom) -> Reaction:
        if isinstance(update, Press):
            return self._pressed(update, room)
        return self._said(update, room) if isinstance(update, Said) else Reaction()

    def _pressed(self, press: Press, room: DeskRoom) -> Reaction:
        kind = press.data.partition(":")[0]
        if kind == "m":
            return commands.menu_pressed(press, room, self.handlers)
        if kind != "t":
            return bot.pressed(press, room)
        talk = room.talk(press.user)
        if talk is None:
            return Reaction(words.LATE_BUTTON, alert=True)
        if talk.name == bot.STEP:
            return bot.chosen(press, talk, room)
        return commands.chosen(press, talk, room)

    def _said(self, said: Said, room: DeskRoom) -> Reaction:
        name = command(said.text)
        if not said.private:
            known = name in words.COMMANDS or self.handlers.of(name)
            return commands.asked(said, room, self.handlers) if known else Reaction()
        talk = None if name else room.talk(said.user)
        if talk is None:
            return commands.asked(said, room, self.handlers)
        if talk.name == bot.STEP:
            return bot.answered(said, talk, room)
        return commands.answered(said, talk, room)

    def _addressed(self, update: Update) -> tuple[Handler, Said] | None:
        """Return who of the other rooms answers: by command, button or open conversation."""
        if isinstance(update, Press):
            return self._button(update)
        if isinstance(update, Other) or not update.private:
            return None
        name = command(update.text)
        if not name:
            talk = talks.of(self._writer.reader(), update.user, self._clock())
            name = talk.name if talk else ""
        handler = self.handlers.of(name)
        return (handler, update) if handler else None

    def _button(self, press: Press) -> tuple[Handler, Said] | None:
        kind, _, more = press.data.partition(":")
        name, _, value = more.partition(":")
        handler = self.handlers.of(name) if kind == "h" else None
        if handler is None:
            return None
        private = press.chat == press.user
        said = (press.number, press.user, press.chat, press.message, value, private)
        return handler, Said(*said, self._clock(), press=True)

    def unasked(self) -> list[tuple[Talk, tuple[Send, ...]]]:
        """Return open conversations whose question was never sent, with the question."""
        now, found = self._clock(), []
        for talk in talks.unasked(self._writer.reader(), now):
            with self._writer.transaction() as tx:
                room = DeskRoom(tx, self._settings, self._ruleset(), now)
                found.append((talk, self._again(talk, room)))
        return [(talk, sends) for talk, sends in found if sends]

    def _again(self, talk: Talk, room: DeskRoom) -> tuple[Send, ...]:
        if talk.name in OWN_TALKS:
            return commands.question_again(talk)
        case = room.case(talk.subject) if talk.name == bot.STEP else None
        return bot.question_again(talk, case) if case else ()

    def asked(self, user: int, message: int) -> None:
        """Remember that a conversation's question was sent."""
        with self._writer.transaction() as tx:
            talks.asked(tx, user, message)

    def give_up(self, user: int) -> None:
        """End a conversation whose question cannot be brought to the person."""
        with self._writer.transaction() as tx:
            talks.drop(tx, user)

    def showed(self, case: str, chat: int, message: int) -> None:
        """Remember a message that shows a case: it goes when the case's alerts go."""
        with self._writer.transaction() as tx:
            withdrawals.showed(tx, case, str(chat), str(message), self._clock())

    def purge(self) -> None:
        """Delete what is over."""
        now = self._clock()
        if talks.over(self._writer.reader(), now, now.date()):
            with self._writer.transaction() as tx:
                talks.purge(tx, now, now.date())
