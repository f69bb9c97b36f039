"""The auditor's door over a million log entries: how long a copy takes, and each ready question.

The log is made by the program's own writer: findings with a register line and a text, deliveries,
decisions, changes, seals. Each question is asked through Datasette, as a page with its table, with
its fields filled in; the first answer of each is counted too. Beside it stands the same question
on the running database's views through ``sqlite3``, asked once: what a copy saves.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.auditor import copying
from monitor.auditor.case import Cases
from monitor.auditor.searchable import searchable
from monitor.auditor.site import NAME, Place, queries, site
from monitor.evidence.signing import public_key, sign
from monitor.model.evidence import Canonical
from monitor.model.rule import RuleSet
from monitor.model.seal import signed
from monitor.store import auditor, db, findings, log, migrate, seals
from monitor.store.writer import Writer

START = datetime(2024, 9, 25, tzinfo=UTC)
BATCH = 2_000
SEED = bytes(range(32))
RULES = [f"aturan-rekaan-{number}" for number in range(40)]
WORDS = ("kita", "hadir", "bersama", "menjaga", "persatuan", "kantor", "desa", "acara", "warga")
FIELDS = {
    "aturan": RULES[3],
    "temuan": "NTR-AAAA-AAAB",
    "sejak_bulan": "2024-09",
    "sampai_bulan": "2024-12",
    "paling_sedikit_detik": "5",
    "langkah": "diambil",
    "keadaan": "masih_ada",
    "benih": "7",
    "jumlah": "25",
}
LIMIT_MS = 200.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "netralitas.sqlite3"
        make(database, args.entries)
        started = time.perf_counter()
        made = copying.make(
            database, Path(folder) / "none", Path(folder) / "copy", START, searchable(EMPTY)
        )
        seconds = time.perf_counter() - started
        sizes = [f.stat().st_size / 1e6 for f in (database, made.folder / copying.DATABASE)]
        print(
            f"copy of {made.check.entries:,} entries, checked: {seconds:.1f} s,"
            f" {sizes[0]:.0f} MB -> {sizes[1]:.0f} MB"
        )
        times = asyncio.run(asked(made.folder, args.rounds))
        report(times, args.rounds, views(database))


EMPTY = RuleSet(digest="", contests={}, rules=(), lexicon={}, instruments={})


async def asked(folder: Path, rounds: int) -> dict[str, list[float]]:
    """Ask each question again and again, in random order; return milliseconds by question."""
    file = folder / copying.DATABASE
    times: dict[str, list[float]] = {name: [] for name in (*queries(), "search")}
    with closing(auditor.opened(file)) as conn:
        place = Place(file, live=False, about="", counts=auditor.counts(conn))
        cases = Cases(conn, folder / copying.SNAPSHOTS, EMPTY, live=False)
        with site(place, cases) as made:
            await made.invoke_startup()
            order = [name for name in times for _ in range(rounds)]
            random.Random(7).shuffle(order)
            for name in order:
                started = time.perf_counter()
                answer = await made.client.get(address(name))
                times[name].append((time.perf_counter() - started) * 1000)
                if answer.status_code != 200:
                    raise SystemExit(f"{name}: {answer.status_code}")
    return times


def address(name: str) -> str:
    if name == "search":
        return f"/{NAME}/audit_finding?_search=persatuan+dinas-12"
    return f"/{NAME}/{name}?" + "&".join(f"{key}={value}" for key, value in FIELDS.items())


def views(database: Path) -> dict[str, float]:
    """Ask each question once of the running database; milliseconds by question."""
    taken = {}
    with closing(db.connect(database, read_only=True)) as conn:
        for name, one in queries().items():
            started = time.perf_counter()
            conn.execute(one["sql"], FIELDS).fetchall()
            taken[name] = (time.perf_counter() - started) * 1000
    return taken


def report(times: dict[str, list[float]], rounds: int, before: dict[str, float]) -> None:
    print(f"{'question':<28}{'median':>9}{'p95':>9}{'views':>11}   ms, {rounds} rounds")
    for name, taken in sorted(times.items(), key=lambda item: -p95(item[1])):
        plain = f"{before[name]:>11.0f}" if name in before else f"{'':>11}"
        print(f"{name:<28}{sorted(taken)[len(taken) // 2]:>9.1f}{p95(taken):>9.1f}{plain}")
    every = [one for taken in times.values() for one in taken]
    print(f"all: p95 {p95(every):.1f} ms (limit {LIMIT_MS:.0f}), longest {max(every):.1f} ms")


def p95(taken: list[float]) -> float:
    return sorted(taken)[math.ceil(0.95 * len(taken)) - 1]


def make(database: Path, entries: int) -> None:
    migrate.upgrade(database)
    rng, count = random.Random(1), 0
    with closing(Writer(database)) as writer:
        while count < entries:
            with writer.transaction() as tx:
                last = 0
                for number in range(count, min(count + BATCH, entries)):
                    last = entry(tx, rng, number, last)
                count = min(count + BATCH, entries)
                seal(tx, START + timedelta(seconds=8 * count))


def entry(tx: sqlite3.Connection, rng: random.Random, number: int, last: int) -> int:
    """Append one entry: of ten, five findings, four deliveries, one of another kind."""
    at, digit = START + timedelta(seconds=8 * number), number % 10
    if digit < 5:
        return finding(tx, rng, number, at)
    if digit < 9:
        public: dict[str, Canonical] = {
            "notifier": "telegram", "attempt": 1, "finding_seq": last, "result": "accepted",
            "accepted_at": (at + timedelta(seconds=rng.random() * 9)).isoformat(),
        }  # fmt: skip
        log.append(tx, at=at, kind="delivery", subject=name_of(number), public=public)
        return last
    kind, said = OTHERS[number // 10 % len(OTHERS)]
    content: dict[str, Canonical] = {"by": {"who": "Bu Rekaan", "reason": "uji"}}
    log.append(tx, at=at, kind=kind, subject=name_of(number), public=said, content=content)
    return last


OTHERS: list[tuple[str, dict[str, Canonical]]] = [
    ("review", {"step": "diambil"}),
    ("state", {"state": "masih_ada", "revision_no": 1}),
    ("register", {"change": "notice", "lines": 1}),
    ("rule", {"action": "off", "ruleset": "0" * 64}),
    ("reading", {"command": "card"}),
    ("erasure", {"ground": "putusan"}),
]


def finding(tx: sqlite3.Connection, rng: random.Random, number: int, at: datetime) -> int:
    subject = name_of(number)
    outcome = "alert" if rng.random() < 0.6 else "review"
    public: dict[str, Canonical] = {
        "outcome": outcome, "rules": [{"id": rng.choice(RULES), "revision": 1}],
        "ruleset": "0" * 64, "platform": rng.choice(["bluesky", "feed"]),
        "signal": rng.choice(["post", "reply", "like"]), "collector": "bluesky",
        "collector_version": "1", "revision_no": 1, "partial": rng.random() < 0.02,
        "proof": "", "first_seen_at": at.isoformat(), "capture_notes": [],
    }  # fmt: skip
    act: dict[str, Canonical] = {
        "text": " ".join(rng.choices(WORDS, k=20)), "occurred_at": at.isoformat(),
        "actor": {"handle": "", "id": ""}, "object": {"url": ""},
    }  # fmt: skip
    content: dict[str, Canonical] = {
        "activity": act, "level": "disiplin", "phase": "kampanye",
        "targets": [f"pilgub-99-2024/{rng.randrange(1, 5)}"],
    }  # fmt: skip
    watch: dict[str, Canonical] = {
        "person_ref": f"p-{rng.randrange(50_000)}", "name": "Tokoh Rekaan",
        "instansi": f"dinas-{rng.randrange(600)}", "employer_type": "PNS", "zone": "WIB",
    }  # fmt: skip
    head = log.append(
        tx, at=at, kind="finding", subject=subject, public=public,
        content={"finding": content, "watch": watch},
    )  # fmt: skip
    findings.add(tx, subject, head.seq, outcome)
    return head.seq


def name_of(number: int) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    made = "".join(letters[number >> 5 * place & 31] for place in reversed(range(8)))
    return f"NTR-{made[:4]}-{made[4:]}"


def seal(tx: sqlite3.Connection, at: datetime) -> None:
    point = seals.next_checkpoint(tx, at, public_key(SEED))
    seals.add(tx, at, point, sign(SEED, signed(point.encode())))


if __name__ == "__main__":
    main()
