"""A boost that a target's list shows without a time, found again in the booster's own list.

There it is a status of its own, with the time and an address to look at it again.
"""

from __future__ import annotations

from monitor.collect import mastodon_parse as parse
from monitor.collect.mastodon_server import STATUSES_LIMIT, Listing, Server
from monitor.errors import CollectError
from monitor.model.evidence import RawItem
from monitor.model.person import Watch


async def own_boost(server: Server, watch: Watch, handle: str, uri: str) -> RawItem | None:
    """Return the boost of the status ``uri`` as the account's own server shows it.

    ``None`` where it is not among the newest statuses, or that server does not answer now: then
    the target's list is all there is.
    """
    try:
        found, _ = await server.lookup(handle)
        if watch.native_id not in ("", found.native_id):
            return None
        path = f"accounts/{found.id}/statuses"
        listing = await server.listing(path, {"limit": str(STATUSES_LIMIT)})
    except CollectError:
        return None
    for body in listing.elements:
        status = _boost(body, found, uri)
        if status is not None:
            return _item(status, body, listing, found, server)
    return None


def _boost(body: bytes, by: parse.Account, uri: str) -> parse.Status | None:
    try:
        found = parse.status(body)
    except ValueError:
        return None
    ours = found.account.id == by.id and found.visibility in parse.PUBLIC
    return found if ours and found.reblog is not None and found.reblog.uri == uri else None


def _item(
    status: parse.Status, body: bytes, listing: Listing, by: parse.Account, server: Server
) -> RawItem:
    return RawItem(
        native_key=status.uri,
        body=body,
        page=listing.answer.bare,
        page_digest=listing.answer.body_digest,
        seen_at=listing.answer.finished_at,
        hints=(
            ("actor", by.native_id),
            ("handle", by.handle(server.domain)),
            ("server", server.domain),
        ),
    )
