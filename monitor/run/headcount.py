"""How many read a chat: where it is not the number on record, it gets masked cards.

Somebody who was added to a chat reads what was meant for others. So a route may state its number of
members; it is asked for before sending, and again after ``notify.telegram.roster_cache`` seconds. A
number that cannot be had counts as another one, since nothing then says who reads. A fault that
passes is none of this: the message waits, as it would have to anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from monitor.clock import Clock
from monitor.config_notify import Notify, Route
from monitor.errors import CredentialsRefused, NotifyError
from monitor.log import logger
from monitor.model.delivery import OutboxItem
from monitor.notify.base import Counts, Notifier
from monitor.run.compose import HEALTH
from monitor.store import alarms, log, outbox
from monitor.store.db import Connection
from monitor.store.writer import Writer

ALARM = "roster"
TEXTS = {
    "id": "Percakapan {name}: anggotanya {count}, padahal tercatat {members}. Kartu tanpa nama "
    "yang dikirim ke sana sampai jumlahnya cocok. Periksa siapa yang masuk; kalau memang benar, "
    "ubah members pada rutenya.",
    "en": "Chat {name}: it has {count} members, and {members} are on record. It gets cards without "
    "names until the numbers agree. See who joined; if it is right, change members of its route.",
}
UNKNOWN = {"id": "tidak dapat dihitung", "en": "an unknown number of"}
AGAIN = {
    "id": "Pulih: jumlah anggota percakapan {name} cocok lagi dengan catatan.",
    "en": "Over: chat {name} has the number of members on record again.",
}


class Headcount:
    """``off`` holds each (notifier, destination) whose number of members is not on record."""

    def __init__(
        self,
        writer: Writer,
        notifiers: Mapping[str, Notifier],
        settings: Notify,
        clock: Clock,
    ) -> None:
        self.off: set[tuple[str, str]] = set()
        self._writer = writer
        self._notifiers = notifiers
        self._settings = settings
        self._routes = {route.way: route for route in settings.routes if route.members}
        self._asked: dict[tuple[str, str], datetime] = {}
        self._clock = clock

    def recover(self) -> None:
        """End the alarms of chats whose number is not on record any more."""
        stated = {_key(route) for route in self._routes.values()}
        with self._writer.transaction() as tx:
            for alarm in alarms.open_(tx):
                if alarm.key.startswith(f"{ALARM}:") and alarm.key not in stated:
                    alarms.clear(tx, alarm.key, self._clock())

    async def look(self, item: OutboxItem) -> None:
        """Count who reads the chat of a message, unless that was done lately.

        Raises ``NotifyError`` where it cannot be asked now and may be later.
        """
        route = self._routes.get((item.notifier, item.destination))
        if route is None or item.kind == HEALTH or self._is_fresh(route):
            return
        count = await self._count(route)
        self._asked[route.way] = self._clock()
        if count == route.members:
            self._agrees(route)
        else:
            self._differs(route, count)

    def _is_fresh(self, route: Route) -> bool:
        asked = self._asked.get(route.way)
        fresh = timedelta(seconds=self._settings.telegram.roster_cache)
        return asked is not None and asked <= self._clock() < asked + fresh

    async def _count(self, route: Route) -> int | None:
        notifier: object = self._notifiers.get(route.notifier)
        if not isinstance(notifier, Counts):
            return None
        try:
            return await notifier.members(route.destination)
        except CredentialsRefused:
            raise
        except NotifyError as error:
            if not error.permanent:
                raise
            logger.warning("members of {} cannot be counted: {}", _name(route), error)
            return None

    def _agrees(self, route: Route) -> None:
        self.off.discard(route.way)
        with self._writer.transaction() as tx:
            if alarms.clear(tx, _key(route), self._clock()):
                self._tell(tx, route, AGAIN[self._settings.language].format(name=_name(route)))

    def _differs(self, route: Route, count: int | None) -> None:
        self.off.add(route.way)
        language = self._settings.language
        said = UNKNOWN[language] if count is None else str(count)
        text = TEXTS[language].format(name=_name(route), count=said, members=route.members)
        with self._writer.transaction() as tx:
            if alarms.raise_(tx, _key(route), text, self._clock()):
                self._tell(tx, route, text)

    def _tell(self, tx: Connection, route: Route, text: str) -> None:
        logger.warning("alarm {}", _key(route))
        outbox.put(
            tx,
            kind=HEALTH,
            subject=_key(route),
            seq=log.head(tx).seq,
            destinations=[one.way for one in self._settings.routes if one.health],
            at=self._clock(),
            body=text,
        )


def _name(route: Route) -> str:
    return route.name or route.destination


def _key(route: Route) -> str:
    return f"{ALARM}:{route.notifier}:{route.destination}"
