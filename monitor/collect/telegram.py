"""Telegram groups, by a bot that their administrators invited: acts of registered users alone.

A bot is handed one queue for all its groups, and no history. So the queue is read as reverse mode
reads (``engagers``): of each page only registered users' acts are kept, and Telegram is asked to
forget a page only by the next question, whose offset was stored in the transaction of that page.
Only groups with a public name are read, whose own administrators' consent is on record: what is
said in a closed one is no act in public, and nobody consents for another group.
A look at one register line (``fetch``) says whether the bot can see the groups at all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.clock import Clock, from_text, to_text, utc_now
from monitor.collect import made
from monitor.collect import telegram_group as group
from monitor.collect.base import Cursor, Info, Members, Page, Requirement, TargetPage
from monitor.collect.telegram_bot import LIMIT, Bot, Secret
from monitor.config_gated import Telegram as Settings
from monitor.errors import ClosedError, NormaliseError, NotFoundError
from monitor.model.activity import Activity, Actor, ObjectRef, Signal
from monitor.model.contest import AccountType, TargetAccount
from monitor.model.evidence import Capture, Exchange, Part, RawItem
from monitor.model.exchange import certificate_parts, headers_part
from monitor.model.person import Watch
from monitor.net import Http

VERSION = "1"
PLATFORM = "telegram"
BASIS = "a bot invited by the group's administrators, whose consent is on record"
PAGES_PER_LOOK = 200
# What is waiting at Telegram for longer is lost (Bot API, getUpdates).
KEPT = timedelta(hours=24)
# A day before Telegram may begin to number anew.
RENUMBERED = timedelta(days=6)
BEHIND = "nobody asked for 24 hours: what was said before that is lost"
BLIND_SPOTS = (
    "what was said before the bot came, and what waited for more than 24 hours",
    "deleted messages, and reactions that were taken back: a bot is not told",
    "direct messages, closed groups, groups without the bot, and channels' readers",
    "groups without a recorded consent of their administrators, and what came before it there",
    "administrators who write as the group, and whoever writes as a channel",
    "what a reaction was given to, unless that message came in the same page",
    "everything but commands and answers to the bot, in a group where privacy mode is on for it",
    "joins and reactions, in a group where the bot is no administrator",
    "words inside pictures, videos and voices",
)

Hold = Mapping[int, Mapping[str, Any]]


class Telegram:
    """The collector; it remembers for a while how the bot stands in its groups, and nobody."""

    def __init__(
        self, http: Http, settings: Settings, clock: Clock = utc_now, secret: Secret = str
    ) -> None:
        """``secret`` returns the bot's token; it is asked at each request."""
        self._http = http
        self._settings = settings
        self._clock = clock
        self._secret = secret
        self._sight: tuple[datetime, Sequence[int], str] | None = None
        self._fault: Callable[[str], str] = _unasked

    @property
    def info(self) -> Info:
        return Info(
            name="telegram",
            platform=PLATFORM,
            version=VERSION,
            observes=frozenset(
                {Signal.POST, Signal.REPLY, Signal.SHARE, Signal.REACTION, Signal.MEMBERSHIP}
            ),
            requires=Requirement.CONSENT,
            min_interval=int(self._settings.min_interval),
            basis=BASIS,
            blind_spots=BLIND_SPOTS,
        )

    @property
    def places(self) -> Sequence[TargetAccount]:
        """The groups of the settings; each is a reason to read the queue."""
        return [TargetAccount(PLATFORM, n, AccountType.PEMENANGAN, n) for n in self.groups]

    @property
    def groups(self) -> Sequence[str]:
        """The groups of the settings; each is read by its own administrators' consent."""
        return [str(number) for number in self._settings.groups]

    def admit(self, fault: Callable[[str], str]) -> None:
        """Ask ``fault`` about each group from now on; see ``base.PerGroup``."""
        self._fault = fault

    async def fetch(
        self, watch: Watch, cursor: Cursor, last_look: datetime | None
    ) -> AsyncIterator[Page]:
        """Say whether the bot sees its groups; what a user did there comes by ``engagers``."""
        del cursor, last_look  # a bot can ask for no user's messages
        note = await self._blind(f"{PLATFORM} {watch.watch_id}")
        address = watch.address.removeprefix("@")
        native = watch.native_id or (address if address.isdecimal() else "")
        yield Page((), {}, complete=not note, note=note, native_id=native)

    async def engagers(
        self,
        target: TargetAccount,
        cursor: Cursor,
        last_look: datetime | None,
        members: Members,
    ) -> AsyncIterator[TargetPage]:
        """Yield registered users' acts in all groups: the queue is one for all of them.

        Raises ``ClosedError`` for a group of the settings without a consent: that it brought
        nothing must not look like silence.
        """
        subject = f"{PLATFORM} group {target.handle}"
        if target.handle in self.groups and (reason := self._fault(target.handle)):
            raise ClosedError(subject, reason)
        bot = self._bot(subject)
        now = self._clock()
        offset, at = _place(cursor, now)
        late = last_look is not None and now - last_look > KEPT
        for _ in range(PAGES_PER_LOOK):
            answer, bodies = await bot.updates(offset)
            items = self._kept(bodies, answer, members)
            offset = max([offset, *(group.number_of(body) + 1 for body in bodies)])
            at = to_text(now) if bodies else at
            yield TargetPage(
                items=tuple(items),
                cursor={"offset": offset, "at": at},
                complete=not late,
                last=len(bodies) < LIMIT,
                note=BEHIND if late else "",
            )
            if len(bodies) < LIMIT:
                return

    def normalise(self, raw: RawItem, watch: Watch) -> Activity:
        """Read one act; raise ``NormaliseError`` where its form is unknown."""
        subject = f"{PLATFORM} {watch.watch_id}"
        try:
            act = group.act(raw.body, dict(raw.hints))
        except ValueError as fault:
            raise NormaliseError(subject, "update", str(fault)) from None
        return made.activity(
            self.info,
            raw,
            watch,
            act.signal,
            Actor(str(act.user), act.username),
            ObjectRef(act.key, act.url),
            at=act.at,
            target=act.target,
            text=act.text,
            media=act.media,
        )

    async def capture(self, activity: Activity, raw: RawItem, watch: Watch) -> Capture:
        """Keep the act as it came: a bot cannot ask for a message a second time."""
        del activity, watch
        record = Part("record", "application/json", raw.body)
        return Capture((record, headers_part(raw), *certificate_parts(raw.page)))

    def _kept(
        self, bodies: Sequence[bytes], answer: Exchange, members: Members
    ) -> list[tuple[Watch, RawItem]]:
        """Keep the acts of registered users in groups that agreed; the others end here."""
        read = [one for one in map(group.update, bodies) if one is not None]
        agreed = self._agreed()
        seen = [one for one in read if one.is_public and one.chat in agreed]
        acts = [one for one in seen if one.user and group.is_act(one)]
        found = members.watching(PLATFORM, _accounts(acts))
        kept = []
        for one in acts:
            watch = found.get(str(one.user)) or found.get(one.username.lower())
            if watch is not None:
                kept.append((watch, _raw(one, _around(seen, one.chat), answer)))
        return kept

    async def _blind(self, subject: str) -> str:
        """Say in how many groups the bot does not see everything; asked once an interval."""
        now, agreed = self._clock(), self._agreed()
        if self._sight is not None and self._sight[1] == agreed and self._is_fresh(self._sight[0]):
            return self._sight[2]
        bot = self._bot(subject)
        me = await bot.me()
        number, reads_all = me.get("id"), me.get("can_read_all_group_messages") is True
        if type(number) is not int:
            raise NotFoundError(subject, "Telegram does not say who the bot is")
        sees = [await self._sees(bot, chat, number, reads_all=reads_all) for chat in agreed]
        note = _told(sees.count(False), len(self.groups) - len(agreed), len(self.groups))
        self._sight = (now, agreed, note)
        return note

    def _is_fresh(self, at: datetime) -> bool:
        return self._clock() - at < timedelta(seconds=self._settings.interval)

    def _agreed(self) -> list[int]:
        """Return the groups that may be read now."""
        return [number for number in self._settings.groups if not self._fault(str(number))]

    async def _sees(self, bot: Bot, chat: int, number: int, *, reads_all: bool) -> bool:
        try:
            status = (await bot.member(chat, number)).get("status")
            if not group.is_public(await bot.chat(chat)):
                return False
        except NotFoundError:
            return False
        return status == "administrator" or (status == "member" and reads_all)

    def _bot(self, subject: str) -> Bot:
        return Bot(self._http, self._settings.api.rstrip("/"), self._secret, subject)


def _unasked(group: str) -> str:
    return f"nobody said whether the administrators of {group} consent"


def _told(blind: int, closed: int, groups: int) -> str:
    """Return what is not seen of some groups; empty where nothing is amiss."""
    notes = []
    if blind:
        notes.append(
            f"in {blind} of {groups} groups the bot is absent or does not see everything (make it "
            "an administrator), or the group is closed (then it is not read)"
        )
    if closed:
        notes.append(
            f"{closed} of {groups} groups are not read: no consent of their administrators is on "
            "record (netralitas gate list)"
        )
    return "; ".join(notes)


def _place(cursor: Cursor, now: datetime) -> tuple[int, str]:
    """Return where reading goes on, and when something was last there.

    After a week without updates Telegram begins with another number, perhaps a lower one: then
    an old offset would have it forget what is new.
    """
    offset, at = cursor.get("offset"), cursor.get("at")
    try:
        quiet = now - from_text(str(at))
    except ValueError:
        return 0, ""
    if type(offset) is not int or offset <= 0 or not timedelta(0) <= quiet < RENUMBERED:
        return 0, ""
    return offset, str(at)


def _accounts(acts: Sequence[group.Update]) -> list[str]:
    names = [one.username.lower() for one in acts if one.username]
    return [*(str(one.user) for one in acts), *names]


def _around(seen: Sequence[group.Update], chat: int) -> Hold:
    """Return the messages of this page in a chat, by number; they are gone with the page."""
    return {
        one.value["message_id"]: one.value
        for one in seen
        if one.chat == chat and one.kind in (group.MESSAGE, group.EDITED)
        and type(one.value.get("message_id")) is int
    }  # fmt: skip


def _raw(one: group.Update, around: Hold, answer: Exchange) -> RawItem:
    body, hints = group.own(one, around)
    return RawItem(
        native_key=str(one.number),
        body=body,
        page=answer.bare,
        page_digest=answer.body_digest,
        seen_at=answer.finished_at.astimezone(UTC),
        hints=tuple(hints.items()),
    )
