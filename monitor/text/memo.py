"""A bounded memory that keeps what is asked for often."""

from __future__ import annotations

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


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
