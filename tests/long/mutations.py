"""Change log, seals and exports in random ways: both verifiers must name what was touched.

    python -m tests.long.mutations --count 20000 --seed 7 --percent 10

A run that was stopped goes on where it was when it is started again with the same seed, count and
percentage. Exit status 1 says that a change was missed, and each such change is printed with the
number that repeats it (``--only``).
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import sys
import tempfile
import time
from pathlib import Path

from tests.evidence.mutate import build, missed
from tests.evidence.mutate_export import members, missed_byte, missed_member

STATE = Path(".make") / "mutations.json"
SAVE_EVERY = 100
KINDS, MEMBER, BIT = 9, 7, 8


def main() -> int:
    args = arguments()
    count = max(1, args.count * args.percent // 100)
    plan = {"seed": args.seed, "count": count}
    numbers = range(count) if args.only is None else range(args.only, args.only + 1)
    done, faults = (0, []) if args.only is not None else resumed(args.state, plan)
    say(f"mutations: seed {args.seed}, {count} changes, starting at {done}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        base = build(Path(folder) / "base")
        exported = members(base)
        for number in numbers[done:]:
            # Each change has its own generator, so that one alone can be repeated.
            rng = random.Random(f"{args.seed}:{number}")
            # Of nine changes, one is made to an export's members and one to its bits.
            kind, archive = number % KINDS, Path(folder) / "export.zip"
            if kind == MEMBER:
                text = missed_member(rng, exported, archive)
            elif kind == BIT:
                text = missed_byte(rng, exported, archive)
            else:
                text = missed(rng, base, Path(folder) / "copy")
            if text:
                faults.append(f"change {number}: {text}")
            if number % SAVE_EVERY == SAVE_EVERY - 1 and args.only is None:
                save(args.state, {**plan, "done": number + 1, "faults": faults})
    for text in faults:
        say(text)
    seconds = time.monotonic() - started
    say(
        f"mutations: seed {args.seed}, {count} changes, {len(numbers) - done} in this run, "
        f"{len(faults)} missed, {seconds:.1f} s"
    )
    args.state.unlink(missing_ok=True)
    return 1 if faults else 0


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutations", description="Drill of the verifier.")
    parser.add_argument("--count", type=int, default=20_000, help="changes in a full run")
    parser.add_argument("--seed", type=int, default=None, help="repeat or resume a run")
    parser.add_argument("--percent", type=int, default=100, help="part of the count")
    parser.add_argument("--only", type=int, default=None, help="repeat one change by its number")
    parser.add_argument("--state", type=Path, default=STATE, help="where progress is kept")
    args = parser.parse_args()
    if args.seed is None:
        args.seed = secrets.randbelow(1 << 31)
    return args


def resumed(state: Path, plan: dict[str, int]) -> tuple[int, list[str]]:
    try:
        kept = json.loads(state.read_text())
    except (FileNotFoundError, ValueError):
        return 0, []
    if {key: kept.get(key) for key in plan} != plan:
        return 0, []
    return int(kept["done"]), list(kept["faults"])


def save(state: Path, value: dict[str, object]) -> None:
    state.parent.mkdir(parents=True, exist_ok=True)
    new = state.with_suffix(".new")
    new.write_text(json.dumps(value))
    new.replace(state)


if __name__ == "__main__":
    sys.exit(main())
