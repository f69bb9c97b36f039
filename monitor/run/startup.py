"""What a start finds: the database is made or checked, and damaged evidence is not added to.

What a killed process left is repaired elsewhere: SQLite ends each transaction as a whole, and
``Files.sweep`` removes snapshots that no entry names. Here is what may not be repaired.
"""

from __future__ import annotations

from pathlib import Path

from monitor.errors import EvidenceError, StoreError
from monitor.evidence import erased, parallel
from monitor.evidence.files import Files
from monitor.evidence.verify import check
from monitor.store import migrate
from monitor.store.audit import Audit

# Entries that are verified at each start, at least; the whole log is for ``netralitas verify``.
TAIL = 200


def prepare(database: Path, snapshots: Path) -> None:
    """Make the database at a first start, else check its schema and the newest evidence.

    Raises ``StoreError`` where the database is gone or of another version, ``EvidenceError`` where
    guards, chain, contents or snapshots were changed: what follows would stand on it.
    """
    if database.exists() and migrate.current(database):
        migrate.check(database)
        _refuse_damage(database, Files(snapshots))
    elif next(Files(snapshots).found(), None):
        raise StoreError(
            f"{database}: gone or emptied, but there are snapshots of its log: put the database "
            "back, or run netralitas restore from a backup into another folder"
        )
    else:
        migrate.upgrade(database)


def _refuse_damage(database: Path, files: Files) -> None:
    with Audit(database) as whole:
        faults = [f"guard missing: {name}" for name in whole.missing_guards()]
        last = parallel.ranges(whole.last(), whole.seal_entries(), TAIL)[-1]
        gone = erased.gone(whole)
    with Audit(database, last.after, last.to) as tail:
        faults += map(str, check(tail, files, last, None, gone).faults.kept)
    if faults:
        raise EvidenceError(
            f"{database}: {faults[0]}; nothing is added to changed evidence: keep the folder as it "
            "is, run netralitas verify, then netralitas restore from a backup"
        )
