"""How far this machine's clock can be trusted: what an entry says of its own time.

The kernel knows whether a time service keeps it (``adjtimex``, read only). A service that may not
ask the kernel looks at the mark that systemd-timesyncd touches. What cannot be known is said to be
unknown.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.clock import to_text
from monitor.model.evidence import Canonical

# systemd-timesyncd asks its server every 34 minutes at the longest.
TIMESYNCD = Path("/run/systemd/timesync/synchronized")
FRESH = timedelta(hours=2)

# <sys/timex.h>
_TIME_ERROR = 5
_STA_UNSYNC = 0x40
_REST = 200

Kernel = Callable[[], tuple[bool, int] | None]


class _Timex(ctypes.Structure):
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * _REST),
    )


def kernel() -> tuple[bool, int] | None:
    """Return whether the kernel holds its clock synchronised, and its largest error in µs.

    ``None`` where the kernel may not be asked, as under systemd's ``ProtectClock=``.
    """
    found = _Timex()
    ask = getattr(ctypes.CDLL(None), "adjtimex", None)
    state = ask(ctypes.byref(found)) if ask else -1
    if state < 0:
        return None
    kept = state != _TIME_ERROR and not found.status & _STA_UNSYNC
    return kept, found.maxerror


def clock_source(
    now: datetime, asked: Kernel = kernel, mark: Path = TIMESYNCD
) -> dict[str, Canonical]:
    """Return ``synchronised`` (``yes``, ``no``, ``unknown``), and by whose word (``source``).

    ``max_error_us`` is the kernel's bound, ``last_at`` when systemd-timesyncd last set the clock.
    """
    if answer := asked():
        kept, error = answer
        told: dict[str, Canonical] = {"synchronised": "yes" if kept else "no", "source": "kernel"}
        return {**told, "max_error_us": error} if kept else told
    try:
        last = datetime.fromtimestamp(mark.stat().st_mtime, UTC)
    except OSError:
        return {"synchronised": "unknown", "source": "none"}
    fresh = now - last <= FRESH
    return {
        "synchronised": "yes" if fresh else "unknown",
        "source": "systemd-timesyncd",
        "last_at": to_text(last),
    }
