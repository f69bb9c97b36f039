"""``[collect.youtube]``: the API's address, the day's allowance, and how far back comments go."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from monitor.config_form import Count, Seconds, Section


class Youtube(Section):
    """``units_per_day`` is the allowance that the Google Cloud project was given for the API.

    ``full_scan`` is the time in seconds between two readings of all uploads since monitoring
    began, and of all comments of the last ``comment_days`` on a target's channel. The API key is
    the credentials file ``youtube_api_key``.
    """

    enabled: bool = False
    interval: Seconds = 3_600.0
    min_interval: Seconds = 900.0
    server: Annotated[str, Field(pattern=r"^https?://[^?#@\s]+[^/?#@\s]$")] = (
        "https://youtube.googleapis.com/youtube/v3"
    )
    units_per_day: Annotated[int, Field(ge=24)] = 10_000
    full_scan: Seconds = 86_400.0
    comment_days: Count = 30

    @model_validator(mode="after")
    def _respects_minimum(self) -> Self:
        if self.interval < self.min_interval:
            raise ValueError("an interval that is not below min_interval")
        return self
