"""Searches every byte that a program left, packed or not, for texts that must not be there.

``test_needle.py`` proves the search itself, by finding a planted needle in a file of each kind.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import libipld

DEPTH = 4
_PDF_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def found(folder: Path, needles: Sequence[str], leave_out: Sequence[Path] = ()) -> list[str]:
    """Return ``file: needle`` for every needle in any file under ``folder``."""
    hits: list[str] = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path in leave_out:
            continue
        for layer in layers(path.read_bytes(), path):
            hits += [f"{path.name}: {needle}" for needle in needles if holds(layer, needle)]
    return hits


def holds(data: bytes, needle: str) -> bool:
    """Say whether bytes hold a text: UTF-8 in any case, UTF-16, escaped for JSON or URLs."""
    low = data.lower()
    forms = {needle.encode(), needle.encode("utf-16-le"), json.dumps(needle)[1:-1].encode()}
    forms.add(needle.replace(":", "%3A").replace("/", "%2F").encode())
    return any(form.lower() in low for form in forms)


def layers(data: bytes, path: Path | None = None, depth: int = DEPTH) -> Iterator[bytes]:
    """Yield the bytes and everything that can be unpacked from them."""
    yield data
    if not depth:
        return
    for unpack in (_gzip, _zlib, _zip, _car, _cbor, _pdf, _json):
        for inner in unpack(data):
            yield from layers(inner, depth=depth - 1)
    if path is not None and data.startswith(b"SQLite format 3\0"):
        for value in _sqlite(path):
            yield from layers(value, depth=depth - 1)


def _gzip(data: bytes) -> list[bytes]:
    return _try(lambda: [gzip.decompress(data)]) if data.startswith(b"\x1f\x8b") else []


def _zlib(data: bytes) -> list[bytes]:
    return _try(lambda: [zlib.decompress(data)]) if data[:1] == b"\x78" else []


def _zip(data: bytes) -> list[bytes]:
    if not data.startswith(b"PK"):
        return []

    def members() -> list[bytes]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [archive.read(name) for name in archive.namelist()]

    return _try(members)


def _car(data: bytes) -> list[bytes]:
    return _try(lambda: [_flat(part) for part in libipld.decode_car(data)])


def _cbor(data: bytes) -> list[bytes]:
    return _try(lambda: [_flat(libipld.decode_dag_cbor(data))])


def _pdf(data: bytes) -> list[bytes]:
    if not data.startswith(b"%PDF"):
        return []
    return [inner for stream in _PDF_STREAM.findall(data) for inner in _zlib(stream)]


def _json(data: bytes) -> list[bytes]:
    return _try(lambda: [_flat(json.loads(data))]) if data[:1] in b"{[" and data else []


def _flat(value: Any) -> bytes:
    """Return every text and byte string inside a value, one a line."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict):
        return b"\n".join(_flat(part) for pair in value.items() for part in pair)
    if isinstance(value, (list, tuple)):
        return b"\n".join(_flat(part) for part in value)
    return str(value).encode("utf-8", "surrogatepass")


def _sqlite(path: Path) -> Iterator[bytes]:
    # Free pages and the WAL lie raw in the files, which are searched as bytes; rows may be packed.
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        tables = conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in _rows(conn, table):
                yield from (_flat(value) for value in row if isinstance(value, (str, bytes)))
    finally:
        conn.close()


def _rows(conn: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    quoted = table.replace('"', '""')
    return conn.execute(f'SELECT * FROM "{quoted}"').fetchall()


def _try(unpack: Callable[[], list[bytes]]) -> list[bytes]:
    # What cannot be unpacked is not of that kind; each decoder has errors of its own.
    try:
        return unpack()
    except (ValueError, OSError, EOFError, KeyError, zlib.error, zipfile.BadZipFile):
        return []
    except RecursionError:
        return []
