"""Lines put into the register through the same way as every import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from monitor.errors import ConfigError
from monitor.model.person import Watch
from monitor.store import register, register_import
from monitor.store.register_import import By
from monitor.store.register_stage import Stage
from monitor.store.writer import Writer

CLERK = By("Petugas Rekaan", "uji")


def enrol(
    writer: Writer,
    watches: Sequence[Watch],
    at: datetime,
    sheet: str = "register",
    *,
    correction: bool = False,
) -> Counter[str]:
    """Make the sheet hold these lines; raise ``ConfigError`` for what is wrong between them."""
    with Stage(sheet) as stage:
        stage.add([(n, register.to_body(watch)) for n, watch in enumerate(watches, start=2)])
        stage.beside(writer.database)
        faults = stage.faults("r.csv")
        if faults:
            raise ConfigError(faults)
        with writer.transaction() as tx:
            return register_import.apply(tx, stage, CLERK, at, correction=correction)
