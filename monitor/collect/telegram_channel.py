"""Public Telegram channels of registered persons and agencies, by their preview on t.me.

Telegram's terms on scraping and licensing of content could not be read in full when this was
written, so the collector is gated: somebody has to have read them and answers for it. The preview
shows a channel's own posts and nothing that others do with them.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, time
from http import HTTPStatus

import msgspec

from monitor.clock import Clock, utc_now
from monitor.collect import made
from monitor.collect import telegram_page as pages
from monitor.collect.base import Cursor, Info, Page, Requirement
from monitor.config_gated import TelegramChannel as Settings
from monitor.errors import (
    AuthError,
    BlockedError,
    CollectError,
    NormaliseError,
    NotFoundError,
    TransientError,
)
from monitor.model.activity import Activity, Actor, ObjectRef, Signal
from monitor.model.contest import ZONES
from monitor.model.evidence import Capture, Exchange, Part, RawItem
from monitor.model.exchange import certificate_parts, headers_part
from monitor.model.person import Watch
from monitor.model.state import ActState, Again, Known, Reason, gone
from monitor.net import Http

VERSION = "1"
PLATFORM = "telegram-channel"
BASIS = "public preview on t.me, under an agreement on record"
ACTS = frozenset({Signal.POST, Signal.REPLY, Signal.SHARE})
NO_PREVIEW = "t.me shows no preview: a private or closed channel, a group, or no such name"
REPEATED = "t.me repeated a page; the next look begins anew"
CUT = "the look stopped at its page limit; the next one goes on from there"
_TAIL = 4_096
BLIND_SPOTS = (
    "comments, reactions and views: the preview counts them and names nobody",
    "private channels, all groups, and channels that restrict saving",
    "an edit of a message that is older than the newest 20",
    "who of several administrators wrote a message",
    "a channel's number: a name that changes hands leads to its new owner",
    "messages deleted before the next look, and words inside pictures and videos",
)


class _Look(msgspec.Struct):
    """A reading that was cut: ``top`` it began with, and the number that it goes on before."""

    top: int = 0
    before: int = 0


class _State(msgspec.Struct):
    """``newest`` is the number of the newest message of the last finished look."""

    channel: str = ""
    newest: int = 0
    look: _Look | None = None


class TelegramChannel:
    """Reads one public channel a look, newest page first."""

    def __init__(self, http: Http, settings: Settings, clock: Clock = utc_now) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock

    @property
    def info(self) -> Info:
        return Info(
            name="telegram_channel",
            platform=PLATFORM,
            version=VERSION,
            observes=ACTS,
            requires=Requirement.AGREEMENT,
            min_interval=int(self._settings.min_interval),
            basis=BASIS,
            blind_spots=BLIND_SPOTS,
            looks_again=ACTS,
        )

    async def fetch(
        self, watch: Watch, cursor: Cursor, last_look: datetime | None
    ) -> AsyncIterator[Page]:
        """Yield pages of one poll: the newest always, older ones back to what is known."""
        channel = _channel(watch)
        state = _load(cursor, channel)
        look = state.look or _Look()
        for left in reversed(range(self._settings.pages)):
            params = {"before": str(look.before)} if look.before else {}
            answer = await self._ask(f"s/{channel}", watch, params)
            found = self._listing(answer, channel, watch)
            numbers = [element.number for element in found.elements]
            repeated = bool(look.before and numbers) and min(numbers) >= look.before
            over = repeated or self._reached(state, numbers, found, watch)
            state.look = look = _Look(max([look.top, *numbers]), min(numbers, default=look.before))
            if over:
                state.look = None
                state.newest = state.newest if repeated else max(state.newest, look.top)
            note = REPEATED if repeated else CUT if not (over or left) else ""
            items = _items(found, answer, last_look, _since(watch))
            yield Page(
                items=items,
                cursor=msgspec.to_builtins(state),
                complete=not note,
                last=over or not left,
                note=note,
                native_id=channel,
                handle=channel,
                listed=len(numbers),
            )
            if over:
                return

    def normalise(self, raw: RawItem, watch: Watch) -> Activity:
        """Read one message; raise ``NormaliseError`` where its form is unknown."""
        subject = f"{PLATFORM} {watch.watch_id}"
        try:
            shown = pages.message(raw.body)
        except ValueError as fault:
            raise NormaliseError(subject, "message", str(fault)) from None
        key = f"{shown.channel}/{shown.number}"
        return made.activity(
            self.info,
            raw,
            watch,
            shown.signal,
            Actor(shown.channel, shown.channel),
            ObjectRef(key, f"https://t.me/{key}"),
            at=shown.at,
            target=shown.target,
            text=shown.text,
            media=shown.media,
        )

    async def capture(self, activity: Activity, raw: RawItem, watch: Watch) -> Capture:
        """Fetch the message's own widget; what cannot be fetched leaves what was judged."""
        note, shown = "", raw
        try:
            alone = await self._alone(activity.object.id, watch)
            same = alone is not None and self._revision(alone, watch) == activity.revision
            shown = alone if alone is not None and same else raw
            note = "" if same else "the message was changed or deleted after it was read"
        except CollectError as error:
            note = error.cause
        parts = (
            Part("record", "text/html; charset=utf-8", shown.body),
            headers_part(shown),
            *certificate_parts(shown.page),
        )
        return Capture(parts, bool(note), (note,) if note else ())

    async def look_again(self, known: Known, watch: Watch) -> Again:
        """Read the message's own widget.

        Only the widget's own word that this message is not there is a deletion. A channel without
        preview may be closed, renamed or restricted: that is out of sight and no more.
        """
        try:
            answer = await self._widget(known.object_id, watch)
        except (AuthError, BlockedError):
            return Again(ActState.HIDDEN, Reason.REFUSED)
        alone = self._single(answer, known.object_id)
        if alone is None:
            if pages.fault(answer.body) != pages.NOT_FOUND:
                return Again(None)
            parts = (headers_part(_raw(known.object_id, b"", answer, None)),)
            return Again(gone(known.signal), Reason.PAGE_GONE, parts=parts)
        activity = self.normalise(alone, watch)
        same = activity.revision == known.revision
        return Again(ActState.THERE if same else ActState.EDITED, activity=activity, raw=alone)

    async def _ask(self, path: str, watch: Watch, params: dict[str, str]) -> Exchange:
        answer = await self._http.get(
            f"{self._settings.site}/{path}",
            subject=f"{PLATFORM} {watch.watch_id}",
            params=params,
            configured=True,
        )
        subject = f"{PLATFORM} {watch.watch_id}"
        if answer.status != HTTPStatus.OK:
            raise TransientError(subject, f"t.me answered with {answer.status}")
        if b"</html>" not in answer.body[-_TAIL:].lower():
            raise TransientError(subject, "the page was cut short")
        return answer

    def _listing(self, answer: Exchange, channel: str, watch: Watch) -> pages.Listing:
        subject = f"{PLATFORM} {watch.watch_id}"
        try:
            found = pages.listing(answer.body)
        except ValueError:
            raise BlockedError(subject, NO_PREVIEW) from None
        if any(element.channel != channel for element in found.elements):
            raise BlockedError(subject, "t.me sent another channel's messages")
        return found

    @staticmethod
    def _reached(state: _State, numbers: list[int], found: pages.Listing, watch: Watch) -> bool:
        """Say whether a page leads to what the last look knew, or to before monitoring began."""
        if not numbers or min(numbers) <= max(state.newest, 1):
            return True
        oldest = min(found.elements, key=lambda element: element.number)
        return not _is_new(oldest, _since(watch))

    async def _widget(self, key: str, watch: Watch) -> Exchange:
        return await self._ask(key, watch, {"embed": "1", "mode": "tme"})

    async def _alone(self, key: str, watch: Watch) -> RawItem | None:
        return self._single(await self._widget(key, watch), key)

    @staticmethod
    def _single(answer: Exchange, key: str) -> RawItem | None:
        found = pages.single(answer.body)
        if found is None or f"{found.channel}/{found.number}" != key:
            return None
        return _raw(key, found.body, answer, None)

    def _revision(self, raw: RawItem, watch: Watch) -> str:
        try:
            return self.normalise(raw, watch).revision
        except NormaliseError:
            return ""


def _channel(watch: Watch) -> str:
    name = watch.address.removeprefix("@").lower()
    if not pages.NAME.fullmatch(name):
        raise NotFoundError(f"{PLATFORM} {watch.watch_id}", "the address is no channel's name")
    return name


def _since(watch: Watch) -> datetime:
    return datetime.combine(watch.monitored_from, time(), ZONES[watch.zone])


def _load(cursor: Cursor, channel: str) -> _State:
    """Read a stored cursor; one of another form, or of another channel, begins anew."""
    try:
        state = msgspec.convert(dict(cursor), _State)
    except msgspec.ValidationError:
        return _State(channel)
    return state if state.channel == channel else _State(channel)


def _items(
    found: pages.Listing, answer: Exchange, last_look: datetime | None, since: datetime
) -> tuple[RawItem, ...]:
    """Return the messages, newest first; one of unknown form stays, for ``normalise`` to report."""
    shown = [
        _raw(f"{one.channel}/{one.number}", one.body, answer, last_look)
        for one in reversed(found.elements)
        if _is_new(one, since) and not one.is_service
    ]
    odd = (_raw(hashlib.sha256(b).hexdigest(), b, answer, last_look) for b in found.malformed)
    return (*shown, *odd)


def _raw(key: str, body: bytes, answer: Exchange, last_look: datetime | None) -> RawItem:
    return RawItem(
        native_key=key,
        body=body,
        page=answer.bare,
        page_digest=answer.body_digest,
        seen_at=answer.finished_at,
        not_before=last_look,
    )


def _is_new(element: pages.Element, since: datetime) -> bool:
    """Say whether a message is not older than monitoring; one without a time is not held back."""
    return element.at is None or element.at >= since
