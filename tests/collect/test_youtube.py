"""A registered channel's uploads, against the stand-in: what is kept, and every way it can fail."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import (
    AuthError,
    BlockedError,
    MonitorError,
    NotFoundError,
    RateLimited,
    TransientError,
)
from monitor.log import logger
from monitor.model.activity import Signal, TimeSource
from monitor.model.state import ActState, Known, Reason
from tests.collect.tubing import OFFICER, Tube, at_next, tube
from tests.standin.youtube import KEY, START, Trouble, Video

LIST = "playlistItems.list"


def keys(pages: list[Any]) -> list[str]:
    return [raw.native_key for page in pages for raw in page.items]


def uploads(world: Tube, count: int) -> list[Video]:
    return [world.server.video(world.officer, f"Video {n}", "Isi rekaan") for n in range(count)]


async def test_a_first_look_reads_the_uploads_and_what_they_resolved_to() -> None:
    async with tube() as world:
        made = uploads(world, 2)
        (page,) = await world.look()
        assert keys([page]) == [v.id for v in reversed(made)]
        assert (page.native_id, page.handle) == (world.officer.id, "sekar.pramesti")
        assert page.complete
        assert page.last
        activity = world.collector.normalise(page.items[0], world.watch)
        assert activity.signal is Signal.POST
        assert activity.text == "Video 1\nIsi rekaan"
        assert activity.occurred_at == made[1].published
        assert activity.occurred_at_source is TimeSource.PLATFORM
        assert activity.object.url == f"https://www.youtube.com/watch?v={made[1].id}"


async def test_an_unchanged_list_is_asked_for_conditionally_and_costs_one_unit() -> None:
    async with tube() as world:
        uploads(world, 2)
        (first,) = await world.look()
        before = world.server.units
        world.later(hours=1)
        (page,) = await world.look(first.cursor)
        assert page.items == ()
        assert page.complete
        assert world.server.units == before + 1
        assert world.server.headers[-1]["If-None-Match"] == first.cursor["etag"]


async def test_a_new_video_is_found_by_the_next_look() -> None:
    async with tube() as world:
        uploads(world, 60)
        pages = await world.look()
        assert len(keys(pages)) == 60
        world.later(hours=1)
        new = world.server.video(world.officer, "Baru", published=START + timedelta(hours=6))
        assert new.id in keys(await world.look(pages[-1].cursor))


async def test_a_whole_reading_comes_once_a_day_and_finds_an_edit() -> None:
    async with tube() as world:
        old = replace(OFFICER, notice_date=(START - timedelta(days=30)).date())
        videos = uploads(world, 60)
        pages = await world.look(watch=old)
        videos[0].title = "Dukung paslon nomor 2"
        world.later(hours=1)
        assert videos[0].id not in keys(await world.look(pages[-1].cursor, watch=old))
        world.later(hours=24)
        assert videos[0].id in keys(await world.look(pages[-1].cursor, watch=old))


async def test_nothing_from_before_monitoring_nothing_private_and_nothing_of_others() -> None:
    async with tube() as world:
        before = START - timedelta(days=40)
        world.server.video(world.officer, "Lama", published=before)
        world.server.video(world.officer, "Pribadi", private=True)
        (page,) = await world.look()
        assert page.items == ()
        assert page.complete


async def test_a_channel_without_uploads_has_no_list_and_is_not_gone() -> None:
    async with tube() as world:
        (page,) = await world.look()
        assert page.items == ()
        assert page.complete
        assert page.native_id == world.officer.id


@pytest.mark.checklist("target-gone")
async def test_a_closed_channel_is_one_unavailable_act() -> None:
    async with tube() as world:
        uploads(world, 1)
        (page,) = await world.look()
        world.officer.closed = True
        world.later(hours=1)
        (gone,) = await world.look(page.cursor, watch=world.watch)
        activity = world.collector.normalise(gone.items[0], world.watch)
        assert activity.signal is Signal.UNAVAILABLE
        assert activity.actor.native_id == world.officer.id
        assert gone.note


async def test_a_handle_that_nobody_bears_says_nothing_of_an_account() -> None:
    async with tube() as world:
        with pytest.raises(NotFoundError, match="w-yt-1: no channel bears this handle"):
            await world.look(watch=replace(OFFICER, address="tidak.ada"))


@pytest.mark.checklist("handle-renamed")
async def test_a_renamed_handle_is_the_same_channel() -> None:
    async with tube() as world:
        uploads(world, 1)
        (page,) = await world.look()
        world.officer.handle = "sekar.baru"
        world.later(days=1, hours=1)
        (again,) = await world.look(page.cursor, watch=world.watch)
        assert keys([again])
        assert again.native_id == world.officer.id


@pytest.mark.checklist("handle-reused")
async def test_a_handle_that_another_took_over_is_not_followed() -> None:
    async with tube() as world:
        uploads(world, 1)
        (page,) = await world.look()
        world.officer.handle = "sekar.baru"
        thief = world.server.channel("pencuri")
        thief.handle = "sekar.pramesti"
        other = world.server.video(thief, "Bukan miliknya")
        world.later(days=1, hours=1)
        for cursor in (page.cursor, {}):
            found = await world.look(cursor, watch=world.watch)
            assert other.id not in keys(found)
            assert found[-1].native_id == world.officer.id


@pytest.mark.checklist("restart-mid-page")
async def test_a_restart_in_the_middle_loses_nothing_and_reads_nothing_twice() -> None:
    async with tube() as world:
        made = uploads(world, 120)
        walk = world.collector.fetch(OFFICER, {}, None)
        first = await anext(walk)
        await walk.aclose()  # type: ignore[attr-defined] # an async generator
        assert not first.last
        rest = await world.look(json.loads(json.dumps(dict(first.cursor))))
        found = [*keys([first]), *keys(rest)]
        assert sorted(found) == sorted(v.id for v in made)
        assert rest[-1].last


@pytest.mark.checklist("last-full-page")
async def test_a_last_page_that_is_full_ends_the_list() -> None:
    async with tube() as world:
        uploads(world, 100)
        pages = await world.look()
        assert [len(p.items) for p in pages] == [50, 50]
        assert pages[-1].last
        assert pages[-1].complete


@pytest.mark.checklist("duplicate-across-pages")
async def test_a_video_that_comes_between_two_pages_shows_one_twice() -> None:
    async with tube() as world:
        made = uploads(world, 80)
        new: dict[str, Any] = {"published": START + timedelta(hours=5)}
        at_next(world, LIST, lambda: world.server.video(world.officer, "Baru", **new), after=1)
        found = keys(await world.look())
        assert set(found) == {v.id for v in made}
        assert len(found) == len(set(found)) + 1


@pytest.mark.checklist("deleted-between-pages")
async def test_what_a_deletion_moved_over_a_border_is_found_by_the_next_whole_reading() -> None:
    async with tube() as world:
        made = uploads(world, 80)
        last = made[-1].id
        at_next(world, LIST, lambda: world.server.videos.pop(last), after=1)
        pages = await world.look()
        assert len(set(keys(pages))) == 79
        world.later(days=1, hours=1)
        again = await world.look(pages[-1].cursor)
        assert {*keys(pages), *keys(again)} == {v.id for v in made}


@pytest.mark.checklist("empty-page-with-cursor")
async def test_an_empty_page_with_a_token_goes_on_and_ends_somewhere() -> None:
    async with tube() as world:
        uploads(world, 3)
        world.server.fail(Trouble.EMPTY_PAGE, LIST, 1)
        pages = await world.look()
        assert len(keys(pages)) == 2
        world.server.fail(Trouble.EMPTY_PAGE, LIST)
        pages = await world.look()
        assert not pages[-1].complete
        assert "does not end" in pages[-1].note
        assert len(pages) < 10


@pytest.mark.checklist("repeated-cursor")
async def test_a_token_that_comes_again_ends_the_walk() -> None:
    async with tube() as world:
        uploads(world, 200)
        world.server.fail(Trouble.SAME_TOKEN, LIST)
        pages = await world.look()
        assert not pages[-1].complete
        assert "etag" not in pages[-1].cursor
        assert len(pages) < 5


async def test_a_token_that_is_no_longer_taken_begins_the_list_anew() -> None:
    async with tube() as world:
        made = uploads(world, 120)
        walk = world.collector.fetch(OFFICER, {}, None)
        first = await anext(walk)
        await walk.aclose()  # type: ignore[attr-defined] # an async generator
        world.server.fail(Trouble.STALE_TOKEN, LIST, 1)
        (told,) = await world.look(first.cursor)
        assert not told.complete
        assert sorted(keys(await world.look(told.cursor))) == sorted(v.id for v in made)


FAILURES = [
    pytest.param(Trouble.BARE_429, RateLimited, marks=pytest.mark.checklist("429-bare")),
    pytest.param(Trouble.RETRY_AFTER, RateLimited, marks=pytest.mark.checklist("429-headers")),
    pytest.param(Trouble.SERVER_ERROR, TransientError, marks=pytest.mark.checklist("5xx-burst")),
    pytest.param(Trouble.STALL, TransientError, marks=pytest.mark.checklist("slow-body")),
    pytest.param(Trouble.CUT, TransientError, marks=pytest.mark.checklist("truncated")),
    pytest.param(Trouble.HTML, BlockedError),
    pytest.param(Trouble.TOO_FAST, RateLimited),
    *(
        pytest.param(trouble, error, marks=pytest.mark.checklist("token-401-403-quota"))
        for trouble, error in (
            (Trouble.QUOTA, RateLimited), (Trouble.UNAUTHORIZED, AuthError),
            (Trouble.BAD_KEY, AuthError),
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("trouble", "error"), FAILURES)
async def test_a_failure_is_told_for_what_it_is_and_no_emptiness(
    trouble: Trouble, error: type[MonitorError]
) -> None:
    async with tube(timeout=0.3) as world:
        uploads(world, 1)
        world.server.fail(trouble, LIST)
        with pytest.raises(error) as caught:
            await world.look()
        assert type(caught.value) is error
        assert KEY not in str(caught.value)
        assert "http" not in str(caught.value)


@pytest.mark.checklist("token-401-403-quota")
async def test_a_403_without_a_known_reason_is_a_refusal_and_no_closed_channel() -> None:
    async with tube() as world:
        uploads(world, 1)
        world.server.fail(Trouble.ODD_403, "commentThreads.list")
        world.server.fail(Trouble.ODD_403, LIST)
        for look in (world.look, world.walk):
            with pytest.raises(BlockedError, match="refused with status 403") as caught:
                await look()
            assert type(caught.value) is BlockedError


async def test_one_hiccup_is_tried_again_once_and_both_tries_are_counted() -> None:
    async with tube() as world:
        uploads(world, 1)
        world.server.fail(Trouble.SERVER_ERROR, LIST, 1)
        assert keys(await world.look())
        assert world.ledger.used("youtube", "2024-10-11") == world.server.units == 3


async def test_an_exhausted_allowance_stops_every_source_until_the_pacific_midnight() -> None:
    async with tube() as world:
        uploads(world, 1)
        world.server.fail(Trouble.QUOTA, "channels.list", 1)
        with pytest.raises(RateLimited) as caught:
            await world.look()
        # 02:00 UTC is 19:00 in California: five hours are left of the day there.
        assert caught.value.retry_after == pytest.approx(5 * 3600, abs=300)
        asked = len(world.server.asked)
        with pytest.raises(RateLimited):
            await world.look()
        assert len(world.server.asked) == asked
        world.later(hours=6)
        assert keys(await world.look())


@pytest.mark.checklist("clock-skew")
@pytest.mark.parametrize("minutes", [-10, 10])
async def test_a_clock_that_is_wrong_by_ten_minutes_reads_all_the_same(minutes: int) -> None:
    async with tube() as world:
        true = world.clock.now
        world.server.clock = lambda: true
        world.later(minutes=minutes)
        uploads(world, 2)
        assert len(keys(await world.look())) == 2
        world.server.fail(Trouble.RETRY_AFTER, LIST, 1)
        with pytest.raises(RateLimited) as caught:
            await world.look()
        assert caught.value.retry_after == 7


@pytest.mark.parametrize("key", ["", "kunci\nlain", "kunci\x00", "kuñci"])
async def test_what_is_no_key_is_told_and_never_sent(key: str) -> None:
    async with tube(key=key) as world:
        with pytest.raises(AuthError, match="check secret 'youtube_api_key'"):
            await world.look()
        assert world.server.asked == []


async def test_the_key_is_in_no_address_error_log_or_recorded_exchange() -> None:
    lines: list[str] = []
    sink = logger.add(lambda line: lines.append(str(line)), level=0)
    seen: list[str] = []
    try:
        async with tube(timeout=0.3) as world:
            video = uploads(world, 1)[0]
            (page,) = await world.look()
            activity = world.collector.normalise(page.items[0], world.watch)
            taken = await world.collector.capture(activity, page.items[0], world.watch)
            seen += [repr(page), repr(taken), repr(world.collector.__dict__)]
            known = Known(activity.id, Signal.POST, world.officer.id, video.id, "", "")
            video.private = True
            seen.append(repr(await world.collector.look_again(known, world.watch)))
            for trouble in Trouble:
                world.server.mend()
                world.server.fail(trouble, LIST)
                try:
                    seen.append(repr(await world.look()))
                except MonitorError as error:
                    seen += [str(error), repr(error), repr(error.__cause__)]
            assert any(h["X-Goog-Api-Key"] == KEY for h in world.server.headers)
    finally:
        logger.remove(sink)
    assert not [text for text in (*seen, *lines) if KEY in text]


async def test_without_a_ledger_nothing_is_asked() -> None:
    async with tube() as world:
        world.collector._ledger = None
        with pytest.raises(RuntimeError, match="ledger"):
            await world.look()


# ---- one act alone ---------------------------------------------------------------------------


async def captured(world: Tube) -> tuple[Any, Any]:
    (page,) = await world.look()
    raw = page.items[0]
    return world.collector.normalise(raw, world.watch), raw


async def test_a_snapshot_is_the_video_alone_without_counts_or_faces() -> None:
    async with tube() as world:
        uploads(world, 2)
        activity, raw = await captured(world)
        taken = await world.collector.capture(activity, raw, world.watch)
        record = json.loads(taken.parts[0].data)
        assert [item["id"] for item in record["items"]] == [activity.object.id]
        assert not taken.partial
        text = b"".join(part.data for part in taken.parts)
        assert b"likeCount" not in text
        assert b"foto.jpg" not in text


@pytest.mark.parametrize("change", ["deleted", "edited"])
async def test_a_snapshot_of_what_has_changed_keeps_what_was_judged(change: str) -> None:
    async with tube() as world:
        (video,) = uploads(world, 1)
        activity, raw = await captured(world)
        if change == "deleted":
            del world.server.videos[video.id]
        else:
            video.title = "Judul lain"
        taken = await world.collector.capture(activity, raw, world.watch)
        assert taken.partial
        assert taken.parts[0].data == raw.body


async def again(world: Tube, activity: Any) -> Any:
    known = Known(activity.id, activity.signal, activity.actor.native_id, activity.object.id,
                  activity.object.url, activity.revision)  # fmt: skip
    return await world.collector.look_again(known, world.watch)


async def test_a_video_is_looked_at_again() -> None:
    async with tube() as world:
        (video,) = uploads(world, 1)
        activity, _ = await captured(world)
        assert (await again(world, activity)).state is ActState.THERE
        video.title = "Judul lain"
        edited = await again(world, activity)
        assert edited.state is ActState.EDITED
        assert edited.activity.text.startswith("Judul lain")
        assert edited.activity.id == activity.id
        video.private = True
        hidden = await again(world, activity)
        assert (hidden.state, hidden.reason) == (ActState.HIDDEN, Reason.RECORD_GONE)
        assert {part.name for part in hidden.parts} == {"answer", "headers"}
        world.officer.closed = True
        assert (await again(world, activity)).reason is Reason.ACCOUNT_CLOSED


async def test_a_comment_is_looked_at_again_with_the_identity_that_it_had() -> None:
    async with tube() as world:
        top = world.server.comment(world.rally, world.server.channel("warga"), "Semangat")
        own = world.server.comment(world.rally, world.officer, "Siap menangkan")
        reply = world.server.comment(world.rally, world.officer, "Setuju", parent=top)
        (page,) = await world.walk()
        acts = [world.collector.normalise(raw, watch) for watch, raw in page.items]
        assert {act.object.id for act in acts} == {own.id, reply.id}
        for act in acts:
            assert (await again(world, act)).state is ActState.THERE
        world.server.edit(own, "Tidak jadi")
        del world.server.comments[reply.id]
        states = {a.object.id: (await again(world, a)) for a in acts}
        assert states[own.id].state is ActState.EDITED
        assert states[reply.id].state is ActState.HIDDEN
        assert states[reply.id].reason is Reason.RECORD_GONE


@pytest.mark.parametrize("trouble", [Trouble.FORBIDDEN, Trouble.BAD_KEY])
async def test_a_refusal_is_no_deletion(trouble: Trouble) -> None:
    async with tube() as world:
        uploads(world, 1)
        activity, _ = await captured(world)
        world.server.fail(trouble, "videos.list")
        found = await again(world, activity)
        assert (found.state, found.reason) == (ActState.HIDDEN, Reason.REFUSED)
