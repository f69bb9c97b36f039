"""A register of 100,000 and of 1,000,000 accounts: importing it, and asking who is on it.

The import is the command's own: a CSV of an office, every NIP checked and turned into its keyed
reference, every row checked against all others, every change a salted content of the evidence
log, one transaction, synchronous=FULL. Beside it what one would write first: csv.DictReader into
an SQLModel session in batches of 1,000, with no check, no reference and no log.

The question "is this account registered?" comes in batches of 500, one in twenty of them yes, as a
network's stream asks it. Beside ours: a dict of the rows as csv.DictReader gives them, and a query
for each id. Rounds take turns, and their rates are per second of CPU, so that a busy machine
disturbs them little.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.pool import NullPool
from sqlmodel import Field, Session, SQLModel, create_engine

from monitor import app, config, registering, watch
from monitor.store.accounts import Accounts
from monitor.store.db import connect

ROOT = Path(__file__).resolve().parents[1]
HEADER = (
    "nip", "name", "platform", "address", "instansi", "unit", "employer_type", "area", "ownership",
    "legal_ground", "notice_date", "registered_on", "as_of",
)  # fmt: skip
CONFIG = """
mode = "trial"
[paths]
register = ""
watchlists = "{watchlists}"
[http]
contact = "mailto:uji@rekaan.example"
"""
BATCH, ROUNDS, ASKED, BY_QUERY = 500, 7, 200_000, 10_000
FIRST_BIRTH = date(1970, 1, 1)


class Row(SQLModel, table=True):
    """What one would write first."""

    id: int | None = Field(default=None, primary_key=True)
    nip: str = Field(index=True)
    name: str
    platform: str
    address: str = Field(index=True)
    instansi: str
    unit: str
    employer_type: str
    area: str
    ownership: str
    legal_ground: str
    notice_date: str
    registered_on: str
    as_of: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.part:
        print(json.dumps(PARTS[given.part](given.folder)))
        return
    for size in given.sizes:
        with tempfile.TemporaryDirectory(dir=ROOT / "bench") as folder:
            _compare(Path(folder), size)


def _compare(folder: Path, size: int) -> None:
    write_sheet(folder / "daftar.csv", size)
    print(f"{size:,} accounts")
    ours, again = _measure("import", folder), _measure("again", folder)
    theirs = _measure("sqlmodel", folder)
    _print_import("import, checked and logged", ours)
    _print_import("the same sheet again", again)
    _print_import("SQLModel session, nothing else", theirs)
    print(f"  ratio: {theirs['cpu'] / ours['cpu']:.1f}x less CPU, with the checks and the log")
    rates = _measure("lookup", folder)
    for name in ("ours", "dict", "query"):
        print(
            f"  lookup, {name:6} {rates[name]:12,.0f} a CPU s   {rates[name + '_mb']:6.0f} MB more"
        )
    print(
        f"  ratio: {rates['ours'] / rates['dict']:.1f}x a dict of rows in"
        f" {rates['dict_mb'] / rates['ours_mb']:.0f}x less memory,"
        f" {rates['ours'] / rates['query']:.0f}x a query for each id"
    )


def _print_import(name: str, found: dict[str, float]) -> None:
    print(
        f"  {name:32} {found['seconds']:7.1f} s   {found['cpu']:7.1f} CPU s"
        f"   peak {found['peak']:5.0f} MB   file {found['file']:6.0f} MB"
    )


def write_sheet(path: Path, size: int) -> None:
    """Write an invented office's sheet; every NIP is one that could be."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(HEADER)
        for n in range(size):
            born = FIRST_BIRTH + timedelta(days=n % 9_000)
            rest = n // 9_000
            nip = f"{born:%Y%m%d}{born.year + 25}{rest % 12 + 1:02d}{n % 2 + 1}{rest // 12 + 1:03d}"
            table.writerow(
                (nip, f"Orang Rekaan {n}", "bluesky", f"orang{n}.rekaan.example",
                 f"Dinas Rekaan {n % 40}", f"Unit Rekaan {n % 900}", "PNS", f"{n % 80 + 11}",
                 "declared", "SK Rekaan 1/2024", "2024-08-01", "2024-08-05", "2024-08-05")
            )  # fmt: skip


def import_once(folder: Path) -> dict[str, float]:
    place = folder / "config.toml"
    place.write_text(CONFIG.format(watchlists=watch.shipped()), "utf-8")
    app.initialise(config.load(place))
    return _import(folder)


def _import(folder: Path) -> dict[str, float]:
    wanted = registering.Wanted(folder / "daftar.csv", "Petugas Rekaan", "ukur")
    begun, cpu = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        status = registering.import_register(folder / "config.toml", wanted)
    assert status == 0
    return _spent(begun, cpu, _database(folder))


def sqlmodel_session(folder: Path) -> dict[str, float]:
    path = folder / "sqlmodel.sqlite3"
    begun, cpu = time.perf_counter(), time.process_time()
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    SQLModel.metadata.create_all(engine, tables=[Row.__table__])  # type: ignore[attr-defined]
    with Session(engine) as session, (folder / "daftar.csv").open(encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter=";"), start=1):
            session.add(Row.model_validate(row))
            if number % 1_000 == 0:
                session.commit()
                session.expunge_all()
        session.commit()
    return _spent(begun, cpu, path)


def _spent(begun: float, cpu: float, file: Path) -> dict[str, float]:
    return {
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - cpu,
        "peak": _status("VmHWM"),
        "file": sum(f.stat().st_size for f in file.parent.glob(f"{file.name}*")) / 1e6,
    }


def lookup(folder: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    with closing(connect(_database(folder), read_only=True)) as conn:
        before = _status("VmRSS")
        known = Accounts(conn)
        found["ours_mb"] = _status("VmRSS") - before
        before = _status("VmRSS")
        with (folder / "daftar.csv").open(encoding="utf-8") as file:
            rows = {row["address"]: row for row in csv.DictReader(file, delimiter=";")}
        found["dict_mb"], found["query_mb"] = _status("VmRSS") - before, 0.0
        query = "SELECT 1 FROM account WHERE platform = 'bluesky' AND address = ?"
        ways: dict[str, Callable[[Sequence[str]], int]] = {
            "ours": lambda part: len(known.registered("bluesky", part)),
            "dict": lambda part: sum(name in rows for name in part),
            "query": lambda part: sum(bool(conn.execute(query, (n,)).fetchone()) for n in part),
        }
        asked = _asked(list(rows))
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, way in ways.items():
                part = asked[:BY_QUERY] if name == "query" else asked
                rates[name].append(_rate(way, part))
    return found | {name: statistics.median(several) for name, several in rates.items()}


def _asked(known: Sequence[str]) -> list[str]:
    rng = random.Random(1)
    size = ASKED // 20
    names = [*rng.sample(known, size), *(f"asing{n}.example" for n in range(ASKED - size))]
    rng.shuffle(names)
    # Made anew, as they come from a network: no hash of theirs is known yet.
    return [name[:1] + name[1:] for name in names]


def _rate(way: Callable[[Sequence[str]], int], names: Sequence[str]) -> float:
    # A text remembers its hash: each round asks with texts of its own.
    fresh = json.loads(json.dumps(names))
    parts = [fresh[n : n + BATCH] for n in range(0, len(fresh), BATCH)]
    begun = time.process_time()
    hits = sum(way(part) for part in parts)
    seconds = time.process_time() - begun
    assert hits
    return len(names) / seconds


def _database(folder: Path) -> Path:
    return folder / "data" / "netralitas.sqlite3"


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def _measure(part: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--part", part, "--folder", str(folder)]
    paths = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=paths)
    found: dict[str, float] = json.loads(done.stdout)
    return found


PARTS: dict[str, Callable[[Path], dict[str, float]]] = {
    "import": import_once,
    "again": _import,
    "sqlmodel": sqlmodel_session,
    "lookup": lookup,
}

if __name__ == "__main__":
    main()
