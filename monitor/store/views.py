"""The views that auditors query; ``views.sql`` beside this holds them.

Views hold no data. A migration that changes one makes them all anew (``renew``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

PREFIX = "audit_"
SOURCE = Path(__file__).with_name("views.sql")
_STATEMENT = re.compile(r"(?ms)^(CREATE VIEW (\w+) AS.*?);$")

# Name and statement, in the order of the file.
VIEWS: Mapping[str, str] = {
    found[2]: found[1] for found in _STATEMENT.finditer(SOURCE.read_text("utf-8"))
}


def renew(execute: Callable[[str], object]) -> None:
    """Make every view anew, with its text of this version."""
    for name, text in VIEWS.items():
        execute(f"DROP VIEW IF EXISTS {name}")
        execute(text)
