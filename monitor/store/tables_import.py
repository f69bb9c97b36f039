"""The table of imported files: a part of the schema's one home, ``tables``."""

from __future__ import annotations

from sqlalchemy import BLOB, INTEGER, TEXT, ForeignKey
from sqlmodel import SQLModel

from monitor.store.tables_form import KEYED
from monitor.store.tables_form import column as _col


class ImportFile(SQLModel, table=True):
    """How far reading a file came; ``file_key`` is a keyed digest of file and manner of reading.

    ``entry`` is the attestation it is read under, ``place`` the last row (counted over all tables)
    whose acts are recorded, ``counts`` what became of the rows so far (JSON).
    """

    __tablename__ = "import_file"
    __table_args__ = KEYED
    file_key: bytes = _col(BLOB, key=True)
    import_id: str = _col(TEXT)
    entry: int = _col(INTEGER, ForeignKey("log.seq"))
    place: int = _col(INTEGER)
    counts: str = _col(TEXT)
    finished: int = _col(INTEGER)


IMPORT_TABLES = (ImportFile,)
