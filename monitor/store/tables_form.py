"""How the schema's tables are written down: shared by the files that describe them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column
from sqlmodel import Field

STRICT: dict[str, Any] = {"sqlite_strict": True}
# Small rows that are found by their key live in the key's own tree.
KEYED: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}


def column(kind: type[Any], *more: Any, key: bool = False, null: bool = False) -> Any:
    """Describe a column: type, constraints, whether it is the key, whether it may be empty."""
    return Field(sa_column=Column(kind, *more, primary_key=key, nullable=null))
