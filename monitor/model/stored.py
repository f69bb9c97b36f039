"""An activity read back from what the evidence log keeps of it, to be judged once more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.clock import from_text
from monitor.model.activity import (
    Activity,
    Actor,
    Media,
    ObjectRef,
    Signal,
    Target,
    TargetState,
    TimeSource,
)


def stored_activity(kept: Mapping[str, Any]) -> Activity:
    """Return the activity that ``wire.activity_content`` made this of.

    Of a stranger's post only its state was kept (POLICY 29): such an act can be named again and
    not read again. Raises ``KeyError`` or ``ValueError`` for what this program did not write.
    """
    return Activity(
        given_id=kept["id"],
        platform=kept["platform"],
        signal=Signal(kept["signal"]),
        actor=Actor(kept["actor"]["id"], kept["actor"]["handle"]),
        object=ObjectRef(kept["object"]["id"], kept["object"]["url"], kept["object"]["digest"]),
        first_seen_at=from_text(kept["first_seen_at"]),
        watch_id=kept["watch_id"],
        target=_target(kept["target"]),
        text=kept["text"],
        media=_media(kept["media"]),
        occurred_at=_instant(kept["occurred_at"]),
        occurred_at_source=TimeSource(kept["occurred_at_source"]),
        not_before=_instant(kept["not_before"]),
        complete=kept["complete"],
        basis=kept["basis"],
        collector=kept["collector"],
        collector_version=kept["collector_version"],
    )


def _target(kept: Mapping[str, Any] | None) -> Target | None:
    if kept is None:
        return None
    state = TargetState(kept["state"])
    if kept["stranger"]:
        return Target(state=state)
    names = ("id", "url", "author_id", "author_handle", "text", "role", "of", "account_type")
    return Target(**{name: kept[name] for name in names}, media=_media(kept["media"]), state=state)


def _media(kept: Any) -> tuple[Media, ...]:
    return tuple(Media(m["kind"], m["url"], m["alt"], m["digest"], tuple(m["tags"])) for m in kept)


def _instant(kept: str | None) -> datetime | None:
    return from_text(kept) if kept else None
