"""Starts and stops ``mastodon_mock``, a Mastodon written by other people, on loopback.

It has an environment of its own (``.make/mastodon``, or ``NETRALITAS_MASTODON_DIR``), made by
``make network`` from requirements/mastodon.txt. Accounts write with their tokens, as apps do.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.network.servers import ServerError, free_ports

ROOT = Path(__file__).parents[2]
START_TIMEOUT = 60.0
DOMAIN = "tiruan.example"


def python() -> Path:
    folder = os.environ.get("NETRALITAS_MASTODON_DIR", ROOT / ".make" / "mastodon")
    found = Path(folder) / "bin" / "python"
    if not found.is_file():
        raise ServerError("no mastodon_mock: run make network")
    return found


@dataclass
class Running:
    """The server; ``call`` does what an account's app does."""

    url: str

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def call(self, account: str, path: str, method: str = "POST", **given: Any) -> Any:
        body = json.dumps(given).encode()
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", data=body, method=method)
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", f"Bearer token-{account}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def post(self, account: str, text: str, **more: Any) -> Any:
        return self.call(account, "statuses", status=text, **more)


@contextmanager
def running(accounts: Sequence[str]) -> Iterator[Running]:
    """Serve with these accounts until the block ends; ``ServerError`` if it does not start."""
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="netralitas-mastodon-") as folder:
        settings = Path(folder) / "server.toml"
        seeds = "".join(
            f'[[seed.accounts]]\nusername = "{name}"\naccess_token = "token-{name}"\n'
            for name in accounts
        )
        settings.write_text(f"{seeds}", "utf-8")
        command = [str(python()), "-m", "mastodon_mock", "serve", "--in-memory"]
        command += ["--config", str(settings)]
        command += ["--port", str(port), "--domain", DOMAIN, "--log-level", "error"]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
        try:
            made = Running(f"http://127.0.0.1:{port}")
            _wait(made, process)
            yield made
        finally:
            process.terminate()
            process.wait()


def _wait(made: Running, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_TIMEOUT
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{made.url}/api/v2/instance", timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise ServerError("mastodon_mock did not start")
