"""Who opened which case, in memory only: a token that the page carries back, and its end.

It is no cookie, so no other page can send it along. A restart ends every session; the code opens
the case again, and what was on record stays.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.clock import Clock
from monitor.model.answer import Answer
from monitor.run.answers import Opened
from monitor.store.answers import new_receipt

TOKEN_BYTES = 18
LASTS = timedelta(minutes=60)
MOST = 500


@dataclass(slots=True)
class Session:
    """One person at one case. ``receipt`` is the number that the next answer gets, once."""

    opened: Opened
    until: datetime
    draft: Answer = field(default_factory=Answer, repr=False)
    receipt: str = field(default_factory=new_receipt)

    def fresh(self) -> None:
        """Begin another answer."""
        self.draft, self.receipt = Answer(), new_receipt()


class Sessions:
    """All open sessions; where there are too many, the oldest ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, Session] = {}

    def begin(self, opened: Opened) -> str:
        """Open a session and return its token."""
        now = self._clock()
        self._open = {token: one for token, one in self._open.items() if now < one.until}
        while len(self._open) >= MOST:
            del self._open[next(iter(self._open))]
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._open[token] = Session(opened, now + LASTS)
        return token

    def of(self, token: str) -> Session | None:
        """Return a session that goes on."""
        found = self._open.get(token)
        return found if found and self._clock() < found.until else None

    def end(self, token: str) -> None:
        """Forget a session with everything in it."""
        self._open.pop(token, None)
