"""The section of ``config.toml`` about how the person concerned is invited and answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from monitor.config_form import Count, Section


class Answers(Section):
    """A letter needs ``office``, ``address`` and ``hours``; without ``page`` or ``bot`` it names
    fewer ways.

    ``page`` is the office's public address before ``netralitas klarifikasi serve``, which listens
    on loopback at ``port``. ``attempts`` wrong codes lock a letter; ``attempts_an_hour`` over all
    letters close every way but paper for a while.
    """

    office: str = ""
    address: str = ""
    hours: str = ""
    page: Annotated[str, Field(pattern=r"^(https://[^\s/]+(/[^\s]*)?)?$")] = ""
    bot: Annotated[str, Field(pattern=r"^(@[A-Za-z0-9_]{5,32})?$")] = ""
    code_days: Annotated[int, Field(ge=1, le=90)] = 14
    attempts: Annotated[int, Field(ge=3, le=20)] = 5
    attempts_an_hour: Count = 60
    port: Annotated[int, Field(ge=0, le=65_535)] = 8578
