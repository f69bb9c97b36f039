"""What the desk in Telegram needs of the rest of the house, inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from monitor.model.review import Case, Officer, Step, Wanted
from monitor.model.update import Talk


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open case in the queue: where it stands, who holds it (id), and since when it is there."""

    case: Case
    stands: Step | None
    owner: str
    since: date


@dataclass(frozen=True, slots=True)
class Load:
    """How full a desk is: open cases, those that nobody took, those of one officer; and service."""

    open: int
    free: int
    mine: int
    alarms: int
    seq: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What the settings allow: readings a day, days of a mute, minutes of a question."""

    readings: int
    mute_days: int
    minutes: int


class Port(Protocol):
    """The case files as the desk sees them. All that is written commits with the update."""

    @property
    def now(self) -> datetime: ...

    @property
    def limits(self) -> Limits: ...

    def officer(self, user: int) -> Officer | None:
        """Return the officer whose Telegram user id it is."""
        ...

    def case(self, finding: str) -> Case | None:
        """Return a case; its ``person_ref`` is empty where it was erased."""
        ...

    def take(self, case: Case, wanted: Wanted, officer: Officer) -> None:
        """Record a step that ``decisions.refusals`` has nothing against, and what it entails."""
        ...

    def talk(self, user: int) -> Talk | None: ...

    def keep(self, user: int, name: str, subject: str, body: Mapping[str, Any]) -> None:
        """Open a conversation or go on with one; it ends by itself."""
        ...

    def drop(self, user: int) -> bool: ...

    def queue(self, officer: Officer, most: int) -> tuple[Sequence[Waiting], int]:
        """Return the oldest open cases of an officer's desk, and how many there are in all.

        They are those of the agency, and those told to a chat that the officer reads.
        """
        ...

    def reads(self, officer: Officer, finding: str) -> bool:
        """Say whether a case was told to a chat that names the officer among its readers."""
        ...

    def heard(self, finding: str, chat: int) -> bool:
        """Say whether a case was told in a chat."""
        ...

    def load(self, officer: Officer) -> Load: ...

    def of_person(self, person_ref: str) -> Sequence[str]:
        """Return the ids of a person's cases."""
        ...

    def readings(self, officer: Officer) -> int:
        """Return how often the officer looked at cases today."""
        ...

    def read(self, officer: Officer, subject: str, why: str) -> None:
        """Log that the officer looks at a case or a person, with the reason."""
        ...

    def shown(self, case: Case) -> str:
        """Return a case as a message (HTML): what it concerns and its steps; "" where erased.

        It names nobody where no chat that got the case was told a name.
        """
        ...

    def mute(self, officer: Officer, case: Case | None, days: int, why: str) -> int | None:
        """Hold back messages about a case's person, or the officer's agency; ``None``: refused."""
        ...
