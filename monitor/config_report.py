"""``[report]`` of ``config.toml``: the weeks and months that are counted, and what may leave."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from monitor.config_form import Section


class Report(Section):
    """``zone`` is where days begin.

    ``small`` is below how many indications an agency shares a row with others in a report that
    leaves the office.
    """

    zone: Literal["WIB", "WITA", "WIT"] = "WIB"
    small: Annotated[int, Field(ge=2)] = 10
