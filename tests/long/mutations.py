"""Change log, seals, snapshots and exports in every way: both verifiers must name the place.

    python -m tests.long.mutations --percent 10 --seed 7

Each kind of change is made equally often. A change of rows or files must be found by the program
and by the standalone verifier, and both must name the entry; a flipped bit of the database
must be found, or everything that can be read proven to be as it was.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from tests.evidence import mutate
from tests.evidence.mutate import CHANGES, House, How, build, missed
from tests.evidence.mutate_bits import missed_bit
from tests.evidence.mutate_export import Members, members, missed_byte, missed_member
from tests.long import drill
from tests.long.crash import in_memory

EACH = 2_000
NAMES: dict[How, str] = {
    mutate.change_value: "a value changed",
    mutate.delete_row: "a row deleted",
    mutate.insert_row: "a row inserted",
    mutate.swap_rows: "rows swapped",
    mutate.change_file: "a snapshot",
    mutate.change_seal: "a seal",
    mutate.cut_tail: "the tail cut, against a printed head",
    mutate.cut_behind_a_seal: "the tail cut behind a seal",
    mutate.rewrite_entry: "an entry rewritten with its hash",
    mutate.put_back: "something erased put back",
    mutate.forge_tombstone: "a tombstone forged",
    mutate.drop_tombstone: "a tombstone taken out",
    mutate.put_back: "something erased put back",
    mutate.forge_tombstone: "a tombstone forged",
    mutate.drop_tombstone: "a tombstone taken out",
}


class Base:
    """A sound log and a sound export, of which each change spoils a copy."""

    def __init__(self) -> None:
        self._temp = tempfile.TemporaryDirectory(dir=in_memory())
        self.folder = Path(self._temp.name)
        self.house: House = build(self.folder / "base")
        self.export: Members = members(self.house)


@cache
def base() -> Base:
    return Base()


def _rows(how: How, rng: random.Random) -> str:
    return missed(rng, base().house, base().folder / "copy", how)


def _member(rng: random.Random) -> str:
    return missed_member(rng, base().export, base().folder / "export.zip")


def _byte(rng: random.Random) -> str:
    return missed_byte(rng, base().export, base().folder / "export.zip")


def _bit(rng: random.Random) -> str:
    return missed_bit(rng, base().house, base().folder / "copy")


# Ways to change rows that ``mutate`` learns later come in under the names of their functions.
KINDS: dict[str, Callable[[random.Random], str]] = {
    **{NAMES.get(how, how.__name__): partial(_rows, how) for how in dict.fromkeys(CHANGES)},
    "an export member": _member,
    "a bit of an export": _byte,
    "a bit of the database": _bit,
}


def case(rng: random.Random, number: int) -> None:
    """Make one change, of the kind whose turn it is."""
    kind = list(KINDS)[number % len(KINDS)]
    text = KINDS[kind](rng)
    assert not text, f"{kind}: {text}"


def main() -> None:
    drill.say(f"mutations: {EACH} each of {len(KINDS)} kinds: {'; '.join(KINDS)}")
    drill.main("mutations", EACH * len(KINDS), case)


if __name__ == "__main__":
    main()
