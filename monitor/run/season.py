"""Whether anything may be watched now: a contest is under way, and a trial has not ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from monitor.log import logger
from monitor.model.person import Watch
from monitor.run import governance
from monitor.run.governance import Admission
from monitor.run.health import Health
from monitor.run.rules import Reader

ALARM = "season"
UNFIT = "admission"


class Season:
    """Asked before every look. When no contest is live any more it says so, once."""

    def __init__(
        self,
        reader: Reader,
        health: Health,
        admission: Admission,
        ends: datetime | None,
        shut: Callable[[Watch, datetime], str],
    ) -> None:
        """``ends`` is when the trial does, if it is one; ``shut`` says why a source must not be
        read now, or nothing (``Doors.fault``).
        """
        self._reader = reader
        self._health = health
        self._admission = admission
        self._ends = ends
        self._shut = shut
        self._open: bool | None = None

    def open(self, now: datetime) -> bool:
        """Say whether sources may be read: some contest is live at this moment (P25)."""
        found = bool(self._reader.live_at(now))
        if found is not self._open:
            self._open = found
            if found:
                self._health.clear(ALARM)
            else:
                logger.warning("no contest is live: nothing is read until one is")
                self._health.alarm(ALARM)
        return found

    def admits(self, watch: Watch, now: datetime) -> bool:
        """Say whether a line may be watched; one that came in meanwhile is told, once."""
        if self._shut(watch, now):
            return False
        fault = self._admission.fault(watch, now)
        if fault:
            self._health.alarm(UNFIT, watch.watch_id, cause=fault.expected)
        return fault is None

    def check(self, now: datetime) -> None:
        """Raise ``ConfigError`` when the trial's time is over."""
        if self._ends is not None and now >= self._ends:
            raise governance.ended(self._ends)
