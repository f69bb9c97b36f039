"""Verifying the evidence log, beside a verifier written with ``json`` alone, and its memory.

Both check the same of each entry: number, canonical form, link, and the commitments of its
contents; ours checks a signed seal per thousand entries as well. Rounds alternate and rates are per
CPU second, so that a busy machine disturbs them little. Memory is the peak of a process that does
nothing else, for a log and for one of ten times its size: it must not grow with it. The goal is
100,000 entries per second on one core, on 1,000,000 entries (``--entries 1000000``).
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from monitor.evidence import parallel
from monitor.evidence.files import Files
from monitor.evidence.signing import public_key, sign
from monitor.evidence.verify import verify
from monitor.model.evidence import GENESIS, Canonical
from monitor.model.seal import signed
from monitor.store import db, findings, log, migrate, seals
from monitor.store.audit import Audit
from monitor.store.writer import Writer

START = datetime(2024, 10, 12, tzinfo=UTC)
BATCH = 1000
ROUNDS = 3
SMALLER = 10
SEED = bytes(range(32))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--peak", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peak:
        ours(args.peak)
        print(high_water())
        return
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small", Path(folder) / "large"
        make(small, args.entries // SMALLER)
        make(large, args.entries)
        rates(large, args.entries)
        for database, entries in ((small, args.entries // SMALLER), (large, args.entries)):
            print(f"peak memory at {entries:>7,} entries: {peak(database):6.1f} MB")


def rates(database: Path, entries: int) -> None:
    best = {"ours": 0.0, "json": 0.0}
    for _ in range(ROUNDS):
        for name, run in (("ours", ours), ("json", plain)):
            started = time.process_time()
            run(database)
            best[name] = max(best[name], entries / (time.process_time() - started))
    print(f"verify, best of {ROUNDS} rounds, {entries:,} entries with one content each:")
    for name, shown in (("ours", "netralitas"), ("json", "json and hashlib")):
        seconds = entries / best[name]
        print(f"  {shown:16}  {best[name]:>9,.0f} entries per CPU second, {seconds:.2f} s in all")
    print(f"  ratio {best['ours'] / best['json']:.2f}")
    jobs, started = os.cpu_count() or 1, time.perf_counter()
    opened = partial(Audit, database)
    if parallel.verify(opened, database.parent / "none", jobs=jobs).faults:
        raise SystemExit("the log of the bench is not sound")
    seconds = time.perf_counter() - started
    print(f"  on {jobs} cores       {entries / seconds:>9,.0f} entries per second of the clock")


def ours(database: Path) -> None:
    with Audit(database) as source:
        report = verify(source, Files(database.parent / "none"))
    if report.faults:
        raise SystemExit(f"the log of the bench is not sound: {report.first}")


def plain(database: Path) -> None:
    """Verify as one would with the standard library: the same rows, one loop, one JSON."""
    with closing(db.connect(database, read_only=True)) as conn:
        contents = log.contents(conn)
        index = conn.execute(
            "SELECT seq, finding_id, revision_no, outcome FROM finding ORDER BY seq"
        )
        previous = GENESIS
        for number, row in enumerate(log.rows(conn), start=1):
            entry = json.loads(row.canonical)
            again = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            link = hashlib.sha256(previous + row.canonical).digest()
            if row.seq != number or entry["seq"] != number or entry["v"] != 1:
                raise SystemExit(f"entry {number}: number")
            if again.encode() != row.canonical or link != row.hash:
                raise SystemExit(f"entry {number}: form or link")
            for name, promised in entry["content"].items():
                content = next(contents)
                found = hmac.new(content.salt, content.body, hashlib.sha256).hexdigest()
                if (content.seq, content.name, found) != (number, name, promised):
                    raise SystemExit(f"entry {number}: content")
            if entry["kind"] == "finding":
                public = entry["public"]
                said = (number, entry["subject"], public["revision_no"], public["outcome"])
                if next(index) != said:
                    raise SystemExit(f"entry {number}: index")
            previous = row.hash


def make(database: Path, entries: int) -> None:
    migrate.upgrade(database)
    writer = Writer(database)
    for start in range(0, entries, BATCH):
        with writer.transaction() as tx:
            for number in range(start, min(start + BATCH, entries)):
                subject = f"NTR-{number:08d}"
                head = log.append(
                    tx,
                    at=START + timedelta(seconds=number),
                    kind="finding",
                    subject=subject,
                    public=public(),
                    content={"finding": {"text": f"ujaran rekaan {number} " * 20}},
                )
                findings.add(tx, subject, head.seq, "alert")
            seal(tx)
    writer.close()


def seal(tx: db.Connection) -> None:
    point = seals.next_checkpoint(tx, START, public_key(SEED))
    seals.add(tx, START, point, sign(SEED, signed(point.encode())))


def public() -> dict[str, Canonical]:
    """Return what a finding's entry says in clear; the shape is that of the daemon."""
    return {
        "outcome": "alert",
        "rules": [{"id": "medsos-suka", "revision": 1}],
        "ruleset": "0" * 64,
        "platform": "bluesky",
        "signal": "like",
        "collector": "bluesky",
        "collector_version": "1",
        "revision_no": 1,
        "partial": False,
        "proof": "atproto-commit-signature",
    }


def high_water() -> str:
    # Not getrusage: its peak begins with that of the process that started this one.
    status = Path("/proc/self/status").read_text().splitlines()
    return next(line.split()[1] for line in status if line.startswith("VmHWM:"))


def peak(database: Path) -> float:
    done = subprocess.run(
        [sys.executable, __file__, "--peak", str(database)], capture_output=True, check=True
    )
    return int(done.stdout) / 1024


if __name__ == "__main__":
    main()
