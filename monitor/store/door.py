"""What a question of an auditor may touch: the documented views, and nothing that acts.

SQLite asks at each statement, before it runs, whether every part of it is allowed. So it holds for
whatever is typed, and does not depend on how a statement is spelled.
"""

from __future__ import annotations

import sqlite3

from monitor.store.auditor import FACTS
from monitor.store.views import PREFIX

# Longer values than any that is stored, and no second database.
LONGEST_VALUE = 20_000_000
LIMITS = {
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 20,
}
# The log's own rows hold commitments only, the rows of seals nothing of persons.
TABLES = frozenset({"log", "seal", "stamp", "sqlite_master", "sqlite_schema", "sqlite_sequence"})
# Tables that are functions. They are opened before the door closes: opening one is a change of
# the schema in SQLite's eyes.
FUNCTIONS = frozenset({
    "json_each", "json_tree", "pragma_table_info", "pragma_table_xinfo", "pragma_index_list",
    "pragma_index_info", "pragma_foreign_key_list",
})  # fmt: skip
_OPEN = "SELECT 1 FROM NAME('log') LIMIT 0"
PRAGMAS = frozenset({
    "database_list", "foreign_key_list", "index_info", "index_list", "index_xinfo", "table_info",
    "table_xinfo",
})  # fmt: skip
# Only asked for, never set.
VERSIONS = frozenset({"data_version", "schema_version"})
FORBIDDEN = frozenset({
    "edit", "fts3_tokenizer", "load_extension", "readfile", "sqlite_compileoption_get",
    "sqlite_offset", "writefile",
})  # fmt: skip
ALWAYS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})


def close_in(conn: sqlite3.Connection, *, views: bool = False) -> None:
    """Let a connection read the documented views only, for the rest of its life.

    In a copy they are tables. Where they are ``views``, what a view reads is allowed too; a
    question may then bring a view of its own, so only our own questions may be asked.
    """
    conn.execute("PRAGMA query_only = ON")
    conn.execute("PRAGMA temp_store = MEMORY")
    for function in FUNCTIONS:
        conn.execute(_OPEN.replace("NAME", function))
    if not views:
        conn.execute("SELECT rowid FROM audit_search LIMIT 0")
    for limit, value in LIMITS.items():
        conn.setlimit(limit, value)
    conn.set_authorizer(_through_views if views else _allowed)


def _allowed(
    action: int, first: str | None, second: str | None, _: str | None, __: str | None
) -> int:
    """Answer SQLite's question about one part of a statement."""
    fine = (
        action in ALWAYS
        or (action == sqlite3.SQLITE_READ and _readable(first or ""))
        or (action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in FORBIDDEN)
        or (action == sqlite3.SQLITE_PRAGMA and _askable((first or "").lower(), second))
    )
    return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY


def _through_views(
    action: int, first: str | None, second: str | None, database: str | None, view: str | None
) -> int:
    if action == sqlite3.SQLITE_READ and view:
        return sqlite3.SQLITE_OK
    return _allowed(action, first, second, database, view)


def _askable(pragma: str, value: str | None) -> bool:
    return pragma in PRAGMAS or (pragma in VERSIONS and value is None)


def _readable(table: str) -> bool:
    if table == FACTS:
        return False
    return table.startswith(PREFIX) or table in TABLES or table in FUNCTIONS
