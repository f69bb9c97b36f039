"""One poll of one X account: who it is today, then its own posts since the last finished look."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

import msgspec

from monitor.clock import Clock, from_text, to_text
from monitor.collect import x_parse as parse
from monitor.collect.base import Cursor, Page
from monitor.collect.resume import restored
from monitor.collect.x_api import Api, StaleToken, Unavailable
from monitor.errors import BlockedError
from monitor.model.contest import ZONES
from monitor.model.evidence import Exchange, RawItem
from monitor.model.person import Watch

EMPTY_PAGES = 3
PAGES_PER_POLL = 40
# What X keeps in an account's list; older posts are out of its reach.
REACH = 3_200
# A name or a lock is looked at once a day: X asks money for each look at an account.
IDENTIFY = timedelta(days=1)

CUT = f"stopped after {PAGES_PER_POLL} pages; the next poll goes on from there"
BEYOND = f"X gives the newest {REACH} posts of an account; older ones were not read"
REPEATED = "X sent a repeated page token"
EMPTY = f"X sent {EMPTY_PAGES} empty pages with a token"
WITHHELD = "posts that X withholds were not read"


class Look(msgspec.Struct):
    """One reading of the list, newest first; ``token`` leads to the page that is read next.

    ``top`` is the newest id it began with, ``read`` counts its posts so far.
    """

    top: str = ""
    token: str = ""
    read: int = 0


class State(msgspec.Struct):
    """``newest`` is the newest post of the last finished look; it holds the account's ids only."""

    id: str = ""
    handle: str = ""
    identified_at: str = ""
    newest: str = ""
    look: Look | None = None


def load(cursor: Cursor, native_id: str) -> State:
    """Read a stored cursor; one of another form, or of another account, begins anew."""
    state = restored(cursor, State)
    return State() if native_id and state.id not in ("", native_id) else state


@dataclass(slots=True)
class Poll:
    """Yields the pages of one poll; ``state`` is what each page's cursor is made of."""

    api: Api
    clock: Clock
    watch: Watch
    last_look: datetime | None
    state: State
    whole: bool = True
    notes: list[str] = field(default_factory=list)

    async def pages(self) -> AsyncIterator[Page]:
        try:
            await self._identify()
            async for page in self._look():
                yield page
        except Unavailable as gone:
            if not (self.state.id or self.watch.native_id):
                raise
            yield self._unavailable(gone)

    async def _identify(self) -> None:
        state = self.state
        if state.id and self.clock() - from_text(state.identified_at) < IDENTIFY:
            return
        known = self.watch.native_id or state.id
        account = await self.api.account(known, self.watch.address.removeprefix("@"))
        state.id, state.handle = account.id, account.handle
        state.identified_at = to_text(self.clock())

    async def _look(self) -> AsyncIterator[Page]:
        look = self.state.look = self.state.look or Look()
        asked: set[str] = set()
        empty = 0
        for left in reversed(range(PAGES_PER_POLL)):
            asked.add(look.token)
            answer, found = await self._ask(look)
            acts = parse.acts(found)
            self._refuse_others(acts)
            look.top = max((look.top, *(act.id for act in acts)), key=number)
            look.read += len(acts)
            empty = 0 if acts else empty + 1
            look.token = found.next_token
            fault = self._fault(look.token, asked, empty)
            self._note(fault)
            over = not look.token or bool(fault)
            if over:
                self._finish(look, broken=bool(fault))
            elif not left:
                self._note(CUT)
            yield self._page(self._items(acts, answer), last=over or not left)
            if over:
                return

    @staticmethod
    def _fault(token: str, asked: Collection[str], empty: int) -> str:
        """Say why a list must not be read on, though X gave a token; empty where it may be."""
        if token and token in asked:
            return REPEATED
        return EMPTY if token and empty == EMPTY_PAGES else ""

    async def _ask(self, look: Look) -> tuple[Exchange, parse.Answer]:
        try:
            return await self.api.posts(self.state.id, self._limits(look))
        except StaleToken:
            # Where the look stopped is forgotten at X: what was read comes again and is known.
            look.token, look.read = "", 0
            return await self.api.posts(self.state.id, self._limits(look))

    def _limits(self, look: Look) -> dict[str, str]:
        start = self._since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        newest = self.state.newest
        limits = {"since_id": newest} if newest else {"start_time": start}
        return {**limits, "pagination_token": look.token} if look.token else limits

    @property
    def _since(self) -> datetime:
        return datetime.combine(self.watch.monitored_from, time(), ZONES[self.watch.zone])

    def _finish(self, look: Look, *, broken: bool) -> None:
        """End the look; one that X broke off is repeated from where the last finished one was."""
        if look.read >= REACH and not self.state.newest:
            self._note(BEYOND)
        if not broken:
            self.state.newest = max(self.state.newest, look.top, key=number)
        self.state.look = None

    def _refuse_others(self, acts: Sequence[parse.Act]) -> None:
        if any(act.author_id not in ("", self.state.id) for act in acts):
            raise BlockedError(self.api.subject, "X sent another account's posts")

    def _items(self, acts: Sequence[parse.Act], answer: Exchange) -> tuple[RawItem, ...]:
        shown = [act for act in acts if not is_withheld(act)]
        if len(shown) < len(acts):
            self._note(WITHHELD)
        new = [act for act in shown if is_since(act, self._since)]
        return tuple(item(act, answer, self.last_look) for act in new)

    def _note(self, note: str) -> None:
        if note:
            self.whole = False
            self.notes.append(note)

    def _unavailable(self, gone: Unavailable) -> Page:
        self._note(f"the account cannot be read: {gone.reason}")
        hints = (("handle", self.state.handle), ("unavailable", gone.reason))
        known = self.state.id or self.watch.native_id
        raw = RawItem(
            native_key=known,
            body=gone.answer.body,
            page=gone.answer.bare,
            page_digest=gone.answer.body_digest,
            seen_at=gone.answer.finished_at,
            not_before=self.last_look,
            hints=hints,
        )
        self.state.identified_at = ""  # asked again at the next look: it may be open again
        self.state.id = ""
        return replace(self._page((raw,), last=True), native_id=known)

    def _page(self, items: tuple[RawItem, ...], *, last: bool) -> Page:
        return Page(
            items=items,
            cursor=msgspec.to_builtins(self.state),
            complete=self.whole,
            last=last,
            note="; ".join(dict.fromkeys(self.notes)) if last else "",
            native_id=self.state.id,
            handle=self.state.handle,
        )


def item(act: parse.Act, answer: Exchange, last_look: datetime | None) -> RawItem:
    """Return one act as received, apart from the page that brought it."""
    page = answer.bare
    return RawItem(
        native_key=act.id,
        body=act.body,
        page=page,
        page_digest=answer.body_digest,
        seen_at=answer.finished_at,
        not_before=last_look,
        context=tuple((name, _kept(page, body)) for name, body in act.excerpts),
        hints=(
            ("handle", act.author_handle),
            ("target_author", act.target_author),
            ("target_handle", act.target_handle),
        ),
    )


def excerpts(context: Mapping[str, Exchange | None]) -> dict[str, bytes | None]:
    """Return what is kept of the posts an act refers to; empty bytes say that one is gone."""
    return {name: kept.body if kept else None for name, kept in context.items()}


def is_withheld(act: parse.Act) -> bool:
    try:
        return parse.post(act.body).is_withheld
    except ValueError:
        return False


def is_since(act: parse.Act, since: datetime) -> bool:
    """Say whether an act is not older than monitoring; one without a time is not held back."""
    try:
        at = parse.post(act.body).at
    except ValueError:
        return True
    return at is None or at >= since


def _kept(page: Exchange, body: bytes | None) -> Exchange | None:
    return None if body is None else replace(page, body=body)


def number(text: str) -> int:
    return int(text) if parse.ID.fullmatch(text) else 0
