"""Google's own client reads the stand-in: its paging, its errors, its half-answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from tests.standin import discovery
from tests.standin.youtube import KEY, START, Crowd, StandIn, Trouble

pytestmark = pytest.mark.drill


# These packages tell a type checker nothing.
BUILD: Any = import_module("googleapiclient.discovery").build_from_document
ERROR: type[Exception] = import_module("googleapiclient.errors").HttpError
HTTP: Any = import_module("httplib2").Http


class Keyed:
    """Sends the key in a header, as our collector does."""

    def __init__(self) -> None:
        self._http = HTTP()

    def request(self, uri: str, *args: Any, **more: Any) -> Any:
        more["headers"] = {**(more.get("headers") or {}), "X-Goog-Api-Key": KEY}
        return self._http.request(uri, *args, **more)

    def close(self) -> None:
        self._http.close()


async def through(server: StandIn, read: Callable[[Any], Any]) -> Any:
    described = {**discovery.document(), "rootUrl": f"http://{server.host}/"}
    http = Keyed()
    try:
        return await asyncio.to_thread(lambda: read(BUILD(described, http=http)))
    finally:
        http.close()


def pages(resource: Any, **asked: Any) -> Iterator[dict[str, Any]]:
    request = resource.list(**asked)
    while request is not None:
        answer = request.execute()
        yield answer
        request = resource.list_next(request, answer)


async def test_a_list_is_read_to_its_end_by_its_tokens() -> None:
    async with StandIn() as server:
        owner = server.channel("calon")
        video = server.video(owner, "Kampanye")
        server.crowd = Crowd(230, video.id, owner.id, START)

        def read(api: Any) -> list[str]:
            asked = {"part": "snippet", "allThreadsRelatedToChannelId": owner.id, "maxResults": 100}
            found = pages(api.commentThreads(), **asked)
            return [item["id"] for page in found for item in page["items"]]

        ids = await through(server, read)
        assert len(ids) == len(set(ids)) == 230


async def test_answers_videos_and_channels_are_what_the_client_expects() -> None:
    async with StandIn() as server:
        owner = server.channel("calon")
        video = server.video(owner, "Kampanye")
        top = server.comment(video, owner, "Halo")
        for number in range(7):
            server.comment(video, server.channel(f"warga-{number}"), "Ya", parent=top)

        def read(api: Any) -> tuple[int, str, str, int]:
            found = api.comments().list(part="snippet", parentId=top.id).execute()["items"]
            channel = api.channels().list(part="contentDetails", forHandle="@calon").execute()
            uploads = channel["items"][0]["contentDetails"]["relatedPlaylists"]["uploads"]
            listed = api.playlistItems().list(part="snippet", playlistId=uploads).execute()
            alone = api.videos().list(part="snippet", id=video.id, fields="items(id)").execute()
            return len(found), uploads, alone["items"][0]["id"], len(listed["items"])

        assert await through(server, read) == (7, owner.uploads, video.id, 1)


@pytest.mark.parametrize(
    ("trouble", "status", "reason"),
    [(Trouble.QUOTA, 403, "quotaExceeded"), (Trouble.DISABLED, 403, "commentsDisabled"),
     (Trouble.NOT_FOUND, 404, "channelNotFound"), (Trouble.STALE_TOKEN, 400, "invalidPageToken")],
)  # fmt: skip
async def test_errors_have_the_form_that_the_client_reads(
    trouble: Trouble, status: int, reason: str
) -> None:
    async with StandIn() as server:
        server.fail(trouble, "comments.list")

        def read(api: Any) -> Any:
            return api.comments().list(part="snippet", parentId="x").execute()

        with pytest.raises(ERROR) as caught:
            await through(server, read)
        told: Any = caught.value
        assert told.status_code == status
        assert told.error_details[0]["reason"] == reason
