"""Reverse: who of the register commented on the videos of a candidate's, party's or team's channel.

One list holds the threads of all videos of a channel, newest first. It carries strangers: each
page is asked against the register while it is in memory, and nothing else of it is kept, neither
in a cursor nor in a note. A thread's place in the list is the time of its first comment, so an
answer under an old comment is only found by reading old threads again: a *deep* walk does that.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, time, timedelta
from math import ceil

from monitor.clock import Clock, to_text
from monitor.collect import youtube_parse as parse
from monitor.collect.base import Cursor, Members, TargetPage
from monitor.collect.resume import moment, restored
from monitor.collect.youtube_api import (
    EMPTY_PAGES,
    ENDLESS,
    STALE,
    Api,
    ClosedError,
    StaleTokenError,
)
from monitor.errors import NotFoundError
from monitor.model.contest import ZONES, TargetAccount
from monitor.model.evidence import Exchange, RawItem
from monitor.model.person import Watch

PLATFORM = "youtube"
AT_ONCE = "100"
# A thread may become visible some minutes after the time that it bears (it was held for review).
OVERLAP = timedelta(hours=1)
ODD = "{count} entries of an unknown form"
HIDDEN = "{count} answers are counted by the platform and not listed"
SHUT = "the channel keeps its comments closed ({reason})"
GONE = "the channel is not there"
DAY = 86_400.0
UNREAD = "answers of {count} comments could not be read"

TARGET, VIDEO = "target", "video"


@dataclass(frozen=True, slots=True)
class State:
    """Where reading stopped; instants are ISO 8601 texts, and nobody's comment is named.

    ``since`` is the newest comment of the last walk that reached its end, ``deep_at`` when the
    last deep one began. The rest is the walk under way.
    """

    channel: str = ""
    since: str = ""
    deep_at: str = ""
    token: str = ""
    newest: str = ""
    began: str = ""
    deep: bool = False


@dataclass(frozen=True, slots=True)
class _Said:
    """A comment's own bytes, its thread, and the comment that it answers."""

    thread: parse.Thread
    answers: parse.Comment | None
    body: bytes


@dataclass(slots=True)
class _Tally:
    """What one page brought, and what it did not."""

    items: list[tuple[Watch, RawItem]] = field(default_factory=list)
    odd: int = 0
    hidden: int = 0
    unread: int = 0
    listed: int = 0

    @property
    def note(self) -> str:
        said = ((ODD, self.odd), (HIDDEN, self.hidden), (UNREAD, self.unread))
        return "; ".join(text.format(count=count) for text, count in said if count)


def load(cursor: Cursor) -> State:
    """Read a cursor; one of another form is a first look."""
    return restored(cursor, State, instants=("since", "deep_at", "newest", "began"))


@dataclass(slots=True)
class Threads:
    """One look at one channel.

    ``days`` is how far back a deep walk goes, ``deep_every`` the seconds between two of them.
    """

    api: Api
    clock: Clock
    target: TargetAccount
    members: Members
    last_look: datetime | None
    state: State
    days: int
    deep_every: float

    async def pages(self) -> AsyncIterator[TargetPage]:
        """Yield pages; see ``ReadsTargets.engagers``."""
        try:
            if not self.state.channel:
                await self._find()
            if not self.state.token:
                self._begin()
            async for page in self._walk():
                yield page
        except StaleTokenError:
            yield self._page(_Tally(), self._dropped(), note=STALE)
        except ClosedError as closed:
            # The owner's choice, and no refusal of us: nothing is wrong with the platform.
            note = SHUT.format(reason=closed.reason)
            yield self._unseen(self._dropped(), note)
        except NotFoundError:
            yield self._unseen(State(), GONE)

    async def _find(self) -> None:
        _, channel = await self.api.channel(self.target.native_id or self.target.handle)
        if channel is None:
            raise NotFoundError(self.api.subject, GONE)
        self.state = State(channel.id)

    def _begin(self) -> None:
        state, now = self.state, self.clock()
        last = moment(state.deep_at)
        deep = last is None or (now - last).total_seconds() >= self.deep_every
        self.state = replace(state, newest=state.since, began=to_text(now), deep=deep)

    async def _walk(self) -> AsyncIterator[TargetPage]:
        empty = 0
        while True:
            state = self.state
            answer, found = await self._ask()
            tally, reached = await self._read(answer, found)
            empty = 0 if found.items else empty + 1
            stuck = bool(found.token) and (found.token == state.token or empty > EMPTY_PAGES)
            over = stuck or not found.token or reached
            self.state = replace(self.state, token=found.token)
            after = self._dropped() if stuck else self._ended() if over else self.state
            note = "; ".join(filter(None, (tally.note, ENDLESS if stuck else "")))
            yield self._page(tally, after, note=note, last=over)
            if over:
                return

    async def _ask(self) -> tuple[Exchange, parse.Listing]:
        params = {
            "part": "id,snippet,replies",
            "allThreadsRelatedToChannelId": self.state.channel,
            "order": "time",
            "textFormat": "plainText",
            "maxResults": AT_ONCE,
        }
        more = {"pageToken": self.state.token} if self.state.token else {}
        answer, found = await self.api.ask("commentThreads.list", {**params, **more})
        return answer, found or parse.Listing((), "", "")

    async def _read(self, answer: Exchange, found: parse.Listing) -> tuple[_Tally, bool]:
        """Return what to keep of a page, and whether it reaches what an earlier walk has read."""
        tally, threads, reached = _Tally(), list[tuple[parse.Thread, parse.Comment]](), False
        border = self._border()
        for body in found.items:
            try:
                thread = parse.thread(body)
                top = parse.comment(thread.top)
            except ValueError:
                tally.odd += 1
                continue
            if thread.channel not in ("", self.state.channel):
                tally.odd += 1
                continue
            if top.published is not None:
                # The list is in order of time, but for what the channel's owner has pinned.
                reached = top.published < border
                # A time to come would hide all that comes until then.
                at = to_text(min(top.published, self.clock()))
                self.state = replace(self.state, newest=max(self.state.newest, at))
            threads.append((thread, top))
        self._keep_whole(tally, answer, threads)
        # Seen before any is read: a page that is begun can be read to its end.
        wanting = [
            (thread, top)
            for thread, top in threads
            # What an earlier walk has read is read again by a deep one only.
            if thread.total > len(thread.replies)
            and (top.published is None or top.published >= border)
        ]
        units = sum(ceil(thread.total / int(AT_ONCE)) for thread, _ in wanting)
        self.api.budget.room(units, self.api.subject)
        for thread, top in wanting:
            await self._keep_replies(tally, thread, top)
        return await self._with_videos(tally), reached

    def _border(self) -> datetime:
        oldest = self.clock() - timedelta(days=self.days)
        since = moment(self.state.since)
        return oldest if self.state.deep or since is None else since - OVERLAP

    def _keep_whole(
        self,
        tally: _Tally,
        answer: Exchange,
        threads: Sequence[tuple[parse.Thread, parse.Comment]],
    ) -> None:
        """Keep of the first comments, and of the answers that came whole with them."""
        said = [_Said(thread, None, thread.top) for thread, _ in threads]
        for thread, top in threads:
            if thread.total <= len(thread.replies):
                said += [_Said(thread, top, reply) for reply in thread.replies]
        self._keep(tally, answer, said)

    async def _keep_replies(self, tally: _Tally, thread: parse.Thread, top: parse.Comment) -> None:
        """Read every answer of a thread; what came with it is only a part."""
        token, seen, told = "", 0, set[str]()
        params = {"part": "id,snippet", "parentId": thread.id, "maxResults": AT_ONCE,
                  "textFormat": "plainText"}  # fmt: skip
        while True:
            more = {"pageToken": token} if token else {}
            try:
                answer, found = await self.api.ask("comments.list", {**params, **more})
            except NotFoundError:
                return  # deleted since the list was made: nobody says it any more
            except (ClosedError, StaleTokenError):
                tally.unread += 1
                return
            if found is None:
                return
            self._keep(tally, answer, [_Said(thread, top, body) for body in found.items])
            seen += len(found.items)
            told.add(token)
            token = found.token
            if not token or token in told or not found.items:
                break
        tally.unread += bool(token)
        tally.hidden += max(0, thread.total - seen) if not token else 0

    def _keep(self, tally: _Tally, answer: Exchange, said: Sequence[_Said]) -> None:
        """Keep of some comments those of registered accounts; nothing of the others."""
        tally.listed += len(said)
        read = list[tuple[parse.Comment, _Said]]()
        for one in said:
            try:
                read.append((parse.comment(one.body), one))
            except ValueError:
                tally.odd += 1
        authors = {own.author for own, _ in read if own.author}
        ours = self.members.watching(PLATFORM, authors)
        page, digest = answer.bare, answer.body_digest
        for own, one in read:
            watch = ours.get(own.author)
            if watch is not None and _is_due(own, watch):
                tally.items.append((watch, self._item(own, one, page, digest)))

    def _item(self, own: parse.Comment, one: _Said, page: Exchange, digest: str) -> RawItem:
        top = one.answers if own.parent else None
        video = own.video or one.thread.video or (top.video if top else "")
        return RawItem(
            native_key=own.id,
            body=one.body,
            page=page,
            page_digest=digest,
            seen_at=page.finished_at,
            not_before=self._not_before(top),
            context=((TARGET, self._parent(page, top)),) if top else (),
            hints=(("channel", self.state.channel), ("video", video)),
        )

    def _not_before(self, top: parse.Comment | None) -> datetime | None:
        # An answer under an old comment is only looked for by a deep walk.
        return self.last_look if top is None else moment(self.state.deep_at)

    def _parent(self, answer: Exchange, top: parse.Comment) -> Exchange:
        named = top.author == self.state.channel
        return replace(answer, body=parse.parent(top, named=named))

    async def _with_videos(self, tally: _Tally) -> _Tally:
        """Add to each kept comment the video that it stands under, by that video's own record."""
        known: dict[str, Exchange | None] = {}
        for number, (watch, raw) in enumerate(tally.items):
            video = dict(raw.hints)["video"]
            if video and video not in known:
                answer, item = await self.api.one("videos.list", part="id,snippet", id=video)
                known[video] = answer if item is not None else None
            name = VIDEO if raw.context else TARGET
            context = (*raw.context, (name, known.get(video)))
            tally.items[number] = (watch, replace(raw, context=context))
        return tally

    def _ended(self) -> State:
        state = self.state
        deep_at = state.began if state.deep else state.deep_at
        return State(state.channel, state.newest, deep_at)

    def _dropped(self) -> State:
        """Return the state after a walk that was given up: the next one begins where it began."""
        state = self.state
        return State(state.channel, state.since, state.deep_at)

    def _unseen(self, state: State, note: str) -> TargetPage:
        """Say that nothing can be seen now, which is no empty list; it is asked again in a day."""
        return replace(self._page(_Tally(), state, note=note), next_in=DAY, listed=None)

    def _page(
        self, tally: _Tally, state: State, *, note: str = "", last: bool = True
    ) -> TargetPage:
        kept = {name: value for name, value in asdict(state).items() if value}
        return TargetPage(tuple(tally.items), kept, complete=not note, last=last, note=note,
                          withheld=tally.hidden, listed=tally.listed)  # fmt: skip


def _is_due(own: parse.Comment, watch: Watch) -> bool:
    """Say whether a comment was made since monitoring began (POLICY 12)."""
    since = datetime.combine(watch.monitored_from, time(), ZONES[watch.zone])
    return own.published is not None and own.published >= since
