"""Mastodon's entities read into activities: pure, bytes in and values out.

Forms: docs.joinmastodon.org/entities (Account, Status, Quote, MediaAttachment, Poll), as Mastodon
4.2 to 4.6 and the servers that speak its API give them. Ids are texts that only their own server
understands; ``uri`` is what a thing is called everywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from monitor.clock import from_text
from monitor.model.activity import Media, Signal, Target, TargetState
from monitor.model.evidence import canonical
from monitor.text.markup import html_to_text, links

T = TypeVar("T")

# Anything else was meant for followers or for those addressed, whoever may read it with a token.
PUBLIC = frozenset({"public", "unlisted"})
KINDS = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}
# Links that the server makes of words: the words already say it.
_MADE = frozenset({"mention", "hashtag"})
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
# What of an unreadable status may be kept: nothing that could be somebody else's.
_BARE = ("id", "uri", "created_at", "edited_at", "content", "spoiler_text", "visibility")
# A quote's states (entities/Quote); the others have nothing to show.
_ACCEPTED = "accepted"
_QUOTE_GONE = frozenset({"deleted", "revoked", "rejected"})


class Account(msgspec.Struct):
    """An account; ``acct`` has no ``@`` where it is at home on the server that was asked."""

    id: str
    username: str
    acct: str
    uri: str | None = None
    url: str | None = None
    suspended: bool | None = None
    moved: dict[str, Any] | None = None
    following_count: int | None = None

    @property
    def is_local(self) -> bool:
        return "@" not in self.acct

    @property
    def native_id(self) -> str:
        """The id that every server knows the account by."""
        return self.uri or self.url or ""

    def handle(self, domain: str) -> str:
        """``name@server``; ``domain`` is that of the server that was asked."""
        return (f"{self.acct}@{domain}" if self.is_local else self.acct).lower()


class Attachment(msgspec.Struct):
    """A picture, video or sound; ``blurhash`` is a digest of what it looks like."""

    type: str = ""
    url: str | None = None
    description: str | None = None
    blurhash: str | None = None


class Mention(msgspec.Struct):
    """Somebody addressed in a status."""

    id: str
    acct: str
    url: str | None = None


class Option(msgspec.Struct):
    title: str = ""


class Poll(msgspec.Struct):
    options: list[Option] = msgspec.field(default_factory=list)


class Quote(msgspec.Struct):
    """What a status quotes; ``quoted_status`` is there only where ``state`` is ``accepted``."""

    state: str = ""
    quoted_status: Status | None = None


class Status(msgspec.Struct):
    """One status; a boost has ``reblog``, and no words of its own."""

    id: str
    uri: str
    created_at: str
    account: Account
    content: str = ""
    url: str | None = None
    edited_at: str | None = None
    visibility: str = ""
    spoiler_text: str | None = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    reblog: Status | None = None
    quote: Quote | None = None
    media_attachments: list[Attachment] = msgspec.field(default_factory=list)
    mentions: list[Mention] = msgspec.field(default_factory=list)
    poll: Poll | None = None
    favourites_count: int | None = None
    reblogs_count: int | None = None
    replies_count: int | None = None
    quotes_count: int | None = None

    @property
    def signal(self) -> Signal:
        """What the act is. An answer that also quotes is a ``reply``; its quote is read as well."""
        if self.reblog is not None:
            return Signal.SHARE
        if self.in_reply_to_id or self.in_reply_to_account_id:
            return Signal.REPLY
        return Signal.QUOTE if self.quote is not None else Signal.POST

    @property
    def at(self) -> datetime | None:
        """When it was made, as its server says."""
        return instant(self.created_at)

    @property
    def counts(self) -> list[int]:
        """How many favour, boost, answer and quote it."""
        shown = (self.favourites_count, self.reblogs_count, self.replies_count, self.quotes_count)
        return [count or 0 for count in shown]


class Thread(msgspec.Struct):
    """What surrounds a status; each status keeps its bytes as received."""

    ancestors: list[msgspec.Raw] = msgspec.field(default_factory=list)
    descendants: list[msgspec.Raw] = msgspec.field(default_factory=list)


def account(body: bytes) -> Account:
    """Read an account; raise ``ValueError`` where it is none."""
    return _read(body, Account, "an account")


def status(body: bytes) -> Status:
    """Read a status; raise ``ValueError`` where it is none."""
    return _read(body, Status, "a status")


def thread(body: bytes) -> Thread:
    """Read the answer of ``/context``; raise ``ValueError`` where it is none."""
    return _read(body, Thread, "a thread")


def elements(body: bytes) -> list[bytes]:
    """Cut a list into its elements, as received; raise ``ValueError`` where it is no list."""
    return [bytes(raw) for raw in _read(body, list[msgspec.Raw], "a list")]


def _read(body: bytes, kind: type[T], name: str) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except _UNREADABLE as error:
        raise ValueError(f"not {name}: {error}") from None


def bare(body: bytes) -> bytes:
    """Return what of an unreadable status may be kept: its own words, and nobody beside it."""
    try:
        value = msgspec.json.decode(body)
    except _UNREADABLE:
        value = None
    found = value if isinstance(value, dict) else {}
    kept = {key: text for key in _BARE if isinstance(text := found.get(key), str)}
    digest = hashlib.sha256(body).hexdigest()
    try:
        return canonical({**kept, "sha256": digest})
    except UnicodeEncodeError:
        return canonical({"sha256": digest})


def own(body: bytes) -> str:
    """Digest of what the account itself wrote: counts and other people's changes left out."""
    found = status(body)
    shown = [found.uri, found.edited_at or "", words(found), found.reblog and found.reblog.uri]
    shown += [f"{item.kind} {item.alt} {item.digest}" for item in media(found)]
    return hashlib.sha256(repr(shown).encode("utf-8", "surrogatepass")).hexdigest()


def order(native: str) -> tuple[int, str]:
    """Sort key of an id: numbers grow longer, and the ids of Pleroma are all of one length."""
    return len(native), native


def instant(text: str | None) -> datetime | None:
    """Read an instant, or ``None`` where it is none: a time is never invented."""
    try:
        return from_text(text) if text else None
    except (ValueError, OverflowError):
        return None


def words(found: Status) -> str:
    """Return the words of a status: the warning before it, its text, the answers of its poll."""
    text, _ = html_to_text(found.content)
    options = [option.title for option in found.poll.options] if found.poll else []
    return "\n".join(part for part in (found.spoiler_text, text, *options) if part)


def media(found: Status) -> tuple[Media, ...]:
    """Return pictures, videos and links; never a link's preview, which the server adds later."""
    _, pictures = html_to_text(found.content)
    attached = tuple(
        Media(
            KINDS.get(item.type, "file"),
            item.url or "",
            item.description or "",
            item.blurhash or "",
        )
        for item in found.media_attachments
    )
    return (*attached, *pictures, *_links(found.content))


def _links(content: str) -> Iterator[Media]:
    for address, classes in links(content):
        if not _MADE & set(classes.lower().split()):
            yield Media("link", url=address)


def target(found: Status, domain: str, quoted: Status | None = None) -> Target:
    """Return a status as what was acted upon; ``domain`` is that of the server that showed it.

    A status that an answer quotes beside it joins as media of kind ``quote``, without address or
    author: it may be a stranger's.
    """
    beside = (Media("quote", alt=words(quoted)),) if quoted else ()
    return Target(
        id=found.uri,
        url=found.url or "",
        author_id=found.account.native_id,
        author_handle=found.account.handle(domain),
        text=words(found),
        media=(*media(found), *beside),
    )


def quoted(found: Status, domain: str) -> Target:
    """Return what a status quotes; ``missing`` or ``gone`` where nothing of it is shown."""
    quote = found.quote or Quote()
    if quote.quoted_status is not None and quote.state in ("", _ACCEPTED):
        return target(quote.quoted_status, domain)
    gone = quote.state in _QUOTE_GONE
    return Target(state=TargetState.GONE if gone else TargetState.MISSING)


def beside(found: Status) -> Status | None:
    """Return the status that an answer quotes, where it is shown."""
    return found.quote.quoted_status if found.quote else None


def answered(found: Status, domain: str, state: TargetState) -> Target:
    """Return what was answered where its text is not there: whom, if the answer names them."""
    whom = (m for m in found.mentions if m.id == found.in_reply_to_account_id)
    mention = next(whom, None)
    if mention is None:
        return Target(state=state)
    local = Account(mention.id, mention.acct, mention.acct)
    return Target(author_handle=local.handle(domain), state=state)
