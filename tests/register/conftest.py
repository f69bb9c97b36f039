"""An installation whose register commands keep, and sheets as offices save them."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from monitor import app, config, watch
from monitor.store.writer import Writer
from tests.cli.conftest import Run, run

__all__ = ["run"]

BY = ("--by", "Petugas Rekaan, kepegawaian", "--why", "daftar bulanan")
NIP = "198501012010011001"
SECOND = "199002022015022002"
HEADER = (
    "nip", "name", "platform", "address", "instansi", "unit", "employer_type", "area", "ownership",
    "legal_ground", "notice_date", "registered_on",
)  # fmt: skip
ROW = (
    NIP, "Rini Rekaan", "bluesky", "rini.rekaan.example", "Dinas Rekaan", "Bidang Satu", "PNS",
    "35.15", "declared", "SK Rekaan 1", "2024-08-01", "2024-08-05",
)  # fmt: skip
OTHER = (
    SECOND, "Budi Rekaan", "bluesky", "budi.rekaan.example", "Dinas Rekaan", "Bidang Dua", "PPPK",
    "35.15", "verified", "SK Rekaan 1", "2024-08-01", "2024-08-05",
)  # fmt: skip
CONFIG = """
contests = []
mode = "trial"
[paths]
register = ""
watchlists = "{watchlists}"
[http]
contact = "mailto:uji@rekaan.example"
"""

Rows = Sequence[Sequence[object]]


class Office:
    """One installation, its sheets, and what its database holds."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG.format(watchlists=watch.shipped()), "utf-8")
        app.initialise(config.load(self.config))
        self.run = run

    def csv(self, rows: Rows, *, name: str = "daftar.csv", mark: str = ";") -> Path:
        text = "\n".join(mark.join(str(cell) for cell in row) for row in rows) + "\n"
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def raw(self, raw: bytes, name: str = "daftar.csv") -> Path:
        path = self.folder / name
        path.write_bytes(raw)
        return path

    def xlsx(
        self, rows: Rows, *, name: str = "daftar.xlsx", merge: Sequence[str] = (),
        more: Callable[[Workbook], None] = lambda _: None,
    ) -> Path:  # fmt: skip
        book = Workbook()
        sheet = book.worksheets[0]
        for row in rows:
            sheet.append(list(row))
        for cells in merge:
            sheet.merge_cells(cells)
        more(book)
        made = io.BytesIO()
        book.save(made)
        book.close()
        return self.raw(made.getvalue(), name)

    def take(self, path: Path, *more: object, ok: bool = True) -> str:
        """Import a file, and return what was printed; ``ok`` says what to expect."""
        told = self.run("import", "register", path, *BY, "-c", self.config, *more)
        assert told.status == (0 if ok else 1), (told.out, told.err)
        return told.out if ok else told.err

    def faults(self, path: Path, *more: object) -> list[str]:
        """Import a file that must be refused whole, and return each fault."""
        *faults, last = self.take(path, *more, ok=False).splitlines()
        assert last == f"{len(faults)} faults, nothing was imported"
        assert self.rows("SELECT 1 FROM person UNION ALL SELECT 1 FROM log") == []
        return faults

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        path = self.folder / "data" / "netralitas.sqlite3"
        with closing(sqlite3.connect(path)) as conn:
            return conn.execute(query, values).fetchall()

    def everything(self) -> bytes:
        """Return every byte that lies in the data folder."""
        files = (path for path in (self.folder / "data").rglob("*") if path.is_file())
        return b"".join(path.read_bytes() for path in files)

    def writer(self) -> Writer:
        return Writer(self.folder / "data" / "netralitas.sqlite3")


@pytest.fixture
def office(tmp_path: Path, run: Run) -> Office:
    return Office(tmp_path, run)


@pytest.fixture
def today() -> date:
    return date(2024, 10, 1)
