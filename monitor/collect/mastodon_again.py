"""One Mastodon act looked at again, on its author's own server, by its own status alone.

A status answers 404 when it was deleted, when its account is closed, and when its author blocked
whoever asks. So it is asked for once more without any token, and then its account: only what an
unnamed visitor is told of a status whose account stands counts as a deletion.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from monitor.collect import mastodon_parse as parse
from monitor.collect.mastodon_server import STATUSES_LIMIT, Server, Unavailable
from monitor.errors import AuthError, BlockedError, NormaliseError, TransientError
from monitor.model.activity import RELATIONAL, Activity, TargetState
from monitor.model.evidence import Exchange, RawItem
from monitor.model.exchange import answer_parts
from monitor.model.state import ActState, Again, Known, Reason, gone

# A boost given again is a newer status, so only the newer ones are read: this many pages at most.
PAGES = 10
UNKNOWN = Again(None)
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_SEGMENT = re.compile(r"[A-Za-z0-9_-]{1,64}")

Read = Callable[[RawItem], Activity]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one act of the account ``handle``; ``read`` makes an activity of a status."""

    server: Server
    known: Known
    handle: str
    read: Read

    async def again(self) -> Again:
        """Say how the act stands; see ``LooksAgain.look_again``."""
        native = local_id(self.known.url or self.known.object_id, self.server)
        # A boost that only a target's list showed has a made-up id, with blanks, and no status.
        if not native or " " in self.known.object_id:
            return UNKNOWN
        try:
            return await self._look(native)
        except Unavailable as closed:
            return _hidden(Reason.ACCOUNT_CLOSED, closed.answer)
        except (BlockedError, AuthError):
            return Again(ActState.HIDDEN, Reason.REFUSED)

    async def _look(self, native: str) -> Again:
        answer = await self.server.status(native)
        if answer.status in _GONE and self.server.has_token:
            answer = await self.server.status(native, token=False)
        if answer.status == HTTPStatus.OK:
            return self._compared(answer, answered=await self._answered(answer))
        if answer.status not in _GONE:
            raise TransientError(self.server.subject, f"the server answered {answer.status}")
        account, _ = await self.server.lookup(self.handle)
        if account.native_id != self.known.actor_id:
            return UNKNOWN  # the name is another account's now
        again = await self._given_again(account, native)
        return again or Again(
            gone(self.known.signal), Reason.RECORD_GONE, parts=answer_parts(answer)
        )

    async def _answered(self, answer: Exchange) -> Exchange | None:
        """Read what an answer answers: the answer itself names it by this server's own id only."""
        try:
            parent = parse.status(answer.body).in_reply_to_id
        except ValueError:
            return None
        return await self.server.status(parent) if parent else None

    def _compared(
        self,
        answer: Exchange,
        body: bytes = b"",
        answered: Exchange | None = None,
    ) -> Again:
        """Compare what is there with what is on file; ``body`` is one status of a list."""
        raw = RawItem(
            native_key=self.known.object_id,
            body=body or answer.body,
            page=answer.bare,
            page_digest=answer.body_digest,
            seen_at=answer.finished_at,
            context=(("target", answered),) if answered else (),
            hints=(
                ("actor", self.known.actor_id),
                ("handle", self.handle),
                ("server", self.server.domain),
            ),
        )
        if _author(raw.body) != self.known.actor_id:
            raise TransientError(self.server.subject, "the server answered with another's status")
        activity = self.read(raw)
        if not body and activity.object.id != self.known.object_id:
            raise TransientError(self.server.subject, "the server answered with another status")
        same = activity.revision == self.known.revision or _untouched(raw.body, activity)
        return Again(ActState.THERE if same else ActState.EDITED, activity=activity, raw=raw)

    async def _given_again(self, account: parse.Account, native: str) -> Again | None:
        """Find a boost that was taken back and given again since."""
        if self.known.signal not in RELATIONAL:
            return None
        at, path = "", f"accounts/{account.id}/statuses"
        for _ in range(PAGES):
            params = {"limit": str(STATUSES_LIMIT), **({"max_id": at} if at else {})}
            listing = await self.server.listing(path, params)
            for body in listing.elements:
                again = self._same_act(listing.answer, body)
                if again:
                    return again
            if not listing.older or parse.order(listing.older) <= parse.order(native):
                return None
            at = listing.older
        raise TransientError(self.server.subject, f"more than {PAGES} pages of newer statuses")

    def _same_act(self, answer: Exchange, body: bytes) -> Again | None:
        try:
            again = self._compared(answer, body)
        except (NormaliseError, TransientError):
            return None  # of a form that the look at the account tells of
        same = again.activity is not None and again.activity.id == self.known.activity_id
        return again if same else None


def local_id(address: str, server: Server) -> str:
    """Return a status's id on its own server out of its address or global id, or an empty text.

    Both end with it, on Mastodon (``/@name/1``, ``/users/name/statuses/1``, with ``/activity``
    for a boost) as on GoToSocial and Pleroma.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if host not in (server.domain, urlsplit(server.place.address).hostname):
        return ""
    last = parts.path.removesuffix("/").removesuffix("/activity").rpartition("/")[2]
    return last if _SEGMENT.fullmatch(last) else ""


def _untouched(body: bytes, activity: Activity) -> bool:
    """Say that a status was never edited, where only what it acted upon is not there any more."""
    target = activity.target
    lost = target is not None and target.state is not TargetState.PRESENT
    return lost and not parse.status(body).edited_at


def _author(body: bytes) -> str:
    try:
        return parse.status(body).account.native_id
    except ValueError:
        return ""


def _hidden(reason: Reason, answer: Exchange) -> Again:
    return Again(ActState.HIDDEN, reason, parts=answer_parts(answer))
