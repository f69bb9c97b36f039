"""What a ``rectification`` entry says, for the message about it and for who reads the log."""

from __future__ import annotations

import json
from typing import Any

from monitor.clock import from_text
from monitor.errors import StoreError
from monitor.notify import words
from monitor.notify.words import Language
from monitor.store import about
from monitor.store.db import Connection

RECTIFICATION = "rectification"


def said_of(conn: Connection, seq: int, language: Language) -> dict[str, Any]:
    """Return what a message says of a ``rectification`` entry: nothing of the person."""
    row = about.entry(conn, seq)
    if row is None:
        raise StoreError(f"log entry {seq} is owed to a destination but is not there")
    entry, there = json.loads(row.canonical), about.opened(conn, seq)
    public = entry["public"]
    zone = there.get("correction", {}).get("zone", "")
    return {
        "cause": public["cause"],
        "before": public["outcome_before"],
        "outcome": public["outcome"],
        "corrects": public["corrects"],
        "revision_no": public["revision_no"],
        "at": words.moment(from_text(entry["at"]), zone, language),
        "head": f"{seq}:{row.hash.hex()}",
        "stamp": public.get("stamp", ""),
    }
