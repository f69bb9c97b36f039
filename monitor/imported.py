"""``netralitas import files``: which files were imported, who answers for one, what came of it."""

from __future__ import annotations

from pathlib import Path

from monitor import app, console
from monitor.clock import utc_now
from monitor.errors import StoreError
from monitor.store import imports, log, readings
from monitor.store.db import Connection
from monitor.store.imports import Imported

COMMAND = "import files"
ANSWERS = (
    ("obtained by", "obtained_by"), ("how", "how"), ("terms", "terms"),
    ("obtained on", "obtained_on"), ("imported by", "by"), ("why", "why"),
    ("profile", "profile"), ("profile's SHA-256", "profile_sha256"),
    ("own archive of", "account"), ("file's kind", "suffix"), ("bytes", "size"),
    ("file's SHA-256", "sha256"),
)  # fmt: skip


def files(path: Path, import_id: str, by: str, why: str) -> int:
    """List the imports, or show one: its attestation and its findings. The look is logged."""
    with app.desk(path) as (_, writer):
        conn = writer.reader()
        every = imports.every(conn)
        one = next((i for i in every if i.import_id == import_id), None)
        if import_id and one is None:
            raise StoreError(f"{import_id}: no import of that number; netralitas import files")
        with writer.transaction() as tx:
            now = utc_now()
            readings.note(tx, at=now, command=COMMAND, subject=import_id, who=by, why=why)
        if one:
            _show(conn, one)
        else:
            _list(every)
    return 0


def _list(every: list[Imported]) -> None:
    rows = []
    for one in every:
        counts = one.rows or {}
        came = [str(counts.get(name, 0)) if one.rows else "-" for name in ("acts", "review")]
        state = "whole" if one.rows is not None else "not to its end"
        at = one.at[:16].replace("T", " ")
        rows.append((one.import_id, at, one.public["provenance"], state, *came, str(one.entry)))
    head = ("import", "at (UTC)", "where from", "read", "acts", "review", "log")
    console.table("Imports", head, rows)


def _show(conn: Connection, one: Imported) -> None:
    said = log.content(conn, one.entry, imports.KIND)
    if said is None:
        raise StoreError(f"{one.import_id}: its attestation was erased; only its entry is left")
    rows = [(label, str(said[name])) for label, name in ANSWERS if said.get(name)]
    rows.append(("form checked", "yes" if one.public["profile_checked"] else "not or in part"))
    rows += [(name, str(count)) for name, count in sorted((one.rows or {}).items())]
    console.table(f"{one.import_id}, attested in log {one.entry}", ("what", "answer"), rows)
    found = [
        (name, basis.rpartition(", ")[2]) for name, basis in imports.became(conn, one.import_id)
    ]
    if found:
        console.table("What became of its rows", ("finding", "row"), found)
    console.plain("Compare the file: sha256sum FILE")
