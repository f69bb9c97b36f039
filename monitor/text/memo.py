"""What was worked out once: a bounded memory that keeps what is asked for often, and attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class once(Generic[V]):  # noqa: N801 - used as a decorator, like ``property``
    """An attribute that is worked out when it is first asked for.

    As ``functools.cached_property``, which in this Python takes a lock for each object: a text
    is read by one thread.
    """

    def __init__(self, work: Callable[[Any], V]) -> None:
        self._work = work
        self._name = work.__name__
        self.__doc__ = work.__doc__

    def __get__(self, owner: Any, kind: type | None = None) -> V:
        value = owner.__dict__[self._name] = self._work(owner)
        return value


class Memo(Generic[K, V]):
    """Remembers at most twice ``limit`` answers; what was not asked for lately is forgotten first.

    Two tables take turns: a full one becomes the old one, and what is asked of the old one moves
    to the new. ``recent`` is the new one, for callers that ask it themselves before they ``get``.
    """

    __slots__ = ("_limit", "_old", "recent")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._old: dict[K, V] = {}
        self.recent: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """Return what was put for a key, if it is still known."""
        value = self.recent.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: K, value: V) -> V:
        """Remember an answer and return it."""
        if len(self.recent) >= self._limit:
            self._old, self.recent = self.recent, {}
        self.recent[key] = value
        return value
