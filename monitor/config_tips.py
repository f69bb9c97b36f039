"""``[tips]`` of ``config.toml``: what the office takes from people who saw something."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from monitor.config_form import Count, Section


class Tips(Section):
    """``sender_day`` and ``office_day`` are how many tips are taken in 24 hours, of one and of all.

    A tip that nobody links to a case is destroyed after ``keep_days``. Tips of ``burst`` senders
    about one act are marked as possibly coordinated. What opens with two persons waits
    ``second_minutes`` for the second.
    """

    enabled: bool = True
    sender_day: Count = 5
    office_day: Count = 200
    keep_days: Annotated[int, Field(ge=1, le=14)] = 14
    picture_bytes: Annotated[int, Field(ge=10_000, le=10_000_000)] = 5_000_000
    burst: Annotated[int, Field(ge=2)] = 5
    second_minutes: Annotated[int, Field(ge=1, le=1_440)] = 60
