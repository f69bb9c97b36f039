"""Every error the program raises on purpose, and who catches it.

MonitorError
├── ConfigError          start-up and ``check``: all faults are listed, exit 2, nothing runs
├── CollectError         the job edge (run/pipeline): the source is rescheduled, the cursor stays
│   ├── TransientError   retry with back-off; counts towards staleness
│   ├── RateLimited      wait ``retry_after`` seconds
│   ├── AuthError        pause the collector, tell the operator once
│   ├── BlockedError     a challenge or login page: never "no posts"; pause, tell the operator
│   ├── ClosedError      switched off, or no right on record: nothing was asked
│   ├── NotFoundError    the collector turns it into an ``unavailable`` activity
│   ├── SharedAccountError  two persons' lines lead to one account: record nothing, tell
│   └── ProofError       a record's signed proof is false: record nothing, tell the operator
├── NormaliseError       the job edge: keep the bytes, mark the item, tell the operator, go on
├── KeepingError         the process edge: stop before anything is sent; where it is ``passing``,
│   ├── EvidenceError    the daemon stands still (run/outage) and goes on by itself
│   └── StoreError
│       └── UnknownError a command named what is not on file: exit 2, nothing was done
│       └── RefusedError a command asked for what nobody may do now: exit 2, nothing was done
│       └── SourceGoneError  run/pipeline: the line was erased during a look, which is dropped
└── NotifyError          the delivery edge (run/dispatch): dead letter or later
    └── CredentialsRefused  nothing is wrong with the message: keep it, tell the operator
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Passing(StrEnum):
    """Why nothing can be written now that may be written later without a repair of the data."""

    FULL = "full"
    READ_ONLY = "read_only"
    IO = "io"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with something a person wrote.

    ``where`` is a file, with ``:line`` where one is known; ``key`` the dotted path inside it.
    ``got`` is left empty where the value may be a secret.
    """

    where: str
    key: str
    expected: str
    got: str = ""
    hint: str = ""

    def __str__(self) -> str:
        got = f", got {self.got}" if self.got else ""
        hint = f" ({self.hint})" if self.hint else ""
        key = f"{self.key}: " if self.key else ""
        return f"{self.where}: {key}expected {self.expected}{got}{hint}"


class MonitorError(Exception):
    """Root of every error raised on purpose; its text is one line: the subject, then the cause."""


class ConfigError(MonitorError):
    """Something a person wrote cannot be used; carries every fault that was found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


class CollectError(MonitorError):
    """A source could not be read.

    ``subject`` names collector and register line, never a stranger's account or address.
    """

    def __init__(self, subject: str, cause: str) -> None:
        self.subject = subject
        self.cause = cause
        super().__init__(f"{subject}: {cause}")


class TransientError(CollectError):
    """The same request may succeed later: time-out, reset, 5xx, a cut answer."""


class RateLimited(CollectError):
    """The platform asks us to wait ``retry_after`` seconds."""

    def __init__(self, subject: str, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(subject, f"rate limited, wait {retry_after:.0f} s")


class AuthError(CollectError):
    """The platform refuses our credentials; ``secret`` is a name, never a value."""

    def __init__(self, subject: str, secret: str) -> None:
        self.secret = secret
        super().__init__(subject, f"access refused, check secret {secret!r}")


class BlockedError(CollectError):
    """The answer is a challenge, a login page or a refusal; it says nothing about posts."""


class ClosedError(CollectError):
    """We must not ask: the platform was switched off, or no right to read it is on record."""


class NotFoundError(CollectError):
    """The account or record is gone: deleted, closed, suspended, or never there."""


class ProofError(CollectError):
    """The record's signature, key or path in the repository does not hold."""


class SharedAccountError(CollectError):
    """The account is another person's on the register: whose act it is would be a guess."""


class NormaliseError(MonitorError):
    """An item has a form that its parser does not know; ``field`` says where."""

    def __init__(self, subject: str, field: str, cause: str) -> None:
        self.subject = subject
        self.field = field
        super().__init__(f"{subject}: {field}: {cause}")


class KeepingError(MonitorError):
    """Nothing more may be sent; ``passing`` says why where the same may succeed later."""

    def __init__(self, text: str, passing: Passing | None = None) -> None:
        self.passing = passing
        super().__init__(text)


class EvidenceError(KeepingError):
    """Evidence cannot be written or does not verify."""


class StoreError(KeepingError):
    """The database cannot be opened, written or trusted."""


class UnknownError(StoreError):
    """A person named a finding, line, person, officer or message that is not on file."""


class RefusedError(StoreError):
    """A person asked for what they, or anybody, may not do as things stand."""


class SourceGoneError(StoreError):
    """The register line that is looked at is not there any more."""


class NotifyError(MonitorError):
    """A message was not delivered.

    ``permanent`` means that sending the same again cannot help; ``retry_after`` is in seconds.
    """

    def __init__(self, cause: str, *, permanent: bool, retry_after: float | None = None) -> None:
        self.permanent = permanent
        self.retry_after = retry_after
        super().__init__(cause)


class CredentialsRefused(NotifyError):
    """The way out is closed to us until a person renews ``secret`` (a name, never a value)."""

    def __init__(self, way: str, secret: str) -> None:
        self.secret = secret
        super().__init__(f"{way}: access was refused, renew secret {secret!r}", permanent=False)
