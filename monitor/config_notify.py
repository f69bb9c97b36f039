"""``[notify]`` of ``config.toml``: who is told what, where, when, and with which card."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from monitor.config_form import Count, Seconds, Section
from monitor.model.rule import Level

# Province, regency, district, village: 35, 35.15, 35.15.01, 35.15.01.2001; dots may be left out.
AreaCode = Annotated[str, Field(pattern=r"^\d\d(\.?\d\d(\.?\d\d(\.?\d{4})?)?)?$")]
Hours = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$")]
QuietPhase = Literal["kampanye", "masa_tenang", "pemungutan_suara", "penghitungan"]
FILTERS = ("instansi", "unit", "area", "level", "contest")
# What belongs to the chat, and so is the same on every route to it.
OF_CHAT = ("card", "members", "readers", "office", "quiet", "zone", "quiet_except")


class Route(Section):
    """One destination, and what it gets.

    ``instansi``, ``unit``, ``area``, ``level`` and ``contest`` limit the cases; an empty list does
    not. A case goes to the narrowest routes that take it, else to those without limits and those
    with ``fallback``. ``second`` takes what a desk outside the agency must see too (POLICY 33);
    ``office`` is the agency in which the chat's readers serve, ``readers`` are their officer ids or
    references in the register: no reader gets a case of their own or of their spouse's contest.
    ``members`` is the number Telegram shows for the chat, and another number masks the card; 0 is
    not checked.
    ``quiet`` are hours (``21:00-05:00``) in which alerts wait, unless the contest is in a phase
    that ``quiet_except`` names. A masked ``card`` names nobody.
    ``spare`` takes what another destination refuses for good: masked, and nothing else, unless its
    ``card`` and ``outcomes`` say so.
    """

    notifier: Literal["stdout", "telegram"]
    destination: str = "-"
    name: Annotated[str, Field(max_length=60)] = ""
    outcomes: tuple[Literal["alert", "review"], ...] = ("alert", "review")
    instansi: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    area: tuple[AreaCode, ...] = ()
    level: tuple[Level, ...] = ()
    contest: tuple[str, ...] = ()
    fallback: bool = False
    second: bool = False
    spare: bool = False
    office: str = ""
    readers: tuple[str, ...] = ()
    members: Annotated[int, Field(ge=0)] = 0
    quiet: Hours = ""
    zone: Literal["WIB", "WITA", "WIT"] = "WIB"
    quiet_except: tuple[QuietPhase, ...] = ("masa_tenang", "pemungutan_suara")
    health: bool = False
    recap: bool = False
    tips: bool = False
    card: Literal["evidence", "masked", "none"] = "evidence"

    @model_validator(mode="before")
    @classmethod
    def _spare(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("spare") is True:
            return {"card": "masked", "outcomes": (), **given}
        return given

    @property
    def way(self) -> tuple[str, str]:
        """Notifier and destination, as the outbox has them."""
        return self.notifier, self.destination

    @property
    def quiet_hours(self) -> tuple[time, time] | None:
        """Begin and end of the quiet hours in ``zone``; the end may lie on the next day."""
        begin, _, end = self.quiet.partition("-")
        return (time.fromisoformat(begin), time.fromisoformat(end)) if self.quiet else None

    @model_validator(mode="after")
    def _only_telegram_counts(self) -> Self:
        if self.members and self.notifier != "telegram":
            raise ValueError("members on routes to Telegram only")
        return self

    @model_validator(mode="after")
    def _hours_differ(self) -> Self:
        if self.quiet_hours and self.quiet_hours[0] == self.quiet_hours[1]:
            raise ValueError("quiet hours whose end differs from their begin")
        return self


class Telegram(Section):
    """``api`` differs from Telegram's own address only for a local Bot API server or a test.

    ``roster_cache`` is for how long a chat's number of members is taken as still right.
    """

    api: str = "https://api.telegram.org"
    per_chat_per_minute: Count = 20
    overall_per_second: Count = 30
    timeout: Seconds = 20.0
    roster_cache: Seconds = 300.0


class Notify(Section):
    """``mute_days`` is how long a mute may last at most.

    ``recap`` says which periods are told to the routes with ``recap``, from ``recap_hour`` of
    ``recap_zone`` on.
    """

    language: Literal["id", "en"] = "id"
    routes: tuple[Route, ...] = (Route(notifier="stdout", health=True),)
    telegram: Telegram = Telegram()
    max_attempts: Count = 12
    per_hour: Annotated[int, Field(ge=1, le=30)] = 30
    mute_days: Annotated[int, Field(ge=1, le=90)] = 14
    recap: Literal["none", "daily", "weekly", "both"] = "none"
    recap_hour: Annotated[int, Field(ge=0, le=23)] = 7
    recap_zone: Literal["WIB", "WITA", "WIT"] = "WIB"

    @model_validator(mode="after")
    def _somebody_gets_the_recap(self) -> Self:
        if self.recap != "none" and not any(route.recap for route in self.routes):
            raise ValueError("a route with recap = true, where a recap is wanted")
        return self

    @model_validator(mode="after")
    def _one_chat_one_way(self) -> Self:
        first: dict[tuple[str, str], Route] = {}
        for route in self.routes:
            known = first.setdefault(route.way, route)
            for key in OF_CHAT:
                if getattr(known, key) != getattr(route, key):
                    raise ValueError(f"the same {key} on every route to one destination")
        return self
