"""A headless Chromium that shows one page and reaches nothing by itself.

It is Debian's own program, spoken to over a pipe (Chrome DevTools Protocol). It has no way into any
network: names do not resolve, its proxy is nobody, and each request of a page is answered by us,
through the house's HTTP layer, which refuses private addresses. Scripts of pages do not run.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from monitor.errors import CollectError, TransientError

# Points. A frame is higher than the page in it: what it says must not be cut off.
WIDTH, HEIGHT, MOST_HEIGHT, FRAME_HEIGHT = 800, 500, 4000, 400
LOAD_SECONDS = 10.0
MOST_REQUESTS, MOST_BYTES = 80, 12_000_000
MOST_PICTURES = 50
# Of each process of the browser; what is only reserved does not count (setrlimit(2), RLIMIT_DATA).
MOST_DATA = 1 << 30
LINE_LIMIT = 1 << 26
OK = 200

ARGUMENTS = (
    "--headless",
    "--remote-debugging-pipe",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--hide-scrollbars",
    "--renderer-process-limit=2",
)
# The protocol wants descriptors 3 and 4. Nothing it says is logged: it may repeat addresses.
START = 'exec 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null; ulimit -d "$1"; shift; exec "$@"'

# Where our own frame stands: nowhere (RFC 2606), so that every request of it comes to us.
FRAME, SHOWN = "https://frame.invalid/", "https://frame.invalid/page.png"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request of a page is answered with."""

    status: int
    media_type: str
    body: bytes


Fetch = Callable[[str], Awaitable[Answer]]
Heard = Callable[[dict[str, Any]], None]


class Browser:
    """One browser for many pictures, one after another; ``close`` comes last."""

    def __init__(self, program: str, seconds: float) -> None:
        """``program`` is Chromium's path; ``seconds`` bound one picture, waiting included."""
        self._program = program
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._wire: _Wire | None = None
        self._taken = 0

    async def picture(self, url: str, fetch: Fetch, frame: str) -> bytes:
        """Return a PNG of a page set into ``frame``, our HTML, which shows it by ``SHOWN``.

        Raises ``TransientError`` where there is none; then the browser is started anew next time.
        """
        try:
            async with asyncio.timeout(self._seconds), self._turn:
                return await self._taken_by(url, fetch, frame)
        except TimeoutError:
            raise TransientError("page", f"no picture within {self._seconds:g} s") from None

    async def close(self) -> None:
        async with self._turn:
            await self._end()

    async def _taken_by(self, url: str, fetch: Fetch, frame: str) -> bytes:
        whole = False
        try:
            wire = await self._started()
            async with _Visit(wire, fetch) as visit:
                shown = await visit.shot_of(url)
            made = b""
            if not visit.fault:
                async with _Visit(wire, _framed(frame, shown)) as framed:
                    made = await framed.shot_of(FRAME, MOST_HEIGHT + FRAME_HEIGHT)
            whole = True
        except (OSError, EOFError, ValueError, KeyError):
            raise TransientError("page", "the browser failed") from None
        finally:
            self._taken += 1
            if not whole or self._taken >= MOST_PICTURES:
                await self._end()
        if visit.fault:
            raise visit.fault
        return made

    async def _started(self) -> _Wire:
        if self._wire is None:
            self._wire, self._taken = await _Wire.opened(self._program), 0
        return self._wire

    async def _end(self) -> None:
        wire, self._wire = self._wire, None
        if wire:
            await wire.close()


class _Wire:
    """The pipe: numbered questions, their answers, and what the pages tell by themselves."""

    def __init__(
        self, process: asyncio.subprocess.Process, folder: tempfile.TemporaryDirectory[str]
    ) -> None:
        self._process = process
        self._folder = folder
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._number = 0
        self.heard: dict[str, Heard] = {}
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def opened(cls, program: str) -> _Wire:
        folder = tempfile.TemporaryDirectory(prefix="netralitas-page-")
        # As root Chromium has no sandbox of its own; a service never runs as root.
        own = ("--no-sandbox",) if os.geteuid() == 0 else ()
        process = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", START, "sh", str(MOST_DATA // 1024), program),
            *(*ARGUMENTS, *own, f"--user-data-dir={folder.name}", "about:blank"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
            start_new_session=True,
            env={"HOME": folder.name, "PATH": os.environ.get("PATH", "/usr/bin:/bin")},
        )
        return cls(process, folder)

    async def ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Return an answer; ``ValueError`` for a refusal, ``EOFError`` without a browser."""
        if self._process.stdin is None or self._reader.done():
            raise EOFError("no browser")
        self._number += 1
        asked = {"id": self._number, "method": method, "params": params}
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked[self._number] = answer
        about = {"sessionId": session} if session else {}
        self._process.stdin.write(json.dumps({**asked, **about}).encode() + b"\0")
        await self._process.stdin.drain()
        return await answer

    async def _read(self) -> None:
        try:
            while self._process.stdout:
                line = await self._process.stdout.readuntil(b"\0")
                self._take(json.loads(line[:-1]))
        except (EOFError, OSError, ValueError, asyncio.LimitOverrunError):
            pass
        finally:
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(EOFError("the browser ended"))

    def _take(self, said: dict[str, Any]) -> None:
        if "id" not in said:
            if heard := self.heard.get(said.get("sessionId", "")):
                heard(said)
            return
        answer = self._asked.pop(said["id"], None)
        if answer is None or answer.done():
            return
        if "error" in said:
            answer.set_exception(ValueError("the browser refused"))
        else:
            answer.set_result(said["result"])

    async def close(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await self._reader
        self._folder.cleanup()


class _Visit:
    """One page in a context of its own, without cookies and scripts."""

    def __init__(self, wire: _Wire, fetch: Fetch) -> None:
        self._wire = wire
        self._fetch = fetch
        self._session = self._context = self._page = ""
        self._loaded = asyncio.Event()
        self._answers: set[asyncio.Task[None]] = set()
        self._requests = self._bytes = 0
        self.fault: CollectError | None = None

    async def __aenter__(self) -> Self:
        ask = self._wire.ask
        self._context = (await ask("Target.createBrowserContext"))["browserContextId"]
        made = await ask("Target.createTarget", url="about:blank", browserContextId=self._context)
        target = made["targetId"]
        attached = await ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session, self._page = attached["sessionId"], target
        self._wire.heard[self._session] = self._hear
        await self._ask("Page.enable")
        await self._ask("Emulation.setScriptExecutionDisabled", value=True)
        await self._size(HEIGHT)
        await self._ask("Fetch.enable", patterns=[{"urlPattern": "*"}])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._wire.heard.pop(self._session, None)
        for answer in self._answers:
            answer.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)
        with suppress(EOFError, ValueError, OSError):
            await self._wire.ask("Target.disposeBrowserContext", browserContextId=self._context)

    async def shot_of(self, url: str, most: int = MOST_HEIGHT) -> bytes:
        """Return a page as PNG, nothing where it has a ``fault``; what comes late is left out."""
        went = await self._ask("Page.navigate", url=url)
        if self.fault:
            return b""
        if went.get("errorText"):
            raise ValueError("the page was not shown")
        with suppress(TimeoutError):
            async with asyncio.timeout(LOAD_SECONDS):
                await self._loaded.wait()
        return await self._shot(most)

    async def _shot(self, most: int) -> bytes:
        size = (await self._ask("Page.getLayoutMetrics"))["cssContentSize"]
        height = int(min(max(size["height"], 1), most))
        await self._size(height)
        shot = await self._ask("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])

    async def _size(self, height: int) -> None:
        await self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=WIDTH,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    async def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        return await self._wire.ask(method, self._session, **params)

    def _hear(self, said: dict[str, Any]) -> None:
        if said["method"] == "Page.loadEventFired":
            self._loaded.set()
        elif said["method"] == "Fetch.requestPaused":
            task = asyncio.create_task(self._answer(said["params"]))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def _answer(self, paused: dict[str, Any]) -> None:
        request, first = paused["request"], self._requests == 0
        self._requests += 1
        number = paused["requestId"]
        with suppress(EOFError, ValueError, OSError):
            if request["url"].startswith("data:") and not self._leaves(paused):
                await self._ask("Fetch.continueRequest", requestId=number)
                return
            if self._leaves(paused) and not first:
                # Aborted, so that what stands there stays: no other page is the act's own.
                await self._ask("Fetch.failRequest", requestId=number, errorReason="Aborted")
                return
            answer = await self._fetched(request, first=first)
            if answer is None:
                await self._ask("Fetch.failRequest", requestId=number, errorReason="AccessDenied")
                return
            await self._ask(
                "Fetch.fulfillRequest",
                requestId=number,
                responseCode=answer.status,
                responseHeaders=[{"name": "Content-Type", "value": answer.media_type}],
                body=base64.b64encode(answer.body).decode(),
            )

    def _leaves(self, paused: dict[str, Any]) -> bool:
        """Say whether a request would put another page in the place of this one."""
        return (paused["resourceType"], paused["frameId"]) == ("Document", self._page)

    async def _fetched(self, request: dict[str, Any], *, first: bool) -> Answer | None:
        """Return what a page asked for; nothing where it is not ours to ask, or is too much."""
        spent = self._requests > MOST_REQUESTS or self._bytes > MOST_BYTES
        if request["method"] != "GET" or spent:
            return None
        try:
            answer = await self._fetch(request["url"])
        except CollectError as error:
            self.fault = error if first else self.fault
            return None
        self._bytes += len(answer.body)
        if first and answer.status != OK:
            self.fault = TransientError("page", f"the page answered with status {answer.status}")
        return answer


def _framed(frame: str, shown: bytes) -> Fetch:
    async def answer(url: str) -> Answer:
        if url == SHOWN:
            return Answer(OK, "image/png", shown)
        if url == FRAME:
            return Answer(OK, "text/html; charset=utf-8", frame.encode())
        raise TransientError("page", "our own frame asks for nothing else")

    return answer
