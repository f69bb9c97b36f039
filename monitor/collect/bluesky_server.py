"""Questions to the personal data server that holds one registered account's repository."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from monitor.collect import bluesky_parse as parse
from monitor.collect.bluesky_identity import Unavailable, fields
from monitor.errors import TransientError
from monitor.model.evidence import Exchange
from monitor.net import Expect, Http

PAGE_LIMIT = 100  # the most that listRecords gives
OPT_OUT = "!no-unauthenticated"

# com.atproto.sync.getLatestCommit, errors; a server's message says it where the name does not.
_CLOSED = frozenset({"RepoNotFound", "RepoDeactivated", "RepoTakendown", "RepoSuspended"})
_NO_REPO = "Could not find repo"
_SHOWN = 40


class StaleCursor(TransientError):
    """The server does not accept a cursor that it gave earlier."""


@dataclass(frozen=True, slots=True)
class Server:
    """``subject`` is what errors name; the address never is."""

    http: Http
    pds: str
    did: str
    subject: str

    async def revision(self) -> str:
        """Return the repository's revision; raise ``Unavailable`` where it is closed."""
        answer = await self._ask("com.atproto.sync.getLatestCommit", {"did": self.did})
        return str(fields(answer, self.subject).get("rev", ""))

    async def listing(self, collection: str, cursor: str) -> tuple[Exchange, parse.Listing]:
        params = {"repo": self.did, "collection": collection, "limit": str(PAGE_LIMIT)}
        if cursor:
            params["cursor"] = cursor
        answer = await self._ask("com.atproto.repo.listRecords", params)
        try:
            return answer, parse.listing(answer.body)
        except ValueError as error:
            raise TransientError(self.subject, f"{collection}: {error}") from None

    async def opted_out(self) -> bool:
        """Say whether the profile labels itself as not for logged-out visitors."""
        answer = await self.record("app.bsky.actor.profile", "self")
        if answer.status != HTTPStatus.OK:
            return False
        try:
            labels = parse.entry(answer.body).value.get("labels")
        except ValueError:
            return False
        values = labels.get("values") if isinstance(labels, dict) else None
        found = values if isinstance(values, list) else []
        return OPT_OUT in [label.get("val") for label in found if isinstance(label, dict)]

    async def record(self, collection: str, key: str) -> Exchange:
        """Fetch one record alone; an answer 400 says that it is not there."""
        params = {"repo": self.did, "collection": collection, "rkey": key}
        return await self._get("com.atproto.repo.getRecord", params, Expect.JSON)

    async def proof(self, collection: str, key: str) -> Exchange:
        """Fetch the record with the signed commit and the path between them, as a CAR file."""
        params = {"did": self.did, "collection": collection, "rkey": key}
        return await self._get("com.atproto.sync.getRecord", params, Expect.CAR)

    async def _ask(self, method: str, params: dict[str, str]) -> Exchange:
        answer = await self._get(method, params, Expect.JSON)
        if answer.status == HTTPStatus.OK:
            return answer
        said = fields(answer, self.subject)
        name = str(said.get("error", ""))
        if name in _CLOSED:
            raise Unavailable(self.subject, name, answer)
        if str(said.get("message", "")).startswith(_NO_REPO):
            raise Unavailable(self.subject, "RepoNotFound", answer)
        kind = StaleCursor if "cursor" in params else TransientError
        raise kind(self.subject, f"{method} answered {answer.status} {name[:_SHOWN]}")

    async def _get(self, method: str, params: dict[str, str], expect: Expect) -> Exchange:
        url = f"{self.pds}/xrpc/{method}"
        return await self.http.get(url, subject=self.subject, params=params, expect=expect)
