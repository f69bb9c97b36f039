"""What the stand-in for the YouTube Data API shows: its items, page tokens and refusals."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.standin.youtube_world import WAIT, Channel, Comment, Trouble, Video

Json = dict[str, Any]


def token(at: int) -> str:
    return base64.urlsafe_b64encode(f"uji:{at}".encode()).decode()


def place(params: dict[str, str]) -> int:
    if "pageToken" not in params:
        return 0
    try:
        mark, _, at = base64.urlsafe_b64decode(params["pageToken"]).decode().partition(":")
        return int(at) if mark == "uji" else -1
    except ValueError:
        return -1


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def http_date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


def upload_item(video: Video, owner: Channel) -> Json:
    details: Json = {"videoId": video.id}
    snippet: Json = {
        "publishedAt": _time(video.published), "channelId": owner.id, "playlistId": owner.uploads,
        "position": 0, "resourceId": {"kind": "youtube#video", "videoId": video.id},
    }  # fmt: skip
    if video.private:
        snippet |= {"title": "Private video", "description": "This video is private."}
    else:
        details["videoPublishedAt"] = _time(video.published)
        snippet |= {"title": video.title, "description": video.description,
                    "videoOwnerChannelId": owner.id}  # fmt: skip
    return {"kind": "youtube#playlistItem", "id": f"UUitem{video.id}", "snippet": snippet,
            "contentDetails": details}  # fmt: skip


def video_item(video: Video) -> Json:
    return {
        "kind": "youtube#video", "id": video.id,
        "snippet": {
            "publishedAt": _time(video.published), "channelId": video.channel,
            "title": video.title, "description": video.description, "tags": ["rekaan"],
            "liveBroadcastContent": "none",
        },
    }  # fmt: skip


def comment_item(comment: Comment) -> Json:
    author = {"authorChannelId": {"value": comment.author}} if comment.author else {}
    parent = {"parentId": comment.parent} if comment.parent else {}
    return {
        "kind": "youtube#comment", "id": comment.id,
        "snippet": {
            "channelId": comment.channel, "videoId": comment.video, **parent, **author,
            "authorDisplayName": f"@{comment.handle}" if comment.handle else "",
            "authorProfileImageUrl": "https://yt3.example/foto.jpg", "canRate": True,
            "textDisplay": comment.words, "textOriginal": comment.words, "likeCount": 3,
            "viewerRating": "none", "publishedAt": _time(comment.published),
            "updatedAt": _time(comment.edited or comment.published),
        },
    }  # fmt: skip


def error(code: int, reason: str, domain: str = "youtube", **more: Any) -> web.Response:
    """Return an error as the API writes them; the words are never to be relied on."""
    message = f"The request cannot be completed ({reason})."
    one = {"message": message, "domain": domain, "reason": reason}
    told = {"code": code, "message": message, "errors": [one], **more}
    return web.json_response({"error": told}, status=code)


def quota() -> web.Response:
    return error(403, "quotaExceeded", "youtube.quota")


def bad_key() -> web.Response:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": "youtube.googleapis.com"},
    }
    return error(400, "badRequest", "global", status="INVALID_ARGUMENT", details=[info])


def _too_many(**headers: str) -> web.Response:
    shown = {key.replace("_", "-"): value for key, value in headers.items()}
    return web.json_response({"error": {"code": 429}}, status=429, headers=shown)


def _html() -> web.Response:
    text = "<!doctype html><html><body>Sorry...</body></html>"
    return web.Response(text=text, content_type="text/html")


ANSWERS: dict[Trouble, Callable[[], web.Response]] = {
    Trouble.BARE_429: _too_many,
    Trouble.RETRY_AFTER: lambda: _too_many(Retry_After=str(WAIT)),
    Trouble.SERVER_ERROR: lambda: error(503, "backendError", "global"),
    Trouble.HTML: _html,
    Trouble.QUOTA: quota,
    Trouble.TOO_FAST: lambda: error(403, "rateLimitExceeded", "usageLimits"),
    Trouble.DISABLED: lambda: error(403, "commentsDisabled", "youtube.commentThread"),
    Trouble.FORBIDDEN: lambda: error(403, "forbidden", "youtube.commentThread"),
    Trouble.ODD_403: lambda: error(403, "sesuatuYangLain", "global"),
    Trouble.BAD_KEY: bad_key,
    Trouble.UNAUTHORIZED: lambda: error(401, "authError", "global"),
    Trouble.STALE_TOKEN: lambda: error(400, "invalidPageToken", "youtube.parameter"),
    Trouble.NOT_FOUND: lambda: error(404, "channelNotFound", "youtube.commentThread"),
}
