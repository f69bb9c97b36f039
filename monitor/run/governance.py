"""What an installation may do: on trial, or in production with its documents on record (P19).

A trial watches nobody real who has not agreed, tells one chat only, bears its stamp everywhere,
ends by itself, and lets nothing out. Production needs a data protection impact assessment (UU
27/2022 Pasal 34), the decree that names the controller, and the legal ground; each is recorded in
the evidence log with the digest of its file, and a file that was changed since counts for nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from monitor.config import Config
from monitor.errors import ConfigError, Fault
from monitor.model.day import local_day
from monitor.model.evidence import Canonical
from monitor.store import governance
from monitor.store.db import Connection
from monitor.store.governance import MODE, Decision
from monitor.watch import trial

STAMP = "UJI COBA"
TRIAL, PRODUCTION = "trial", "production"
TRIAL_TIME = timedelta(days=30)
FAULTS_SHOWN = 20
# What a template has where somebody must write.
BLANK = "[ISI"


class Document(StrEnum):
    """What production needs on record."""

    DPIA = "dpia"
    CONTROLLER = "controller"
    GROUND = "legal-ground"


TITLES = {
    Document.DPIA: "the data protection impact assessment (DPIA)",
    Document.CONTROLLER: "the decree that names the controller",
    Document.GROUND: "the legal ground of the processing",
}
_RECORD = "netralitas governance record {} FILE --version … --by … --why …"
_WAY_ON = (
    "for production record the documents (netralitas governance list) and set "
    'mode = "production"; another trial needs a new folder and new consent'
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A document as it was recorded; ``state`` is ``ok``, ``changed``, ``gone`` or ``missing``."""

    document: Document
    state: str
    version: str = ""
    sha256: str = ""
    at: datetime | None = None
    who: str = ""
    file: str = ""


def begin(tx: Connection, settings: Config, now: datetime) -> datetime | None:
    """Check that the configured mode may run now, and log it where it is another than before.

    It comes before anything else is recorded, so that a trial's stamp stands in every entry.
    Returns when the trial ends, if it is one. Raises ``ConfigError`` with all that is missing.
    """
    known = governance.latest(tx)
    if faults := faults_now(known, settings, now):
        raise ConfigError(faults)
    was = known.get(MODE)
    if was is None or was.public["mode"] != settings.mode:
        before = was.public["mode"] if was else ""
        public: dict[str, Canonical] = {"mode": settings.mode, "before": before}
        if settings.mode == TRIAL:
            public["stamp"] = STAMP
        governance.record(tx, MODE, public, {}, now)
    if settings.mode == PRODUCTION:
        return None
    return (was.at if was else now) + TRIAL_TIME


def documents(known: Mapping[str, Decision], folder: Path) -> list[Recorded]:
    """Return how each document that production needs stands; paths are relative to ``folder``."""
    return [_recorded(document, known.get(document), folder) for document in Document]


def missing(known: Mapping[str, Decision], folder: Path) -> list[Fault]:
    """Return one fault for each document that is not on record as it lies on the disk."""
    return [_lacking(one) for one in documents(known, folder) if one.state != "ok"]


def record(
    tx: Connection,
    settings: Config,
    document: Document,
    file: Path,
    *,
    version: str,
    who: str,
    why: str,
    now: datetime,
) -> str:
    """Record a document by its digest (returned, hex) and version; it stays where it is.

    Raises ``ConfigError`` for a file that cannot be read, is empty, or is a template with blanks.
    """
    body = _read(file)
    sha256 = hashlib.sha256(body).hexdigest()
    public: dict[str, Canonical] = {"version": version, "sha256": sha256}
    content: dict[str, Canonical] = {"who": who, "why": why, "file": _kept(file, settings.folder)}
    governance.record(tx, document, public, content, now)
    return sha256


def may_leave(settings: Config, conn: Connection, what: str, stamps: Iterable[str] = ()) -> None:
    """Refuse that anything leaves a trial: for exports, files to an agency, forwarding.

    ``what`` says in words what would leave. ``stamps`` are those of the entries concerned: what
    was recorded on trial never leaves, also from production. Raises ``ConfigError``.
    """
    known = governance.latest(conn)
    mode = known.get(MODE)
    if settings.mode == TRIAL or (mode and mode.public["mode"] == TRIAL):
        got = "a trial" if settings.mode == TRIAL else "a trial until the next start"
        raise ConfigError([Fault(what, "mode", "production", got, _WAY_ON)])
    if any(stamps):
        hint = "record the case again from what can be seen now, if it still can be"
        raise ConfigError([Fault(what, "", "entries made in production", f"{STAMP}", hint)])
    if faults := missing(known, settings.folder):
        raise ConfigError(faults)


def ended(ends: datetime) -> ConfigError:
    """Return why a trial may not go on."""
    expected = f"a trial of {TRIAL_TIME.days} days, until {ends:%Y-%m-%d %H:%M} UTC"
    return ConfigError([Fault("config", "mode", expected, "a later time", _WAY_ON)])


def faults_now(known: Mapping[str, Decision], settings: Config, now: datetime) -> list[Fault]:
    """Return what keeps the configured mode from starting, whoever is on the register."""
    if settings.mode == PRODUCTION:
        return missing(known, settings.folder)
    found: list[Fault] = []
    mode = known.get(MODE)
    if mode and mode.public["mode"] == PRODUCTION:
        hint = "make a trial in a folder of its own"
        found.append(Fault("config", "mode", "production, as this database", "trial", hint))
    elif mode and now >= mode.at + TRIAL_TIME:
        found += ended(mode.at + TRIAL_TIME).faults
    chats = {(r.notifier, r.destination) for r in settings.notify.routes if r.notifier != "stdout"}
    if len(chats) > 1:
        hint = "on trial only the operator's own chat is told"
        found.append(Fault("config", "notify.routes", "one chat at most", f"{len(chats)}", hint))
    return found


class Line(Protocol):
    """What is asked of a register line."""

    @property
    def watch_id(self) -> str: ...
    @property
    def person_ref(self) -> str: ...
    @property
    def platform(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def legal_ground(self) -> str: ...
    @property
    def zone(self) -> str: ...


class Admission:
    """Says of each register line whether the mode lets it be watched."""

    def __init__(self, settings: Config, testers: Mapping[str, trial.Consent]) -> None:
        """``testers`` are found by person reference."""
        self._settings = settings
        self._testers = testers
        # A directory on this machine: whoever it knows can be nobody.
        bluesky = settings.collect.bluesky
        urls = (bluesky.directory, bluesky.resolver)
        self._own_network = all(trial.is_invented(urlsplit(url).netloc) for url in urls)

    def check(self, watches: Iterable[Line], now: datetime) -> None:
        """Raise ``ConfigError`` naming the lines that may not be watched now."""
        faults = [fault for watch in watches if (fault := self.fault(watch, now))]
        if faults:
            raise ConfigError(_first(faults))

    def fault(self, watch: Line, now: datetime) -> Fault | None:
        """Return why a line may not be watched now, if it may not."""
        if self._settings.mode == PRODUCTION:
            return None
        own = watch.platform == "bluesky" and self._own_network
        invented = own or trial.is_invented(watch.address)
        return None if invented else self._not_agreed(watch, now)

    def _not_agreed(self, watch: Line, now: datetime) -> Fault | None:
        tester = self._testers.get(watch.person_ref)
        if not trial.says_consent(watch.legal_ground):
            hint = "a real register needs production"
            expected = "an invented account or a tester's consent as its ground"
            return Fault(watch.watch_id, "legal_ground", expected, "another ground", hint)
        if tester is None:
            expected = f"the person on the list {self._settings.path('testers').name}"
            return Fault(watch.watch_id, "person_ref", expected, "nobody of this reference")
        if tester.agrees_on(local_day(now, watch.zone)):
            return None
        until = f" to {tester.until}" if tester.until else ""
        expected = f"today within the consent, {tester.consented_on}{until}"
        return Fault(watch.watch_id, "consent", expected, "another day")


def _recorded(document: Document, decision: Decision | None, folder: Path) -> Recorded:
    if decision is None:
        return Recorded(document, "missing")
    file = str(decision.content.get("file", ""))
    return Recorded(
        document,
        _state(folder / file, decision.public["sha256"]) if file else "gone",
        decision.public["version"],
        decision.public["sha256"],
        decision.at,
        str(decision.content.get("who", "")),
        file,
    )


def _state(file: Path, sha256: str) -> str:
    try:
        found = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return "gone"
    return "ok" if found == sha256 else "changed"


def _lacking(one: Recorded) -> Fault:
    got = {
        "missing": "none",
        "gone": f"version {one.version} on record, but no such file: {one.file}",
        "changed": f"{one.file}, changed since version {one.version} was recorded",
    }[one.state]
    hint = _RECORD.format(one.document)
    return Fault("governance", one.document, f"{TITLES[one.document]} on record", got, hint)


def _read(file: Path) -> bytes:
    try:
        body = file.read_bytes()
    except OSError as error:
        raise ConfigError([Fault(str(file), "", "a readable file", error.strerror or "")]) from None
    line = next((n for n, row in enumerate(body.split(b"\n"), 1) if BLANK.encode() in row), 0)
    if line or not body.strip():
        got = f"a blank, {BLANK} …]" if line else "an empty file"
        where = f"{file}:{line}" if line else str(file)
        raise ConfigError([Fault(where, "", "a document filled in", got)])
    return body


def _kept(file: Path, folder: Path) -> str:
    """Return the path as it is recorded: relative where it moves with the installation."""
    whole = file.resolve()
    return str(whole.relative_to(folder)) if whole.is_relative_to(folder) else str(whole)


def _first(faults: list[Fault]) -> list[Fault]:
    if len(faults) <= FAULTS_SHOWN:
        return faults
    more = f"{len(faults) - FAULTS_SHOWN} more like those above"
    return [*faults[:FAULTS_SHOWN], Fault("register", "", "none of these faults", more)]
