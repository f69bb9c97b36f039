"""``netralitas access``: everything held about one person, as one file for that person.

For the sender of a tip see ``accessing_tip``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor import accessing_tip, app, config, console
from monitor.clock import utc_now
from monitor.errors import ConfigError, Fault
from monitor.evidence import export as exports
from monitor.intake import nip as nips
from monitor.intake.nip import BadNip
from monitor.model.contest import ZONES
from monitor.model.finding import Outcome
from monitor.model.rule import RuleSet
from monitor.notify.dossier import dossier
from monitor.notify.pages import typeset
from monitor.notify.render import render_alert
from monitor.notify.sheet import blocks
from monitor.run import access
from monitor.run.access import Asked
from monitor.run.compose import alert_facts
from monitor.store import about, held, keys, readings, register
from monitor.store.db import Connection

# The heading under which an alert tells its recipient what to do.
NEXT_STEPS = "<b>Langkah berikut</b>"
COMMAND = "access"
TEMPLATE = "paper.typ"
FROM_INPUT = "-"


def write(
    path: Path, who: str, nip: str, to: Path, received: datetime | None, by: str, why: str
) -> int:
    """Write all that is held about a person into a new ZIP; that it was made is logged first."""
    given = (("--by", by), ("--why", why))
    faults = [Fault(COMMAND, n, "a text", "nothing") for n, value in given if not value.strip()]
    if to.suffix != ".zip" or to.exists() or not to.parent.is_dir():
        expected = "a new file that ends in .zip, in a folder that is there"
        faults.append(Fault(COMMAND, "--to", expected, str(to)))
    if bool(who) == bool(nip):
        expected = "a person's reference, a watch_id, a tip's number, or --nip"
        faults.append(Fault(COMMAND, "PERSON", expected, "both" if who else "nothing"))
    if faults:
        raise ConfigError(faults)
    if who.startswith(accessing_tip.NUMBER):
        return accessing_tip.write(path, who, to, received, by, why)
    with app.desk(path) as (settings, writer):
        conn, now = writer.reader(), utc_now()
        ref = _by_nip(conn, settings, nip, now) if nip else person(conn, who)
        _refuse_account(conn, ref)
        asked = Asked(ref, now, _received(conn, ref, received, now))
        # The reading is noted first, so that the file itself tells of it.
        with writer.transaction() as tx:
            readings.note(tx, at=now, command=COMMAND, subject=ref, who=by, why=why)
        found = access.gather(conn, settings, asked)
        told = _messages(conn, found.value, app.load_ruleset(settings))
        paper = typeset(TEMPLATE, dossier(found.value, told))
        exports.write(access.members(found, paper), to)
    _report(found, to)
    return 0


def _refuse_account(conn: Connection, ref: str) -> None:
    """Refuse an account's number or name: "nothing is held" would be a wrong answer to a sender.

    Nor is anybody at the office to find out by trying accounts who has given tips.
    """
    known = held.person(conn, ref) or about.findings_of(conn, ref)
    if not known and (ref.isdecimal() or ref.startswith("@")):
        hint = "a NIP: --nip; the sender of a tip: the tip's number, or /dataku in their own chat"
        raise ConfigError(
            [Fault(COMMAND, "PERSON", "a reference or a watch_id", "an account", hint)]
        )


def person(conn: Connection, who: str) -> str:
    """Return the reference that a person's reference or one of their lines stands for."""
    return held.person_of(conn, who) or who


def _report(found: access.Dossier, to: Path) -> None:
    value = found.value
    if found.empty:
        console.plain(f"Nothing is held under {value['person_ref']}: the file says so (tidak ada).")
    else:
        copies = sum(len(one["entries"]) for one in value["cases"])
        console.plain(f"{len(value['cases'])} findings, {copies} entries, {len(found.files)} files")
    if value["due_at"]:
        late = "" if value["in_time"] else ": LATE"
        console.plain(f"Due {value['due_at']}{late}")
    console.plain(f"File: {to}")


def _messages(
    conn: Connection, value: Mapping[str, Any], ruleset: RuleSet
) -> dict[int, Sequence[Any]]:
    """Return what each revision of each finding told its recipients, by entry.

    The desk's next steps, with which an alert ends, are no data about the person.
    """
    return {
        entry["seq"]: blocks(
            render_alert(
                entry["content"]["finding"],
                entry["content"]["watch"],
                alert_facts(conn, entry["seq"]),
                ruleset,
                "id",
            ).html.partition(NEXT_STEPS)[0]
        )
        for case in value["cases"]
        for entry in case["entries"]
        if entry["kind"] == "finding"
        and {"finding", "watch"} <= entry["content"].keys()
        and entry["public"]["outcome"] != Outcome.NONE
    }


def _by_nip(conn: Connection, settings: config.Config, given: str, now: datetime) -> str:
    text = sys.stdin.readline().strip() if given == FROM_INPUT else given
    try:
        number = nips.read(text, now.date())
    except BadNip as error:
        raise ConfigError(
            [Fault(COMMAND, "--nip", error.expected, error.got, error.hint)]
        ) from None
    refs = keys.person_refs(keys.load(settings.path("keys")), number)
    return register.known(conn, refs)


def _received(
    conn: Connection, ref: str, received: datetime | None, now: datetime
) -> datetime | None:
    """Return when the request came, as an instant; it is given in the person's own time."""
    if received is None:
        return None
    zone = ZONES.get((held.person(conn, ref) or {}).get("zone", ""), ZONES["WIB"])
    instant = received.replace(tzinfo=zone)
    if instant > now:
        raise ConfigError([Fault(COMMAND, "--received", "a time that has come", f"{instant}")])
    return instant
