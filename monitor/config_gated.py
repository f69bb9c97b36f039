"""``[collect.x]``, ``[collect.telegram]`` and ``[collect.telegram_channel]``.

Platforms whose terms ask for a paper first. They are off by default, and switching one on opens
nothing: an attestation does, beside the credentials file where there is one.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from monitor.config_form import Count, Seconds, Section

# A group's own number; Telegram gives supergroups 13 digits that begin with -100.
GroupId = Annotated[int, Field(ge=-(10**15), le=-1)]
Address = Annotated[str, Field(pattern=r"^https?://[^/?#@\s]+$")]


class _Polled(Section):
    enabled: bool = False
    interval: Seconds
    min_interval: Seconds

    @model_validator(mode="after")
    def _respects_minimum(self) -> Self:
        if self.interval < self.min_interval:
            raise ValueError("an interval that is not below min_interval")
        return self


class X(_Polled):
    """``api`` differs from X's own address only for a test."""

    interval: Seconds = 900.0
    min_interval: Seconds = 300.0
    api: Address = "https://api.x.com"


class Telegram(_Polled):
    """``groups`` are the groups whose administrators invited the bot; no other is read.

    ``api`` differs from Telegram's own address only for a local Bot API server or a test.
    """

    interval: Seconds = 300.0
    min_interval: Seconds = 60.0
    api: Address = "https://api.telegram.org"
    groups: tuple[GroupId, ...] = ()

    @model_validator(mode="after")
    def _reads_somewhere(self) -> Self:
        if self.enabled and not self.groups:
            raise ValueError("at least one of groups when enabled")
        return self


class TelegramChannel(_Polled):
    """``pages`` is how many pages of 20 messages one look reads at most."""

    interval: Seconds = 900.0
    min_interval: Seconds = 300.0
    site: Address = "https://t.me"
    pages: Count = 20
