"""Who answers which command in a private chat: name -> handler, in one table.

A room adds a command by one ``Handler`` and one line in ``monitor/run/desk_handlers.py``:

    Handler("jawab", "Menjawab undangan klarifikasi", react, files=5_000_000)

``react(said, tx)`` runs inside the writer's transaction that also marks the update as done, so what
it writes through ``tx`` happens exactly once, however often the process is killed. It returns a
``Reaction`` whose messages go out afterwards (HTML as Telegram allows it: escape what people wrote)
and raises nothing for what a stranger typed: a bad input is a polite reply. It may be asked by
anybody in the world. ``said.text`` begins with the command, except in a conversation: a handler
that wants the person's next message calls ``store.talks.put(tx, said.user, NAME, body, until)``
with its own name, and ``store.talks.drop(tx, said.user)`` at the end; the bot then passes plain
messages and files of that person to it. A conversation ends by itself at ``until``, and with
/batal.

A handler that opens transactions of its own says ``alone=True``: it gets ``None`` for ``tx``, and
the update is marked as done afterwards. Then a kill in between shows it the same update again, so
doing it twice must do no more than doing it once.

A button of a handler's own message has the data ``h:NAME:VALUE`` (at most 64 bytes); its press
arrives as what that person said, with ``VALUE`` as the text and ``press`` set.

``files`` is the largest attachment in bytes that is fetched before ``react`` is called
(``said.data``); 0 takes none, and a larger one arrives with ``said.data`` empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from monitor.model.update import Reaction, Said

# The second value is the writer's open transaction (or ``None``); this room knows no database.
React = Callable[[Said, Any], Reaction]


@dataclass(frozen=True, slots=True)
class Handler:
    """One command. ``about`` is its line in the menu, in Indonesian; empty: not in the menu."""

    name: str
    about: str
    react: React
    files: int = 0
    alone: bool = False


class Handlers:
    """The table. A name stands once; ``ValueError`` for a second one."""

    def __init__(self, handlers: Iterable[Handler] = ()) -> None:
        self._named: dict[str, Handler] = {}
        for handler in handlers:
            self.add(handler)

    def add(self, handler: Handler) -> None:
        if handler.name in self._named:
            raise ValueError(f"two handlers for /{handler.name}")
        self._named[handler.name] = handler

    def __iter__(self) -> Iterator[Handler]:
        return iter(self._named.values())

    def of(self, name: str) -> Handler | None:
        return self._named.get(name)


def command(text: str) -> str:
    """Return the command that a message begins with, without slash and bot's name, or ""."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return first[1:].partition("@")[0].lower() if first.startswith("/") else ""


def rest(text: str) -> str:
    """Return what stands behind the command."""
    found = text.split(maxsplit=1)
    return found[1].strip() if len(found) > 1 else ""
