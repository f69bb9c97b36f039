"""The config of the desk: reminders, and the bot that officers work with."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from monitor.config_form import Count, Section


class Review(Section):
    """After ``untaken_hours`` an alert that nobody took is told once more.

    ``bot`` answers buttons and commands, where a route goes to Telegram. ``readings_per_day`` is
    how many cases an officer may look at there in a day; a question waits ``talk_minutes``.
    """

    untaken_hours: Count = 24
    bot: bool = True
    readings_per_day: Count = 50
    talk_minutes: Annotated[int, Field(ge=1, le=60)] = 30
