"""Lists of a hundred thousand strangers that take no room: each one is made when asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.demo.atproto_view import POST, Row


class Crowd(Sequence[Row]):
    """A list of many strangers that takes no room: each is made when asked for.

    ``among`` puts real rows at their places in it. The newest stands first.
    """

    def __init__(self, count: int, newest: int, among: Mapping[int, tuple[str, str]]) -> None:
        """``among`` maps a place to a DID and handle; ``newest`` is in milliseconds."""
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
        did, handle = self._among.get(place) or stranger(place)
        # Four share a millisecond, as in a rush: a cursor's hash tells them apart.
        at = self._newest - place // 4
        cid = f"bafyrei{9 - place % 4}{place:08}"
        uri = f"at://{did}/{POST}/3k{place:011}"
        return Row(did, handle, uri, cid, at, {"$type": POST, "text": "Setuju", "langs": ["id"]})


def stranger(number: int) -> tuple[str, str]:
    """Return an invented stranger's DID and handle."""
    digest = hashlib.sha256(f"warga {number}".encode()).hexdigest()[:24]
    did = "".join("abcdefghijklmnop"[int(c, 16)] for c in digest)
    return f"did:plc:{did}", f"warga-{number}.asing.test"
