"""An export on a machine that has nothing of this program: Python, openssl, and the ZIP."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_export import FINDING, place
from tests.cli.test_forward import BY, LETTER, case

__all__ = ["case", "place"]

WORDS = {
    "audit": (FINDING, "--profile", "audit"),
    "penerusan": (FINDING, "--profile", "penerusan", *LETTER),
    "all": ("--all", "--profile", "audit"),
}


@dataclass(frozen=True)
class Elsewhere:
    """An empty folder as somebody's desk, and a folder with openssl as all of the PATH."""

    desk: Path
    path: Path

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        # The interpreter behind the environment of the tests: that one has our packages.
        python = Path(sys._base_executable)  # type: ignore[attr-defined]  # no public name for it
        command = [python, "-I", "-S", *words]
        return subprocess.run(
            command,
            cwd=self.desk,
            env={"PATH": str(self.path)},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def elsewhere(tmp_path: Path) -> Elsewhere:
    desk, path = tmp_path / "meja", tmp_path / "bin"
    desk.mkdir()
    path.mkdir()
    openssl = shutil.which("openssl")
    assert openssl, "openssl is missing"
    (path / "openssl").symlink_to(openssl)
    return Elsewhere(desk, path)


def carried(run: Run, case: Path, elsewhere: Elsewhere, kind: str) -> tuple[Path, Path]:
    """Export, carry the ZIP over, and take the script out of it as its reader would."""
    out = elsewhere.desk.parent / "keluar"
    out.mkdir()
    done = run("export", *WORDS[kind], "--to", out, *BY, "-c", case)
    assert done.status == 0, done.err
    (made,) = out.glob("*.zip")
    path = Path(shutil.move(made, elsewhere.desk))
    with zipfile.ZipFile(path) as archive:
        return path, Path(archive.extract("verify_evidence.py", elsewhere.desk))


@pytest.mark.parametrize("kind", WORDS)
def test_the_bundled_script_verifies_it(
    run: Run, case: Path, elsewhere: Elsewhere, kind: str
) -> None:
    path, script = carried(run, case, elsewhere, kind)
    bare = elsewhere.run("-c", "import monitor")
    assert "No module named 'monitor'" in bare.stderr
    done = elsewhere.run(script.name, path.name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "Nothing was changed."


def test_it_names_what_was_changed(run: Run, case: Path, elsewhere: Elsewhere) -> None:
    path, script = carried(run, case, elsewhere, "penerusan")
    with zipfile.ZipFile(path) as archive:
        made = {name: archive.read(name) for name in archive.namelist()}
    made["pengantar.pdf"] += b" "
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in made.items():
            archive.writestr(name, data)
    done = elsewhere.run(script.name, path.name)
    assert done.returncode == 1
    assert done.stdout.startswith("FIRST BAD PLACE: pengantar.pdf: ")
