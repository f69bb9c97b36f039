"""A door before the one HTTP layer: asked about every request, so that reading can end at once.

A look, a capture, a walk over a target's engagers and a stream all end with a right that ended or a
platform that was switched off, since none of them reaches the network any other way.
"""

from __future__ import annotations

from collections.abc import Callable

from monitor.errors import ClosedError
from monitor.net import Http

# From a host's name, in ASCII, to why it must not be asked now; empty where it may be.
Door = Callable[[str], str]


class Behind(Http):
    """The same session, limits and guard as another's, behind one more door.

    ``http`` is open already, and stays its maker's to close.
    """

    def __init__(self, http: Http, door: Door) -> None:
        vars(self).update(vars(http))
        self._doors: tuple[Door, ...] = (*vars(http).get("_doors", ()), door)

    def admit(self, host: str, subject: str) -> None:
        for door in self._doors:
            if reason := door(host):
                raise ClosedError(subject, reason)
