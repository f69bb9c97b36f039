"""The copy that auditors get: the log whole, contents without names, every view as a table.

Made by ``VACUUM INTO`` from the running database, then cut down: what is kept of ``content`` is
listed in ``OPEN``, and of the other tables only those in ``KEPT``. Views become tables of the same
names and columns, with indexes, so that a question about a million entries is quick.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.store.db import connect, create, guard
from monitor.store.views import PREFIX, VIEWS

# By kind of entry, the contents that an auditor's copy has; of all others the commitment alone.
# A finding's register line has a name in it, and so may the reason of a change of the register.
OPEN = {
    "finding": ("finding",),
    "ruleset": ("by",),
    "rule": ("by",),
    "governance": ("decision",),
}
# A card has a name on it. It can be drawn again without, so its bytes are not needed.
NAMED_FILES = ("card",)
FILES_OF = ("finding", "state")
KEPT = frozenset({"alembic_version", "log", "content", "snapshot", "finding", "seal", "stamp"})
# What a card needs of the register line and what names nobody.
FACTS = "audit_facts"
SEARCH = "audit_search"
# Tables that one entry has at most one row of.
BY_ENTRY = (
    "entry", "finding", "delivery", "decision", "state", "erasure", "coverage_gap",
    "register_change", "rule_change", "config_change", "attestation", "platform_right",
    "role_change", "reading", "untold",
)  # fmt: skip
INDEXES = {
    "entry": ("finding_id", "kind, seq"),
    "finding": ("finding_id", "instansi", "outcome", "partial, seq", "platform", "signal"),
    "rule_hit": ("seq", "rule, seq", "finding_id"),
    "evidence": ("seq", "commitment", "finding_id"),
    "delivery": ("finding_id", "finding_seq", "delay_seconds"),
    "decision": ("finding_id", "step, seq"),
    "state": ("finding_id", "state, seq"),
    "erasure": ("finding_id",),
    "reading": ("finding_id", "command, seq"),
    "seal_span": ("state",),
    "finding_number": ("number",),
    "rule_month": ("rule, month",),
    "instansi_month": ("instansi, month",),
}

_FACTS = """
CREATE TABLE audit_facts AS SELECT f.seq, json_object(
  'instansi', b ->> '$.instansi', 'employer_type', b ->> '$.employer_type',
  'ownership', b ->> '$.ownership', 'platform', b ->> '$.platform', 'zone', b ->> '$.zone',
  'as_of', b ->> '$.as_of', 'notice_date', b ->> '$.notice_date',
  'registered_on', b ->> '$.registered_on') AS body
FROM finding f JOIN (SELECT seq, CAST(body AS TEXT) AS b FROM content WHERE name = 'watch') w
  ON w.seq = f.seq
"""
# No text is stored, only where its words are: it cannot be read out of the index.
_SEARCH = "CREATE VIRTUAL TABLE audit_search USING fts5(words, content='', tokenize='unicode61')"
_WORDS = """
INSERT INTO audit_search (rowid, words)
SELECT e.seq, e.kind || ' ' || e.finding_id || ' ' || coalesce(f.rules, '') || ' ' ||
  coalesce(f.instansi, '') || ' ' || coalesce(f.level, '') || ' ' || coalesce(f.phase, '') ||
  ' ' || coalesce(f.signal, '') || ' ' || coalesce(f.platform, '') || ' ' ||
  coalesce(f.outcome, '') || ' ' ||
  coalesce(shown(CAST(c.body AS TEXT) ->> '$.activity.text'), '')
FROM audit_entry e LEFT JOIN audit_finding f ON f.seq = e.seq
  LEFT JOIN content c ON c.seq = e.seq AND c.name = 'finding'
"""
_COUNT = "SELECT count(*) FROM NAME"
_FILL = "INSERT INTO new_NAME SELECT * FROM NAME"
Shown = Callable[[str | None], str]
_TUNING = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = FILE",
    "PRAGMA legacy_alter_table = ON",  # renaming looks at no view, which may miss one made a table
    "PRAGMA cache_size = -64000",
)


_FILES = (
    "SELECT e.seq, e.name, e.media_type, e.commitment, e.size, s.salt FROM audit_evidence e"
    " JOIN snapshot s ON s.seq = e.seq AND s.name = e.name"
)


@dataclass(frozen=True, slots=True)
class File:
    """A file of an entry, with the salt of its commitment."""

    seq: int
    name: str
    media_type: str
    commitment: str
    size: int
    salt: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A content that the copy has, with the salt of its commitment."""

    seq: int
    name: str
    salt: bytes
    body: bytes


def make(database: Path, to: Path, shown: Shown) -> None:
    """Write the copy into a new file that only its owner may read.

    ``shown`` returns of an act's text what may be searched for. A half-made copy is removed.
    """
    create(to)
    with ExitStack() as undo:
        undo.callback(to.unlink, missing_ok=True)
        # SQLite 3.40 cannot copy a table with generated columns from a read-only connection.
        with guard(database), closing(connect(database)) as source:
            source.execute("VACUUM INTO ?", (str(to),))
        with guard(to), closing(sqlite3.connect(to, isolation_level=None)) as copy:
            _cut(copy, shown)
        to.chmod(0o400)
        undo.pop_all()


def _cut(copy: sqlite3.Connection, shown: Shown) -> None:
    for pragma in _TUNING:
        copy.execute(pragma)
    copy.create_function("shown", 1, shown, deterministic=True)
    for name in VIEWS:
        _as_table(copy, name)
    copy.execute(_FACTS)
    copy.execute("CREATE UNIQUE INDEX audit_facts_by_entry ON audit_facts (seq)")
    copy.execute(_SEARCH)
    copy.execute(_WORDS)
    _withhold(copy)
    copy.execute("ANALYZE")
    copy.execute("VACUUM")


def _as_table(copy: sqlite3.Connection, name: str) -> None:
    """Put a table in a view's place: the same name, the same columns, the same rows.

    A view upon another is read before that one's turn or after it, which gives the same rows.
    """
    short = name.removeprefix(PREFIX)
    columns = [row[1] for row in copy.execute(f"PRAGMA table_info({name})")]
    typed = [
        f"{column} INTEGER PRIMARY KEY" if column == "seq" and short in BY_ENTRY else column
        for column in columns
    ]
    copy.execute(f"CREATE TABLE new_{name} ({', '.join(typed)})")
    copy.execute(_FILL.replace("NAME", name))
    copy.execute(f"DROP VIEW {name}")
    copy.execute(f"ALTER TABLE new_{name} RENAME TO {name}")
    for number, indexed in enumerate(INDEXES.get(short, ())):
        copy.execute(f"CREATE INDEX {name}_{number} ON {name} ({indexed})")


def _withhold(copy: sqlite3.Connection) -> None:
    open_ = [(kind, name) for kind, names in OPEN.items() for name in names]
    copy.execute("CREATE TEMP TABLE opened (kind TEXT, name TEXT, PRIMARY KEY (kind, name))")
    copy.executemany("INSERT INTO opened VALUES (?, ?)", open_)
    for (trigger,) in copy.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('content',"
        " 'snapshot') AND sql LIKE '%DELETE%'"
    ).fetchall():
        copy.execute(f"DROP TRIGGER {trigger}")
    copy.execute(
        "DELETE FROM content WHERE NOT EXISTS (SELECT 1 FROM log l JOIN opened o"
        " ON o.kind = l.kind WHERE l.seq = content.seq AND o.name = content.name)"
    )
    copy.execute(
        "DELETE FROM snapshot WHERE name IN (SELECT value FROM json_each(?)) OR seq NOT IN"
        " (SELECT seq FROM log WHERE kind IN (SELECT value FROM json_each(?)))",
        (json.dumps(NAMED_FILES), json.dumps(FILES_OF)),
    )
    tables = copy.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for (table,) in tables:
        if table not in KEPT and not table.startswith(PREFIX):
            copy.execute(f"DROP TABLE {table}")


@guard()
def opened(copy: Path) -> sqlite3.Connection:
    """Open a copy that nobody writes."""
    conn = sqlite3.connect(
        f"{copy.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
    )
    conn.execute("PRAGMA query_only = ON")
    return conn


def files(conn: sqlite3.Connection) -> Iterator[File]:
    """Yield each file that the copy has, by entry and name."""
    with guard():
        for row in conn.execute(f"{_FILES} ORDER BY e.seq, e.name"):
            yield File(*row)


@guard()
def files_of(conn: sqlite3.Connection, seq: int) -> list[File]:
    """Return the files of one entry."""
    return [File(*row) for row in conn.execute(f"{_FILES} WHERE e.seq = ? ORDER BY e.name", (seq,))]


@guard()
def file(conn: sqlite3.Connection, commitment: str) -> File | None:
    """Return the file of a name."""
    row = conn.execute(f"{_FILES} WHERE e.commitment = ?", (commitment,)).fetchone()
    return File(*row) if row else None


@guard()
def finding(conn: sqlite3.Connection, seq: int) -> dict[str, Any] | None:
    """Return one row of ``audit_finding``."""
    cursor = conn.execute("SELECT * FROM audit_finding WHERE seq = ?", (seq,))
    row = cursor.fetchone()
    return dict(zip((c[0] for c in cursor.description), row, strict=True)) if row else None


@guard()
def newest(conn: sqlite3.Connection, finding_id: str) -> int | None:
    """Return the entry of a finding's newest revision."""
    query = "SELECT max(seq) FROM finding WHERE finding_id = ?"
    found: int | None = conn.execute(query, (finding_id,)).fetchone()[0]
    return found


@guard()
def way(conn: sqlite3.Connection, finding_id: str) -> list[dict[str, Any]]:
    """Return every entry about a finding, oldest first."""
    query = "SELECT seq, at, kind, public FROM audit_entry WHERE finding_id = ? ORDER BY seq"
    names = ("seq", "at", "kind", "public")
    return [dict(zip(names, row, strict=True)) for row in conn.execute(query, (finding_id,))]


@guard()
def content(conn: sqlite3.Connection, seq: int, name: str) -> bytes | None:
    """Return the stored bytes of a content, where it is there."""
    query = "SELECT body FROM content WHERE seq = ? AND name = ?"
    row = conn.execute(query, (seq, name)).fetchone()
    return bytes(row[0]) if row else None


@guard()
def counts(conn: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows each documented table of a copy has."""
    return {name: conn.execute(_COUNT.replace("NAME", name)).fetchone()[0] for name in VIEWS}


def contents(conn: sqlite3.Connection) -> Iterator[Opened]:
    """Yield every content that the copy has, by entry and name."""
    with guard():
        for row in conn.execute("SELECT seq, name, salt, body FROM content ORDER BY seq, name"):
            yield Opened(*row)


@guard()
def facts(conn: sqlite3.Connection, seq: int) -> str:
    """Return what is known of a finding's person without naming anybody (JSON), or nothing."""
    row = conn.execute("SELECT body FROM audit_facts WHERE seq = ?", (seq,)).fetchone()
    return str(row[0]) if row else ""
