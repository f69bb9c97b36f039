"""From the real ``com.atproto.sync.subscribeRepos`` to Jetstream's wire.

What Jetstream does for the public network, done for the one real server of the tests: each frame
is two DAG-CBOR values, a header and a body; a commit's records lie in its CAR by their hashes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import libipld
from aiohttp import ClientSession, WSMsgType

from tests.network.servers import Network
from tests.standin.jetstream import Jetstream


class Translator:
    """Feeds a Jetstream stand-in from a real server, from its first event on."""

    def __init__(self, network: Network, stream: Jetstream) -> None:
        self._url = network.pds.replace("http://", "ws://")
        self._stream = stream
        self._task: asyncio.Task[None] | None = None
        self.seq = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        url = f"{self._url}/xrpc/com.atproto.sync.subscribeRepos?cursor={self.seq}"
        async with ClientSession() as session, session.ws_connect(url, max_msg_size=0) as socket:
            async for message in socket:
                if message.type is not WSMsgType.BINARY:
                    raise ValueError(f"a frame of type {message.type} came")
                await self.translate(message.data)

    async def translate(self, frame: bytes) -> None:
        """Emit what one frame says."""
        header, body = libipld.decode_dag_cbor_multi(frame)
        if header["op"] != 1:
            raise ValueError(f"the server ended with {body}")
        match header["t"]:
            case "#commit":
                for event in commits(body):
                    await self._stream.emit(event)
            case "#account":
                said = {k: body[k] for k in ("active", "did", "seq", "status", "time") if k in body}
                await self._stream.emit({"did": body["did"], "kind": "account", "account": said})
            case "#identity":
                said = {k: body[k] for k in ("did", "handle", "seq", "time") if k in body}
                await self._stream.emit({"did": body["did"], "kind": "identity", "identity": said})
        self.seq = body.get("seq", self.seq)


def commits(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return an event for each operation of a commit."""
    _, blocks = libipld.decode_car(body["blocks"])
    found = []
    for op in body["ops"]:
        collection, _, rkey = op["path"].partition("/")
        commit = {"rev": body["rev"], "operation": op["action"]}
        commit |= {"collection": collection, "rkey": rkey}
        if op["cid"] is not None:
            commit |= {"cid": libipld.encode_cid(op["cid"]), "record": _plain(blocks[op["cid"]])}
        found.append({"did": body["repo"], "kind": "commit", "commit": commit})
    return found


def _plain(value: Any) -> Any:
    """Return a record as JSON shows it: hashes and bytes as texts in an object."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, bytes):
        return {"$link": libipld.encode_cid(value)} if value[:1] == b"\x01" else {"$bytes": ""}
    return value
