"""The service files, as systemd itself reads them: nothing to say, and little exposed."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from monitor import config
from monitor.collect.registry import SECRETS
from monitor.config import Schedule
from monitor.errors import ConfigError

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = sorted(p.name for p in DEPLOY.iterdir() if p.suffix in {".service", ".timer"})
MOST_EXPOSED = 1.5

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with a program that exists: ``verify`` looks for it on this machine."""
    for name in UNITS:
        text = (DEPLOY / name).read_text("utf-8")
        (tmp_path / name).write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", text))
    return tmp_path


def analyze(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *args], capture_output=True, text=True, check=False
    )


def setting(unit: str, key: str) -> str:
    found = re.findall(rf"(?m)^{key}=(.*)$", (DEPLOY / unit).read_text("utf-8"))
    assert found, f"{unit} has no {key}"
    return str(found[-1])


@needs_systemd
@pytest.mark.parametrize("name", UNITS)
def test_verify_has_nothing_to_say(units: Path, name: str) -> None:
    ran = analyze("verify", "--man=no", str(units / name))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@needs_systemd
def test_verify_would_have_spoken(units: Path) -> None:
    """An unknown key alone leaves the exit status at 0: hence the look at what is printed."""
    unit = units / "netralitas.service"
    unit.write_text(unit.read_text("utf-8").replace("WatchdogSec=", "WatchdogSecs="))
    assert "WatchdogSecs" in analyze("verify", "--man=no", str(unit)).stderr


@needs_systemd
@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_little_is_exposed(units: Path, name: str) -> None:
    ran = analyze("security", "--offline=yes", str(units / name))
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", ran.stdout)
    assert level, ran.stdout + ran.stderr
    assert float(level[1]) <= MOST_EXPOSED


def test_a_stop_is_given_the_time_it_needs() -> None:
    stop = float(setting("netralitas.service", "TimeoutStopSec"))
    assert Schedule().stop_grace < stop


def test_the_watchdog_waits_longer_than_one_look() -> None:
    """The loop feeds it at every tick; a page that is being committed must not look like a hang."""
    assert float(setting("netralitas.service", "WatchdogSec")) > 10 * Schedule().tick


def test_the_unit_speaks_as_the_program_does() -> None:
    assert setting("netralitas.service", "Type") == "notify"
    unit = (DEPLOY / "netralitas.service").read_text("utf-8")
    loaded = dict(re.findall(r"(?m)^LoadCredential=(\w+):(\S+)$", unit))
    assert loaded == {n: f"netralitas.{n}" for n in ("telegram_token", *SECRETS.values())}
    assert setting("netralitas.service", "RestartPreventExitStatus") == "2"


def test_a_credential_comes_before_the_secrets_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = config.parse({"http": {"contact": "admin@instansi.example"}}, "config.toml")
    settings = settings.model_copy(update={"folder": tmp_path})
    credentials = tmp_path / "credentials"
    for folder, text in ((tmp_path / "secrets", "lama\n"), (credentials, "baru\n")):
        folder.mkdir()
        (folder / "telegram_token").write_text(text)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert config.read_secret(settings, "telegram_token") == "baru"
    (credentials / "telegram_token").unlink()
    assert config.read_secret(settings, "telegram_token") == "lama"
    (tmp_path / "secrets" / "telegram_token").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="expected a readable file"):
        config.read_secret(settings, "telegram_token")
    for said in ("", "\n", "dua kata", "dua\nbaris", "kunci\x00", "kunci\u00e9"):
        (tmp_path / "secrets" / "telegram_token").write_text(said)
        with pytest.raises(ConfigError, match="one line with the secret") as refused:
            config.read_secret(settings, "telegram_token")
        assert "kunci" not in str(refused.value)
    (credentials / "telegram_token").mkdir()
    with pytest.raises(ConfigError, match="expected a readable file, got Is a directory"):
        config.read_secret(settings, "telegram_token")


def test_only_the_state_folder_is_writable() -> None:
    text = (DEPLOY / "netralitas.service").read_text("utf-8")
    assert re.findall(r"(?m)^(?:ReadWritePaths|StateDirectory)=(.*)$", text) == ["netralitas"]
    assert setting("netralitas.service", "ProtectSystem") == "strict"


def test_systemd_is_told_over_its_socket() -> None:
    """In a process of its own, as the unit starts it; a path in the abstract name space."""
    address = f"\0netralitas-uji-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(30)
        code = "from monitor.run import systemd as s; s.ready(); s.alive(); s.stopping()"
        environment = {**os.environ, "NOTIFY_SOCKET": f"@{address[1:]}"}
        subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment, check=True)
        told = [listener.recv(100) for _ in range(3)]
    assert told == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
