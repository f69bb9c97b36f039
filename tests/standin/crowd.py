"""Lists of a hundred thousand strangers that take no room: each one is made when asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from monitor.demo.atproto_view import POST, Row

# It stands in everything that is a stranger's, so that one search finds all of them.
MARK = "zqxw"


class Crowd(Sequence[Row]):
    """A list of many strangers that takes no room: each is made when asked for.

    ``among`` puts real rows at their places in it. The newest stands first.
    """

    def __init__(self, count: int, newest: int, among: Mapping[int, Row]) -> None:
        """``newest`` is in milliseconds."""
        self._count = count
        self._newest = newest
        self._among = among

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(self._count))]
        if not 0 <= place < self._count:
            raise IndexError(place)
        # Four share a millisecond, as in a rush: a cursor's hash tells them apart.
        at = self._newest - place // 4
        known = self._among.get(place)
        if known is not None:
            return replace(known, at=at, cid=f"bafyrei{9 - place % 4}{place:08}")
        did, handle = stranger(place)
        cid = f"bafyrei{9 - place % 4}{MARK}{place:08}"
        uri = f"at://{did}/{POST}/3k{MARK}{place:07}"
        return Row(did, handle, uri, cid, at, {"$type": POST, "text": f"Setuju {MARK}"})


def stranger(number: int) -> tuple[str, str]:
    """Return an invented stranger's DID and handle."""
    digest = hashlib.sha256(f"warga {number}".encode()).hexdigest()[:20]
    did = MARK + "".join("abcdefghijklmnop"[int(c, 16)] for c in digest)
    return f"did:plc:{did}", f"{MARK}-{number}.example"
