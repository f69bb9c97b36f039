"""``netralitas card``: one finding as a picture; who asked for it is logged."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Literal, cast, get_args

from monitor import app, console, disk
from monitor.clock import utc_now
from monitor.errors import ConfigError, Fault, StoreError
from monitor.evidence.files import Files
from monitor.model.evidence import RECORD
from monitor.model.finding import Outcome
from monitor.notify.picture import Form, draw
from monitor.notify.sheet import sheet
from monitor.run.cards import stored
from monitor.run.compose import alert_facts
from monitor.store import findings, log, migrate, readings
from monitor.store.writer import Writer

Suffix = Literal[".png", ".pdf"]


def card(path: Path, finding: str, to: Path, by: str, why: str) -> int:
    """Draw the newest revision of a finding into a new file (.png or .pdf)."""
    if to.suffix not in get_args(Suffix) or to.exists() or not to.parent.is_dir():
        expected = "a new file that ends in .png or .pdf, in a folder that is there"
        raise ConfigError([Fault("card", "--to", expected, str(to))])
    settings, now = app.settings(path), utc_now()
    migrate.check(settings.database)
    ruleset = app.load_ruleset(settings)
    with closing(Writer(settings.database)) as writer:
        conn = writer.reader()
        seq = findings.last_entry(conn, finding)
        content, watch = log.content(conn, seq, "finding"), log.content(conn, seq, "watch")
        if content is None or watch is None:
            raise StoreError(f"{finding}: its content was erased; only its entry is left")
        if content["outcome"] == Outcome.NONE:
            raise StoreError(f"{finding}: it was corrected; nothing is left of it to draw")
        facts = alert_facts(conn, seq)
        record = stored(conn, Files(settings.snapshots), seq, RECORD)
        digest = hashlib.sha256(record).hexdigest() if record else ""
        page = sheet(content, watch, replace(facts, digest=digest), ruleset)
        made = draw(page, cast("Form", to.suffix.removeprefix(".")))
        with writer.transaction() as tx:
            readings.note(tx, at=now, command="card", subject=finding, who=by, why=why)
            disk.write_new(to, made.data)
    console.plain(f"Card: {to}")
    if made.note:
        console.complain(made.note)
    return 0
