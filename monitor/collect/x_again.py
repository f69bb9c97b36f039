"""One X post looked at again by its id.

X says "not found" of a deleted post and of much else, so the account is asked first whether it
can be seen at all. Content that X takes out of view must go within 24 hours, whoever's doing it
was (developer agreement, content compliance).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.collect import x_parse as parse
from monitor.collect.x_api import Api, Unavailable
from monitor.collect.x_poll import item
from monitor.errors import AuthError, BlockedError, TransientError
from monitor.model.activity import Activity
from monitor.model.evidence import Exchange, Part, RawItem, canonical
from monitor.model.exchange import digested
from monitor.model.state import ActState, Again, Known, Reason, gone


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one post; ``read`` turns its item into an activity."""

    api: Api
    known: Known
    read: Callable[[RawItem], Activity]

    async def again(self) -> Again:
        """Say how the post stands; see ``LooksAgain.look_again``."""
        try:
            await self.api.account(self.known.actor_id, "")
            return await self._look(self.known.object_id)
        except Unavailable as closed:
            withheld = closed.reason == "withheld"
            return _hidden(Reason.WITHHELD if withheld else Reason.ACCOUNT_CLOSED, closed.answer)
        except (AuthError, BlockedError):
            return Again(ActState.HIDDEN, Reason.REFUSED)

    async def _look(self, post_id: str, *, edited: bool = False) -> Again:
        answer, found = await self.api.lookup(post_id)
        acts = parse.acts(found)
        if not acts:
            return self._missing(answer, found)
        act = next((one for one in acts if one.author_id == self.known.actor_id), None)
        if act is None:
            raise TransientError(self.api.subject, "X answered with another account's post")
        post = parse.post(act.body)
        if post.is_withheld:
            return _hidden(Reason.WITHHELD, answer)
        if post.newest_id != post.id and not edited:
            return await self._look(post.newest_id, edited=True)
        raw = item(act, answer, None)
        activity = self.read(raw)
        same = activity.revision == self.known.revision
        return Again(ActState.THERE if same else ActState.EDITED, activity=activity, raw=raw)

    def _missing(self, answer: Exchange, found: parse.Answer) -> Again:
        kind = found.problem("ids")
        if kind == parse.NOT_FOUND:
            state = gone(self.known.signal)
            return Again(state, Reason.RECORD_GONE, parts=_parts(answer))
        if kind == parse.NOT_AUTHORIZED:
            return _hidden(Reason.ACCOUNT_CLOSED, answer)
        raise TransientError(self.api.subject, "X sent neither the post nor a reason")


def _hidden(reason: Reason, answer: Exchange) -> Again:
    return Again(ActState.HIDDEN, reason, parts=_parts(answer))


def _parts(answer: Exchange) -> tuple[Part, ...]:
    """Keep how X answered. Of what it still sent of a post nothing may be kept."""
    headers = canonical({"v": 1, "exchanges": {"answer": digested(answer)}})
    return (Part("headers", "application/json", headers),)
