"""An AT Protocol network in memory: identity directory, handle resolver, personal data server.

Everyday tests and the demonstration run against it. Its answers have the keys, order and errors
of the real servers; ``tests/network`` compares the two. Listen on loopback only.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from monitor.clock import Clock, utc_now
from monitor.demo.atproto_faults import Faults, Trouble, error, instead
from monitor.demo.atproto_forge import FORGERIES, prove
from monitor.demo.atproto_repo import Record, Repo, tid
from monitor.demo.atproto_view import View

LIST_DEFAULT = 50
LIST_MAX = 100
# The server keeps one of these for each subject: a second one replaces the first.
ONE_PER_SUBJECT = frozenset({"app.bsky.feed.like", "app.bsky.feed.repost", "app.bsky.graph.follow"})
_LIMITS = {"RateLimit-Limit": "3000", "RateLimit-Policy": "3000;w=300"}
Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Made:
    """A written record's address and content hash: a strong reference."""

    uri: str
    cid: str

    @property
    def ref(self) -> dict[str, str]:
        return {"uri": self.uri, "cid": self.cid}

    @property
    def key(self) -> str:
        return self.uri.rpartition("/")[2]


@dataclass
class Account:
    """One account; ``closed`` is the protocol's word for why, ``pds`` an address of its own."""

    repo: Repo
    handle: str
    closed: str = ""
    gone: bool = False
    pds: str = ""


class Atproto:
    """Write through its methods, read through HTTP at ``url``; ``asked`` lists what was read."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._accounts: dict[str, Account] = {}
        self._handles: dict[str, str] = {}
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._last = 0
        self.url = ""
        self.faults = Faults()
        self.view = View(self)
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        cause: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        app = web.Application()
        app.router.add_get("/xrpc/{method}", self._xrpc)
        app.router.add_get("/.well-known/did.json", self._web_document)
        app.router.add_get("/{did}", self._document)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def host(self) -> str:
        """``host:port``, as ``http.allow_private`` lists it."""
        return self.url.removeprefix("http://")

    def create_account(self, handle: str, did: str = "") -> str:
        """Add an account and return its DID; the same handle gives the same one."""
        digest = base64.b32encode(hashlib.sha256(handle.encode()).digest()).decode().lower()
        did = did or f"did:plc:{digest[:24]}"
        self._accounts[did] = Account(Repo(did, rev=self._tid()), handle)
        self._handles[handle] = did
        return did

    def account(self, did: str) -> Account:
        return self._accounts[did]

    def find(self, name: str) -> Account | None:
        """Return an open account by handle or DID."""
        account = self._accounts.get(self._handles.get(name, name))
        return None if account is None or account.closed or account.gone else account

    def open_accounts(self) -> Iterator[Account]:
        return (one for one in self._accounts.values() if not (one.closed or one.gone))

    @property
    def state(self) -> tuple[object, ...]:
        """What every list of the query server depends on; it moves with every change."""
        closed = sum(bool(one.closed or one.gone) for one in self._accounts.values())
        return self._last, len(self._accounts), closed

    def rename(self, did: str, handle: str) -> None:
        """Give an account another handle; the old one leads nowhere until somebody takes it."""
        self._handles.pop(self._accounts[did].handle, None)
        self._accounts[did].handle = handle
        self._handles[handle] = did

    def create_record(
        self, did: str, collection: str, record: Mapping[str, Any], rkey: str = ""
    ) -> Made:
        repo = self._accounts[did].repo
        if collection in ONE_PER_SUBJECT:
            for path, old in list(repo.records.items()):
                same = _subject(old.value) == _subject(record)
                if path.startswith(f"{collection}/") and same:
                    repo.drop(path, self._tid())
        return self.put_record(did, collection, rkey or self._tid(), record)

    def put_record(self, did: str, collection: str, rkey: str, record: Mapping[str, Any]) -> Made:
        """Write a record under its key, whether or not there was one; key and place stay."""
        value = {"$type": collection, **record}
        path = f"{collection}/{rkey}"
        made = self._accounts[did].repo.put(path, value, self._tid())
        return Made(f"at://{did}/{path}", made.block.text)

    def delete_record(self, did: str, collection: str, rkey: str) -> None:
        self._accounts[did].repo.drop(f"{collection}/{rkey}", self._tid())

    def _tid(self) -> str:
        now = int(self._clock().timestamp() * 1_000_000)
        self._last = max(now, self._last + 1)
        return tid(self._clock() + timedelta(microseconds=self._last - now))

    async def _xrpc(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.asked.append((method, dict(request.query)))
        wrong = await instead(self.faults, method, request, self._clock, self._closing)
        if wrong is not None:
            return wrong
        handler = self._methods().get(method)
        if handler is None:
            return error("MethodNotImplemented", "Method Not Implemented", 501)
        answer = await handler(request)
        answer.headers.update(self._limit_headers())
        return answer

    def _methods(self) -> dict[str, Handler]:
        return {
            "com.atproto.identity.resolveHandle": self._resolve,
            "com.atproto.repo.describeRepo": self._describe,
            "com.atproto.repo.listRecords": self._list,
            "com.atproto.repo.getRecord": self._record,
            "com.atproto.sync.getLatestCommit": self._latest,
            "com.atproto.sync.getRecord": self._proof,
            **self.view.methods(),
        }

    def _limit_headers(self) -> dict[str, str]:
        end = int(self._clock().timestamp()) // 300 * 300 + 300
        return {**_LIMITS, "RateLimit-Remaining": "2999", "RateLimit-Reset": str(end)}

    async def _resolve(self, request: web.Request) -> web.Response:
        did = self._handles.get(request.query.get("handle", ""))
        if did is None:
            return error("HandleNotFound", "Unable to resolve handle")
        return web.json_response({"did": did})

    async def _document(self, request: web.Request) -> web.StreamResponse:
        did = request.match_info["did"]
        self.asked.append(("directory", {"did": did}))
        wrong = await instead(self.faults, "directory", request, self._clock, self._closing)
        if wrong is not None:
            return wrong
        account = self._accounts.get(did)
        if account is None:
            return web.json_response({"message": f"DID not registered: {did}"}, status=404)
        if account.gone:
            return web.json_response({"message": f"DID not available: {did}"}, status=410)
        return web.json_response(
            self._did_document(account), content_type="application/did+ld+json"
        )

    async def _web_document(self, request: web.Request) -> web.Response:
        did = f"did:web:{request.host.replace(':', '%3A')}"
        account = self._accounts.get(did)
        if account is None:
            raise web.HTTPNotFound
        return web.json_response(self._did_document(account))

    def _did_document(self, account: Account) -> dict[str, Any]:
        did = account.repo.did
        return {
            "@context": [
                "https://www.w3.org/ns/did/v1",
                "https://w3id.org/security/multikey/v1",
                "https://w3id.org/security/suites/secp256k1-2019/v1",
            ],
            "id": did,
            "alsoKnownAs": [f"at://{account.handle}"],
            "verificationMethod": [
                {
                    "id": f"{did}#atproto",
                    "type": "Multikey",
                    "controller": did,
                    "publicKeyMultibase": account.repo.key.multibase,
                }
            ],
            "service": [
                {
                    "id": "#atproto_pds",
                    "type": "AtprotoPersonalDataServer",
                    "serviceEndpoint": account.pds or self.url,
                }
            ],
        }

    async def _describe(self, request: web.Request) -> web.Response:
        account = self._open(request, "repo")
        if account is None:
            return _no_repo(request, "repo")
        collections = {path.partition("/")[0] for path in account.repo.records}
        return web.json_response(
            {
                "handle": account.handle,
                "did": account.repo.did,
                "didDoc": self._did_document(account),
                "collections": sorted(collections),
                "handleIsCorrect": self._handles.get(account.handle) == account.repo.did,
            }
        )

    async def _list(self, request: web.Request) -> web.Response:
        account = self._open(request, "repo")
        if account is None:
            return _no_repo(request, "repo")
        collection, cursor = request.query["collection"], request.query.get("cursor", "")
        trouble = self.faults.take(
            "com.atproto.repo.listRecords", Trouble.EMPTY_PAGES, Trouble.REPEATED_CURSOR
        )
        if trouble is Trouble.EMPTY_PAGES:
            return web.json_response({"records": [], "cursor": self._tid()})
        if cursor and self.faults.take("com.atproto.repo.listRecords", Trouble.BAD_CURSOR):
            return error("InvalidRequest", "Malformed cursor")
        limit = min(int(request.query.get("limit", LIST_DEFAULT)), LIST_MAX)
        found = _page(account.repo, collection, cursor, limit)
        body: dict[str, Any] = {"records": found}
        if found:
            last = found[-1]["uri"].rpartition("/")[2]
            body["cursor"] = cursor if trouble and cursor else last
        if self.faults.take("com.atproto.repo.listRecords", Trouble.OTHER_ACCOUNT):
            body["records"] = [{**r, "uri": r["uri"].replace("plc:", "plc:2")} for r in found]
        return web.json_response(body)

    async def _record(self, request: web.Request) -> web.Response:
        account = self._open(request, "repo")
        path = f"{request.query['collection']}/{request.query['rkey']}"
        record = account.repo.records.get(path) if account else None
        if account is None or record is None:
            uri = f"at://{request.query['repo']}/{path}"
            return error("RecordNotFound", f"Could not locate record: {uri}")
        return web.json_response(_shown(account.repo, path, record))

    async def _latest(self, request: web.Request) -> web.Response:
        account = self._accounts.get(request.query["did"])
        if account is None or account.closed:
            return _closed(request, account)
        return web.json_response({"cid": account.repo.head().text, "rev": account.repo.rev})

    async def _proof(self, request: web.Request) -> web.Response:
        account = self._accounts.get(request.query["did"])
        if account is None or account.closed:
            return _closed(request, account)
        path = f"{request.query['collection']}/{request.query['rkey']}"
        trouble = self.faults.take("com.atproto.sync.getRecord", *FORGERIES)
        if trouble is Trouble.NO_PROOF:
            return error("InvalidRequest", "Could not read the record", 404)
        body = prove(account.repo, path, trouble)
        return web.Response(body=body, content_type="application/vnd.ipld.car")

    def _open(self, request: web.Request, name: str) -> Account | None:
        asked = request.query.get(name, "")
        account = self._accounts.get(self._handles.get(asked, asked))
        return None if account is None or account.closed else account


def _no_repo(request: web.Request, name: str) -> web.Response:
    return error("InvalidRequest", f"Could not find repo: {request.query.get(name, '')}")


def _closed(request: web.Request, account: Account | None) -> web.Response:
    did = request.query["did"]
    if account is None:
        return error("RepoNotFound", f"Could not find repo for DID: {did}")
    what = account.closed.removeprefix("Repo").lower()
    return error(account.closed, f"Repo has been {what}: {did}")


def _page(repo: Repo, collection: str, cursor: str, limit: int) -> list[dict[str, Any]]:
    """Return a page, newest key first; a cursor comes with every page that is not empty."""
    paths = sorted((p for p in repo.records if p.startswith(f"{collection}/")), reverse=True)
    after = [p for p in paths if not cursor or p.rpartition("/")[2] < cursor]
    return [_shown(repo, path, repo.records[path]) for path in after[:limit]]


def _shown(repo: Repo, path: str, record: Record) -> dict[str, Any]:
    return {"uri": f"at://{repo.did}/{path}", "cid": record.block.text, "value": record.value}


def _subject(value: Mapping[str, Any]) -> object:
    subject = value.get("subject")
    return subject.get("uri") if isinstance(subject, Mapping) else subject
