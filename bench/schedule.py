"""Picking and rescheduling 100,000 due sources, beside one APScheduler job per account.

Both run with a period of 60 s, in processes of their own. Ours claims what falls due in each
second of one period, in transactions that survive a crash (WAL, synchronous=FULL); APScheduler
keeps its jobs in memory and is watched for part of a period after all jobs were added. Figures
are CPU seconds (user and system), so a busy machine disturbs them little.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from monitor.store import cursors, migrate
from monitor.store.writer import Writer

ROOT = Path(__file__).resolve().parents[1]

PERIOD = 60
START = 1_700_000_000.0
LEAD = 20
BATCH = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--watch", type=int, default=15, help="seconds to watch APScheduler")
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--size", type=int, default=0)
    given = parser.parse_args()
    if given.part:
        print(json.dumps(PARTS[given.part](given.size, given.watch)))
        return
    for size in given.sizes:
        _compare(size, given.watch)


def _compare(size: int, watch: int) -> None:
    ours, theirs = (_measure(part, size, watch) for part in PARTS)
    print(f"{size:,} accounts, one look each per {PERIOD} s")
    for name, found in (("due query on SQLite", ours), ("APScheduler, a job each", theirs)):
        print(
            f"  {name:24} start {found['start']:7.2f} s   {found['cpu']:7.2f} CPU s per period"
            f" = {found['cpu'] / PERIOD:6.2%} of one core   {found['rss']:5.0f} MB more"
        )
    print(f"  ratio: {theirs['cpu'] / ours['cpu']:.0f}x less CPU")
    if "burst" in ours:
        print(f"  all due at once: {ours['burst']:.2f} CPU s, wall {ours['burst_wall']:.2f} s")


def _measure(part: str, size: int, watch: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--part", part, "--size", str(size), "--watch", str(watch)]
    paths = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=paths)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def due_query(size: int, _watch: int) -> dict[str, float]:
    """Run one period second by second; each second is one transaction per batch of 500."""
    with tempfile.TemporaryDirectory(dir=ROOT / "bench") as folder:
        database = Path(folder) / "bench.sqlite3"
        migrate.upgrade(database)
        with closing(Writer(database)) as writer:
            before = _rss()
            _fill(writer, size)
            began = time.perf_counter()
            with closing(Writer(database)) as fresh, fresh.transaction() as tx:
                _claim(tx, START - 1, 1)
            start = time.perf_counter() - began
            # Two periods first: the order of due times is then as mixed as after days.
            _period(writer, START)
            _period(writer, START + PERIOD)
            cpu, claimed = _period(writer, START + 2 * PERIOD)
            burst, wall, all_of_it = _burst(writer, START + 10 * PERIOD)
    if all_of_it != size:
        raise SystemExit(f"{all_of_it} of {size} claimed")
    return {
        "cpu": cpu * size / claimed,
        "start": start,
        "rss": _rss() - before,
        "burst": burst,
        "burst_wall": wall,
    }


def _period(writer: Any, start: float) -> tuple[float, int]:
    cpu = time.process_time()
    claimed = 0
    for second in range(PERIOD):
        claimed += sum(_drain(writer, start + second))
    return time.process_time() - cpu, claimed


def _burst(writer: Any, now: float) -> tuple[float, float, int]:
    cpu, wall = time.process_time(), time.perf_counter()
    claimed = sum(_drain(writer, now))
    return time.process_time() - cpu, time.perf_counter() - wall, claimed


def _drain(writer: Any, now: float) -> Iterator[int]:
    while True:
        with writer.transaction() as tx:
            found = _claim(tx, now, BATCH)
        yield found
        if found < BATCH:
            return


def _claim(tx: Any, now: float, limit: int) -> int:
    return len(cursors.due(tx, now, limit, 0.1))


def _fill(writer: Any, size: int) -> None:
    cursor = json.dumps({"rev": "3lxyzabcdefgh", "like": "3labcdefghijk", "post": "3lqwertyuiop2"})
    chance = random.Random(1)
    rows = (
        (f"W-{i:06}", f"did:plc:{i:024}", f"nama{i}.example", f"nama{i}.example", cursor,
         START + chance.random() * PERIOD)
        for i in range(size)
    )  # fmt: skip
    with writer.transaction() as tx:
        tx.executemany(
            "INSERT INTO source (watch_id, platform, active, native_id, handle, address, cursor,"
            " next_check_at, interval, failures, complete)"
            f" VALUES (?, 'bluesky', 1, ?, ?, ?, ?, ?, {PERIOD}, 0, 1)",
            rows,
        )


def job_each(size: int, watch: int) -> dict[str, float]:
    """Add one interval job per account, first due after all were added, and watch them run."""
    before, began = _rss(), time.perf_counter()
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults={"misfire_grace_time": 60})
    scheduler.start(paused=True)
    lead = max(LEAD, size // 4_000)
    first = datetime.now(UTC) + timedelta(seconds=lead)
    for i in range(size):
        due = first + timedelta(seconds=PERIOD * i / size)
        scheduler.add_job(_nothing, "interval", seconds=PERIOD, jitter=6, next_run_time=due)
    start = time.perf_counter() - began
    scheduler.resume()
    time.sleep(max(0.0, (first - datetime.now(UTC)).total_seconds()) + 2)
    cpu, wall = time.process_time(), time.perf_counter()
    time.sleep(watch)
    used, passed = time.process_time() - cpu, time.perf_counter() - wall
    scheduler.shutdown(wait=False)
    return {"cpu": used / passed * PERIOD, "start": start, "rss": _rss() - before}


def _nothing() -> None:
    pass


def _rss() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


PARTS = {"due-query": due_query, "job-each": job_each}

if __name__ == "__main__":
    main()
