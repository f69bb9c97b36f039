"""Reading a stored cursor back: where a collector's last look stopped."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from monitor.collect.base import Cursor

S = TypeVar("S", bound=msgspec.Struct)


def restored(cursor: Cursor, kind: type[S]) -> S:
    """Return the state that a cursor holds; one of another form begins anew."""
    try:
        return msgspec.convert(dict(cursor), kind)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return kind()
