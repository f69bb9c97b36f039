"""A snapshot of one Mastodon act: the status fetched alone, its versions, what it acted upon.

There is no signature: the server's word stands for itself, with its certificate. A like or boost
that a target's list showed has no record of its own; the account's entry is kept, never the list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus

import msgspec

from monitor.collect import mastodon_parse as parse
from monitor.collect.mastodon_server import Server
from monitor.config_mastodon import MastodonServer
from monitor.model.activity import Activity
from monitor.model.evidence import Canonical, Capture, Exchange, Part, RawItem, canonical
from monitor.model.exchange import certificate_parts, digested, nameless

CHANGED = "the status was changed or deleted after it was read"
LISTED = "the platform shows this act only as an entry in a list"
# Of a boosted or quoted status by somebody who is on no list: whom it is by and speaks to.
NAMING = ("account", "mentions", "url", "uri", "in_reply_to_account_id", "tags", "emojis", "card")


@dataclass(slots=True)
class Shot:
    """A capture being made: what was fetched so far, and what was not."""

    raw: RawItem
    activity: Activity
    alone: Exchange | None = None
    versions: Exchange | None = None
    place: MastodonServer | None = None
    notes: list[str] = field(default_factory=list)
    partial: bool = False

    def listed(self) -> None:
        """Say that there is nothing to fetch; the list that shows the act names strangers."""
        self.notes.append(LISTED)

    def missing(self, why: str) -> None:
        """Say that something could not be fetched."""
        self.notes.append(why)
        self.partial = True

    async def take(self, server: Server) -> None:
        """Fetch the status alone, and its versions where it was edited."""
        native = parse.status(self.raw.body).id
        answer = await server.status(native)
        if answer.status != HTTPStatus.OK or not same(answer.body, self.raw.body):
            self.missing(CHANGED)
            return
        self.alone = answer
        if parse.status(answer.body).edited_at:
            versions = await server.history(native)
            self.versions = versions if versions.status == HTTPStatus.OK else None

    def capture(self) -> Capture:
        """The record is the act that was judged; a stranger's name is taken out of it."""
        body = self.alone.body if self.alone else self.raw.body
        target = self.activity.target
        stranger = target is not None and target.is_stranger
        parts = [Part("record", "application/json", _unnamed(body) if stranger else body)]
        if self.versions is not None:
            parts.append(Part("history", "application/json", self.versions.body))
        for name, answer in self.raw.context:
            if answer is not None and answer.status == HTTPStatus.OK:
                shown = _without(answer.body) if stranger else answer.body
                parts.append(Part(name, "application/json", shown))
        parts.append(Part("headers", "application/json", canonical(self._headers(body))))
        parts += certificate_parts(self.raw.page, self.alone, self.versions)
        return Capture(tuple(parts), self.partial, tuple(self.notes))

    def _headers(self, body: bytes) -> dict[str, Canonical]:
        found = {"list": self.raw.page, "record": self.alone, "history": self.versions}
        return {
            "v": 1,
            "exchanges": {name: digested(answer) for name, answer in found.items() if answer},
            "list_sha256": self.raw.page_digest,
            "record_sha256_as_received": sha256(body).hexdigest(),
            "context": {name: nameless(answer) for name, answer in self.raw.context if answer},
            "server": _ground(self.place) if self.place else None,
            "notes": list(self.notes),
        }


def same(one: bytes, other: bytes) -> bool:
    """Say whether two readings of a status show the same words; counts may differ."""
    try:
        return parse.own(one) == parse.own(other)
    except ValueError:
        return False


def _ground(place: MastodonServer) -> dict[str, Canonical]:
    """Say by whose reading of which rules the server was asked."""
    return {
        "domain": place.domain,
        "rules": place.rules,
        "reading": place.reading,
        "read_by": place.read_by,
        "read_on": place.read_on.isoformat(),
    }


def _unnamed(body: bytes) -> bytes:
    """Leave out whose status was boosted or quoted, and whom it and the answer speak to."""
    value = msgspec.json.decode(body)
    if isinstance(value.get("reblog"), dict):
        value["reblog"] = _bare(value["reblog"])
    quote = value.get("quote")
    if isinstance(quote, dict) and isinstance(quote.get("quoted_status"), dict):
        quote["quoted_status"] = _bare(quote["quoted_status"])
    return msgspec.json.encode(value)


def _without(body: bytes) -> bytes:
    return msgspec.json.encode(_bare(msgspec.json.decode(body)))


def _bare(value: dict[str, object]) -> dict[str, object]:
    nested = {"reblog": None, "quote": None}
    return {key: part for key, part in value.items() if key not in NAMING} | nested
