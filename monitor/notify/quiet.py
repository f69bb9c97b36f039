"""Quiet hours of a route: until when a message waits. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from monitor.config_notify import Route
from monitor.model.contest import ZONES


def quiet_until(route: Route, now: datetime, phases: Collection[str] = ()) -> datetime | None:
    """Return when the route's quiet hours end, or ``None`` where they do not hold a message now.

    ``phases`` are those in which the contests of the case are now: some allow no waiting.
    """
    hours = route.quiet_hours
    if hours is None or not set(route.quiet_except).isdisjoint(phases):
        return None
    begin, end = hours
    local = now.astimezone(ZONES[route.zone])
    at = local.time()
    over = begin > end
    if not ((at >= begin or at < end) if over else begin <= at < end):
        return None
    day = local.date() + timedelta(days=1) if over and at >= begin else local.date()
    return datetime.combine(day, end, local.tzinfo)
