"""Mastodon's entities as its serializers write them (4.6): every key, in a visitor's view."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standin.mastodon import Account, Mastodon, Status


def instant(when: datetime) -> str:
    """Milliseconds and Z, as Mastodon writes times."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def account_json(server: Mastodon, account: Account) -> dict[str, Any]:
    picture = f"https://{server.domain}/avatars/original/missing.png"
    made = account.created_at or server.clock()
    value: dict[str, Any] = {
        "id": account.id,
        "username": account.username,
        "acct": account.acct,
        "display_name": "" if account.suspended else account.username.title(),
        "locked": False,
        "bot": False,
        "discoverable": True,
        "indexable": False,
        "group": False,
        "created_at": instant(made.replace(hour=0, minute=0, second=0, microsecond=0)),
        "note": "",
        "url": account.url,
        "uri": account.uri,
        "avatar": picture,
        "avatar_static": picture,
        "avatar_description": "",
        "header": picture,
        "header_static": picture,
        "header_description": "",
        "followers_count": 0,
        "following_count": len(account.follows),
        "statuses_count": sum(s.author == account.id for s in server.statuses.values()),
        "last_status_at": None,
        "hide_collections": account.hides,
        "noindex": False,
        "emojis": [],
        "roles": [],
        "fields": [],
    }
    if account.suspended:
        value |= {"suspended": True, "discoverable": False}
    if account.moved is not None:
        value["moved"] = account_json(server, account.moved)
    return value


def status_json(server: Mastodon, status: Status, depth: int = 0) -> dict[str, Any]:
    edited = instant(status.versions[-1][0]) if status.versions else None
    reblog = server.statuses.get(status.reblog)
    return {
        "id": status.id,
        "created_at": instant(status.at),
        "in_reply_to_id": status.parent or None,
        "in_reply_to_account_id": status.parent_author or None,
        "sensitive": bool(status.spoiler),
        "spoiler_text": status.spoiler,
        "visibility": status.visibility,
        "language": "id",
        "uri": status.uri,
        "url": status.url,
        "replies_count": sum(s.parent == status.id for s in server.statuses.values()),
        "reblogs_count": sum(s.reblog == status.id for s in server.statuses.values()),
        "favourites_count": status.crowd + len(status.likes) + status.uncounted,
        "quotes_count": sum(s.quote == status.id for s in server.statuses.values()),
        "edited_at": edited,
        "content": status.content,
        "reblog": status_json(server, reblog, depth + 1) if reblog else None,
        "quote": _quote(server, status, depth),
        "quote_approval": {"automatic": [], "manual": [], "current_user": "denied"},
        "application": None,
        "account": account_json(server, server.accounts[status.author]),
        "media_attachments": [_media(server, n, m) for n, m in enumerate(status.media)],
        "mentions": [_mention(server, number) for number in status.mentions],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": _poll(status) if status.poll else None,
    }


def edit_json(server: Mastodon, status: Status) -> list[dict[str, Any]]:
    author = account_json(server, server.accounts[status.author])
    versions = status.versions or [(status.at, status.content)]
    return [
        {
            "content": content,
            "spoiler_text": status.spoiler,
            "sensitive": bool(status.spoiler),
            "created_at": instant(at),
            "account": author,
            "media_attachments": [],
            "emojis": [],
        }
        for at, content in versions
    ]


def instance_json(server: Mastodon) -> dict[str, Any]:
    return {
        "domain": server.domain,
        "title": server.domain,
        "version": "4.6.0",
        "source_url": "https://github.com/mastodon/mastodon",
        "description": "",
        "rules": [{"id": "1", "text": "Tidak ada ujaran kebencian", "hint": ""}],
    }


def _quote(server: Mastodon, status: Status, depth: int) -> dict[str, Any] | None:
    if not status.quote:
        return None
    quoted = server.statuses.get(status.quote)
    state = status.quote_state if quoted else "deleted"
    if depth:  # a quote inside a quote is named only
        return {"state": state, "quoted_status_id": quoted.id if quoted else None}
    shown = status_json(server, quoted, depth + 1) if quoted and state == "accepted" else None
    return {"state": state, "quoted_status": shown}


def _media(server: Mastodon, number: int, given: Any) -> dict[str, Any]:
    address = f"https://{server.domain}/media/{number}.png"
    return {
        "id": str(7_000 + number),
        "type": "image",
        "url": address,
        "preview_url": address,
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": {},
        "description": None,
        "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
        **given,
    }


def _mention(server: Mastodon, number: str) -> dict[str, Any]:
    account = server.accounts[number]
    return {
        "id": account.id,
        "username": account.username,
        "url": account.url,
        "acct": account.acct,
    }


def _poll(status: Status) -> dict[str, Any]:
    return {
        "id": f"9{status.id}",
        "expires_at": None,
        "expired": False,
        "multiple": False,
        "votes_count": 0,
        "voters_count": 0,
        "options": [{"title": title, "votes_count": 0} for title in status.poll],
        "emojis": [],
    }
