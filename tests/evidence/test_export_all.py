"""An export of all cases: whatever is changed in it, and by whom, both verifiers say where."""

from __future__ import annotations

import hashlib
import json
import random
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.clock import to_text
from monitor.evidence import export, export_all, export_check, export_zip
from monitor.evidence.signing import sign
from monitor.exporting_all import _Source
from monitor.intake.outgoing import cell
from monitor.model.evidence import Canonical, LogHead, canonical
from monitor.store import bulk, findings, log, migrate
from monitor.store.writer import Writer
from tests.evidence import mutate_export
from tests.evidence.mutate import NEW_SEED, SEALS, SEED, House, seal
from tests.evidence.mutate_export import AT, Members, missed_byte, missed_member, write

CHANGES = 100
EVERY_DAY = bulk.Days("", "9")


def export_to(database: Path, path: Path, form: str, seeds: Sequence[bytes]) -> None:
    with bulk.opened(database) as conn:
        extent = bulk.extent(conn, EVERY_DAY)
        plan = export_all.Plan(form, "x", to_text(AT), extent.head, extent.seals, cell)
        with export_zip.draft(path) as pack:
            export_all.write(pack, _Source(conn, extent), plan, seeds)
        export_zip.publish(path)


@pytest.fixture(scope="session")
def made(base: House, tmp_path_factory: pytest.TempPathFactory) -> Members:
    path = tmp_path_factory.mktemp("all") / "a.zip"
    export_to(base.database, path, "csv", [NEW_SEED, SEED])
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def resigned(made: Members, **changed: bytes) -> Members:
    """Change members and sign again, as who holds the seal's key could."""
    forged = {**made, **{name.replace("__", "/"): data for name, data in changed.items()}}
    value = json.loads(made[export.MANIFEST])
    for name in value["members"]:
        value["members"][name] = hashlib.sha256(forged[name]).hexdigest()
    text = canonical(value)
    signed = sign(NEW_SEED, export.PREFIX + text)
    return {**forged, export.MANIFEST: text, export.SIGNATURE: signed}


def test_both_verifiers_pass_it(base: House, made: Members, tmp_path: Path) -> None:
    path = write(made, tmp_path / "a.zip")
    found = export_check.check(path)
    assert isinstance(found, export_check.Sound)
    cases = [n for n in range(1, SEALS[-1]) if n % 5 in (0, 2, 4) and n not in (*SEALS, 9, 17)]
    assert (found.entries, found.lines) == ((), len(cases))
    assert found.head == f"{base.head.seq}:{base.head.hash}"
    entries = [json.loads(line)["seq"] for line in made[export_all.ENTRIES].splitlines()]
    assert entries == cases
    assert mutate_export.theirs(path) == ""


def test_random_changes_are_found_by_both(made: Members, tmp_path: Path) -> None:
    rng = random.Random(7)
    missed = [missed_member(rng, made, tmp_path / "a.zip") for _ in range(CHANGES)]
    missed += [missed_byte(rng, made, tmp_path / "a.zip") for _ in range(CHANGES)]
    assert [text for text in missed if text] == []


def lines(data: bytes, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    return b"".join(change(data.splitlines(keepends=True)))


def other_outcome(found: list[bytes]) -> list[bytes]:
    return [found[0].replace(b"alert", b"revie"), *found[1:]]


FORGERIES: dict[str, tuple[str, Callable[[list[bytes]], list[bytes]], str]] = {
    "an entry with other words": ("log/entries.jsonl", other_outcome, "not the entry that is"),
    "entries exchanged": ("log/entries.jsonl", lambda f: [f[1], f[0], *f[2:]], "out of order"),
    "an entry twice": ("log/entries.jsonl", lambda f: [f[0], *f], "out of order"),
    "a line that is no entry": ("log/entries.jsonl", lambda f: [b"{}\n", *f], "not an entry"),
    "a line cut short": ("log/entries.jsonl", lambda f: [*f[:-1], f[-1][:-1]], "a line that is"),
    "a hash left out": ("log/hashes.txt", lambda f: [*f[:3], *f[4:]], "expected entry 4"),
    "the last hash left out": ("log/hashes.txt", lambda f: f[:-1], "entry 21 is missing"),
    "hashes of the first span only": ("log/hashes.txt", lambda f: f[:7], "no seal covers it"),
    "a hash too many": ("log/hashes.txt", lambda f: [*f, b"99 00\n"], "more than the seals"),
    "another hash": (
        "log/hashes.txt",
        lambda f: [*f[:7], b"8 " + bytes(32).hex().encode() + b"\n", *f[8:]],
        "not what seals/16.json covers",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_who_has_the_key_still_cannot_change_what_was_sealed(
    made: Members, tmp_path: Path, name: str
) -> None:
    member, change, said = FORGERIES[name]
    forged = resigned(made, **{member.replace("/", "__"): lines(made[member], change)})
    found = mutate_export.ours(write(forged, tmp_path / "a.zip"))
    assert found.startswith(member.partition("/")[0])
    assert said in found


def test_resigning_alone_changes_nothing(made: Members, tmp_path: Path) -> None:
    assert mutate_export.ours(write(resigned(made), tmp_path / "a.zip")) == ""


def test_without_hashes_nothing_is_proven(made: Members, tmp_path: Path) -> None:
    value: dict[str, Any] = json.loads(made[export.MANIFEST])
    del value["members"]["log/hashes.txt"]
    text = canonical(value)
    forged = {name: data for name, data in made.items() if name != "log/hashes.txt"}
    signed = sign(NEW_SEED, export.PREFIX + text)
    forged |= {export.MANIFEST: text, export.SIGNATURE: signed}
    path = write(forged, tmp_path / "a.zip")
    assert mutate_export.ours(path) == "log/hashes.txt: the member is missing"


def test_a_draft_that_is_discarded_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with export_zip.draft(path) as pack:
        pack.put("x", b"1")
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip.draft"]
    export_zip.discard(path)
    assert list(tmp_path.iterdir()) == []


def test_the_head_is_that_of_the_state_that_was_read(base: House) -> None:
    with bulk.opened(base.database) as conn:
        assert bulk.extent(conn, EVERY_DAY).head == LogHead(base.head.seq, base.head.hash)


def many(folder: Path, count: int) -> Path:
    """Write a log of this many findings, sealed."""
    folder.mkdir()
    database = folder / "database.sqlite"
    migrate.upgrade(database)
    words: dict[str, Canonical] = {"text": "ujaran rekaan " * 40}
    public: dict[str, Canonical] = {"outcome": "alert", "revision_no": 1, "rules": []}
    with closing(Writer(database)) as writer:
        with writer.transaction() as tx:
            for number in range(count):
                subject = f"NTR-{number:04d}-AAAA"
                head = log.append(
                    tx, at=AT, kind="finding", subject=subject, public=public,
                    content={"finding": words},
                )  # fmt: skip
                findings.add(tx, subject, head.seq, "alert")
        seal(writer, 1, [SEED])
    return database


def peak(database: Path, path: Path) -> int:
    """Return how many bytes exporting and checking held at most."""
    tracemalloc.start()
    try:
        export_to(database, path, "jsonl", [SEED])
        assert isinstance(export_check.check(path), export_check.Sound)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    few, more = many(tmp_path / "few", 200), many(tmp_path / "more", 2000)
    peak(few, tmp_path / "first.zip")  # what is loaded once does not count
    small, large = peak(few, tmp_path / "a.zip"), peak(more, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").stat().st_size > 5 * (tmp_path / "a.zip").stat().st_size
    assert large < 1.5 * small
