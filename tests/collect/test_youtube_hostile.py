"""YouTube's parsers against what nobody should send: refused with their own error, or harmless."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.collect import youtube_parse as parse
from monitor.collect import youtube_threads, youtube_uploads
from monitor.errors import NormaliseError
from monitor.model.activity import TimeSource
from monitor.model.evidence import RawItem, canonical
from monitor.model.wire import activity_content
from tests.collect.tubing import OFFICER, Tube, tube

CURSORS: list[dict[str, object]] = [
    {"channel": 1},
    {"channel": None},
    {"until": "kemarin"},
    {"whole": "ya"},
    {"token": ["a"]},
    {"began": "2024-13-01T00:00:00Z"},
    {"whole_at": "0001-01-01T00:00:00+07:00"},  # before the first year in UTC
    {"newest": "2024-10-11"},
    {"etag": {}},
]
THREAD_CURSORS: list[dict[str, object]] = [
    {"channel": 1}, {"since": "kemarin"}, {"deep": "ya"}, {"deep_at": "2024-10-11"},
    {"token": None}, {"newest": 7},
]  # fmt: skip


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_cursor_of_another_form_is_a_first_look(cursor: dict[str, object]) -> None:
    known = {"channel": "UCx", "token": "t", **cursor}
    assert youtube_uploads.load(known, "UCx") == youtube_uploads.State()


@pytest.mark.parametrize("cursor", THREAD_CURSORS)
def test_a_cursor_of_a_target_of_another_form_is_a_first_look(cursor: dict[str, object]) -> None:
    known = {"channel": "UCx", "token": "t", **cursor}
    assert youtube_threads.load(known) == youtube_threads.State()


def test_what_a_later_program_adds_to_a_cursor_is_left_aside() -> None:
    known = {"channel": "UCx", "token": "t", "lain": 1}
    assert youtube_uploads.load(known, "UCx").token == "t"
    assert youtube_threads.load(known).token == "t"


def test_a_cursor_of_another_channel_is_a_first_look() -> None:
    known = {"channel": "UCa", "until": "2024-10-11T00:00:00Z"}
    assert youtube_uploads.load(known, "UCb") == youtube_uploads.State()


VIDEO: dict[str, Any] = {
    "snippet": {"channelId": "UC" + "a" * 22, "title": "Judul", "description": "Isi"},
    "contentDetails": {"videoId": "abc", "videoPublishedAt": "2024-10-11T00:00:00Z"},
}
COMMENT: dict[str, Any] = {
    "id": "Ugx1", "snippet": {"authorChannelId": {"value": "UC" + "a" * 22}, "textDisplay": "Ya",
                              "publishedAt": "2024-10-11T00:00:00Z", "videoId": "abc"},
}  # fmt: skip
ODD: list[Any] = [
    None, [], 7, "teks", {}, {"id": None}, {"id": "a b"}, {"id": "x" * 200}, {"id": "../../etc"},
    {"id": "<script>"}, {"snippet": None}, {"snippet": []}, {"snippet": {"textDisplay": 7}},
    {"snippet": {"title": ["a"]}}, {"contentDetails": 7}, {"contentDetails": {"videoId": 7}},
    {"contentDetails": {"videoId": "a/b"}}, {"snippet": {"authorChannelId": "UCx"}},
    {"snippet": {"authorChannelId": {"value": "bukan saluran"}}},
    {"snippet": {"authorChannelId": {"value": 7}}}, {"snippet": {"parentId": {"a": 1}}},
    {"snippet": {"videoId": "x y"}}, {"snippet": {"authorDisplayName": None}},
]  # fmt: skip
BROKEN = [b"", b"{", b"\xff", b"[" * 5_000, b'{"id": "\\ud800"}', b"null", b"1e999", b"{}{}"]


def odd_bodies(good: dict[str, Any]) -> list[bytes]:
    merged = [{**good, **part} if isinstance(part, dict) else part for part in ODD]
    return [*(json.dumps(value).encode() for value in merged), *BROKEN]


async def raw_of(world: Tube) -> RawItem:
    world.server.video(world.officer, "Video", "Isi")
    (page,) = await world.look()
    return page.items[0]


@pytest.mark.parametrize(
    ("good", "hints"), [(VIDEO, ()), (COMMENT, (("channel", "UC"), ("video", "abc")))]
)
async def test_hostile_items_are_refused_or_can_be_kept(
    good: dict[str, Any], hints: tuple[tuple[str, str], ...]
) -> None:
    bodies, refused = odd_bodies(good), 0
    assert len(bodies) >= 20
    async with tube() as world:
        raw = await raw_of(world)
        for body in bodies:
            try:
                made = world.collector.normalise(replace(raw, body=body, hints=hints), OFFICER)
            except NormaliseError:
                refused += 1
            else:
                assert made.object.id in ("abc", "Ugx1")
                assert canonical(activity_content(made))
    assert refused >= 15


@pytest.mark.parametrize("kind", ["video", "comment"])
async def test_another_channels_act_is_never_the_registered_ones(kind: str) -> None:
    good, hints = {
        "video": (VIDEO, ()), "comment": (COMMENT, (("channel", ""), ("video", ""))),
    }[kind]  # fmt: skip
    async with tube() as world:
        raw = replace(await raw_of(world), body=json.dumps(good).encode(), hints=hints)
        with pytest.raises(NormaliseError, match="expected the registered channel"):
            world.collector.normalise(raw, world.watch)


@pytest.mark.parametrize("read", [parse.listing, parse.thread, parse.channel, parse.video])
def test_no_parser_raises_anything_but_its_own_error_nor_quotes(read: Any) -> None:
    deep: Any = "rahasia orang lain"
    for _ in range(600):
        deep = [deep]
    values = [*ODD, {"items": 7}, {"items": [1]}, {"items": [], "nextPageToken": 7},
              {"items": [], "nextPageToken": "x" * 5_000}, {"id": "a", "snippet": {}},
              {"rahasia orang lain": 7}, {"id": "rahasia orang lain"}, deep,
              {"id": "UC" + "a" * 22, "contentDetails": {"relatedPlaylists": 7}},
              {"id": "a", "snippet": {"topLevelComment": {}, "totalReplyCount": -1}},
              {"id": "a", "snippet": {"topLevelComment": {}, "totalReplyCount": 2**70}},
              ]  # fmt: skip
    told = []
    for body in [*(json.dumps(value).encode() for value in values), *BROKEN]:
        try:
            read(body)
        except ValueError as error:
            told.append(str(error))
    assert len(told) >= 10
    assert not [text for text in told if "rahasia" in text]


@pytest.mark.parametrize(
    "body",
    [*BROKEN, b"[]", b'"teks"', b'{"error": 7}', b'{"error": {"errors": 7, "details": "x"}}',
     b'{"error": {"errors": [7, {"reason": 7}, {"reason": null}]}}'],
)  # fmt: skip
def test_an_error_of_another_form_gives_no_reason(body: bytes) -> None:
    assert parse.reasons(body) == ()


async def test_hostile_words_reach_no_error_and_no_note() -> None:
    words = "orang-lain-rahasia"
    async with tube() as world:
        world.server.comment(world.rally, world.server.channel("warga"), words)
        world.server.comment(world.rally, world.officer, "Siap menangkan")
        for comment in list(world.server.comments.values()):
            if comment.words == words:
                broken = replace(comment, author="bukan saluran " + words)
                world.server.comments[comment.id] = broken
        (page,) = await world.walk()
    assert words not in repr(page)
    assert len(page.items) == 1
    assert not page.complete


async def test_a_comment_from_the_future_hides_nothing_and_has_no_time() -> None:
    async with tube() as world:
        future = world.clock.now + timedelta(days=900)
        world.server.comment(world.rally, world.officer, "Dari depan", published=future)
        (page,) = await world.walk()
        act = world.collector.normalise(page.items[0][1], world.watch)
        assert (act.occurred_at, act.occurred_at_source) == (None, TimeSource.NONE)
        world.later(hours=1)
        own = world.server.comment(
            world.rally, world.officer, "Sekarang", published=world.clock.now - timedelta(minutes=5)
        )
        (again,) = await world.walk(page.cursor)
        assert own.id in {raw.native_key for _, raw in again.items}


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "kini", 7])
def test_a_time_that_cannot_be_is_none(text: object) -> None:
    item = {"id": "a", "snippet": {"publishedAt": text}}
    assert parse.comment(json.dumps(item).encode()).published is None
