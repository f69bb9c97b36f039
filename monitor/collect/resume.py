"""Reading a stored cursor back: where a collector's last look stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from monitor.clock import from_text
from monitor.collect.base import Cursor

S = TypeVar("S")


def restored(cursor: Cursor, kind: type[S], *, instants: Sequence[str] = ()) -> S:
    """Return the state that a cursor holds; one of another form begins anew.

    ``kind`` is a struct or dataclass whose fields all have a default; ``instants`` names those of
    its texts that are ISO 8601 instants, or empty.
    """
    try:
        state = msgspec.convert(dict(cursor), kind)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return kind()
    texts = [getattr(state, name) for name in instants]
    return kind() if any(text and moment(text) is None for text in texts) else state


def moment(text: str) -> datetime | None:
    """Read an instant of a cursor; ``None`` where there is none."""
    try:
        return from_text(text) if text else None
    except (ValueError, OverflowError):
        return None
