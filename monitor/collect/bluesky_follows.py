"""Which of a few public accounts a registered person follows, by the whole list of that moment.

The list holds strangers. It lives in memory for one answer and is never stored (POLICY 15).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.collect import bluesky_parse as parse
from monitor.collect.base import Followed
from monitor.collect.bluesky_identity import Directory, is_did
from monitor.collect.bluesky_server import Server
from monitor.errors import NotFoundError

MOST_PAGES = 50  # of 100 records each


async def named(directory: Directory, accounts: Sequence[str], subject: str) -> dict[str, str]:
    """Return the permanent id of each handle or id that leads to an account."""
    found = {}
    for account in accounts:
        try:
            did = account if is_did(account) else await directory.resolve(account, subject)
        except NotFoundError:
            continue
        found[did] = account
    return found


async def followed(server: Server, wanted: Mapping[str, str]) -> Followed:
    """Read the list of follows to its end, or as far as ``MOST_PAGES`` go.

    A record of unknown form may be anybody's: the list is then not whole.
    """
    found: set[str] = set()
    cursor, asked, whole = "", set[str](), True
    for _ in range(MOST_PAGES):
        _, listing = await server.listing(parse.FOLLOW, cursor)
        subjects = [_subject(bytes(raw)) for raw in listing.records]
        whole = whole and all(subjects)
        found.update(wanted.keys() & set(subjects))
        asked.add(cursor)
        cursor = listing.cursor or ""
        if not cursor or cursor in asked:
            break
    return Followed(frozenset(wanted[did] for did in found), complete=whole and not cursor)


def _subject(raw: bytes) -> str:
    """Return whom a record follows, or an empty text where that cannot be read."""
    try:
        return str(parse.entry(raw).value.get("subject") or "")
    except ValueError:
        return ""
