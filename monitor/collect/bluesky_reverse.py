"""Who engaged with a candidate's, party's or team's account on Bluesky, as far as registered.

A look walks the account's posts, newest first. The query server counts the likes, reposts, quotes
and answers of each; a list is read where its count moved since the last look. Once per
``full_scan`` every list of every post is read, and the followers: that finds what a count hides,
such as one like taken back while another came.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from monitor.clock import Clock, from_text, to_text
from monitor.collect.base import Members, TargetPage
from monitor.collect.bluesky_appview import (
    AppView,
    Engager,
    Kind,
    Listed,
    Post,
    StaleView,
    resting,
    resumed,
)
from monitor.collect.bluesky_context import Surroundings
from monitor.collect.bluesky_engager import Repositories
from monitor.collect.bluesky_identity import Directory
from monitor.collect.bluesky_place import RECENT_PAGES, Place, State
from monitor.collect.bluesky_server import OPT_OUT, Server
from monitor.config import Bluesky as Settings
from monitor.errors import BlockedError, CollectError, NotFoundError
from monitor.model.contest import TargetAccount
from monitor.model.evidence import RawItem
from monitor.model.person import Watch
from monitor.net import Http

POST_LISTS = (Kind.LIKES, Kind.REPOSTS, Kind.QUOTES, Kind.REPLIES)
PAGES_PER_LOOK = 1_000
EMPTY_PAGES = 3
# Between two pages that bring nothing, so that a cut costs little and a stranger no write.
STRANGERS_PAGES = 50
HANDED_OVER = 100_000
CURSORS = 100
FOLLOWERS = "self"

# The kind of list, what it is of, and the act's record or who did it.
Act = tuple[str, str, str]

HIDDEN = f"skipped: the profile asks not to be shown to logged-out visitors ({OPT_OUT})"
DELETED = "a post was deleted while its lists were read"
GAVE_UP = "a list came with empty pages or a repeated cursor and was left"
REFUSED = "a list was refused or too long to be shown at once"
STALE = "the server no longer takes where reading stopped: the next look begins anew"
LOST = "an act was listed whose own record could not be read"


class HandedOver:
    """Which acts of registered people this process has passed on and seen stored.

    It only saves looking the record up again; after a restart it is empty.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[Act, None] = OrderedDict()

    def __contains__(self, act: Act) -> bool:
        return act in self._known

    def add(self, acts: Sequence[Act]) -> None:
        self._known.update(dict.fromkeys(acts))
        while len(self._known) > HANDED_OVER:
            self._known.popitem(last=False)


@dataclass(frozen=True, slots=True)
class List:
    """One list: of whom or what, the post's key, and how much the platform says is in it."""

    kind: Kind
    of: str
    key: str
    count: int = 0

    @property
    def name(self) -> str:
        return f"{self.key}/{self.kind}"


@dataclass(slots=True)
class Turn:
    """How far a list was read. ``whole`` says that it was read from its beginning.

    Each page is asked for from before the last moment of the one before it, not from behind its
    last row: rows are told apart by time and content, and many likes of one moment have the same
    content, so the server's own cursor skips those that did not fit on the page.
    """

    cursor: str
    whole: bool
    over: bool = False
    shown: int = 0
    empty: int = 0
    before: frozenset[Engager] = frozenset()
    asked: deque[str] = field(default_factory=lambda: deque(maxlen=CURSORS))

    def restart(self) -> None:
        self.cursor, self.whole, self.shown, self.before = "", True, 0, frozenset()

    def fresh(self, listed: Listed) -> Listed:
        """Return a page without the rows that the page before it showed already."""
        new = tuple(one for one in listed.engagers if one not in self.before)
        self.before = frozenset(listed.engagers)
        return replace(listed, engagers=new)

    def take(self, listed: Listed) -> bool:
        """Go to the next page; return whether the list had to be given up."""
        self.shown += len(listed.engagers) + listed.unread
        self.empty = 0 if listed.engagers else self.empty + 1
        self.asked.append(self.cursor)
        again = resumed(resting(listed.cursor))
        # A page of one moment only would come again: then the server's own cursor leads on.
        ahead = again if again and again not in self.asked else listed.cursor
        wrong = bool(ahead) and (ahead in self.asked or self.empty == EMPTY_PAGES)
        self.cursor = "" if wrong else ahead
        self.over = not self.cursor
        return wrong


@dataclass(slots=True)
class Walk:
    """Yields the pages of one look; ``state`` is what each page's cursor is made of."""

    http: Http
    directory: Directory
    settings: Settings
    clock: Clock
    account: TargetAccount
    members: Members
    state: State
    handed: HandedOver
    budget: int = field(default_factory=lambda: PAGES_PER_LOOK)
    listed: int = 0
    withheld: int = 0
    notes: dict[str, None] = field(default_factory=dict)
    silent: int = 0

    @property
    def subject(self) -> str:
        return f"bluesky {self.account.handle or self.account.native_id}"

    @property
    def view(self) -> AppView:
        return AppView(self.http, self.settings.appview.rstrip("/"), self.subject)

    async def pages(self) -> AsyncIterator[TargetPage]:
        did = await self._identify()
        if await self._hidden(did):
            yield TargetPage((), self.state.cursor(), complete=False, note=HIDDEN)
            return
        place = self.state.place = self.state.place or self._begin()
        people = self._people()
        try:
            async for page in self._look(did, place, people):
                yield page
        except StaleView:
            if not place.feed:
                raise
            self.state.place = None  # the next look begins anew, and loses nothing
            self.notes[STALE] = None
            yield self._page(())

    async def _look(
        self, did: str, place: Place, people: Repositories
    ) -> AsyncIterator[TargetPage]:
        while self.budget and _goes_on(place):
            async for page in self._feed(did, place, people):
                yield page
        if self.budget and place.full:
            async for page in self._list(List(Kind.FOLLOWERS, did, FOLLOWERS), place, people):
                yield page
        if not self.budget:
            yield self._page(())  # the next look goes on from here
            return
        self.state.finish()
        yield self._page((), last=True)

    def _begin(self) -> Place:
        now, full_at = self.clock(), self.state.full_at
        age = timedelta(seconds=self.settings.full_scan)
        full = not full_at or abs(now - from_text(full_at)) >= age
        return Place(began=to_text(now), full=full)

    async def _identify(self) -> str:
        if not self.state.did:
            native, handle = self.account.native_id, self.account.handle
            self.state.did = native or await self.directory.resolve(handle, self.subject)
        return self.state.did

    async def _hidden(self, did: str) -> bool:
        identity = await self.directory.read(did, self.subject)
        return await Server(self.http, identity.pds, did, self.subject).opted_out()

    def _people(self) -> Repositories:
        around = Surroundings(self.http, self.directory, self.subject)
        since = from_text(self.state.full_at) if self.state.full_at else None
        return Repositories(self.http, self.directory, around, since)

    async def _feed(
        self, did: str, place: Place, people: Repositories
    ) -> AsyncIterator[TargetPage]:
        """Read the lists of one page of posts, those that are not done yet."""
        self.budget -= 1
        feed = await self.view.feed(did, place.feed)
        self.listed += len(feed.posts)
        self.withheld += feed.unread
        for post in feed.posts:
            for found in self._moved(post, place):
                async for page in self._list(found, place, people):
                    yield page
                if not self.budget:
                    return
            if place.pages < RECENT_PAGES and post.key not in place.trouble:
                place.counts[post.key] = post.counts
        place.feed, place.done, place.trouble = feed.cursor, [], []
        place.pages += 1

    def _moved(self, post: Post, place: Place) -> list[List]:
        """Return the lists of a post that are to be read and are not done."""
        known = self.state.counts.get(post.key)
        lists = [List(kind, post.uri, post.key, post.counts[kind]) for kind in POST_LISTS]
        return [
            one
            for one in lists
            if one.count
            and one.name not in place.done
            and (place.full or known is None or known.get(one.kind) != one.count)
        ]

    async def _list(
        self, one: List, place: Place, people: Repositories
    ) -> AsyncIterator[TargetPage]:
        """Read one list to its end, or as far as the budget goes."""
        name, kept = place.at
        cursor = resumed(kept) if name == one.name else ""
        turn = Turn(cursor, whole=not cursor)
        while self.budget:
            self.budget -= 1
            listed = turn.fresh(await self._asked(one, turn, place))
            items, acts = await self._items(one, listed, place, people)
            if turn.take(listed):
                self._troubled(one, place, GAVE_UP)
            place.at = (one.name, resting(turn.cursor))
            if turn.over:
                place.done.append(one.name)
                place.at = ("", "")
                await self._shortage(one, turn, place)
            if self._is_time(items):
                yield self._page(items)
                self.handed.add(acts)
            if turn.over:
                return

    async def _asked(self, one: List, turn: Turn, place: Place) -> Listed:
        try:
            return await self.view.engagers(one.kind, one.of, turn.cursor)
        except StaleView:
            if not turn.cursor:
                raise
            turn.restart()
            return await self.view.engagers(one.kind, one.of, "")
        except NotFoundError:
            self._troubled(one, place, DELETED)
            return Listed((), "")
        except BlockedError:
            if one.kind is not Kind.REPLIES:
                raise
            # A thread has no pages: one that is too long is refused by our own limit.
            self.notes[REFUSED] = None
            return Listed((), "", unread=one.count)

    async def _items(
        self, one: List, listed: Listed, place: Place, people: Repositories
    ) -> tuple[list[tuple[Watch, RawItem]], list[Act]]:
        self.listed += len(listed.engagers)
        self.withheld += listed.unread
        known = self.members.watching("bluesky", [who.did for who in listed.engagers])
        items, acts = list[tuple[Watch, RawItem]](), list[Act]()
        for who in listed.engagers:
            watch, act = known.get(who.did), (one.kind, one.of, who.uri or who.did)
            if watch is None or act in self.handed:
                continue
            try:
                raw = await people.act(one.kind, one.of, who, watch)
            except CollectError:
                self._troubled(one, place, LOST)
                continue
            if raw is not None:
                items.append((watch, raw))
                acts.append(act)
        return items, acts

    async def _shortage(self, one: List, turn: Turn, place: Place) -> None:
        """Count what the platform says is there and did not list.

        Of a post that does not exist it says 200 and lists nothing: that is no empty list.
        """
        missing = one.count - turn.shown if turn.whole else 0
        if missing <= 0:
            return
        if not turn.shown and not await self.view.exists(one.of):
            self._troubled(one, place, DELETED)
        else:
            self.withheld += missing

    def _troubled(self, one: List, place: Place, note: str) -> None:
        self.notes[note] = None
        place.broken = True
        place.trouble.append(one.key)

    def _is_time(self, items: Sequence[object]) -> bool:
        """Say whether to commit: what was found at once, a walk past strangers now and then."""
        self.silent = 0 if items else self.silent + 1
        return bool(items) or not self.budget or self.silent % STRANGERS_PAGES == 0

    def _page(self, items: Sequence[tuple[Watch, RawItem]], *, last: bool = False) -> TargetPage:
        page = TargetPage(
            items=tuple(items),
            cursor=self.state.cursor(),
            complete=not self.notes,
            last=last,
            note="; ".join(self.notes),
            withheld=self.withheld,
            listed=self.listed,
        )
        self.withheld = self.listed = 0
        return page


def _goes_on(place: Place) -> bool:
    if place.pages and not place.feed:
        return False
    return place.full or place.pages < RECENT_PAGES
