"""When nothing could be seen, and why: an act of such an hour is not known, rather than not done.

Alarms that single sources raised are counted together: none of them is named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Protocol

RAISED = "raised"
# Alarms that mean blindness: of a platform, of the whole program, of one source.
OF_PLATFORM = ("stale", "blocked", "auth", "empty", "off")
OF_ALL = ("store", "season")
OF_ONE = ("proof", "shared", "unavailable", "internal", "admission", "gate")
BLIND = frozenset({*OF_PLATFORM, *OF_ALL, *OF_ONE})


class Told(Protocol):
    """An alarm raised or cleared; ``key`` is ``kind`` or ``kind:subject``."""

    @property
    def at(self) -> datetime: ...
    @property
    def state(self) -> str: ...
    @property
    def key(self) -> str: ...


Times = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Gap:
    """The times in which something was not seen."""

    spans: tuple[Times, ...] = ()

    @property
    def times(self) -> int:
        return len(self.spans)

    @property
    def whole(self) -> float:
        """Hours of all of them, one added to the other."""
        return sum(hours([span]) for span in self.spans)


def hours(spans: Iterable[Times]) -> float:
    """Return how many hours some times cover; what lies in several of them counts once."""
    covered, reached = timedelta(), datetime.min.replace(tzinfo=UTC)
    for first, last in sorted(spans):
        covered += max(last - max(first, reached), timedelta())
        reached = max(reached, last)
    return covered / timedelta(hours=1)


def gaps(
    alarms: Iterable[Told], platforms: Collection[str], start: datetime, until: datetime
) -> Mapping[tuple[str, str], Gap]:
    """Return what was not seen from ``start`` until ``until``, by kind of alarm and platform.

    Alarms come in the order of the log; those of anything but ``platforms``, such as the way that
    messages go, blind nobody. The platform is "" where an alarm is of no single one.
    """
    found: dict[tuple[str, str], Gap] = {}
    since: dict[str, datetime] = {}
    for alarm in alarms:
        if not _blinds(alarm.key, platforms):
            continue
        if alarm.state == RAISED:
            since.setdefault(alarm.key, alarm.at)
        elif alarm.key in since:
            _add(found, alarm.key, max(since.pop(alarm.key), start), min(alarm.at, until))
    for key, at in since.items():
        _add(found, key, max(at, start), until)
    return MappingProxyType(found)


def _blinds(key: str, platforms: Collection[str]) -> bool:
    kind, _, subject = key.partition(":")
    return kind in BLIND and (kind not in OF_PLATFORM or subject in platforms)


def _add(found: dict[tuple[str, str], Gap], key: str, first: datetime, last: datetime) -> None:
    if first >= last:
        return
    kind, _, subject = key.partition(":")
    where = kind, subject if kind in OF_PLATFORM else ""
    known = found.get(where, Gap())
    found[where] = Gap((*known.spans, (first, last)))
