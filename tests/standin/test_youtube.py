"""The stand-in for YouTube is judged: it refuses what the API's own description does not know."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.standin import discovery
from tests.standin.crowd import MARK
from tests.standin.youtube import KEY, START, Crowd, StandIn
from tests.standin.youtube_forms import comment_item, upload_item, video_item


async def call(server: StandIn, resource: str, sent: str = KEY, **params: str) -> tuple[int, Any]:
    async with (
        ClientSession(headers={"X-Goog-Api-Key": sent}) as session,
        session.get(f"{server.url}/{resource}", params=params) as answer,
    ):
        return answer.status, await answer.json()


@pytest.mark.parametrize(
    ("resource", "params"),
    [
        ("comments", {"part": "snippet", "parentID": "x"}),
        ("comments", {"parentId": "x"}),
        ("comments", {"part": "snippet", "parentId": "x", "maxResults": "500"}),
        ("comments", {"part": "snippet", "parentId": "x", "textFormat": "plain"}),
        ("commentThreads", {"part": "snippet", "order": "date"}),
        ("videos", {"part": "snippet", "id": "x", "fields": "items(id,snippet(likes))"}),
        ("playlistItems", {"part": "snippet", "playlistId": "x", "maxResults": "banyak"}),
    ],
)
async def test_a_request_that_the_api_does_not_know_is_refused_and_remembered(
    resource: str, params: dict[str, str]
) -> None:
    server = StandIn()
    with pytest.raises(AssertionError, match=resource):
        async with server:
            assert (await call(server, resource, **params))[0] == 400


async def test_a_key_in_the_address_is_remembered() -> None:
    server = StandIn()
    with pytest.raises(AssertionError, match="the key is in the URL"):
        async with server:
            await call(server, "videos", part="snippet", id="x", key=KEY)


async def test_another_key_is_refused_and_every_request_costs() -> None:
    async with StandIn() as server:
        status, body = await call(server, "videos", "lain", part="snippet", id="x")
        assert (status, body["error"]["details"][0]["reason"]) == (400, "API_KEY_INVALID")
        server.quota = 1
        assert (await call(server, "videos", part="snippet", id="x"))[0] == 200
        status, body = await call(server, "videos", part="snippet", id="x")
        assert (status, body["error"]["errors"][0]["reason"]) == (403, "quotaExceeded")


ANSWERS: list[tuple[str, Any]] = [
    ("comments.list", {"items": [{"snippet": {"likeCount": -1}}]}),
    ("comments.list", {"items": [{"snippet": {"publishedAt": "2024-10-11T00:00:00"}}]}),
    ("comments.list", {"items": [{"snippet": {"author": "x"}}]}),
    ("comments.list", {"items": {}}),
    ("comments.list", {"items": [{"snippet": {"viewerRating": "suka"}}]}),
    ("comments.list", {"items": [{"id": 7}]}),
    ("videos.list", {"pageInfo": {"totalResults": "7"}}),
    ("videos.list", {"item": []}),
]


@pytest.mark.parametrize(("method", "answer"), ANSWERS)
def test_an_answer_of_another_form_is_seen(method: str, answer: Any) -> None:
    assert discovery.answer_faults(method, answer)


def test_a_selection_cuts_an_answer_down_to_what_was_asked_for() -> None:
    tree = discovery.select("nextPageToken,items(id,snippet(textDisplay))")
    whole = {"etag": "e", "items": [{"id": "a", "snippet": {"textDisplay": "x", "likeCount": 1}}]}
    assert discovery.cut(whole, tree) == {"items": [{"id": "a", "snippet": {"textDisplay": "x"}}]}
    for broken in ("items(id", "items(*)", "a)b"):
        with pytest.raises((ValueError, IndexError)):
            discovery.select(broken)


async def test_a_crowd_is_a_list_of_its_own_among_whom_others_stand() -> None:
    async with StandIn() as server:
        owner, other = server.channel("calon"), server.channel("pegawai")
        video = server.video(owner, "Kampanye")
        server.crowd = Crowd(100_000, video.id, owner.id, START, timedelta(seconds=2))
        between = server.comment(video, other, "Hadir", published=START - timedelta(seconds=101))
        params = {"part": "snippet", "allThreadsRelatedToChannelId": owner.id, "maxResults": "100"}
        _, body = await call(server, "commentThreads", **params)
        ids = [item["id"] for item in body["items"]]
        assert ids.index(between.id) == 51
        assert len(ids) == len(set(ids)) == 100
        times = [i["snippet"]["topLevelComment"]["snippet"]["publishedAt"] for i in body["items"]]
        assert times == sorted(times, reverse=True)
        assert json.dumps(body).count(MARK) >= 99 * 4


def test_every_item_has_the_form_that_the_api_publishes() -> None:
    server = StandIn()
    owner = server.channel("calon")
    video = server.video(owner, "Kampanye")
    comment = server.comment(video, owner, "Hadir")
    assert discovery.answer_faults("videos.list", {"items": [video_item(video)]}) == []
    assert discovery.answer_faults("comments.list", {"items": [comment_item(comment)]}) == []
    shown = upload_item(video, owner)
    assert discovery.answer_faults("playlistItems.list", {"items": [shown]}) == []
