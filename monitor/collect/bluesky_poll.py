"""One poll of one Bluesky account: identity, the cheap question, then the four collections.

A look reads every collection newest first and stops at the newest key of the last finished look.
The first page is always read whole, so an edit (``putRecord`` keeps key and place) is seen there;
once per ``full_scan`` everything back to ``monitored_from`` is listed, which shows older edits.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from monitor.clock import Clock, from_text, to_text
from monitor.collect import bluesky_parse as parse
from monitor.collect.base import Page
from monitor.collect.bluesky_context import Surroundings
from monitor.collect.bluesky_cursor import Look, State
from monitor.collect.bluesky_identity import Directory, Identity, Unavailable, is_did
from monitor.collect.bluesky_server import OPT_OUT, Server, StaleCursor
from monitor.config import Bluesky as Settings
from monitor.errors import BlockedError, CollectError, NotFoundError
from monitor.model.contest import ZONES
from monitor.model.evidence import Exchange, RawItem
from monitor.model.person import Watch
from monitor.net import Http

PAGES_PER_POLL = 100
EMPTY_PAGES = 3
HANDED_OVER = 100_000

REUSED = "the handle on the register is no longer this account's; it was not followed"
HIDDEN = f"skipped: the profile asks not to be shown to logged-out visitors ({OPT_OUT})"
CUT = f"stopped after {PAGES_PER_POLL} pages; the next poll goes on from there"


class HandedOver:
    """Which (record, content) pairs this process has passed on and seen stored.

    It only saves fetching again what was acted upon: a record that is new or was changed is never
    in it, and after a restart it is empty.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def __contains__(self, item: parse.Entry) -> bool:
        return _digest(item) in self._known

    def add(self, items: Sequence[parse.Entry]) -> None:
        for item in items:
            self._known[_digest(item)] = None
        while len(self._known) > HANDED_OVER:
            self._known.popitem(last=False)


@dataclass(slots=True)
class Poll:
    """Yields the pages of one poll; ``state`` is what each page's cursor is made of."""

    http: Http
    directory: Directory
    settings: Settings
    clock: Clock
    watch: Watch
    last_look: datetime | None
    state: State
    handed: HandedOver
    notes: list[str] = field(default_factory=list)
    budget: int = field(default_factory=lambda: PAGES_PER_POLL)
    whole: bool = True

    @property
    def subject(self) -> str:
        return f"bluesky {self.watch.watch_id}"

    @property
    def server(self) -> Server:
        return Server(self.http, self.state.pds, self.state.did, self.subject)

    @property
    def since(self) -> datetime:
        return datetime.combine(self.watch.monitored_from, time(), ZONES[self.watch.zone])

    async def pages(self) -> AsyncIterator[Page]:
        try:
            await self._identify()
            async for page in self._read():
                yield page
        except Unavailable as gone:
            if not (self.state.did or self.watch.native_id):
                raise
            yield self._unavailable(gone)
        else:
            yield self._page((), last=True)

    async def _read(self) -> AsyncIterator[Page]:
        rev = await self._latest()
        full = self._older(self.state.full_at)
        if self.state.look is None and rev == self.state.rev and not full:
            if self.state.hidden:
                self._incomplete(HIDDEN)
            return
        self.state.hidden = await self.server.opted_out()
        if self.state.hidden:
            self.state.rev = rev
            self._incomplete(HIDDEN)
            return
        async for page in self._looks(rev):
            yield page

    async def _looks(self, rev: str) -> AsyncIterator[Page]:
        """Finish a look that was cut, then begin another if something is new since."""
        if self.state.look:
            try:
                async for page in self._look(self.state.look):
                    yield page
            except StaleCursor:
                self.state.look = None  # the heads have not moved, so a new look loses nothing
        full = self._older(self.state.full_at)
        if self.state.look is None and (rev != self.state.rev or full) and self.whole:
            self.state.look = Look(rev=rev, began=to_text(self.clock()), full=full)
            async for page in self._look(self.state.look):
                yield page

    async def _look(self, look: Look) -> AsyncIterator[Page]:
        around = Surroundings(self.http, self.directory, self.subject)
        while look.left and self.budget:
            async for page in self._collection(look, look.left[0], around):
                yield page
        if look.left:
            self._incomplete(CUT)
            return
        self.state.finish()

    async def _collection(
        self, look: Look, collection: str, around: Surroundings
    ) -> AsyncIterator[Page]:
        asked: set[str] = set()
        empty = 0
        while look.left and look.left[0] == collection and self.budget:
            self.budget -= 1
            asked.add(look.at)
            answer, found = await self.server.listing(collection, look.at)
            entries = self._entries(found, collection)
            if not look.at:
                look.tops[collection] = self._top(collection, entries)
            empty = 0 if found.records else empty + 1
            if found.cursor and (found.cursor in asked or empty == EMPTY_PAGES):
                self._give_up(look, collection, repeated=found.cursor in asked)
            elif not found.cursor or self._reached(look, collection, entries):
                _next(look)
            else:
                look.at = found.cursor
            items = await self._items(entries, around, answer, found)
            yield self._page(items, listed=len(found.records))
            self.handed.add([e for e in entries if not parse.is_older(e, self.since)])

    def _entries(self, found: parse.Listing, collection: str) -> list[parse.Entry]:
        """Read a page's records; one of unknown form stays, for ``normalise`` to report."""
        entries = []
        home = f"at://{self.state.did}/{collection}/"
        for raw in found.records:
            try:
                entry = parse.entry(bytes(raw))
            except ValueError:
                entry = parse.Entry(home, hashlib.sha256(bytes(raw)).hexdigest(), {})
            if not entry.uri.startswith(home):
                raise BlockedError(self.subject, "the server sent another account's records")
            entries.append(entry)
        return entries

    def _give_up(self, look: Look, collection: str, *, repeated: bool) -> None:
        cause = "a repeated cursor" if repeated else f"{EMPTY_PAGES} empty pages with a cursor"
        self._incomplete(f"{collection}: the server sent {cause}")
        look.broken = True
        look.tops.pop(collection, None)
        _next(look)

    def _reached(self, look: Look, collection: str, entries: Sequence[parse.Entry]) -> bool:
        keys = [entry.key for entry in entries if self._plausible(entry.key)]
        head = self.state.heads.get(collection, "")
        if not look.full and head and any(key <= head for key in keys):
            return True
        last = parse.tid_time(keys[-1]) if keys else None
        return last is not None and last < self.since

    def _top(self, collection: str, entries: Sequence[parse.Entry]) -> str:
        keys = [entry.key for entry in entries if self._plausible(entry.key)]
        return max([*keys, self.state.heads.get(collection, "")])

    def _plausible(self, key: str) -> bool:
        # The account chooses its keys: one that lies in the future would hide all that follow.
        when = parse.tid_time(key)
        return when is not None and when <= self.clock() + parse.TOLERANCE

    async def _items(
        self,
        entries: Sequence[parse.Entry],
        around: Surroundings,
        answer: Exchange,
        found: parse.Listing,
    ) -> tuple[RawItem, ...]:
        page, digest = answer.bare, answer.body_digest
        wanted = [
            (entry, bytes(raw))
            for entry, raw in zip(entries, found.records, strict=True)
            if not self._passed_on(entry) and not parse.is_older(entry, self.since)
        ]
        tasks = [
            asyncio.ensure_future(self._item(entry, body, around, page, digest))
            for entry, body in wanted
        ]
        try:
            return tuple(await asyncio.gather(*tasks))
        finally:
            for task in tasks:  # where one failed, nobody waits for the others
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _passed_on(self, entry: parse.Entry) -> bool:
        # The stored heads decide too: memory alone must not know better than the database.
        head = self.state.heads.get(entry.uri.split("/")[3], "")
        return entry.key <= head and entry in self.handed

    async def _item(
        self,
        entry: parse.Entry,
        body: bytes,
        around: Surroundings,
        page: Exchange,
        digest: str,
    ) -> RawItem:
        collection = entry.uri.split("/")[3]
        context, hints = await around.of(collection, entry.value)
        return RawItem(
            native_key=entry.uri,
            body=body,
            page=page,
            page_digest=digest,
            seen_at=page.finished_at,
            not_before=self.last_look,
            context=context,
            hints=(("handle", self.state.handle), *hints),
        )

    async def _latest(self) -> str:
        """Return the repository's revision; where it is closed, see first whether it has moved."""
        try:
            return await self.server.revision()
        except Unavailable:
            before = self.state.pds
            await self._identify(again=True)
            if self.state.pds == before:
                raise
            return await self.server.revision()

    async def _identify(self, *, again: bool = False) -> None:
        """Find the account's server. The id on file is authoritative; no handle replaces it."""
        state, known = self.state, self.watch.native_id or self.state.did
        if state.pds and not again and not self._older(state.identified_at):
            return
        address = self.watch.address.strip().removeprefix("@")
        address = address if is_did(address) else address.lower()
        did = known or await self._first(address)
        identity = await self._identity(did, again=again)
        if identity is None:
            return
        handle = await self._confirmed(identity)
        if not is_did(address) and handle != address:
            if not known:
                cause = "the account does not confirm the handle on the register"
                raise NotFoundError(self.subject, cause)
            self.notes.append(REUSED)
        state.did, state.pds, state.handle = did, identity.pds, handle
        state.identified_at = to_text(self.clock())

    async def _first(self, address: str) -> str:
        return address if is_did(address) else await self.directory.resolve(address, self.subject)

    async def _identity(self, did: str, *, again: bool) -> Identity | None:
        try:
            return await self.directory.read(did, self.subject)
        except NotFoundError:
            raise
        except CollectError:
            if again or not self.state.pds:
                raise
            return None  # its server is known: the directory's trouble stops nothing today

    async def _confirmed(self, identity: Identity) -> str:
        try:
            return await self.directory.confirmed(identity, self.subject)
        except CollectError:
            if self.state.did:
                return self.state.handle  # known by its id: the resolver's trouble stops nothing
            raise

    def _older(self, text: str) -> bool:
        """Say whether a full listing is due again; a clock that was set back makes it due too."""
        age = timedelta(seconds=self.settings.full_scan)
        return not text or abs(self.clock() - from_text(text)) >= age

    def _incomplete(self, note: str) -> None:
        self.whole = False
        self.notes.append(note)

    def _unavailable(self, gone: Unavailable) -> Page:
        self._incomplete(f"the account cannot be read: {gone.reason}")
        answer = gone.answer
        item = RawItem(
            native_key=self.state.did or self.watch.native_id,
            body=answer.body,
            page=answer.bare,
            page_digest=answer.body_digest,
            seen_at=answer.finished_at,
            not_before=self.last_look,
            hints=(("handle", self.state.handle), ("unavailable", gone.reason)),
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
            note="; ".join(self.notes) if last else "",
            native_id=self.state.did,
            handle=self.state.handle,
            listed=listed,
        )


def _next(look: Look) -> None:
    look.left.pop(0)
    look.at = ""


def _digest(item: parse.Entry) -> bytes:
    return hashlib.blake2b(f"{item.uri} {item.cid}".encode(), digest_size=16).digest()
