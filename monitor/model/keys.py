"""Reading the values of a JSON object; every fault names the key, what was expected, what came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from monitor.clock import from_text

T = TypeVar("T")

UNKNOWN = "unknown"


def texts(holder: Mapping[str, Any], name: str, key: str) -> tuple[str, ...]:
    value = holder.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise wrong(key, "a list of texts", value)
    return tuple(str(item) for item in value)


def obj(holder: Mapping[str, Any], name: str, key: str = "") -> Mapping[str, Any]:
    value = holder.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise wrong(key or name, "an object", value)
    return value


def day(value: Any, key: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise wrong(key, "a date as YYYY-MM-DD", value) from None


def choice(value: Mapping[str, Any], name: str, kind: Callable[[Any], T]) -> T | None:
    found = known(value, name)
    return None if found is None else one_of(kind, found, f"person.{name}")


def instant(line: Mapping[str, Any], key: str) -> datetime | None:
    value = line.get(key)
    if value is None or value == UNKNOWN:
        return None
    try:
        return from_text(value)
    except (TypeError, ValueError, OverflowError):
        # The first and last hours of the calendar have no UTC.
        raise wrong(key, "an ISO 8601 time with a zone", value) from None


def text(line: Mapping[str, Any], key: str) -> str:
    value = line.get(key)
    if value is None:
        return ""
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    raise wrong(key, "a text", value)


def known(value: Mapping[str, Any], key: str) -> Any:
    found = value.get(key)
    return None if found == UNKNOWN else found


def one_of(kind: Callable[[Any], T], value: Any, key: str) -> T:
    try:
        return kind(value)
    except ValueError:
        allowed = ", ".join(str(k) for k in kind)  # type: ignore[attr-defined]
        raise wrong(key, f"one of {allowed}", value) from None


def maybe(value: Any, make: Callable[[Any], T]) -> T | None:
    return None if value is None else make(value)


def wrong(key: str, expected: str, value: object) -> ValueError:
    return ValueError(f"{key}: expected {expected}, got {type(value).__name__}")
