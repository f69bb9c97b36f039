"""A real log with files, and every way to change it behind the program's back."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from monitor.evidence import chain, stamp, verify_evidence
from monitor.evidence.files import Files
from monitor.evidence.report import Report
from monitor.evidence.signing import public_key, sign
from monitor.evidence.verify import verify
from monitor.model.erasure import Ground, Lost, Order, split
from monitor.model.erasure import signed as tombstone_bytes
from monitor.model.evidence import Canonical, LogHead, Part, canonical, link
from monitor.model.seal import signed
from monitor.store import erasure, findings, log, migrate, seals
from monitor.store.audit import Audit
from monitor.store.writer import Writer
from tests.standin.authority import Authority

START = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
ENTRIES = 24
SEALS, STAMPS = (8, 16, 22), (9, 17)
NEW_KEY = 16
# One entry is a tombstone: of all of a finding, of one person's line, of a picture of another.
TOMBSTONE = 19
ERASED = (
    "content/5/finding", "content/5/watch", "content/6/line", "files/12/target",
    "files/5/headers", "files/5/proof", "files/5/record", "files/5/target",
)  # fmt: skip
FIRST_ERASED = 5
VALUES = {
    "log": ("seq", "canonical", "hash"),
    "content": ("seq", "name", "salt", "body"),
    "snapshot": ("seq", "name", "salt"),
    "finding": ("finding_id", "revision_no", "seq", "outcome"),
    "seal": ("seq", "canonical", "signature", "endorsement"),
    "stamp": ("seq", "seal", "authority", "answer", "roots"),
}
KEYS = {
    "log": ("seq",),
    "content": ("seq", "name"),
    "snapshot": ("seq", "name"),
    "finding": ("finding_id", "revision_no"),
    "seal": ("seq",),
    "stamp": ("seq",),
}
SEED, NEW_SEED = bytes(range(32)), bytes(range(32, 64))
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class House:
    """One installation's database, snapshots and the head that its last alert printed."""

    folder: Path
    head: LogHead

    @property
    def database(self) -> Path:
        return self.folder / "database.sqlite"

    @property
    def snapshots(self) -> Path:
        return self.folder / "snapshots"

    def copy(self, to: Path) -> House:
        shutil.copytree(self.folder, to, symlinks=True)
        return House(to, self.head)

    def verify(self, head: LogHead | None = None, block: int = chain.BLOCK) -> Report:
        with Audit(self.database) as source, patch.object(chain, "BLOCK", block):
            return verify(source, Files(self.snapshots), head)


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed, the entries that may be named first, and whether a head is needed."""

    what: str
    places: frozenset[int]
    needs_head: bool = False


def build(folder: Path, entries: int = ENTRIES) -> House:
    """Write a log through the program's own parts: findings, entries without files, seals."""
    folder.mkdir(parents=True)
    database = folder / "database.sqlite"
    migrate.upgrade(database)
    writer, files = Writer(database), Files(folder / "snapshots")
    authority = Authority(folder.with_name(f"{folder.name}-authority"))
    for number in range(1, entries + 1):
        if number in SEALS:
            seal(writer, number, [SEED, NEW_SEED] if number >= NEW_KEY else [SEED])
        elif number in STAMPS:
            stamp_last(writer, authority, number)
        elif number == TOMBSTONE:
            bury(writer, files, number)
        else:
            _append(writer, files, number)
    last = log.head(writer.reader())
    writer.close()
    return House(folder, last)


def seal(writer: Writer, minute: int, seeds: Sequence[bytes]) -> None:
    """Seal the log as the daemon does; the last seed signs, the one before endorses it once."""
    at = START + timedelta(minutes=minute)
    with writer.transaction() as tx:
        before = seals.last(tx)
        point = seals.next_checkpoint(tx, at, public_key(seeds[-1]))
        data = signed(point.encode())
        turned = before is not None and before.checkpoint.key != point.key
        endorsement = sign(seeds[-2], data) if turned else b""
        seals.add(tx, at, point, sign(seeds[-1], data), endorsement)


def stamp_last(writer: Writer, authority: Authority, minute: int) -> None:
    """Stamp the last seal by a real authority."""
    at, newest = START + timedelta(minutes=minute), seals.last(writer.reader())
    if newest is None:
        raise LookupError("there is no seal to stamp")
    answer, roots = authority.stamp(stamp.query(newest.stamped).body), authority.roots.read_bytes()
    time = stamp.check(answer, newest.digest, roots)
    with writer.transaction() as tx:
        seals.add_stamp(tx, at, newest, "otoritas-rekaan", answer, roots, time)


def bury(writer: Writer, files: Files, minute: int) -> None:
    """Erase by order, as the program does."""
    at, key = START + timedelta(minutes=minute), public_key(NEW_SEED)
    order = Order(Ground.PDP, "Inspektorat Rekaan", "800/1/2026", "Tokoh Lain", "Sari", "perintah")
    with writer.transaction() as tx:
        rows = {row.seq: json.loads(row.canonical) for row in log.rows(tx)}
        named = [split(text) for text in ERASED]
        gone = {rows[n]["files"][name]["commitment"] for part, n, name in named if part == "files"}
        lost = Lost(set(ERASED), gone)
        erasure.bury(tx, at, "NTR-AAAA-0005", order, lost, key, lambda data: sign(NEW_SEED, data))
        erasure.done(tx, erasure.pending(tx))
    files.destroy(gone)


def _append(writer: Writer, files: Files, number: int) -> LogHead:
    at = START + timedelta(minutes=number)
    if number % 5 == 1:
        with writer.transaction() as tx:
            content: dict[str, Canonical] = {"line": {"name": f"Tokoh Rekaan {number}"}}
            return log.append(
                tx, at=at, kind="register", subject=f"w-{number}", public={}, content=content
            )
    if number % 5 == 3:
        with writer.transaction() as tx:
            return log.append(tx, at=at, kind="alarm", subject="stale", public={"raised": True})
    return _finding(writer, files, number, at)


def _finding(writer: Writer, files: Files, number: int, at: datetime) -> LogHead:
    # Every fourth finding revises the one before, as an edited post does.
    subject = f"NTR-AAAA-{number - number % 5 // 4:04d}"
    content: dict[str, Canonical] = {
        "finding": {"text": f"ujaran rekaan {number}", "spans": [[0, 6]]},
        "watch": {"name": f"Tokoh Rekaan {number}", "unit": "Dinas Rekaan"},
    }
    parts = [
        Part(name, "application/json", f'{{"{name}":{number}}}'.encode() * 9)
        for name in ("record", "proof", "target", "headers")
    ]
    with files.staging(parts) as staged, writer.transaction() as tx:
        revision = findings.next_revision(tx, subject)
        public: dict[str, Canonical] = {"outcome": "alert", "revision_no": revision, "rules": []}
        files.publish(staged)
        head = log.append(
            tx,
            at=at,
            kind="finding",
            subject=subject,
            public=public,
            content=content,
            files=staged,
        )
        findings.add(tx, subject, head.seq, "alert")
    return head


def tamper(database: Path, work: Callable[[sqlite3.Connection], None]) -> None:
    """Change a database as someone with the file in hand would: without guards, which return."""
    with closing(sqlite3.connect(database, isolation_level=None)) as conn:
        conn.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        triggers = conn.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        kept = triggers.fetchall()
        for name, _ in kept:
            conn.execute(f"DROP TRIGGER {name}")
        work(conn)
        for _, sql in kept:
            conn.execute(sql)


LOOSER = (
    ("WITHOUT ROWID, STRICT", "WITHOUT ROWID"),
    (") STRICT", ")"),
    ("NOT NULL", ""),
    ("length(hash) = 32", "1"),
    ("length(signature) = 64", "1"),
    ("json_extract(CAST(canonical AS TEXT), ", "coalesce('', "),
)


def loosen(conn: sqlite3.Connection) -> None:
    """Let every column of the evidence take every value, as a forger's own schema would."""
    # They are no evidence, and SQLite would notice that they no longer fit.
    for index in ("log_by_subject", "content_by_person"):
        conn.execute(f"DROP INDEX IF EXISTS {index}")
    conn.execute("PRAGMA writable_schema = ON")
    for old, new in LOOSER:
        conn.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table'"
            " AND name IN ('log', 'content', 'snapshot', 'finding', 'seal', 'stamp')",
            (old, new),
        )
    (version,) = conn.execute("PRAGMA schema_version").fetchone()
    conn.execute(f"PRAGMA schema_version = {version + 1}")
    conn.execute("PRAGMA writable_schema = RESET")


def table_rows(conn: sqlite3.Connection, table: str) -> list[Row]:
    columns = VALUES[table]
    query = f"SELECT {', '.join(columns)} FROM {table} ORDER BY {', '.join(KEYS[table])}"
    return [dict(zip(columns, row, strict=True)) for row in conn.execute(query)]


def set_value(conn: sqlite3.Connection, table: str, row: Row, column: str, value: Any) -> None:
    where = " AND ".join(f"{key} = ?" for key in KEYS[table])
    keys = [row[key] for key in KEYS[table]]
    done = conn.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value, *keys))
    if done.rowcount != 1:
        raise LookupError(f"{table} {keys} was not changed")


def delete(conn: sqlite3.Connection, table: str, row: Row) -> None:
    where = " AND ".join(f"{key} = ?" for key in KEYS[table])
    conn.execute(f"DELETE FROM {table} WHERE {where}", [row[key] for key in KEYS[table]])


def insert(conn: sqlite3.Connection, table: str, row: Row) -> None:
    marks = ", ".join("?" for _ in row)
    conn.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def other(rng: random.Random, value: Any) -> Any:
    """Return another value of the same SQLite type, near or far."""
    if isinstance(value, int):
        return rng.choice([value + 1000, -value, 0, value + rng.randrange(1001, 1 << 40)])
    if isinstance(value, str):
        changed = rng.choice([value + " ", value.swapcase(), value[:-1], "", value + "\x00", "é"])
        return changed if changed != value else value + "x"
    return _other_bytes(rng, value)


def _other_bytes(rng: random.Random, value: bytes) -> bytes:
    if not value:
        return rng.randbytes(64)
    place = rng.randrange(len(value))
    flipped = bytes([value[place] ^ (1 << rng.randrange(8))])
    same_size = [value[:place] + flipped + value[place + 1 :], rng.randbytes(len(value))]
    return rng.choice([*same_size, value[:-1], value + b" ", b"", value[:place] + b"!" + value])


def change_value(rng: random.Random, house: House) -> Change:
    """Change one value of one column of one row."""
    table = rng.choice(list(VALUES))
    column = rng.choice(VALUES[table])
    places: set[int] = set()

    def work(conn: sqlite3.Connection) -> None:
        loosen(conn)
        row = rng.choice(table_rows(conn, table))
        value = other(rng, row[column])
        set_value(conn, table, row, column, value)
        places.add(row["seq"])
        if column == "seq":
            places.add(value)

    tamper(house.database, work)
    return Change(f"value of {table}.{column}", frozenset(places))


def delete_row(rng: random.Random, house: House) -> Change:
    table = rng.choice(list(VALUES))
    places: set[int] = set()

    def work(conn: sqlite3.Connection) -> None:
        row = rng.choice(table_rows(conn, table))
        delete(conn, table, row)
        places.add(row["seq"])

    tamper(house.database, work)
    # The last entry without its contents is a cut tail: only a head tells.
    return Change(f"row of {table} deleted", frozenset(places), needs_head=table == "log")


def swap_rows(rng: random.Random, house: House) -> Change:
    """Exchange everything but the key between two rows of a table."""
    table = rng.choice(["log", "content", "snapshot", "seal", "stamp"])
    places: set[int] = set()

    def work(conn: sqlite3.Connection) -> None:
        one, two = rng.sample(table_rows(conn, table), 2)
        for column in VALUES[table]:
            if column not in KEYS[table]:
                set_value(conn, table, one, column, two[column])
                set_value(conn, table, two, column, one[column])
        places.update((one["seq"], two["seq"]))

    tamper(house.database, work)
    return Change(f"rows of {table} swapped", frozenset(places))


def insert_row(rng: random.Random, house: House) -> Change:
    """Add a copy of a row under a new key."""
    table = rng.choice(list(VALUES))
    places: set[int] = set()

    def work(conn: sqlite3.Connection) -> None:
        row = rng.choice(table_rows(conn, table))
        names = {"finding": "revision_no", "content": "name", "snapshot": "name"}
        key = names.get(table, "seq")
        used = max(r[key] for r in table_rows(conn, table))
        new = {**row, key: used + 1 if isinstance(used, int) else used + "-2"}
        insert(conn, table, new)
        places.add(new["seq"])

    tamper(house.database, work)
    return Change(f"row of {table} inserted", frozenset(places))


def rewrite_entry(rng: random.Random, house: House) -> Change:
    """Change what an entry says and give it its proper hash: the next link must break."""
    places: set[int] = set()

    def work(conn: sqlite3.Connection) -> None:
        rows = table_rows(conn, "log")
        index = rng.randrange(1, len(rows) - 1)
        entry = json.loads(rows[index]["canonical"])
        entry["public"]["outcome"] = "none"
        data = canonical(entry)
        set_value(conn, "log", rows[index], "canonical", data)
        set_value(conn, "log", rows[index], "hash", link(rows[index - 1]["hash"], data))
        places.update((rows[index]["seq"], rows[index]["seq"] + 1))

    tamper(house.database, work)
    return Change("entry rewritten with its hash", frozenset(places))


def cut_tail(rng: random.Random, house: House) -> Change:
    """Remove the last entries with everything that belongs to them."""
    first = house.head.seq - rng.randrange(house.head.seq // 2)

    def work(conn: sqlite3.Connection) -> None:
        for table in VALUES:
            conn.execute(f"DELETE FROM {table} WHERE seq >= ?", (first,))

    tamper(house.database, work)
    return Change("tail cut", _without_tombstone(first), needs_head=True)


def cut_behind_a_seal(rng: random.Random, house: House) -> Change:
    """Remove the last entries with what belongs to them, but not the seal that covers them."""
    first = rng.randrange(SEALS[-2] + 2, SEALS[-1] + 1)

    def work(conn: sqlite3.Connection) -> None:
        for table in VALUES:
            if table not in ("seal", "stamp"):
                conn.execute(f"DELETE FROM {table} WHERE seq >= ?", (first,))

    tamper(house.database, work)
    return Change("tail cut before a seal", _without_tombstone(first))


def _without_tombstone(first: int) -> frozenset[int]:
    """Return where a log that was cut before an entry is bad: what was erased is now missing."""
    return frozenset({first, FIRST_ERASED} if first <= TOMBSTONE else {first})


def change_seal(rng: random.Random, house: House) -> Change:
    """Change one value of a seal or of a stamp."""
    table = rng.choice(["seal", "stamp"])
    column = rng.choice(VALUES[table][1:])
    places: set[int] = set()

    def work(conn: sqlite3.Connection) -> None:
        loosen(conn)
        row = rng.choice(table_rows(conn, table))
        set_value(conn, table, row, column, other(rng, row[column]))
        places.add(row["seq"])

    tamper(house.database, work)
    return Change(f"{table}.{column}", frozenset(places))


def change_file(rng: random.Random, house: House) -> Change:
    with closing(sqlite3.connect(house.database)) as conn:
        rows = [r for r in table_rows(conn, "log") if json.loads(r["canonical"])["files"]]
    row = rng.choice([row for row in rows if row["seq"] != FIRST_ERASED])
    files = json.loads(row["canonical"])["files"]
    path = Files(house.snapshots).path(rng.choice([files["record"], files["proof"]])["commitment"])
    name = rng.choice(list(FILE_CHANGES))
    FILE_CHANGES[name](rng, path)
    return Change(f"file {name}", frozenset({row["seq"]}))


def _flip(rng: random.Random, path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def _truncate(rng: random.Random, path: Path) -> None:
    os.truncate(path, rng.randrange(path.stat().st_size))


def _append_byte(rng: random.Random, path: Path) -> None:
    path.write_bytes(path.read_bytes() + rng.randbytes(1))


def _remove(rng: random.Random, path: Path) -> None:
    path.unlink()


def _rename(rng: random.Random, path: Path) -> None:
    path.rename(path.with_name(rng.randbytes(32).hex()))


def _link_away(rng: random.Random, path: Path) -> None:
    aside = path.rename(path.with_name("aside"))
    path.symlink_to(aside)


def _pipe(rng: random.Random, path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


FILE_CHANGES: dict[str, Callable[[random.Random, Path], None]] = {
    "bit flipped": _flip,
    "cut": _truncate,
    "longer": _append_byte,
    "removed": _remove,
    "renamed": _rename,
    "made a link": _link_away,
    "made a pipe": _pipe,
}


def put_back(rng: random.Random, house: House) -> Change:
    """Put something back that a tombstone says is gone."""
    part, seq, name = split(rng.choice(ERASED))

    def work(conn: sqlite3.Connection) -> None:
        salt = rng.randbytes(32)
        if part == "content":
            insert(conn, "content", {"seq": seq, "name": name, "salt": salt, "body": b'{"a":1}'})
        elif rng.random() < 1 / 2:
            insert(conn, "snapshot", {"seq": seq, "name": name, "salt": salt})
        else:
            entry = json.loads(table_rows(conn, "log")[seq - 1]["canonical"])
            path = Files(house.snapshots).path(entry["files"][name]["commitment"])
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"back")

    tamper(house.database, work)
    return Change("something erased put back", frozenset({seq}))


def _unsigned(public: Row) -> set[int]:
    public["signature"] = "0" * 128
    return {TOMBSTONE}


def _by_nobody(public: Row) -> set[int]:
    public["key"] = public_key(bytes(range(64, 96)))
    return {TOMBSTONE}


def _too_little(public: Row) -> set[int]:
    public["erased"].remove("content/5/watch")
    return {FIRST_ERASED}


def _too_much(public: Row) -> set[int]:
    public["erased"] = sorted([*public["erased"], "content/2/finding"])
    return {2}


def _never_there(public: Row) -> set[int]:
    public["erased"] = sorted([*public["erased"], "content/2/none"])
    return {TOMBSTONE}


def _other_office(public: Row) -> set[int]:
    public["office"] = "Kantor Lain"
    return {TOMBSTONE}


FORGERIES = (_unsigned, _by_nobody, _too_little, _too_much, _never_there, _other_office)


def forge_tombstone(rng: random.Random, house: House) -> Change:
    """Write the tombstone anew, and every hash after it; at times with the seal's key stolen."""
    forged, stolen = rng.choice(FORGERIES), rng.random() < 1 / 3
    places: set[int] = set()

    def work(conn: sqlite3.Connection) -> None:
        rows = table_rows(conn, "log")
        before = rows[TOMBSTONE - 2]["hash"]
        entry = json.loads(rows[TOMBSTONE - 1]["canonical"])
        places.update(forged(entry["public"]))
        if stolen and forged not in (_unsigned, _by_nobody, _other_office):
            data = tombstone_bytes(before, entry["public"])
            entry["public"]["signature"] = sign(NEW_SEED, data).hex()
        rows[TOMBSTONE - 1]["canonical"] = canonical(entry)
        for row in rows[TOMBSTONE - 1 :]:
            before = link(before, row["canonical"])
            set_value(conn, "log", row, "canonical", row["canonical"])
            set_value(conn, "log", row, "hash", before)

    tamper(house.database, work)
    return Change(f"tombstone {forged.__name__}{', stolen key' * stolen}", frozenset(places))


def drop_tombstone(rng: random.Random, house: House) -> Change:
    """Take the tombstone out and close the gap, with every number and hash after it."""

    def work(conn: sqlite3.Connection) -> None:
        rows = table_rows(conn, "log")
        before = rows[TOMBSTONE - 2]["hash"]
        for table in VALUES:
            conn.execute(f"DELETE FROM {table} WHERE seq = ?", (TOMBSTONE,))
            for row in rows[TOMBSTONE:]:
                to = (row["seq"] - 1, row["seq"])
                conn.execute(f"UPDATE {table} SET seq = ? WHERE seq = ?", to)
        for row in rows[TOMBSTONE:]:
            entry = json.loads(row["canonical"])
            entry["seq"] = row["seq"] = row["seq"] - 1
            data = canonical(entry)
            before = link(before, data)
            set_value(conn, "log", row, "canonical", data)
            set_value(conn, "log", row, "hash", before)

    tamper(house.database, work)
    return Change("tombstone taken out", frozenset({FIRST_ERASED}))


How = Callable[[random.Random, House], Change]
CHANGES: tuple[How, ...] = (
    change_value,
    change_value,
    change_value,
    delete_row,
    swap_rows,
    insert_row,
    rewrite_entry,
    cut_tail,
    cut_behind_a_seal,
    change_seal,
    change_seal,
    change_file,
    change_file,
    put_back,
    forge_tombstone,
    drop_tombstone,
)


@lru_cache(maxsize=4096)
def _asked_before(words: str, files: tuple[tuple[str, bytes], ...]) -> str:
    return _openssl(words, **dict(files))


# openssl gives the same answer to the same bytes, and most changes leave most seals alone.
_openssl = verify_evidence.openssl
setattr(  # noqa: B010 - a plain assignment to a function is refused by the type checker
    verify_evidence, "openssl", lambda words, **files: _asked_before(words, tuple(files.items()))
)


def standalone(house: House, head: LogHead | None = None) -> str:
    """Return the first bad place that the standalone verifier names; empty for none."""
    try:
        given = {head.seq: head.hash} if head else {}
        verify_evidence.Database(house.database, house.snapshots).verify(given)
    except (verify_evidence.Bad, sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)
    return ""


def missed(rng: random.Random, base: House, to: Path, how: How | None = None) -> str:
    """Make one change in a copy; return what a verifier did not see or put in the wrong place."""
    house = base.copy(to)
    try:
        change = (how or rng.choice(CHANGES))(rng, house)
        head = base.head if change.needs_head else None
        # A block that is right as a whole is read in another way, so some are small.
        block = rng.choice((1, 2, 5, chain.BLOCK))
        found, named = house.verify(head, block).first, standalone(house, head)
        places = change.places | ({FIRST_ERASED} if TOMBSTONE in change.places else set())
        where = f"{change.what} at {sorted(places)}, in blocks of {block}"
        if found is None or not named:
            return f"{where}: not found: ours {found}, standalone {named!r}"
        if found.seq not in places:
            return f"{where}: first named as {found}"
        if not any(re.match(rf"entry {place}\b", named) for place in places):
            return f"{where}: named by the standalone verifier as {named}"
    finally:
        shutil.rmtree(to)
    return ""
