"""The frame of a long drill: a seed that repeats it, a place to go on from, one line of result.

A drill is a module that ends in ``drill.main("name", full, case)``, where ``case(rng, number)``
raises on failure, and is run as ``python -m tests.long.name --percent 1 --seed 7``. A run that was
interrupted goes on where it stopped; ``--only N`` repeats one case.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

Case = Callable[[random.Random, int], None]

STATE = Path(__file__).parent.parent.parent / ".make" / "long"
REPORTS = 10
KEEP_SECONDS = 1.0


@dataclass(slots=True)
class Progress:
    """How far a drill came: ``done`` of ``total`` cases in ``seconds``, all from ``seed``."""

    seed: int
    total: int
    done: int = 0
    seconds: float = 0.0


def main(name: str, full: int, case: Case) -> None:
    """Run a drill from the command line and leave: status 1 where a case failed."""
    sys.exit(run(name, full, case, sys.argv[1:]))


def run(name: str, full: int, case: Case, argv: Sequence[str], state: Path = STATE) -> int:
    """Run ``percent`` of ``full`` cases, at least one; return 0, or 1 at the first that fails."""
    chosen = _arguments(name, argv)
    total = max(1, math.ceil(full * chosen.percent / 100))
    file = state / f"{name}.json"
    if chosen.only is not None:
        case(_rng(chosen.seed or 0, chosen.only), chosen.only)
        return 0
    progress = _resume(file, chosen.seed, total)
    say(f"{name}: seed {progress.seed}, from case {progress.done} of {total}")
    failed = True
    try:
        failed = _cases(name, case, progress, file)
    finally:
        if failed:
            _keep(file, progress)
    say(
        f"{name}: seed {progress.seed}, {progress.done} of {total} cases held, "
        f"{progress.seconds:.1f} s"
    )
    if not failed:
        file.unlink(missing_ok=True)
    return int(failed)


def _cases(name: str, case: Case, progress: Progress, file: Path) -> bool:
    every = max(1, progress.total // REPORTS)
    kept = time.monotonic()
    while progress.done < progress.total:
        number, started = progress.done, time.monotonic()
        try:
            case(_rng(progress.seed, number), number)
        except Exception:  # noqa: BLE001 - whatever a case raises is the finding
            say(f"{name}: case {number} failed; repeat: --seed {progress.seed} --only {number}")
            sys.excepthook(*sys.exc_info())
            return True
        progress.done += 1
        progress.seconds += time.monotonic() - started
        if time.monotonic() - kept > KEEP_SECONDS:
            _keep(file, progress)
            kept = time.monotonic()
        if progress.done % every == 0:
            say(f"{name}: {progress.done} of {progress.total}, {progress.seconds:.1f} s")
    return False


def _arguments(name: str, argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m tests.long.{name}")
    parser.add_argument("--percent", type=float, default=100.0, help="share of the full drill")
    parser.add_argument("--seed", type=int, help="repeat a run")
    parser.add_argument("--only", type=int, help="repeat one case; needs --seed")
    chosen = parser.parse_args(argv)
    if chosen.only is not None and chosen.seed is None:
        parser.error("--only needs the --seed that the failed run printed")
    return chosen


def _resume(file: Path, seed: int | None, total: int) -> Progress:
    """Return what an interrupted run of the same size and seed left, else a new beginning."""
    if file.is_file():
        kept = Progress(**json.loads(file.read_text("utf-8")))
        if kept.total == total and seed in {None, kept.seed}:
            return kept
    return Progress(secrets.randbits(32) if seed is None else seed, total)


def _keep(file: Path, progress: Progress) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(progress)), "utf-8")
    partial.replace(file)


def _rng(seed: int, number: int) -> random.Random:
    return random.Random(f"{seed}/{number}")


def say(text: str) -> None:
    """Print a line at once, so that a drill in the background can be followed."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
