"""What a Bluesky source remembers between polls; it holds nothing but the account's own keys."""

from __future__ import annotations

from typing import Any

import msgspec

from monitor.collect.base import Cursor
from monitor.collect.bluesky_parse import COLLECTIONS
from monitor.collect.resume import restored


class Look(msgspec.Struct):
    """One reading of all collections, newest record first; it may be cut and taken up again.

    ``rev`` is the repository's revision when the look began, ``left`` the collections still to
    read (the first one is being read, from ``at``), ``tops`` the newest key each began with.
    """

    rev: str
    began: str
    full: bool
    left: list[str] = msgspec.field(default_factory=lambda: list(COLLECTIONS))
    at: str = ""
    tops: dict[str, str] = msgspec.field(default_factory=dict)
    broken: bool = False


class State(msgspec.Struct):
    """``rev`` and ``heads`` (newest key read, by collection) move only when a look is finished.

    ``full_at`` is when the last finished full listing began. ``hidden`` says that the profile
    asks not to be shown to visitors who are not logged in.
    """

    did: str = ""
    pds: str = ""
    handle: str = ""
    identified_at: str = ""
    rev: str = ""
    full_at: str = ""
    heads: dict[str, str] = msgspec.field(default_factory=dict)
    hidden: bool = False
    look: Look | None = None

    def cursor(self) -> Cursor:
        value: dict[str, Any] = msgspec.to_builtins(self)
        return value

    def finish(self) -> None:
        """End the look; where a collection could not be read to its end, the next poll repeats."""
        if self.look is None:
            return
        self.heads.update(self.look.tops)
        if not self.look.broken:
            self.rev = self.look.rev
            self.full_at = self.look.began if self.look.full else self.full_at
        self.look = None


def load(cursor: Cursor, native_id: str) -> State:
    """Read a stored cursor; one of another form, or of another account, begins anew."""
    state = restored(cursor, State)
    return State() if native_id and state.did not in ("", native_id) else state
