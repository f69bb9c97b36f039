"""``netralitas audit``: make a copy, log who gets it, and open it in a browser."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from monitor import app, config, console
from monitor.auditor import copying
from monitor.auditor.case import Cases
from monitor.auditor.gate import AccessLog
from monitor.auditor.searchable import searchable
from monitor.clock import utc_now
from monitor.errors import ConfigError, Fault, StoreError
from monitor.model.evidence import Canonical
from monitor.run.governance import may_leave
from monitor.store import auditor, log, migrate, readings
from monitor.store.db import connect
from monitor.store.writer import Writer

COMMAND = "audit"
FOLDER = "audit"
KEY_BYTES = 18
_LIVE = (
    "Pangkalan data yang sedang berjalan, dibaca langsung. Tidak ada pencarian dan SQL sendiri di"
    " sini: keduanya ada pada salinan."
)
_COPY = (
    "Salinan sampai catatan {head}. Nama, NIP, dan isi register tidak ada di dalamnya; setiap isi"
    " lain dan setiap berkas dapat dicocokkan dengan rantai."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """How the door is asked for: where the copy goes or lies, who opens it and why."""

    to: Path | None
    copy: Path | None
    who: str
    why: str
    port: int
    live: bool
    open_: bool


def audit(path: Path, asked: Asked) -> int:
    """Open the evidence to an auditor; 1 where the copy is not what its chain says."""
    settings = app.settings(path)
    _check(settings, asked)
    migrate.check(settings.database)
    if asked.live:
        return _open_live(settings, asked)
    if asked.copy:
        return _open_again(settings, asked, asked.copy)
    made = _make(settings, asked)
    _print(made)
    if asked.open_:
        about = _COPY.format(head=made.check.head.seq)
        _serve(settings, asked, made.folder, about)
    return 1 if made.check.fault_count else 0


def _make(settings: config.Config, asked: Asked) -> copying.Made:
    now = utc_now()
    folder = (asked.to or settings.path("data") / FOLDER) / f"audit-{now:%Y%m%dT%H%M%SZ}"
    shown = searchable(app.load_ruleset(settings))
    with closing(Writer(settings.database)) as writer:
        if asked.to:
            may_leave(settings, writer.reader(), "audit --to")
        _note(writer, asked, now, {"copy": folder.name})
    started = time.monotonic()
    made = copying.make(settings.database, settings.snapshots, folder, now, shown)
    console.plain(f"Copied in {time.monotonic() - started:.1f} s")
    return made


def _open_again(settings: config.Config, asked: Asked, folder: Path) -> int:
    head = copying.head_of(folder)
    with closing(Writer(settings.database)) as writer:
        row = next(log.rows(writer.reader(), after=head.seq - 1), None)
        if row is None or row.hash.hex() != head.hash:
            raise StoreError(f"{folder}: its head {head.seq}:{head.hash} is not in this log")
        _note(writer, asked, utc_now(), {"copy": folder.name})
    _serve(settings, asked, folder, _COPY.format(head=head.seq))
    return 0


def _open_live(settings: config.Config, asked: Asked) -> int:
    with closing(Writer(settings.database)) as writer:
        _note(writer, asked, utc_now(), {"copy": ""})
    _serve(settings, asked, None, _LIVE)
    return 0


def _serve(settings: config.Config, asked: Asked, folder: Path | None, about: str) -> None:
    """Answer until stopped, then write the sum of what was asked into the evidence log."""
    from monitor.auditor.site import Place, serve, site  # noqa: PLC0415 - an extra, and slow

    live = folder is None
    database = settings.database if folder is None else folder / copying.DATABASE
    snapshots = settings.snapshots if folder is None else folder / copying.SNAPSHOTS
    access = AccessLog((folder or _made(settings.path("data") / FOLDER)) / copying.ACCESS, utc_now)
    opened = connect(database, read_only=True) if live else auditor.opened(database)
    with closing(opened) as conn:
        cases = Cases(conn, snapshots, app.load_ruleset(settings), live=live)
        try:
            counted = {} if live else auditor.counts(conn)
            with site(Place(database, live, about, counts=counted), cases) as made:
                key = secrets.token_urlsafe(KEY_BYTES)
                asyncio.run(serve(made, access, key, asked.port, _ready))
        finally:
            said = access.close()
            more = {"copy": folder.name if folder else "", **said}
            with closing(Writer(settings.database)) as writer:
                _note(writer, asked, utc_now(), more)
    console.plain(f"Closed: {said['requests']} requests, logged in {access.path}")


def _note(writer: Writer, asked: Asked, at: datetime, more: Mapping[str, Canonical]) -> None:
    with writer.transaction() as tx:
        readings.note(
            tx, at=at, command=COMMAND, subject="", who=asked.who, why=asked.why, more=more
        )


def _check(settings: config.Config, asked: Asked) -> None:
    faults: list[Fault] = []
    if not asked.why.strip():
        faults.append(Fault("audit", "--why", "why it is opened: it is logged", "nothing"))
    if asked.live and (asked.copy or asked.to):
        faults.append(Fault("audit", "--live", "neither --copy nor --to beside it", "both"))
    if asked.open_ and find_spec("datasette") is None:
        hint = "pip install -r requirements/audit.txt, or make the copy only: --no-open"
        faults.append(Fault("audit", "", "the extra package datasette", "none", hint))
    if not settings.database.exists():
        raise StoreError(f"{settings.database}: no database yet; run: netralitas once")
    if asked.live and os.geteuid() != settings.database.stat().st_uid:
        hint = "it shows names as they come: others get a copy (without --live)"
        owner = "the user who runs the service"
        faults.append(Fault("audit", "--live", owner, f"user {os.geteuid()}", hint))
    if faults:
        raise ConfigError(faults)


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _print(made: copying.Made) -> None:
    found = made.check
    console.plain(f"Copy: {made.folder}")
    console.plain(
        f"Checked {found.entries} entries, {found.contents} contents, {found.files} files;"
        f" {found.withheld} contents are left out. Head {found.head.seq}:{found.head.hash}"
    )
    for fault in found.faults:
        console.complain(fault)
    if found.erased:
        console.plain(f"{found.erased} contents were erased: see the query penghapusan")


def _ready(address: str) -> None:
    console.plain(f"Open: {address}")
    console.plain("Only for who has this address. Every request is logged. End with Ctrl-C.")
