"""Who engaged with a candidate's or party's account: favourites, boosts, quotes and answers.

The lists are those of the target's own server, because favourites are sent nowhere else. They hold
mostly strangers: a page is asked for its registered people at once, and the rest is dropped with
it. No list has times; but each is ordered, so what lies above the place of the last reading was
done since.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.clock import Clock, from_text, to_text
from monitor.collect import mastodon_parse as parse
from monitor.collect.base import Members, TargetPage
from monitor.collect.mastodon_boosts import own_boost
from monitor.collect.mastodon_cursor import Edge, Post, TargetState, Walk, is_due, moment
from monitor.collect.mastodon_ours import Ours, as_account, as_author, page_of, since
from monitor.collect.mastodon_read import Act
from monitor.collect.mastodon_server import (
    ACCOUNTS_LIMIT,
    STATUSES_LIMIT,
    Listing,
    Server,
    StalePlace,
)
from monitor.config_mastodon import Mastodon as Settings
from monitor.errors import NotFoundError
from monitor.model.contest import TargetAccount
from monitor.model.evidence import Exchange, RawItem
from monitor.model.person import Watch

EMPTY_PAGES = 3
PARTIAL = "read in another server's copy, which has only some of the favourites and boosts"
CUT_LIST = "a list came to no end and was left"
SHORT_LIST = "lists show fewer than the server counts"
FETCHING = "the server is still fetching answers from elsewhere"
LIKES, BOOSTS, QUOTES, ANSWERS = "likes", "boosts", "quotes", "answers"
# Of which count of a status each list is about (``Status.counts``).
_COUNT = {LIKES: 0, BOOSTS: 1, ANSWERS: 2, QUOTES: 3}
_PATHS = {LIKES: "favourited_by", BOOSTS: "reblogged_by", QUOTES: "quotes"}

Found = tuple[Watch, RawItem]


@dataclass(frozen=True, slots=True)
class Shown:
    """A status of the target account, and the exchange that shows it alone."""

    status: parse.Status
    answer: Exchange


@dataclass(slots=True)
class Engagers:
    """One look at one target account; ``state`` is what each page's cursor is made of.

    ``home`` gives the server of a registered account, where that one is listed.
    """

    server: Server
    settings: Settings
    clock: Clock
    target: TargetAccount
    members: Members
    last_look: datetime | None
    home: Callable[[Watch], Server | None]
    state: TargetState
    notes: list[str] = field(default_factory=list)
    withheld: int = 0

    @property
    def is_copy(self) -> bool:
        return self.server.domain != self.target.handle.rpartition("@")[2]

    @property
    def _ours(self) -> Ours:
        return Ours(self.members, self.server.domain)

    async def pages(self) -> AsyncIterator[TargetPage]:
        if self.is_copy:
            self.notes.append(PARTIAL)
        if not self.state.account or self._due(self.state.identified_at):
            await self._identify()
        shown = await self._posts()
        self._begin(shown)
        yield self._page((), len(shown))
        for post in sorted(shown.values(), key=lambda each: parse.order(each.status.id)):
            async for page in self._post(post):
                yield page
        if self.state.full:
            self.state.full_at = self.state.began
        self.state.began, self.state.full = "", False
        yield self._page((), last=True)

    async def _identify(self) -> None:
        found, _ = await self.server.lookup(self.target.handle)
        wanted = self.target.native_id or self.state.uri
        if wanted and found.native_id != wanted:
            cause = "the name leads to another account than the watchlist says"
            raise NotFoundError(self.server.subject, cause)
        if found.id != self.state.account:
            self.state.posts.clear()  # the server gave it another id: its places are void too
        self.state.account, self.state.uri = found.id, found.native_id
        self.state.identified_at = to_text(self.clock())

    async def _posts(self) -> dict[str, Shown]:
        """Read the account's newest statuses, as many as are watched."""
        found: dict[str, Shown] = {}
        path, at = f"accounts/{self.state.account}/statuses", ""
        asked: set[str] = set()
        while len(found) < self.settings.target_posts and at not in asked:
            asked.add(at)
            params = {"limit": str(STATUSES_LIMIT), "exclude_reblogs": "true"}
            listing = await self.server.listing(path, {**params, **({"max_id": at} if at else {})})
            for body in listing.elements:
                self._take(found, body, listing)
            at = listing.older
            if not at:
                break
        newest = sorted(found, key=parse.order, reverse=True)[: self.settings.target_posts]
        return {native: found[native] for native in newest}

    def _take(self, found: dict[str, Shown], body: bytes, listing: Listing) -> None:
        try:
            status = parse.status(body)
        except ValueError:
            return  # a status of the target's that cannot be read is nobody's act
        own = status.account.id == self.state.account and status.reblog is None
        if own and status.visibility in parse.PUBLIC:
            found[status.id] = Shown(status, replace(listing.answer, body=body))

    def _begin(self, shown: Mapping[str, Shown]) -> None:
        """Start a round unless one is under way; forget what is not watched any more."""
        self.state.posts = {n: p for n, p in self.state.posts.items() if n in shown}
        if not self.state.began:
            self.state.began = to_text(self.clock())
            self.state.full = self._due(self.state.full_at)
            for post in self.state.posts.values():
                post.done = []

    async def _post(self, shown: Shown) -> AsyncIterator[TargetPage]:
        """Read what is new about one status; where it is gone meanwhile, go on to the next."""
        post = self.state.posts.setdefault(shown.status.id, Post())
        readers = {LIKES: self._likes, BOOSTS: self._boosts, ANSWERS: self._answers}
        if self.server.has_token:
            readers[QUOTES] = self._quotes
        for name, pages in readers.items():
            if name in post.done or not self._wanted(post, shown, name):
                continue
            try:
                async for page in pages(shown, post):
                    yield page
            except NotFoundError:
                self.notes.append("a status was taken down while it was read")
                return
        post.counts = shown.status.counts

    def _wanted(self, post: Post, shown: Shown, name: str) -> bool:
        """Say whether a list must be read: its count changed, or the round reads everything."""
        number = shown.status.counts[_COUNT[name]]
        before = post.counts[_COUNT[name]] if post.counts else 0
        walk = getattr(post, name, None)
        under_way = isinstance(walk, Walk) and walk.under_way
        return under_way or number != before or (self.state.full and bool(number))

    def _likes(self, shown: Shown, post: Post) -> AsyncIterator[TargetPage]:
        return self._list(shown, post, post.likes, LIKES)

    def _boosts(self, shown: Shown, post: Post) -> AsyncIterator[TargetPage]:
        return self._list(shown, post, post.boosts, BOOSTS)

    def _quotes(self, shown: Shown, post: Post) -> AsyncIterator[TargetPage]:
        return self._list(shown, post, post.quotes, QUOTES)

    async def _list(
        self, shown: Shown, post: Post, walk: Walk, name: str
    ) -> AsyncIterator[TargetPage]:
        path, empty = f"statuses/{shown.status.id}/{_PATHS[name]}", 0
        if self.state.full and not walk.under_way:
            walk.since = ""
        walk.begin(to_text(self.clock()))
        asked, at = set[str](), walk.at
        while walk.under_way:
            asked.add(at)
            try:
                listing = await self._ask(path, walk.since, at, name)
            except StalePlace:
                if not walk.since and not at:
                    raise
                walk.since = at = ""  # read from the top again: what is known stays known
                continue
            walk.top = walk.top or _kept(name, listing.newest, Edge.LAST)
            walk.listed += len(listing.elements)
            empty = 0 if listing.elements else empty + 1
            items = tuple(
                [await self._timed(f, shown) for f in self._items(name, listing, shown, walk)]
            )
            at = listing.older
            ended, walk.at = not at, _kept(name, at, Edge.NEXT)
            if ended:
                self._count(shown, walk, name)
            elif at in asked or empty == EMPTY_PAGES:
                self.notes.append(CUT_LIST)
                ended, walk.top = True, ""
            if ended:
                walk.finish()
                post.done.append(name)  # with the page that ends it, or a restart reads it again
            yield self._page(items, len(listing.elements))

    async def _timed(self, item: Found, shown: Shown) -> Found:
        """Give a boost its time and its own record, where its account's server may be asked."""
        watch, raw = item
        server = self.home(watch) if ("act", Act.BOOST.value) in raw.hints else None
        if server is None:
            return item
        handle = dict(raw.hints)["handle"]
        own = await own_boost(server, watch, handle, shown.status.uri)
        return (watch, own) if own else item

    async def _ask(self, path: str, since: str, at: str, name: str) -> Listing:
        limit = STATUSES_LIMIT if name == QUOTES else ACCOUNTS_LIMIT
        places = {"limit": str(limit), "since_id": since, "max_id": at}
        return await self.server.listing(
            path, {key: place for key, place in places.items() if place}
        )

    def _count(self, shown: Shown, walk: Walk, name: str) -> None:
        """Compare a list that was read from its top with the number that the server gives."""
        if not walk.since:
            self._short(shown.status.counts[_COUNT[name]] - walk.listed)

    def _short(self, missing: int) -> None:
        if missing > 0:
            self.withheld += missing
            self.notes.append(SHORT_LIST)

    async def _answers(self, shown: Shown, post: Post) -> AsyncIterator[TargetPage]:
        answer, thread, fetching = await self.server.thread(shown.status.id)
        bodies = [bytes(raw) for raw in thread.descendants]
        around = {shown.status.id: shown.answer.body}
        direct = 0
        for body in bodies:
            try:
                found = parse.status(body)
            except ValueError:
                continue
            around[found.id] = body
            direct += found.in_reply_to_id == shown.status.id
        self._short(shown.status.counts[_COUNT[ANSWERS]] - direct)
        if fetching:
            self.notes.append(FETCHING)
        listing = Listing(answer, tuple(bodies))
        post.done.append(ANSWERS)
        yield self._page(tuple(self._statuses(listing, around)), len(bodies))

    def _items(self, name: str, listing: Listing, shown: Shown, walk: Walk) -> Iterator[Found]:
        if name == QUOTES:
            return self._statuses(listing, {})
        return self._entries(Act.LIKE if name == LIKES else Act.BOOST, listing, shown, walk)

    def _entries(self, act: Act, listing: Listing, shown: Shown, walk: Walk) -> Iterator[Found]:
        """Yield the registered people of a page of accounts.

        What lies above a place was done after it was noted, and nothing before the status was
        made. Where neither is late enough, the caller knows from its last look what is new.
        """
        after = [shown.status.at] if shown.status.at else []
        if walk.since and walk.read_at:
            after.append(from_text(walk.read_at))
        known = max(after, default=None)
        for watch, found, body in self._ours.among(listing.elements, as_account):
            late = known is not None and known >= since(watch)
            native = watch.native_id or found.native_id
            raw = self._raw(f"{native} {act.value} {shown.status.uri}", body, listing, found)
            yield (
                watch,
                replace(
                    raw,
                    not_before=known if late else self.last_look,
                    context=(("target", shown.answer),),
                    hints=(("act", act.value), ("actor", native), *raw.hints),
                ),
            )

    def _statuses(self, listing: Listing, around: Mapping[str, bytes]) -> Iterator[Found]:
        """Yield the registered people's own statuses among answers or quotes."""
        for watch, author, body in self._ours.among(listing.elements, as_author):
            found = parse.status(body)
            late = found.at is not None and found.at >= since(watch)
            if found.visibility not in parse.PUBLIC or not late:
                continue
            parent = around.get(found.in_reply_to_id or "")
            target = replace(listing.answer, body=parent) if parent else None
            raw = self._raw(found.uri, body, listing, author)
            native = watch.native_id or author.native_id
            context = (("target", target),) if found.in_reply_to_id else ()
            yield watch, replace(raw, context=context, hints=(("actor", native), *raw.hints))

    def _raw(self, key: str, body: bytes, listing: Listing, account: parse.Account) -> RawItem:
        hints = [("handle", account.handle(self.server.domain)), ("server", self.server.domain)]
        if self.is_copy:
            hints.append(("partial", "yes"))
        return RawItem(
            native_key=key,
            body=body,
            page=page_of(listing.answer),
            page_digest=listing.answer.body_digest,
            seen_at=listing.answer.finished_at,
            hints=tuple(hints),
        )

    def _due(self, text: str) -> bool:
        return is_due(text, self.clock().timestamp(), self.settings.full_scan)

    def _page(self, items: tuple[Found, ...], listed: int = 0, *, last: bool = False) -> TargetPage:
        withheld, self.withheld = self.withheld, 0
        return TargetPage(
            items=items,
            cursor=self.state.cursor(),
            complete=not self.notes,
            last=last,
            note="; ".join(dict.fromkeys(self.notes)) if last else "",
            withheld=withheld,
            listed=listed,
        )


def _kept(name: str, place: str, edge: Edge) -> str:
    """Return what of a place may be stored: those of boosts and quotes are strangers' statuses."""
    return moment(place, edge) if name in (BOOSTS, QUOTES) else place
