"""How long the figures of a report take, and how much memory, beside a plain GROUP BY.

    python bench/report.py [--rows 10000 1000000]

The log is an invented desk's: cases with deliveries, steps, corrections. One pass reads all of it;
what one would pick instead is one SQL statement for a single table of the report. Memory is what
counting adds at most, as the system says (peak of the process, each measured in its own).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from monitor.measure import report
from monitor.measure.figures import Entry, Span
from monitor.store import db, migrate, tallies
from monitor.store.writer import Writer
from tests.measure import desk_log
from tests.measure.desk_log import START

# A case of this desk has so many entries on the average.
PER_CASE = 5.9
AGENCIES = tuple(f"Dinas Rekaan {number}" for number in range(300))
PLAIN = """
SELECT CAST(w.body AS TEXT) ->> '$.instansi', count(*) FROM log AS l
JOIN content AS w ON w.seq = l.seq AND w.name = 'watch'
WHERE l.kind = 'finding' AND CAST(l.canonical AS TEXT) ->> '$.public.revision_no' = 1
GROUP BY 1
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--child", choices=["count", "plain", "nothing"])
    parser.add_argument("--database", type=Path)
    args = parser.parse_args()
    if args.child:
        child(args.child, args.database)
        return
    print(f"{'rows':>10}{'':>4}{'s':>8}{'rows/s':>10}{'peak MB':>9}{'more MB':>9}")
    for rows in args.rows:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder) / "db.sqlite3", rows)


def measure(database: Path, rows: int) -> None:
    migrate.upgrade(database)
    with closing(Writer(database)) as writer:
        desk_log.fill(writer, round(rows / PER_CASE), days=90, agencies=AGENCIES)
    idle = asked("nothing", database)[1]
    for what, name in (("count", "one pass, all tables"), ("plain", "GROUP BY, one table")):
        seconds, peak, read = asked(what, database)
        print(
            f"{read:>10,}{'':>4}{seconds:>8.2f}{read / seconds:>10,.0f}{peak:>9.0f}"
            f"{peak - idle:>9.0f}  {name}"
        )


def asked(what: str, database: Path) -> tuple[float, float, int]:
    """Ask a process of its own; seconds, its peak in MB, and how many rows it read."""
    words = [sys.executable, __file__, "--child", what, "--database", str(database)]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    return float(said[0]), float(said[1]), int(said[2])


def child(what: str, database: Path) -> None:
    with closing(db.connect(database, read_only=True)) as conn:
        (rows,) = conn.execute("SELECT max(seq) FROM log").fetchone()
        started = time.perf_counter()
        if what == "count":
            written = tallies.written(conn, START, START + timedelta(days=7))
            entries = map(Entry._make, tallies.entries(conn, rows))
            report.count(entries, Span(written.first, rows))
        elif what == "plain":
            conn.execute(PLAIN).fetchall()
        seconds = time.perf_counter() - started
    print(seconds, peak(), rows)


def peak() -> float:
    """Return this process' peak in MB; what the kernel tells of children is their parents' too."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


if __name__ == "__main__":
    main()
