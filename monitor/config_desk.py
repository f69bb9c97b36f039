"""The config of the desk: who is told, how, and what people do there."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from monitor.config_form import Count, Seconds, Section


class Route(Section):
    """One destination. No ``instansi`` means every one; a masked ``card`` names nobody."""

    notifier: Literal["stdout", "telegram"]
    destination: str = "-"
    outcomes: tuple[Literal["alert", "review"], ...] = ("alert", "review")
    instansi: tuple[str, ...] = ()
    health: bool = False
    card: Literal["evidence", "masked", "none"] = "evidence"


class Telegram(Section):
    """``api`` differs from Telegram's own address only for a local Bot API server or a test."""

    api: str = "https://api.telegram.org"
    per_chat_per_minute: Count = 20
    overall_per_second: Count = 30
    timeout: Seconds = 20.0


class Notify(Section):
    language: Literal["id", "en"] = "id"
    routes: tuple[Route, ...] = (Route(notifier="stdout", health=True),)
    telegram: Telegram = Telegram()
    max_attempts: Count = 12
    per_hour: Annotated[int, Field(ge=1, le=30)] = 30

    @model_validator(mode="after")
    def _one_card_each(self) -> Self:
        shown: dict[tuple[str, str], str] = {}
        for route in self.routes:
            if shown.setdefault((route.notifier, route.destination), route.card) != route.card:
                raise ValueError("the same card on every route to one destination")
        return self
