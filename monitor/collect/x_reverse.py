"""Who reposted, quoted and answered a target's posts on X: reverse mode.

Reposts and quotes of the target's newest posts are walked only where their count has moved, and
everyone who is not on the register is dropped as the page is read. Answers are asked for by name
(``from:<registered> to:<target>``), so that X never sends anybody else's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Protocol, runtime_checkable

import msgspec

from monitor.clock import Clock
from monitor.collect import x_parse as parse
from monitor.collect.base import Cursor, Members, TargetPage
from monitor.collect.resume import restored
from monitor.collect.x_api import LOOKUP_LIMIT, Api, StaleToken
from monitor.collect.x_poll import is_since, is_withheld, item, number
from monitor.model.contest import ZONES, TargetAccount
from monitor.model.evidence import Exchange, RawItem
from monitor.model.person import Watch

PLATFORM = "x"
# One lookup tells the counts of so many posts; older ones of the target are not looked at.
TRACKED = LOOKUP_LIMIT
PAGES_PER_WALK = 40
QUERY_LENGTH = 512  # the most that a search over the last seven days takes
# About 50 searches; with more accounts their own lists tell the same, only later.
MOST_NAMES = 1_000
RETWEETS, QUOTES = "retweets", "quote_tweets"
COUNTS = {RETWEETS: "retweet_count", QUOTES: "quote_count"}

REPEATED = "X sent a repeated page token"
UNSEEN = "X counts more reposts or quotes than it lists: protected accounts are among them"

Items = list[tuple[Watch, RawItem]]


@runtime_checkable
class Roll(Protocol):
    """Members that can also name the registered accounts, so that they can be asked for."""

    def handles(self, platform: str, most: int) -> Sequence[str]:
        """Return the names of a platform's registered accounts; none where they are too many."""
        ...


class Seen(msgspec.Struct):
    """How often a post of the target had been passed on when it was last walked."""

    retweet_count: int = 0
    quote_count: int = 0


class State(msgspec.Struct):
    """``posts`` are the target's newest, by id; ``todo`` are walks left, as ``kind/post``.

    ``token`` leads into the first of them, ``listed`` counts what it has shown so far. ``asked``
    is the newest answer found by search. All are the target's own ids and counts.
    """

    id: str = ""
    newest: str = ""
    posts: dict[str, Seen] = {}
    todo: list[str] = []
    token: str = ""
    listed: int = 0
    asked: str = ""


def load(cursor: Cursor, native_id: str) -> State:
    """Read a stored cursor; one of another form, or of another account, begins anew."""
    state = restored(cursor, State)
    return State() if native_id and state.id not in ("", native_id) else state


@dataclass(slots=True)
class Engagers:
    """Yields the pages of one look at a target account."""

    api: Api
    clock: Clock
    target: TargetAccount
    last_look: datetime | None
    members: Members
    state: State
    whole: bool = True
    notes: list[str] = field(default_factory=list)
    now: dict[str, Seen] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        api: Api,
        clock: Clock,
        target: TargetAccount,
        cursor: Cursor,
        last_look: datetime | None,
        members: Members,
    ) -> Engagers:
        return cls(api, clock, target, last_look, members, load(cursor, target.native_id))

    async def pages(self) -> AsyncIterator[TargetPage]:
        state = self.state
        if not state.id:
            known = self.target.native_id
            state.id = (await self.api.account(known, self.target.handle)).id
        await self._newest()
        await self._counts()
        yield self._page([], listed=len(self.now))
        for _ in range(PAGES_PER_WALK):
            if not state.todo:
                break
            yield await self._step()
        if state.todo:
            return  # without a last page: the next look goes on from the cursor
        async for page in self._answers():
            yield page
        yield self._page([], last=True)

    async def _newest(self) -> None:
        """Take the target's new posts on; what it passed on itself is another's."""
        limits = {"exclude": "retweets"}
        if self.state.newest:
            limits["since_id"] = self.state.newest
        _, found = await self.api.posts(self.state.id, limits)
        ids = [act.id for act in parse.acts(found) if parse.ID.fullmatch(act.id)]
        for ident in ids:
            self.state.posts.setdefault(ident, Seen())
        kept = sorted(self.state.posts, key=int, reverse=True)[:TRACKED]
        self.state.posts = {ident: self.state.posts[ident] for ident in kept}
        self.state.newest = max([self.state.newest or "0", *ids], key=int)

    async def _counts(self) -> None:
        """Ask once how often each post was passed on; only one whose count moved is walked."""
        if not self.state.posts:
            return
        _, found = await self.api.lookup(",".join(self.state.posts))
        self.now = {
            str(value.get("id", "")): _seen(value.get("public_metrics"))
            for value in map(parse.mapping, found.posts)
        }
        for gone in self.state.posts.keys() - self.now.keys():
            del self.state.posts[gone]  # nothing can be learned of a deleted post
        moved = [
            f"{kind}/{ident}"
            for ident, known in self.state.posts.items()
            for kind, count in COUNTS.items()
            if getattr(self.now[ident], count) > getattr(known, count)
        ]
        left = [one for one in self.state.todo if one.partition("/")[2] in self.state.posts]
        if self.state.todo[:1] != left[:1]:
            self.state.token, self.state.listed = "", 0
        self.state.todo = [*left, *(one for one in moved if one not in left)]

    async def _step(self) -> TargetPage:
        """Read one page of the first walk that is left."""
        state = self.state
        kind, _, ident = state.todo[0].partition("/")
        answer, found = await self._engaged(ident, kind)
        acts = parse.acts(found)
        state.listed += len(acts)
        before, state.token = state.token, found.next_token
        if state.token and state.token == before:
            self._note(REPEATED)
            state.token = ""
        withheld = 0 if state.token else self._end(kind, ident)
        return self._page(self._kept(acts, answer), withheld=withheld, listed=len(acts))

    async def _engaged(self, ident: str, kind: str) -> tuple[Exchange, parse.Answer]:
        try:
            return await self.api.engaged(ident, kind, self.state.token)
        except StaleToken:
            self.state.token, self.state.listed = "", 0
            return await self.api.engaged(ident, kind, "")

    def _end(self, kind: str, ident: str) -> int:
        """End a walk; return how many reposts or quotes X counts and does not list."""
        state, count = self.state, COUNTS[kind]
        counted: int = getattr(self.now.get(ident, Seen()), count)
        setattr(state.posts[ident], count, counted)
        withheld = max(0, counted - state.listed)
        state.todo.pop(0)
        state.listed = 0
        if withheld:
            self._note(UNSEEN)
        return withheld

    async def _answers(self) -> AsyncIterator[TargetPage]:
        """Search the answers of registered accounts to the target, by their names."""
        if not isinstance(self.members, Roll):
            return
        newest = self.state.asked
        for query in queries(self.members.handles(PLATFORM, MOST_NAMES), self.target.handle):
            token = ""
            for _ in range(PAGES_PER_WALK):
                limits = {"since_id": self.state.asked} if self.state.asked else {}
                limits |= {"next_token": token} if token else {}
                answer, found = await self.api.search(query, limits)
                acts = parse.acts(found)
                newest = max((newest, *(act.id for act in acts)), key=number)
                yield self._page(self._kept(acts, answer), listed=len(acts))
                if not found.next_token or found.next_token == token:
                    break
                token = found.next_token
        self.state.asked = newest

    def _kept(self, acts: Sequence[parse.Act], answer: Exchange) -> Items:
        """Keep the acts of those on the register; the others end here."""
        names = {act.author_id: act.author_handle.lower() for act in acts}
        found = self.members.watching(PLATFORM, _both(names))
        kept: Items = []
        for act in acts:
            watch = found.get(act.author_id) or found.get(names[act.author_id])
            if watch is None or is_withheld(act) or not is_since(act, _since(watch)):
                continue
            kept.append((watch, item(act, answer, self.last_look)))
        return kept

    def _note(self, note: str) -> None:
        self.whole = False
        self.notes.append(note)

    def _page(
        self, items: Items, *, last: bool = False, withheld: int = 0, listed: int = 0
    ) -> TargetPage:
        return TargetPage(
            items=tuple(items),
            cursor=msgspec.to_builtins(self.state),
            complete=self.whole,
            last=last,
            note="; ".join(dict.fromkeys(self.notes)) if last else "",
            withheld=withheld,
            listed=listed,
        )


def queries(handles: Iterable[str], target: str) -> list[str]:
    """Return searches for these accounts' answers to a target, each as long as X takes."""
    tail = f") to:{target}"
    found: list[str] = []
    for handle in handles:
        begun = f"{found[-1].removesuffix(tail)} OR from:{handle}{tail}" if found else ""
        if begun and len(begun) <= QUERY_LENGTH:
            found[-1] = begun
        else:
            found.append(f"(from:{handle}{tail}")
    return found


def _both(names: Mapping[str, str]) -> list[str]:
    return [*names, *filter(None, names.values())]


def _seen(metrics: Any) -> Seen:
    given = metrics if isinstance(metrics, Mapping) else {}
    counts = {c: given.get(c) for c in COUNTS.values()}
    return Seen(**{c: n if type(n) is int and n >= 0 else 0 for c, n in counts.items()})


def _since(watch: Watch) -> datetime:
    return datetime.combine(watch.monitored_from, time(), ZONES[watch.zone])
