"""``[collect]`` of ``config.toml``: one section for each collector."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from monitor.config_form import Seconds, Section
from monitor.config_gated import Telegram, TelegramChannel, X
from monitor.config_mastodon import Mastodon
from monitor.config_youtube import Youtube


class _Polled(Section):
    enabled: bool = True
    interval: Seconds
    min_interval: Seconds

    @model_validator(mode="after")
    def _respects_minimum(self) -> Self:
        if self.interval < self.min_interval:
            facts = {"least": self.min_interval, "got": self.interval}
            raise PydanticCustomError("too_often", "at least its min_interval, {least} s", facts)
        return self


class Feeds(_Polled):
    interval: Seconds = 900.0
    min_interval: Seconds = 900.0


class Bluesky(_Polled):
    """``directory`` is the did:plc identity directory, ``resolver`` answers resolveHandle.

    ``appview`` is the query server that says who engaged with a candidate's posts.
    ``stream`` lists Jetstream servers that tell of acts at once; then each account is read anyway
    every ``stream_interval`` seconds.
    """

    interval: Seconds = 300.0
    min_interval: Seconds = 60.0
    directory: str = "https://plc.directory"
    resolver: str = "https://public.api.bsky.app"
    appview: str = "https://public.api.bsky.app"
    full_scan: Seconds = 86_400.0
    stream: tuple[Annotated[str, Field(pattern=r"^wss?://")], ...] = ()
    stream_interval: Seconds = 3_600.0


class Collect(Section):
    feeds: Feeds = Feeds()
    bluesky: Bluesky = Bluesky()
    mastodon: Mastodon = Mastodon()
    telegram: Telegram = Telegram()
    telegram_channel: TelegramChannel = TelegramChannel()
    x: X = X()
    youtube: Youtube = Youtube()
