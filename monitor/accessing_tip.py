"""``netralitas access TIP``: what is held about the sender of a tip, as one file for that sender.

Who gives the number is not asked for their name, and the file names nobody (``run.tip_held``).
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor import app, console
from monitor.clock import to_text, utc_now
from monitor.errors import ConfigError, Fault
from monitor.evidence import export as exports
from monitor.model.contest import ZONES
from monitor.model.evidence import canonical
from monitor.notify.pages import typeset
from monitor.notify.tip_held import dossier
from monitor.run.access import DATA, DEADLINE, MANIFEST, PAPER, VERSION
from monitor.run.tip_held import held
from monitor.store import keys, log, readings

COMMAND = "access"
NUMBER = "TIP-"
TEMPLATE = "paper.typ"


def write(path: Path, tip_id: str, to: Path, received: datetime | None, by: str, why: str) -> int:
    """Write the file; that it was made is logged first. ``received`` is in the office's time."""
    with app.desk(path) as (settings, writer):
        ring, now, zone = keys.load(settings.path("keys")), utc_now(), settings.report.zone
        came = _received(received, zone, now)
        # A number that no tip ever had leaves no entry.
        held(writer.reader(), ring, tip_id)
        with writer.transaction() as tx:
            readings.note(tx, at=now, command=COMMAND, subject=tip_id, who=by, why=why)
            found, head = held(tx, ring, tip_id), log.head(tx)
        due = came + DEADLINE if came else None
        value = {
            "v": VERSION,
            "made_at": to_text(now),
            "received_at": to_text(came) if came else None,
            "due_at": to_text(due) if due else None,
            "in_time": now <= due if due else None,
            "head": f"{head.seq}:{head.hash}",
            **found,
        }
        exports.write(_members(value, zone), to)
    _report(value, to)
    return 0


def _members(value: dict[str, Any], zone: str) -> dict[str, bytes]:
    data = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).encode()
    made = {PAPER: typeset(TEMPLATE, dossier(value, zone)), DATA: data}
    digests = {name: hashlib.sha256(one).hexdigest() for name, one in made.items()}
    shown = {key: value[key] for key in ("v", "tip", "made_at", "head")}
    return {**made, MANIFEST: canonical({**shown, "members": digests})}


def _received(received: datetime | None, zone: str, now: datetime) -> datetime | None:
    instant = received.replace(tzinfo=ZONES[zone]) if received else None
    if instant and instant > now:
        raise ConfigError([Fault(COMMAND, "--received", "a time that has come", f"{instant}")])
    return instant


def _report(value: dict[str, Any], to: Path) -> None:
    there = "what is held of it" if value["there"] else "that nothing but the log is left of it"
    console.plain(f"{value['tip']}: the file says {there}; it names nobody.")
    if value["due_at"]:
        late = "" if value["in_time"] else ": LATE"
        console.plain(f"Due {value['due_at']}{late}")
    console.plain(f"File: {to}")
