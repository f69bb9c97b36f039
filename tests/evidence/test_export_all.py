"""An export of all cases: whatever is changed in it, and by whom, both verifiers say where."""

from __future__ import annotations

import hashlib
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.clock import to_text
from monitor.evidence import export, export_all, export_check, export_zip
from monitor.evidence.signing import sign
from monitor.exporting_all import _Source
from monitor.intake.outgoing import cell
from monitor.model.evidence import LogHead, canonical
from monitor.store import bulk
from tests.evidence import mutate_export
from tests.evidence.mutate import NEW_SEED, SEALS, SEED, House
from tests.evidence.mutate_export import AT, Members, missed_byte, missed_member, write

CHANGES = 100
EVERY_DAY = bulk.Days("", "9")


@pytest.fixture(scope="session")
def made(base: House, tmp_path_factory: pytest.TempPathFactory) -> Members:
    path = tmp_path_factory.mktemp("all") / "a.zip"
    with bulk.opened(base.database) as conn:
        extent = bulk.extent(conn, EVERY_DAY)
        plan = export_all.Plan("csv", "x", to_text(AT), extent.head, extent.seals, cell)
        with export_zip.draft(path) as pack:
            export_all.write(pack, _Source(conn, extent), plan, [NEW_SEED, SEED])
        export_zip.publish(path)
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
