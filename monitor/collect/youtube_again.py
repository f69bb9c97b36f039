"""One video or comment looked at again, by its own id.

The API answers with an empty list for what was deleted, made private or held back alike, so none
of them is called a deletion: the act can no longer be seen, and that is all that is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from monitor.collect import youtube_parse as parse
from monitor.collect.youtube_api import Api, ClosedError
from monitor.errors import AuthError, NotFoundError, TransientError
from monitor.model.activity import Activity, Signal
from monitor.model.evidence import Exchange, RawItem
from monitor.model.exchange import answer_parts
from monitor.model.state import ActState, Again, Known, Reason

Read = Callable[[RawItem], Activity]


async def fetch_alone(api: Api, signal: Signal, native_key: str) -> tuple[Exchange, bytes | None]:
    """Ask for one video or comment by its id; ``None`` where the platform shows none."""
    if signal is Signal.POST:
        answer, item = await api.one("videos.list", part="id,snippet", id=native_key)
    else:
        answer, item = await api.one(
            "comments.list", part="id,snippet", id=native_key, textFormat="plainText"
        )
    if item is not None and _key(signal, item, api.subject) != native_key:
        raise TransientError(api.subject, "the platform answered with another record")
    return answer, item


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one act; ``read`` turns its record into an activity."""

    api: Api
    known: Known
    read: Read

    async def again(self) -> Again:
        """Say how the act stands; see ``LooksAgain.look_again``."""
        try:
            answer, item = await fetch_alone(self.api, self.known.signal, self.known.object_id)
        except NotFoundError:
            return Again(ActState.HIDDEN, Reason.RECORD_GONE)
        except (ClosedError, AuthError):
            return Again(ActState.HIDDEN, Reason.REFUSED)
        if item is None:
            return await self._hidden(answer)
        raw = RawItem(
            native_key=self.known.object_id,
            body=item,
            page=answer.bare,
            page_digest=answer.body_digest,
            seen_at=answer.finished_at,
            hints=self._hints(),
        )
        activity = self.read(raw)
        if activity.actor.native_id != self.known.actor_id:
            raise TransientError(self.api.subject, "the platform answered with another account's")
        same = activity.revision == self.known.revision
        return Again(ActState.THERE if same else ActState.EDITED, activity=activity, raw=raw)

    def _hints(self) -> tuple[tuple[str, str], ...]:
        """Name the video that a comment stands under; of the comment alone it may be missing."""
        if self.known.signal is Signal.POST:
            return ()
        video = parse_qs(urlsplit(self.known.url).query).get("v", [""])[0]
        return (("channel", ""), ("video", video))

    async def _hidden(self, answer: Exchange) -> Again:
        """Tell an act that is gone from an account that is."""
        _, channel = await self.api.channel(self.known.actor_id)
        reason = Reason.ACCOUNT_CLOSED if channel is None else Reason.RECORD_GONE
        return Again(ActState.HIDDEN, reason, parts=answer_parts(answer))


def _key(signal: Signal, item: bytes, subject: str) -> str:
    try:
        return parse.video(item).id if signal is Signal.POST else parse.comment(item).id
    except ValueError:
        raise TransientError(subject, "the record is of an unknown form") from None
