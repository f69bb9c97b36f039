"""The frame of the long drills: it repeats, resumes, and fails when a case fails."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.long import drill


def test_a_seed_repeats_a_run(tmp_path: Path) -> None:
    seen: list[list[int]] = [[], []]
    for rolls in seen:

        def case(rng: random.Random, number: int, rolls: list[int] = rolls) -> None:
            rolls.append(rng.randrange(10**9))

        assert drill.run("dadu", 200, case, ["--percent", "2", "--seed", "7"], tmp_path) == 0
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 4


def test_a_failure_is_named_and_the_next_run_goes_on_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = {3}
    numbers: list[int] = []

    def case(rng: random.Random, number: int) -> None:
        numbers.append(number)
        if number in broken:
            raise ValueError("patah")

    assert drill.run("dadu", 5, case, [], tmp_path) == 1
    said = capsys.readouterr()
    seed = re.search(r"case 3 failed; repeat: --seed (\d+) --only 3", said.out)
    assert seed
    assert "ValueError: patah" in said.err
    with pytest.raises(ValueError, match="patah"):
        drill.run("dadu", 5, case, ["--seed", seed[1], "--only", "3"], tmp_path)
    broken.clear()
    assert drill.run("dadu", 5, case, [], tmp_path) == 0
    assert f"seed {seed[1]}, 5 of 5 cases held" in capsys.readouterr().out
    assert numbers == [0, 1, 2, 3, 3, 3, 4]


def test_a_finished_or_other_run_begins_anew(tmp_path: Path) -> None:
    numbers: list[int] = []

    def case(rng: random.Random, number: int) -> None:
        numbers.append(number)
        if numbers == [0, 1]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drill.run("dadu", 2, case, ["--seed", "1"], tmp_path)
    assert drill.run("dadu", 2, case, ["--seed", "2"], tmp_path) == 0
    assert drill.run("dadu", 2, case, ["--seed", "2"], tmp_path) == 0
    assert numbers == [0, 1, 0, 1, 0, 1]


def test_only_needs_a_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        drill.run("dadu", 1, lambda rng, number: None, ["--only", "0"], tmp_path)
    assert "--only needs the --seed" in capsys.readouterr().err
