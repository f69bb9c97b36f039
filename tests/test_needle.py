"""The search for leaks is only worth something if it finds what is planted."""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import libipld
import pytest

from tests import needle

NEEDLE = "did:plc:wargayangtidakterdaftar"


def _plain(path: Path) -> None:
    path.write_text(f"log line about {NEEDLE}")


def _utf16(path: Path) -> None:
    path.write_bytes(NEEDLE.encode("utf-16-le"))


def _escaped(path: Path) -> None:
    escaped = "".join(f"\\u{ord(character):04x}" for character in NEEDLE)
    path.write_text(f'{{"target": ["{escaped}"]}}')


def _url(path: Path) -> None:
    path.write_text("GET /xrpc/x?repo=" + NEEDLE.replace(":", "%3A"))


def _gz(path: Path) -> None:
    path.write_bytes(gzip.compress(NEEDLE.encode()))


def _gz_in_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.gz", gzip.compress(NEEDLE.encode()))


def _cbor(path: Path) -> None:
    path.write_bytes(libipld.encode_dag_cbor({"subject": {"uri": NEEDLE}}))


def _pdf(path: Path) -> None:
    packed = zlib.compress(f"({NEEDLE}) Tj".encode())
    path.write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nstream\n" + packed + b"\nendstream\nendobj\n")


def _row(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE t (body BLOB)")
    conn.execute("INSERT INTO t VALUES (?)", (zlib.compress(NEEDLE.encode()),))
    conn.commit()
    conn.close()


def _full_text(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("CREATE VIRTUAL TABLE t USING fts5(body, content='')")
    conn.execute("INSERT INTO t (body) VALUES (?)", ("wargayangtidakterdaftar",))
    conn.commit()
    conn.close()


def _free_page(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA secure_delete = OFF")  # Debian's SQLite would write zeros over it
    conn.execute("CREATE TABLE t (body TEXT)")
    conn.execute("INSERT INTO t VALUES (?)", (NEEDLE * 500,))
    conn.commit()
    conn.execute("DELETE FROM t")
    conn.commit()
    conn.close()


PLANTERS = (
    _plain, _utf16, _escaped, _url, _gz, _gz_in_zip, _cbor, _pdf, _row, _full_text, _free_page,
)  # fmt: skip


@pytest.mark.parametrize("plant", PLANTERS, ids=lambda plant: plant.__name__[1:])
def test_a_planted_needle_is_found(plant: Callable[[Path], None], tmp_path: Path) -> None:
    plant(tmp_path / "file.bin")
    wanted = "wargayangtidakterdaftar" if plant is _full_text else NEEDLE
    assert needle.found(tmp_path, [wanted])


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "file.bin").write_bytes(gzip.compress(b"did:plc:orang lain"))
    assert needle.found(tmp_path, [NEEDLE]) == []
