"""What an erasure drill needs: a real installation's traces of one person, and a search for them.

``child`` is run in a process of its own and killed at a commit point.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor import app, config
from monitor.model.erasure import Ground, Order
from monitor.store.writer import Writer
from tests import needle

ORDER = Order(
    Ground.PDP,
    "Inspektorat Provinsi Rekaan",
    "800/17/2026",
    official="Tokoh Penandatangan",
    by="Petugas Arsip",
    why="permintaan penghapusan",
)
# A picture is searched by some of its bytes: two pictures share headers, never the middle.
SLICE = 48


@dataclass
class Traces:
    """What the files hold of one person: texts, and bytes (salts, files)."""

    texts: set[str] = field(default_factory=set)
    salts: set[bytes] = field(default_factory=set)
    files: set[bytes] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def found(self, folder: Path) -> list[str]:
        """Return ``file: what`` for everything of the person in any file, packed or not."""
        hits = needle.found(folder, sorted(self.texts))
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            data = path.read_bytes()
            raw = {"salt": self.salts, "file": self.files}
            raw["salt in hex"] = {salt.hex().encode() for salt in self.salts}
            for layer in needle.layers(data, path):
                hits += [f"{path.name}: {n}" for n, all_ in raw.items() for b in all_ if b in layer]
            hits += [f"{path.name}: its name"] * (path.name in self.names)
        return hits


def traces(settings: config.Config, watch_id: str, texts: list[str]) -> Traces:
    """Gather salts and files of every entry that is one person's, before they go."""
    found = Traces(set(texts))
    with closing(sqlite3.connect(settings.database)) as conn:
        for seq in _entries(conn, watch_id):
            (canonical,) = conn.execute(
                "SELECT canonical FROM log WHERE seq = ?", (seq,)
            ).fetchone()
            rows = conn.execute("SELECT salt FROM content WHERE seq = ?", (seq,)).fetchall()
            rows += conn.execute("SELECT salt FROM snapshot WHERE seq = ?", (seq,)).fetchall()
            found.salts |= {salt for (salt,) in rows}
            for name, file in json.loads(canonical)["files"].items():
                _add_file(found, settings, name, file["commitment"])
        for salt, body in conn.execute("SELECT salt, body FROM content"):
            if json.loads(body).get("watch_id") == watch_id:
                found.salts.add(salt)
    return found


def _entries(conn: sqlite3.Connection, watch_id: str) -> list[int]:
    query = "SELECT seq, body FROM content WHERE name = 'watch'"
    mine = {seq for seq, body in conn.execute(query) if json.loads(body)["watch_id"] == watch_id}
    return sorted(mine)


def _add_file(found: Traces, settings: config.Config, name: str, commitment: str) -> None:
    data = (settings.snapshots / commitment[:2] / commitment).read_bytes()
    found.names.add(commitment)
    if data.startswith(b"\x89PNG"):
        middle = len(data) // 2
        found.files.add(data[middle : middle + SLICE])
    elif name != "target":  # the same post may lie in another person's snapshot as well
        found.files.add(data)


def erase(settings: config.Config, person_ref: str, kill_at: int = 0) -> None:
    """Erase a person; with ``kill_at`` the process is killed at that commit point."""
    with closing(Writer(settings.database)) as writer:
        passed: list[str] = []

        def hook(point: str) -> None:
            passed.append(point)
            if len(passed) == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

        writer.hook = hook
        app.eraser(settings, writer).person(person_ref, ORDER)
        sys.stdout.write(f"{len(passed)}\n")


def tombstones(settings: config.Config) -> list[dict[str, Any]]:
    query = "SELECT canonical FROM log WHERE kind = 'erasure' ORDER BY seq"
    with closing(sqlite3.connect(settings.database)) as conn:
        return [json.loads(row[0]) for row in conn.execute(query)]


if __name__ == "__main__":
    erase(config.load(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3]))
