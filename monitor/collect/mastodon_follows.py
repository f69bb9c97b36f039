"""Whom a registered person follows: new entries of the list, and which of a few accounts are in it.

The list holds strangers. It lives in memory for one page and is never stored (POLICY 15). It has no
times; but it is ordered by when each was followed, so what lies above the place of the last look
was followed since.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from monitor.clock import Clock, to_text
from monitor.collect import mastodon_parse as parse
from monitor.collect.base import Followed
from monitor.collect.mastodon_cursor import Walk
from monitor.collect.mastodon_server import ACCOUNTS_LIMIT, Listing, Server, StalePlace

MOST_PAGES = 100
# Below every place of a list that was empty.
NOBODY = "0"


async def new_follows(
    server: Server, account: str, walk: Walk, clock: Clock
) -> AsyncIterator[Listing]:
    """Yield what is new in the list of follows; the first look only finds the place to go on from.

    Nobody can say when those of the first look were followed. ``walk.since`` stays empty where the
    list is hidden or the server names no place: every entry would look new.
    """
    path = f"accounts/{account}/following"
    walk.begin(to_text(clock()))
    if not walk.since:
        walk.top = await _place(server, path, account)
        walk.finish()
        return
    for _ in range(MOST_PAGES):
        try:
            listing = await server.listing(path, {"limit": str(ACCOUNTS_LIMIT), **walk.params})
        except StalePlace:
            listing = None
        if listing is None or (listing.newest and listing.newest == walk.since):
            # The place is not known any more, or not minded: begin again from a new one.
            walk.since, walk.top = "", ""
            break
        walk.top = walk.top or listing.newest
        walk.at = listing.older
        if not listing.older or not listing.elements:
            walk.finish()
            yield listing
            return
        yield listing
    walk.finish()


async def _place(server: Server, path: str, account: str) -> str:
    """Return the place of the newest entry, ``NOBODY`` where the account follows nobody."""
    listing = await server.listing(path, {"limit": "1"})
    if listing.elements:
        return listing.newest
    found, _ = await server.account(account)
    return "" if found.following_count else NOBODY


async def followed(server: Server, account: parse.Account, accounts: Sequence[str]) -> Followed:
    """Say which of some public accounts (``name@server``, or an id) are in the list now.

    An owner may hide the list: it is empty then, and the count above it is not.
    """
    wanted, found, at, seen = frozenset(accounts), set[str](), "", 0
    for _ in range(MOST_PAGES):
        params = {"limit": str(ACCOUNTS_LIMIT), **({"max_id": at} if at else {})}
        listing = await server.listing(f"accounts/{account.id}/following", params)
        names = [_names(body, server.domain) for body in listing.elements]
        found.update(*(wanted & each for each in names))
        seen += len(names)
        whole = seen >= (account.following_count or 0) and all(names)
        if not listing.older or listing.older == at:
            return Followed(frozenset(found), complete=whole and not listing.older)
        at = listing.older
    return Followed(frozenset(found), complete=False)


def _names(body: bytes, domain: str) -> frozenset[str]:
    """Return what an account is called; nothing where that cannot be read."""
    try:
        found = parse.account(body)
    except ValueError:
        return frozenset()
    return frozenset({found.handle(domain), found.native_id} - {""})
