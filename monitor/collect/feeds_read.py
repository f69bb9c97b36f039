"""From a fetched feed to its entries: which are looked at, and what each is called."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import Message

from monitor.collect.feeds_parse import Entry, read_entry
from monitor.collect.feeds_split import Document, split
from monitor.collect.feeds_text import instant
from monitor.model.contest import ZONES
from monitor.model.evidence import Exchange
from monitor.model.person import Watch

# A publisher's clock may run ahead of ours by this much; a later date is no time of an act.
AHEAD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Reading:
    """A feed taken apart, and (key, document) of each entry that may be looked at."""

    document: Document
    items: tuple[tuple[str, bytes], ...]


def feed_id(watch: Watch) -> str:
    """Return what names the account: the feed's first address.

    It stays when a feed moves, and relative ids are resolved against it, so that a feed which
    moves is not another account with other entries.
    """
    return watch.native_id or watch.address


def usable(date: str, seen_at: datetime) -> datetime | None:
    """Return the publisher's time of an entry unless it lies after we saw it."""
    claimed = instant(date)
    return None if claimed is None or claimed > seen_at + AHEAD else claimed


def read(exchange: Exchange, watch: Watch) -> Reading:
    """Cut a feed into entries, drop what is not ours to look at, and name each entry.

    Raises ``NotAFeed`` or ``CutFeed``. It takes a while on a long feed: run it in a thread.
    """
    document = split(exchange.body, _charset(exchange))
    entries = [(_entry(body, feed_id(watch)), body) for body in document.entries]
    comments = sum(_is_comment(*pair) for pair in entries)
    if comments:
        note = f"comments by readers left out: {comments}"
        document = replace(document, notes=(*document.notes, note))
    own = [pair for pair in entries if not _is_comment(*pair)]
    ours = [pair for pair in own if _is_due(pair[0], watch, exchange.finished_at)]
    uses = Counter(entry.key for entry, _ in ours if entry)
    named: dict[str, bytes] = {}
    for entry, body in ours:
        named.setdefault(_key(entry, body, uses), body)
    return Reading(document, tuple(named.items()))


def _entry(body: bytes, address: str) -> Entry | None:
    try:
        return read_entry(body, address)
    except ValueError:
        return None  # handed on as it came: normalise says what is wrong with it


def _is_comment(entry: Entry | None, body: bytes) -> bool:
    """Say whether an entry is a reader's (RFC 4685); what cannot be parsed is judged by sight."""
    return entry.answers if entry else b":in-reply-to" in body


def _is_due(entry: Entry | None, watch: Watch, seen_at: datetime) -> bool:
    """Say whether an entry belongs to the monitored time; one without a date does."""
    when = usable(entry.date, seen_at) if entry else None
    return when is None or when.astimezone(ZONES[watch.zone]).date() >= watch.monitored_from


def _key(entry: Entry | None, body: bytes, uses: Mapping[str, int]) -> str:
    if entry is None:
        return hashlib.sha256(body).hexdigest()
    return entry.key if uses[entry.key] == 1 else entry.long_key


def _charset(exchange: Exchange) -> str:
    message = Message()
    message["content-type"] = header(exchange, "content-type")
    return message.get_content_charset("")


def header(exchange: Exchange, name: str) -> str:
    found = (value for key, value in exchange.response_headers if key.lower() == name)
    return next(found, "")
