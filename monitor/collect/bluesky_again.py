"""One Bluesky act looked at again, on its author's own server.

Of a closed account ``getRecord`` says anything (not found, or what another server says), so the
repository is asked first whether it is open. A signed repository can prove that it holds no such
record: then the deletion is the account's own act.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from monitor.collect import bluesky_parse as parse
from monitor.collect.bluesky_identity import Directory, Identity, Unavailable, fields
from monitor.collect.bluesky_proof import Proved, verify_absence
from monitor.collect.bluesky_server import Server
from monitor.errors import (
    AuthError,
    BlockedError,
    NormaliseError,
    NotFoundError,
    TransientError,
)
from monitor.model.activity import RELATIONAL, Activity
from monitor.model.evidence import Canonical, Exchange, Part, RawItem, canonical
from monitor.model.exchange import answer_parts, digested
from monitor.model.state import ActState, Again, Known, Reason, gone
from monitor.net import Http

ABSENCE = "atproto-commit-absence"
# A like given again has a newer key, so only the newer ones are read: this many pages at most.
PAGES = 20

Read = Callable[[RawItem], Activity]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one act; ``read`` turns its record into an activity."""

    http: Http
    directory: Directory
    known: Known
    read: Read
    subject: str

    async def again(self) -> Again:
        """Say how the act stands; see ``LooksAgain.look_again``."""
        try:
            identity = await self.directory.read(self.known.actor_id, self.subject)
            return await self._look(identity)
        except Unavailable as closed:
            return hidden(Reason.ACCOUNT_CLOSED, closed.answer)
        except (BlockedError, AuthError):
            return hidden(Reason.REFUSED)

    async def _look(self, identity: Identity) -> Again:
        server = Server(self.http, identity.pds, identity.did, self.subject)
        await server.revision()  # raises where the whole account is closed
        if await server.opted_out():
            return hidden(Reason.OPTED_OUT)
        collection, key = self._place()
        answer = await server.record(collection, key)
        if answer.status == HTTPStatus.OK:
            return self._compared(answer)
        if fields(answer, self.subject).get("error") != "RecordNotFound":
            raise TransientError(self.subject, f"the record's server answered {answer.status}")
        elsewhere = await self._given_again(server, collection, key)
        return elsewhere or await self._gone(server, identity, answer)

    def _place(self) -> tuple[str, str]:
        parts = parse.Ref(self.known.object_id).parts
        if parts is None or parts[0] != self.known.actor_id:
            raise NotFoundError(self.subject, "what is on file is no record of this account")
        return parts[1], parts[2]

    def _compared(self, answer: Exchange, body: bytes = b"") -> Again:
        """Compare what is there with what is on file; ``body`` is one record of a list."""
        raw = RawItem(
            native_key=self.known.object_id,
            body=body or answer.body,
            page=answer.bare,
            page_digest=answer.body_digest,
            seen_at=answer.finished_at,
        )
        activity = self.read(raw)
        if not body and activity.object.id != self.known.object_id:
            raise TransientError(self.subject, "the server answered with another record")
        same = activity.revision == self.known.revision
        return Again(ActState.THERE if same else ActState.EDITED, activity=activity, raw=raw)

    async def _given_again(self, server: Server, collection: str, key: str) -> Again | None:
        """Find a like, share or follow that was taken back and given again since."""
        if self.known.signal not in RELATIONAL:
            return None
        cursor = ""
        for _ in range(PAGES):
            answer, found = await server.listing(collection, cursor)
            for record in map(bytes, found.records):
                again = self._same_act(answer, record)
                if again:
                    return again
            # A page's cursor is its last key, and the newest come first.
            if not found.cursor or found.cursor <= key or found.cursor == cursor:
                return None
            cursor = found.cursor
        raise TransientError(self.subject, f"more than {PAGES} pages of newer records")

    def _same_act(self, answer: Exchange, record: bytes) -> Again | None:
        try:
            again = self._compared(answer, record)
        except NormaliseError:
            return None  # of a form that the poll tells of
        same = again.activity is not None and again.activity.id == self.known.activity_id
        return again if same else None

    async def _gone(self, server: Server, identity: Identity, answer: Exchange) -> Again:
        collection, key = self._place()
        proof = await server.proof(collection, key)
        parts = [Part("answer", "application/json", answer.body)]
        proved = None
        if proof.status == HTTPStatus.OK:
            proved = self._proved(proof, identity, f"{collection}/{key}")
            parts.append(Part("proof", "application/vnd.ipld.car", proof.body))
        parts.append(_headers(identity, answer, proof, proved))
        return Again(
            gone(self.known.signal),
            Reason.RECORD_GONE,
            parts=tuple(parts),
            proof=ABSENCE if proved else "",
        )

    def _proved(self, proof: Exchange, identity: Identity, path: str) -> Proved:
        return verify_absence(proof.body, identity.did, path, identity.key, self.subject)


def hidden(reason: Reason, answer: Exchange | None = None) -> Again:
    """Say that the act cannot be seen; ``answer`` is what said so."""
    if answer is None:
        return Again(ActState.HIDDEN, reason)
    return Again(ActState.HIDDEN, reason, parts=answer_parts(answer))


def _headers(identity: Identity, answer: Exchange, proof: Exchange, proved: Proved | None) -> Part:
    value: dict[str, Canonical] = {
        "v": 1,
        "exchanges": {
            "record": digested(answer),
            "proof": digested(proof),
        },
        "did_document": identity.document.body.decode("utf-8", "replace"),
        "did_document_exchange": digested(identity.document),
        "commit": proved.commit if proved else None,
        "rev": proved.rev if proved else None,
        "signing_key": proved.signing_key if proved else None,
    }
    return Part("headers", "application/json", canonical(value))
