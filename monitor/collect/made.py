"""Making an activity of one act as a platform's own server states it."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.collect.base import Info
from monitor.model.activity import Activity, Actor, Media, ObjectRef, Signal, Target, TimeSource
from monitor.model.evidence import RawItem
from monitor.model.person import Watch

# A server's clock may run ahead of ours by so much; a later time is none.
TOLERANCE = timedelta(days=1)


def activity(
    info: Info,
    raw: RawItem,
    watch: Watch,
    signal: Signal,
    actor: Actor,
    ref: ObjectRef,
    *,
    at: datetime | None = None,
    target: Target | None = None,
    text: str = "",
    media: tuple[Media, ...] = (),
) -> Activity:
    """Return the activity of an item; ``at`` is when the server says that it happened, if it does.

    A time to come is no time of an act, and is left out.
    """
    known = at if at and at <= raw.seen_at + TOLERANCE else None
    return Activity(
        platform=info.platform,
        signal=signal,
        actor=actor,
        object=ref,
        first_seen_at=raw.seen_at,
        watch_id=watch.watch_id,
        target=target,
        text=text,
        media=media,
        occurred_at=known,
        occurred_at_source=TimeSource.PLATFORM if known else TimeSource.NONE,
        not_before=raw.not_before,
        basis=info.basis,
        collector=info.name,
        collector_version=info.version,
    )
