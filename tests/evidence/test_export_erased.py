"""An export of a case that was erased: it proves that, and can hide nothing behind it."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

from monitor.evidence import export, export_check
from monitor.evidence.signing import sign
from monitor.model.evidence import canonical
from tests.evidence import mutate_export
from tests.evidence.mutate import ERASED, NEW_SEED, TOMBSTONE, House
from tests.evidence.mutate_export import Members, missed_member, write

ERASED_CASE = "NTR-AAAA-0005"
CHANGES = 60


def signed_again(made: Members, **changed: object) -> Members:
    """Sign another manifest as whoever has the seal's key can."""
    members = {name: data for name, data in made.items() if not name.startswith("manifest")}
    value = json.loads(made["manifest.json"]) | changed
    value["members"] = {n: hashlib.sha256(data).hexdigest() for n, data in members.items()}
    text = canonical(value)
    return {**members, "manifest.json": text, "manifest.sig": sign(NEW_SEED, export.PREFIX + text)}


def both(made: Members, path: Path) -> tuple[str, str]:
    write(made, path)
    return mutate_export.ours(path), mutate_export.theirs(path)


def test_an_erased_case_is_sound(base: House, tmp_path: Path) -> None:
    made = mutate_export.members(base, ERASED_CASE)
    assert both(made, tmp_path / "a.zip") == ("", "")
    found = export_check.check(tmp_path / "a.zip")
    assert isinstance(found, export_check.Sound)
    assert found.entries == (5, TOMBSTONE)
    withheld = json.loads(made["manifest.json"])["withheld"]
    gone = {name for name, why in withheld.items() if why == "erased"}
    assert gone == {name for name in ERASED if name.split("/")[1] == "5"}
    assert not any(name.startswith(("content/5/", "files/5/", "salts/")) for name in made)


def test_changes_are_found_by_both(base: House, tmp_path: Path) -> None:
    made, rng = mutate_export.members(base, ERASED_CASE), random.Random(19)
    missed = [missed_member(rng, made, tmp_path / "a.zip") for _ in range(CHANGES)]
    assert [text for text in missed if text] == []


def test_nothing_is_erased_without_a_tombstone(base: House, tmp_path: Path) -> None:
    """The holder of the key cannot leave out what was not erased."""
    made = mutate_export.members(base)
    name = "content/10/finding"
    less = {n: data for n, data in made.items() if name not in n}
    withheld = json.loads(made["manifest.json"])["withheld"] | {name: "erased"}
    for said in both(signed_again(less, withheld=withheld), tmp_path / "a.zip"):
        assert said == f"{name}: erased without a tombstone"


def test_a_tombstone_left_out(base: House, tmp_path: Path) -> None:
    made = mutate_export.members(base, ERASED_CASE)
    less = {name: data for name, data in made.items() if name != f"log/{TOMBSTONE}.json"}
    for said in both(signed_again(less, entries=[5]), tmp_path / "a.zip"):
        assert said == "content/5/finding: erased without a tombstone"
