"""100,000 strangers around one registered person in a file: no byte of any of them stays."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path

import pytest

from monitor.clock import to_text
from tests.cli.conftest import Run
from tests.cli.test_imports import LATELY, SAY, built, house, table, take
from tests.installation import Installation
from tests.needle import found

__all__ = ["built", "house"]
pytestmark = pytest.mark.drill
COUNT = 100_000
MARK = "qzwarga"  # in every handle, name and word of every stranger
SEED = 7


def crowded(path: Path) -> Path:
    """A table: the registered person answers a candidate once, among everybody else."""
    at, place = to_text(LATELY), random.Random(SEED).randrange(COUNT)
    own = ("instagram", "reply", "pegawai.example", "", at, SAY, "calon.rekaan", "Halo", "c-own")
    rows = [
        ("instagram", "reply", f"{MARK}.{n}", f"77{n:08}", at, f"{SAY} {MARK}{n}", "calon.rekaan",
         "Halo", f"c{n}")
        for n in range(COUNT)
    ]  # fmt: skip
    return table(path, [*rows[:place], own, *rows[place:]])


def talk(path: Path) -> Path:
    """A group's export: strangers write, answer the registered person, and react."""
    at, rng = str(int(LATELY.timestamp())), random.Random(SEED)
    seen = {"type": "message", "date_unixtime": at}
    messages = [
        {**seen, "id": n, "from": f"{MARK} {n}", "from_id": f"user8{n:09}", "text": f"{MARK} {SAY}"}
        for n in range(1, COUNT + 1)
    ]
    recent = [{"from": f"{MARK} {n}", "from_id": f"user8{n:09}"} for n in range(500)]
    own = {**seen, "id": COUNT + 1, "from": "Pegawai", "from_id": "user987654", "text": SAY,
           "reply_to_message_id": 5, "reactions": [{"emoji": "👍", "recent": recent}]}  # fmt: skip
    messages.insert(rng.randrange(COUNT), own)
    told = {"name": f"Grup {MARK}", "type": "public_supergroup", "id": 7, "messages": messages}
    path.write_text(json.dumps(told), "utf-8")
    return path


@pytest.mark.parametrize("profile", ["tabel", "telegram"])
def test_nothing_of_a_hundred_thousand_strangers_stays(
    profile: str, run: Run, house: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "sementara"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    handed = tmp_path / "serahan"
    handed.mkdir()
    file = crowded(handed / "kasus.csv") if profile == "tabel" else talk(handed / "result.json")
    done = take(run, house, file, profile=profile)
    assert done.status == 0, done.err
    assert house.entries("import")[1]["public"]["rows"]["strangers"] == COUNT
    assert len(house.findings()) == 1
    (scratch / "said.txt").write_text(done.out + done.err, "utf-8")
    for folder in (house.folder, scratch):
        assert found(folder, (MARK, "7700000007", "8000000007")) == []
    # The search sees: the same words in a file that stays would be found.
    (scratch / "ditanam.json").write_text(json.dumps({"akun": f"{MARK}.5"}), "utf-8")
    assert found(scratch, (MARK,))
