"""Starts a real query server (AppView) and the PostgreSQL it needs, on loopback.

PostgreSQL comes from the system (Debian: ``apt-get install postgresql``); its data lies in a
folder of its own that is removed at the end. It refuses to run as root, so root starts it as the
user ``postgres`` that the package brings.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.network.servers import HERE, Network, ServerError, folder, free_ports, opened

START_TIMEOUT = 60.0
STOP_TIMEOUT = 10.0
# A count that has not come by then does not come by itself.
COUNTED = 15.0
USER = "postgres"
PROGRAMS = ("initdb", "postgres", "pg_isready")
# The lists behind a post's counts, and the key of their rows.
LISTS = {
    "likeCount": ("app.bsky.feed.getLikes", "likes"),
    "repostCount": ("app.bsky.feed.getRepostedBy", "repostedBy"),
    "quoteCount": ("app.bsky.feed.getQuotes", "posts"),
}


def postgres() -> Path | None:
    """Return the folder of PostgreSQL's programs, or ``None`` where it is not installed."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)  # Debian's
    found = shutil.which("initdb")
    places += [Path(found).parent] if found else []
    return next((p for p in places if all((p / name).exists() for name in PROGRAMS)), None)


def missing() -> str:
    """Say why no query server can be started here; empty where one can."""
    if postgres() is None:
        return "no PostgreSQL on this machine: apt-get install postgresql"
    if not (folder() / "node_modules" / "@atproto" / "bsky").is_dir():
        return "the query server is not installed: python -m tests.network.servers --install"
    if os.geteuid() == 0 and not _has_user():
        return f"PostgreSQL does not run as root, and there is no user {USER!r}"
    return ""


@dataclass
class AppView:
    """A real query server at ``url`` that follows a running network."""

    network: Network
    url: str = ""
    _data: str = ""
    _database: subprocess.Popen[bytes] | None = None
    _server: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def get(self, method: str, **params: str) -> dict[str, Any]:
        """Ask without logging in; raise ``ServerError`` for anything but an answer 200."""
        query = urllib.parse.urlencode(params)
        body = opened(urllib.request.Request(f"{self.url}/xrpc/{method}?{query}"))
        return dict(json.loads(body))

    def wait_for(self, uri: str, **counts: int) -> None:
        """Wait until so many acts on a post can be read: what is written is indexed a little later.

        The server adds up in the background, and of two sums at once the older may be kept until
        somebody acts again. So after a while they are counted in their lists instead.
        """
        began = time.monotonic()
        end = began + START_TIMEOUT
        while time.monotonic() < end:
            stuck = time.monotonic() > began + COUNTED
            posts = self.get("app.bsky.feed.getPosts", uris=uri)["posts"]
            if posts and all(
                posts[0].get(name) == count or (stuck and self._listed(uri, name) == count)
                for name, count in counts.items()
            ):
                return
            time.sleep(0.1)
        raise ServerError(f"{uri} was not counted {counts} within {START_TIMEOUT:.0f} s")

    def _listed(self, uri: str, name: str) -> int:
        if name == "replyCount":
            thread = self.get("app.bsky.feed.getPostThread", uri=uri, depth="1")["thread"]
            return len(thread.get("replies", ()))
        method, key = LISTS[name]
        return len(self.get(method, uri=uri)[key])

    def stop(self) -> None:
        """End both processes that were started here, and remove their data."""
        for process in (self._server, self._database):
            if process is not None:
                _end(process)
        self._server = self._database = None
        if self._data:
            shutil.rmtree(self._data, ignore_errors=True)

    def _start(self) -> None:
        programs = postgres()
        if programs is None:
            raise ServerError(missing())
        database, port, data_port = free_ports(3)
        self._data = tempfile.mkdtemp(prefix="netralitas-appview-")
        self._serve_database(programs, database)
        self.url = f"http://127.0.0.1:{port}"
        ports = [one.rpartition(":")[2] for one in (self.network.plc, self.network.pds)]
        url = f"postgres://{_owner()}@127.0.0.1:{database}/postgres"
        node = [str(folder() / "bin" / "node"), "--dns-result-order=ipv4first"]
        self._server = subprocess.Popen(
            [*node, str(HERE / "appview.mjs"), *ports, str(port), str(data_port), url],
            cwd=folder(),
            env={**os.environ, "LOG_ENABLED": "false", "NODE_ENV": "development"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        if self._server.stdout is None or not self._server.stdout.readline():
            raise ServerError("the query server ended while it started")

    def _serve_database(self, programs: Path, port: int) -> None:
        place = f"{self._data}/database"
        who: dict[str, Any] = {"user": USER} if os.geteuid() == 0 else {}
        if who:
            shutil.chown(self._data, USER)
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        made = [str(programs / "initdb"), "-D", place, "-A", "trust", "-E", "UTF8", "--locale=C"]
        subprocess.run(made, check=True, cwd="/", **quiet, **who)
        command = [str(programs / "postgres"), "-D", place, "-p", str(port), "-k", self._data]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        self._database = subprocess.Popen(command, cwd="/", **quiet, **who)
        end = time.monotonic() + START_TIMEOUT
        ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        while subprocess.run(ready, check=False, cwd="/").returncode:
            if self._database.poll() is not None or time.monotonic() > end:
                raise ServerError("PostgreSQL did not start")
            time.sleep(0.1)


def _owner() -> str:
    return USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _has_user() -> bool:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return False
    return True


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
