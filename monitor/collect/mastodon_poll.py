"""One look at one Mastodon account, on its own server: identity, new statuses, new follows.

Statuses are read newest first down to the newest one of the last finished look. The first page is
always read whole, so an edit is seen there; once per ``full_scan`` everything back to
``monitored_from`` is read, which shows older edits. Where nothing changed the server says so (304).
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from http import HTTPStatus

from monitor.clock import Clock, to_text
from monitor.collect import mastodon_parse as parse
from monitor.collect.base import Page
from monitor.collect.mastodon_cursor import Look, State, is_due
from monitor.collect.mastodon_follows import new_follows
from monitor.collect.mastodon_server import (
    STATUSES_LIMIT,
    Listing,
    Server,
    StalePlace,
    Unavailable,
    header,
)
from monitor.errors import BlockedError, NotFoundError
from monitor.model.contest import ZONES
from monitor.model.evidence import Exchange, RawItem
from monitor.model.person import Watch

PAGES_PER_POLL = 100
EMPTY_PAGES = 3
HANDED_OVER = 100_000

CUT = f"stopped after {PAGES_PER_POLL} pages; the next look goes on from there"
RENAMED = "the account has another name now than on the register; it is followed by its id"
REUSED = "the name on the register is another account's now; it was not followed"
MOVED = "the owner moved to another account, which is not on the register"
NO_FOLLOWS = "whom the account follows is hidden, or cannot be read from a place on"
CIRCLE = "the server sent a place in the list again"
HOLLOW = f"the server sent {EMPTY_PAGES} empty pages that go on"


class HandedOver:
    """Digests of what this process has passed on, so that unchanged statuses cost nothing more.

    After a restart it is empty, and the newest page is passed on again.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def __contains__(self, digest: str) -> bool:
        return bytes.fromhex(digest[:32]) in self._known

    def add(self, digests: Sequence[str]) -> None:
        for digest in digests:
            self._known[bytes.fromhex(digest[:32])] = None
        while len(self._known) > HANDED_OVER:
            self._known.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A status as received; ``found`` is ``None`` where its form is not known."""

    body: bytes
    found: parse.Status | None
    digest: str


@dataclass(slots=True)
class Poll:
    """Yields the pages of one look; ``state`` is what each page's cursor is made of."""

    server: Server
    clock: Clock
    watch: Watch
    full_scan: float
    last_look: datetime | None
    state: State
    handed: HandedOver
    notes: list[str] = field(default_factory=list)
    budget: int = field(default_factory=lambda: PAGES_PER_POLL)
    whole: bool = True
    parents: dict[str, Exchange | None] = field(default_factory=dict)

    @property
    def since(self) -> datetime:
        return datetime.combine(self.watch.monitored_from, time(), ZONES[self.watch.zone])

    async def pages(self) -> AsyncIterator[Page]:
        known = self.state.uri or self.watch.native_id
        try:
            if not self.state.account or self._due(self.state.identified_at):
                await self._identify()
            async for page in self._statuses():
                yield page
            if self._due(self.state.follows.read_at):
                async for page in self._follows():
                    yield page
        except Unavailable as gone:
            if not known:
                raise
            yield self._unavailable(gone)
        else:
            if self.state.moved:
                self.notes.append(MOVED)
            yield self._page((), last=True)

    async def _identify(self) -> None:
        """Find the account. The id on file is authoritative: a name may pass to somebody else."""
        state, handle = self.state, self.watch.address.strip().removeprefix("@").lower()
        known = state.uri or self.watch.native_id
        try:
            found, _ = await self.server.lookup(handle)
        except Unavailable:
            if not state.account:
                raise
            found, _ = await self.server.account(state.account)
            self.notes.append(RENAMED)
        if state.account and found.id != state.account:
            self.notes.append(REUSED)
            found, _ = await self.server.account(state.account)
        elif known not in ("", found.native_id):
            cause = "the name leads to another account than the register line's id"
            raise NotFoundError(self.server.subject, cause)
        self._know(found)

    def _know(self, found: parse.Account) -> None:
        if not self.server.is_home_of(found):
            cause = "the server does not say by what id of its own others know the account"
            raise BlockedError(self.server.subject, cause)
        state = self.state
        state.account, state.uri = found.id, found.native_id
        state.handle, state.moved = found.handle(self.server.domain), bool(found.moved)
        state.identified_at = to_text(self.clock())

    async def _statuses(self) -> AsyncIterator[Page]:
        """Finish a look that was cut, then begin another."""
        if self.state.look:
            try:
                async for page in self._look(self.state.look):
                    yield page
            except StalePlace:
                self.state.look = None  # the head has not moved, so a new look loses nothing
        if self.state.look is None and self.whole:
            full = self._due(self.state.full_at)
            self.state.look = Look(began=to_text(self.clock()), full=full)
            async for page in self._look(self.state.look):
                yield page

    async def _look(self, look: Look) -> AsyncIterator[Page]:
        asked: set[str] = set()
        empty = 0
        while self.budget:
            self.budget -= 1
            asked.add(look.at)
            listing = await self._listing(look)
            if listing.answer.status == HTTPStatus.NOT_MODIFIED:
                self.state.look = None
                return
            entries = self._entries(listing)
            empty = 0 if entries else empty + 1
            ended = self._reached(look, entries) or not listing.older
            if not ended and (listing.older in asked or empty == EMPTY_PAGES):
                self._incomplete(CIRCLE if listing.older in asked else HOLLOW)
                look.broken = ended = True
            look.at = listing.older
            new = [entry for entry in entries if self._is_new(entry)]
            items = await self._items(new, listing)
            if ended:
                self.state.finish()
            yield self._page(items, listed=len(entries))
            self.handed.add([entry.digest for entry in new])
            if ended:
                return
        self._incomplete(CUT)

    async def _listing(self, look: Look) -> Listing:
        params = {"limit": str(STATUSES_LIMIT), **({"max_id": look.at} if look.at else {})}
        first = not look.at
        marked = first and not look.full and self.state.etag
        headers = {"If-None-Match": self.state.etag} if marked else None
        path = f"accounts/{self.state.account}/statuses"
        try:
            listing = await self.server.listing(path, params, headers)
        except NotFoundError:
            await self._identify()  # raises where the whole account is closed
            raise
        if first and not listing.elements and listing.answer.status == HTTPStatus.OK:
            # A suspended account's list is empty, as is that of one who deleted everything.
            await self.server.account(self.state.account)
        if first:
            look.etag = header(listing.answer, "etag")[:256]
        return listing

    def _entries(self, listing: Listing) -> list[_Entry]:
        """Read a page; of another account's statuses none is kept, and nothing of the page."""
        entries = []
        for body in listing.elements:
            try:
                found, digest = parse.status(body), parse.own(body)
            except ValueError:
                entries.append(_Entry(body, None, hashlib.sha256(body).hexdigest()))
                continue
            if found.account.id != self.state.account:
                raise BlockedError(self.server.subject, "the server sent another account's acts")
            entries.append(_Entry(body, found, digest))
        return entries

    def _reached(self, look: Look, entries: Sequence[_Entry]) -> bool:
        found = [entry.found for entry in entries if entry.found]
        look.top = max([look.top, *(status.id for status in found)], key=parse.order)
        head = parse.order(self.state.head)
        to_head = self.state.head and not look.full
        if to_head and any(parse.order(status.id) <= head for status in found):
            return True
        return bool(found) and all(self._is_old(status) for status in found)

    def _is_old(self, found: parse.Status) -> bool:
        return found.at is not None and found.at < self.since

    def _is_new(self, entry: _Entry) -> bool:
        found = entry.found
        if found is None:
            return True
        # The stored head decides too: memory alone must not know better than the database.
        read = parse.order(found.id) <= parse.order(self.state.head)
        if read and entry.digest in self.handed:
            return False
        return found.visibility in parse.PUBLIC and not self._is_old(found)

    async def _items(self, entries: Sequence[_Entry], listing: Listing) -> tuple[RawItem, ...]:
        page, digest = listing.answer.bare, listing.answer.body_digest
        return tuple([await self._item(entry, page, digest) for entry in entries])

    async def _item(self, entry: _Entry, page: Exchange, digest: str) -> RawItem:
        found = entry.found
        context: tuple[tuple[str, Exchange | None], ...] = ()
        if found and found.in_reply_to_id and found.reblog is None:
            context = (("target", await self._parent(found.in_reply_to_id)),)
        return RawItem(
            native_key=found.uri if found else entry.digest,
            body=entry.body if found else parse.bare(entry.body),
            page=page,
            page_digest=digest,
            seen_at=page.finished_at,
            not_before=self.last_look,
            context=context,
            hints=(("actor", self.state.uri), ("handle", self.state.handle), self._where),
        )

    @property
    def _where(self) -> tuple[str, str]:
        return "server", self.server.domain

    async def _parent(self, native: str) -> Exchange | None:
        """Read what was answered, in this server's copy; once for each look."""
        if native not in self.parents:
            try:
                self.parents[native] = await self.server.status(native)
            except BlockedError:
                self.parents[native] = None
        return self.parents[native]

    async def _follows(self) -> AsyncIterator[Page]:
        walk, before = self.state.follows, self.state.follows.read_at
        async for listing in new_follows(self.server, self.state.account, walk, self.clock):
            items = [self._follow(body, listing, before) for body in listing.elements]
            yield self._page(tuple(item for item in items if item))
        if not walk.since:
            self.notes.append(NO_FOLLOWS)

    def _follow(self, body: bytes, listing: Listing, before: str) -> RawItem | None:
        try:
            followed = parse.account(body)
        except ValueError:
            return None  # whom it names cannot be known, so nothing of it may be kept
        page = listing.answer.bare
        return RawItem(
            native_key=f"{self.state.uri} follow {followed.native_id}",
            body=body,
            page=page,
            page_digest=listing.answer.body_digest,
            seen_at=page.finished_at,
            not_before=max(datetime.fromisoformat(before), self.since),
            hints=(
                ("act", "follow"),
                ("actor", self.state.uri),
                ("handle", self.state.handle),
                self._where,
            ),
        )

    def _due(self, text: str) -> bool:
        return is_due(text, self.clock().timestamp(), self.full_scan)

    def _incomplete(self, note: str) -> None:
        self.whole = False
        self.notes.append(note)

    def _unavailable(self, gone: Unavailable) -> Page:
        self._incomplete(f"the account cannot be read: {gone.reason}")
        item = RawItem(
            native_key=self.state.uri or self.watch.native_id,
            body=gone.answer.body,
            page=gone.answer.bare,
            page_digest=gone.answer.body_digest,
            seen_at=gone.answer.finished_at,
            not_before=self.last_look,
            hints=(
                ("act", "unavailable"),
                ("actor", self.state.uri or self.watch.native_id),
                ("handle", self.state.handle),
                self._where,
            ),
        )
        return self._page((item,), last=True)

    def _page(
        self, items: tuple[RawItem, ...], *, last: bool = False, listed: int | None = None
    ) -> Page:
        return Page(
            items=items,
            cursor=self.state.cursor(),
            complete=self.whole,
            last=last,
            note="; ".join(dict.fromkeys(self.notes)) if last else "",
            native_id=self.state.uri,
            handle=self.state.handle,
            listed=listed,
            # Where to is on the account's own page: nobody is followed who is not registered.
            moved_to=self.state.uri if self.state.moved else "",
        )
