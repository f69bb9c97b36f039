"""YouTube: videos of registered channels, and their comments on candidates' channels.

Gated: YouTube's terms ask for a written agreement before data is kept longer than 30 days or used
for this purpose (Developer Policies III.E.4). What is recorded goes after 29 days anyway
(``run/expire``). There is no way to list a person's comments by their author, and likes are listed
to nobody.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from monitor.clock import Clock, utc_now
from monitor.collect import made
from monitor.collect import youtube_parse as parse
from monitor.collect import youtube_threads as threads
from monitor.collect import youtube_uploads as uploads
from monitor.collect.base import (
    Cursor,
    Info,
    Ledger,
    Members,
    Page,
    Requirement,
    Retractions,
    TargetPage,
)
from monitor.collect.youtube_again import Look, fetch_alone
from monitor.collect.youtube_api import Api
from monitor.collect.youtube_quota import Budget
from monitor.config_youtube import Youtube as Settings
from monitor.errors import NormaliseError
from monitor.model.activity import (
    Activity,
    Actor,
    Media,
    ObjectRef,
    Signal,
    Target,
    TargetState,
)
from monitor.model.contest import TargetAccount
from monitor.model.evidence import Capture, Exchange, Part, RawItem
from monitor.model.exchange import certificate_parts, headers_part
from monitor.model.person import Watch
from monitor.model.state import Again, Known
from monitor.net import Http

VERSION = "1"
BASIS = "YouTube Data API v3, under the recorded agreement"
SITE = "https://www.youtube.com"
ACTS = frozenset({Signal.POST, Signal.REPLY})
# Developer Policies III.E.4.g: what a user asks to have deleted goes within 7 calendar days.
RETRACTIONS = Retractions(
    7 * 24, "YouTube API Services Developer Policies III.E.4.g: 7 days, and no hold"
)
BLIND_SPOTS = (
    "likes, dislikes, subscriptions and playlists: the API lists them to nobody else",
    "comments elsewhere than on the channels of candidates, parties and teams on file",
    "an answer under a comment older than comment_days, and one newer than the last deep walk",
    "comments that the channel's owner or the platform holds back, and videos without comments",
    "live chat, community posts, and videos that are private, unlisted or for members",
    "words in the picture or the sound of a video",
    "content older than 29 days: the platform bids it deleted, and ids are left",
    "whatever the day's allowance leaves no room for: the look goes on later",
)


_JSON = "application/json"


class Youtube:
    """The YouTube collector."""

    def __init__(
        self,
        http: Http,
        settings: Settings,
        clock: Clock = utc_now,
        secret: Callable[[], str] | None = None,
    ) -> None:
        """``secret`` reads the API key; no call is made without it, nor without a ledger."""
        self._http = http
        self._settings = settings
        self._clock = clock
        self._secret = secret
        self._ledger: Ledger | None = None

    @property
    def info(self) -> Info:
        return Info(
            name="youtube",
            platform="youtube",
            version=VERSION,
            observes=ACTS | {Signal.UNAVAILABLE},
            requires=Requirement.AGREEMENT,
            min_interval=int(self._settings.min_interval),
            basis=BASIS,
            blind_spots=BLIND_SPOTS,
            looks_again=ACTS,
            retractions=RETRACTIONS,
        )

    def meter(self, ledger: Ledger) -> None:
        """Count every call from now on in this ledger."""
        self._ledger = ledger

    def fetch(
        self, watch: Watch, cursor: Cursor, last_look: datetime | None
    ) -> AsyncIterator[Page]:
        """Yield pages of a channel's uploads; see ``youtube_uploads``."""
        return uploads.Uploads(
            api=self._api(f"youtube {watch.watch_id}"),
            clock=self._clock,
            watch=watch,
            last_look=last_look,
            state=uploads.load(cursor, watch.native_id),
            full_scan=self._settings.full_scan,
        ).pages()

    def engagers(
        self,
        target: TargetAccount,
        cursor: Cursor,
        last_look: datetime | None,
        members: Members,
    ) -> AsyncIterator[TargetPage]:
        """Yield registered people's comments on a channel's videos; see ``youtube_threads``."""
        return threads.Threads(
            api=self._api(f"youtube {target.handle or target.native_id}", walk=True),
            clock=self._clock,
            target=target,
            members=members,
            last_look=last_look,
            state=threads.load(cursor),
            days=self._settings.comment_days,
            deep_every=self._settings.full_scan,
        ).pages()

    def normalise(self, raw: RawItem, watch: Watch) -> Activity:
        """Read one video or comment; raise ``NormaliseError`` where its form is unknown."""
        subject, hints = f"youtube {watch.watch_id}", dict(raw.hints)
        if "unavailable" in hints:
            url = f"{SITE}/channel/{raw.native_key}"
            ref = ObjectRef(raw.native_key, url)
            actor = Actor(raw.native_key)
            return made.activity(self.info, raw, watch, Signal.UNAVAILABLE, actor, ref)
        try:
            if "channel" in hints:
                return self._comment(raw, watch, parse.comment(raw.body), hints)
            return self._video(raw, watch, parse.video(raw.body), hints)
        except ValueError as error:
            raise NormaliseError(subject, "item", str(error)) from None

    async def capture(self, activity: Activity, raw: RawItem, watch: Watch) -> Capture:
        """Fetch the video or comment alone and keep it where it is still the one that was judged.

        The snapshot holds what was acted upon: the video, and the comment that was answered.
        """
        api = self._api(f"youtube {watch.watch_id}")
        record, note = raw.body, ""
        answer, alone = None, None
        if activity.signal in ACTS:
            answer, alone = await fetch_alone(api, activity.signal, activity.object.id)
            if alone is None:
                note = "the record was deleted or closed after it was read"
            elif _words(activity.signal, alone) != activity.text:
                note = "the record was changed after it was read"
            else:
                record = answer.body
        around = tuple(
            Part(name, _JSON, found.body) for name, found in raw.context if found is not None
        )
        parts = (Part("record", _JSON, record), *around, headers_part(raw),
                 *certificate_parts(raw.page, answer))  # fmt: skip
        return Capture(parts, bool(note), (note,) if note else ())

    async def look_again(self, known: Known, watch: Watch) -> Again:
        """Ask for the one video or comment by its id; see ``youtube_again``."""
        api = self._api(f"youtube {watch.watch_id}")

        def read(raw: RawItem) -> Activity:
            return self.normalise(raw, watch)

        return await Look(api, known, read).again()

    def _api(self, subject: str, *, walk: bool = False) -> Api:
        if self._secret is None or self._ledger is None:
            raise RuntimeError("Youtube is used without its key or its ledger")
        budget = Budget(self._ledger, self._settings.units_per_day, self._clock)
        return Api(self._http, self._settings.server, self._secret, budget, subject, walk)

    def _video(
        self, raw: RawItem, watch: Watch, video: parse.Video, hints: dict[str, str]
    ) -> Activity:
        if watch.native_id and video.owner != watch.native_id:
            raise parse.Odd("channelId: expected the registered channel")
        url = f"{SITE}/watch?v={video.id}"
        return made.activity(
            self.info, raw, watch, Signal.POST, Actor(video.owner, hints.get("handle", "")),
            ObjectRef(video.id, url), at=video.published, text=video.words,
            media=(Media("video", url),),
        )  # fmt: skip

    def _comment(
        self, raw: RawItem, watch: Watch, own: parse.Comment, hints: dict[str, str]
    ) -> Activity:
        if not own.author or (watch.native_id and own.author != watch.native_id):
            raise parse.Odd("authorChannelId: expected the registered channel")
        video = hints["video"]
        url = f"{SITE}/watch?v={video}&lc={own.id}" if video else ""
        return made.activity(
            self.info, raw, watch, Signal.REPLY, Actor(own.author, own.handle),
            ObjectRef(own.id, url), at=own.published, text=own.words,
            target=_target(raw, own, hints),
        )  # fmt: skip


def _words(signal: Signal, item: bytes) -> str:
    return parse.video(item).words if signal is Signal.POST else parse.comment(item).words


def _target(raw: RawItem, own: parse.Comment, hints: dict[str, str]) -> Target:
    """Return what a comment stands under: the comment that it answers, or the channel's video."""
    answer, video = dict(raw.context).get(threads.TARGET), hints["video"]
    present = TargetState.PRESENT if answer is not None else TargetState.MISSING
    url = f"{SITE}/watch?v={video}" if video else ""
    if own.parent:
        top = parse.comment(answer.body) if answer is not None else None
        author, words = (top.author, top.words) if top else ("", "")
        link = f"{url}&lc={own.parent}" if url else ""
        return Target(own.parent, link, author, text=words, state=present)
    words = _title(answer) if answer is not None else ""
    return Target(video, url, hints["channel"], text=words, state=present)


def _title(answer: Exchange) -> str:
    items = parse.listing(answer.body).items
    return parse.video(items[0]).words if items else ""
