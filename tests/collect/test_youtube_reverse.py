"""Who of the register commented under a candidate's videos, and nothing of anybody else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from monitor.collect.base import TargetPage
from monitor.errors import AuthError, BlockedError, MonitorError, RateLimited, TransientError
from monitor.log import logger
from monitor.model.activity import Signal, TargetState
from monitor.model.contest import AccountType, TargetAccount
from tests.collect.tubing import Registered, Tube, at_next, tube
from tests.standin.crowd import MARK
from tests.standin.youtube import START, Comment, Crowd, Trouble

THREADS, ANSWERS = "commentThreads.list", "comments.list"
DAY = timedelta(days=1)


def keys(pages: list[TargetPage]) -> list[str]:
    return [raw.native_key for page in pages for _, raw in page.items]


def strangers(world: Tube, count: int, **more: Any) -> list[Comment]:
    return [
        world.server.comment(
            world.rally, world.server.channel(f"orang-lain-{n:03d}"), f"Hadir {n}", **more
        )
        for n in range(count)
    ]


def threads(world: Tube, count: int) -> list[Comment]:
    """Have the officer comment that often, a stranger between any two."""
    made = []
    for number in range(count):
        made.append(world.server.comment(world.rally, world.officer, f"Menangkan {number}"))
        strangers(world, 1)
    return made


async def test_a_first_comment_is_kept_with_the_video_that_it_stands_under() -> None:
    async with tube() as world:
        strangers(world, 3)
        own = world.server.comment(world.rally, world.officer, "Siap menangkan nomor 2!")
        (page,) = await world.walk()
        assert keys([page]) == [own.id]
        (watch, raw), *_ = page.items
        activity = world.collector.normalise(raw, watch)
        assert activity.signal is Signal.REPLY
        assert (activity.text, activity.occurred_at) == (own.words, own.published)
        assert activity.actor.native_id == world.officer.id
        target = activity.target
        assert target is not None
        assert target.author_id == world.candidate.id
        assert target.text == "Kampanye akbar paslon nomor 2\nBersama calon rekaan"
        assert page.complete
        assert page.listed == 4


async def test_every_answer_is_read_where_only_some_came_with_the_comment() -> None:
    async with tube() as world:
        top = strangers(world, 1)[0]
        strangers(world, 120, parent=top)
        own = world.server.comment(world.rally, world.officer, "Setuju, kawal", parent=top)
        (page,) = await world.walk()
        assert keys([page]) == [own.id]
        assert world.server.used[ANSWERS] == 2
        activity = world.collector.normalise(page.items[0][1], world.watch)
        target = activity.target
        assert target is not None
        # A stranger's words, and nothing that names them.
        assert (target.text, target.author_id, target.author_handle) == ("Hadir 0", "", "")


async def test_answers_that_all_came_with_their_comment_cost_nothing_more() -> None:
    async with tube() as world:
        top = strangers(world, 1)[0]
        own = world.server.comment(world.rally, world.officer, "Setuju", parent=top)
        assert keys(await world.walk()) == [own.id]
        assert world.server.used[ANSWERS] == 0


async def test_an_answer_to_the_candidate_names_whom_it_answers() -> None:
    async with tube() as world:
        top = world.server.comment(world.rally, world.candidate, "Mohon doa dan dukungannya")
        world.server.comment(world.rally, world.officer, "Siap, Pak", parent=top)
        (page,) = await world.walk()
        target = world.collector.normalise(page.items[0][1], world.watch).target
        assert target is not None
        assert (target.author_id, target.text) == (world.candidate.id, top.words)


async def test_an_account_that_is_gone_and_comments_of_nobody_are_passed_by() -> None:
    async with tube() as world:
        world.server.comment(world.rally, None, "Tanpa akun")
        (page,) = await world.walk()
        assert page.items == ()
        assert page.complete


async def test_nothing_from_before_monitoring_is_kept() -> None:
    async with tube() as world:
        world.server.comment(world.rally, world.officer, "Lama", published=START - 20 * DAY)
        late = replace(world.watch, registered_on=date(2024, 10, 5))
        assert keys(await world.walk(members=Registered([late]))) == []
        early = replace(late, registered_on=date(2024, 9, 1), notice_date=date(2024, 9, 1))
        assert len(keys(await world.walk(members=Registered([early])))) == 1


async def test_the_next_look_reads_no_further_than_it_must() -> None:
    async with tube() as world:
        threads(world, 150)
        pages = await world.walk()
        assert len(keys(pages)) == 150
        before = world.server.units
        world.later(hours=1)
        own = world.server.comment(
            world.rally, world.officer, "Baru", published=START + timedelta(hours=6, minutes=30)
        )
        again = await world.walk(pages[-1].cursor)
        assert own.id in keys(again)
        assert world.server.units <= before + 3


async def test_an_answer_under_an_old_comment_waits_for_the_deep_walk() -> None:
    async with tube() as world:
        old = strangers(world, 1, published=START - 3 * DAY)[0]
        strangers(world, 100)
        pages = await world.walk()
        own = world.server.comment(world.rally, world.officer, "Setuju", parent=old)
        world.later(hours=1)
        pages += await world.walk(pages[-1].cursor)
        assert own.id not in keys(pages)
        world.later(hours=24)
        deep = await world.walk(pages[-1].cursor, last_look=world.clock.now)
        assert keys(deep) == [own.id]
        # When the answer was first not there is known from the deep walk before, not from a look.
        assert deep[-1].items[0][1].not_before == START + timedelta(hours=6)


async def test_a_deep_walk_goes_no_further_back_than_it_is_told() -> None:
    async with tube(settings={"comment_days": 2}) as world:
        for number in range(10):
            strangers(world, 60, published=START - number * DAY)
        pages = await world.walk()
        # The second hundred reaches what is older than two days.
        assert len(pages) == 2
        assert pages[-1].last


async def test_answers_that_are_counted_and_not_listed_are_told_as_a_number() -> None:
    async with tube() as world:
        top = strangers(world, 1)[0]
        strangers(world, 8, parent=top)
        strangers(world, 3, parent=top, held=True)
        (page,) = await world.walk()
        assert page.withheld == 3
        assert not page.complete
        assert page.note == "3 answers are counted by the platform and not listed"


@pytest.mark.checklist("stranger-never-stored")
async def test_of_strangers_nothing_is_in_a_page_a_cursor_a_note_or_a_log_line() -> None:
    lines: list[str] = []
    sink = logger.add(lambda line: lines.append(str(line)), level=0)
    try:
        async with tube() as world:
            made = strangers(world, 40)
            strangers(world, 40, parent=made[0])
            world.server.comment(world.rally, world.officer, "Menangkan")
            world.server.comment(world.rally, world.officer, "Setuju", parent=made[1])
            pages = await world.walk()
            seen = [repr((p.cursor, p.note)) for p in pages]
            kept = [r for p in pages for _, r in p.items]
            for raw in kept:
                activity = world.collector.normalise(raw, world.watch)
                seen += [repr(raw), repr(await world.collector.capture(activity, raw, world.watch))]
            for trouble in Trouble:
                world.server.mend()
                world.server.fail(trouble, ANSWERS, 3)
                try:
                    seen += [repr((p.cursor, p.note)) for p in await world.walk()]
                except MonitorError as error:
                    seen.append(str(error))
            answered = {made[1].id, made[1].words}
            names = {
                text for c in world.server.comments.values() if c.author != world.officer.id
                for text in (c.id, c.author, c.handle, c.words) if text and text not in answered
            }  # fmt: skip
            assert len(kept) == 2
    finally:
        logger.remove(sink)
    shown = "\n".join([*seen, *lines])
    assert [name for name in names if f"{name}'" in shown or f'{name}"' in shown] == []


async def test_a_crowd_of_strangers_passes_by_in_pages() -> None:
    async with tube(settings={"units_per_day": 1_000_000, "comment_days": 60}) as world:
        crowd = Crowd(1_000, world.rally.id, world.candidate.id, START)
        world.server.crowd = crowd
        own = [
            world.server.comment(world.rally, world.officer, f"Menangkan {n}",
                                 published=START - timedelta(minutes=20 * n, seconds=1))
            for n in range(3)
        ]  # fmt: skip
        members = Registered([world.watch])
        pages = await world.walk(members=members)
        assert keys(pages) == [c.id for c in own]
        assert members.asked == 1_003
        assert sum(p.listed or 0 for p in pages) == 1_003
        assert MARK not in repr(pages)


# ---- pages that misbehave ---------------------------------------------------------------------


@pytest.mark.checklist("restart-mid-page")
async def test_a_restart_in_the_middle_loses_nothing_and_reads_nothing_twice() -> None:
    async with tube() as world:
        made = threads(world, 150)
        walk = world.collector.engagers(world.target, {}, None, Registered([world.watch]))
        first = await anext(walk)
        await walk.aclose()  # type: ignore[attr-defined] # an async generator
        assert not first.last
        rest = await world.walk(json.loads(json.dumps(dict(first.cursor))))
        found = [*keys([first]), *keys(rest)]
        assert sorted(found) == sorted(c.id for c in made)


@pytest.mark.checklist("duplicate-across-pages")
async def test_a_comment_that_comes_between_two_pages_shows_one_twice() -> None:
    async with tube() as world:
        made = threads(world, 150)
        at_next(world, THREADS, lambda: strangers(world, 2, published=START + DAY), after=1)
        found = keys(await world.walk())
        assert set(found) == {c.id for c in made}
        assert len(found) == len(set(found)) + 1


@pytest.mark.checklist("deleted-between-pages")
async def test_what_a_deletion_moved_over_a_border_is_found_by_the_next_deep_walk() -> None:
    async with tube() as world:
        made = threads(world, 150)
        gone = [c.id for c in world.server.comments.values()][-2:]
        at_next(world, THREADS, lambda: [world.server.comments.pop(i) for i in gone], after=1)
        pages = await world.walk()
        missed = {c.id for c in made} - set(keys(pages))
        assert len(missed) == 1
        world.later(hours=25)
        assert missed < set(keys(await world.walk(pages[-1].cursor)))


@pytest.mark.checklist("last-full-page")
async def test_a_last_page_that_is_full_ends_the_list() -> None:
    async with tube() as world:
        threads(world, 100)
        pages = await world.walk()
        assert [p.listed for p in pages] == [100, 100]
        assert [p.last for p in pages] == [False, True]


@pytest.mark.checklist("empty-page-with-cursor")
async def test_an_empty_page_with_a_token_goes_on_and_ends_somewhere() -> None:
    async with tube() as world:
        threads(world, 3)
        world.server.fail(Trouble.EMPTY_PAGE, THREADS)
        pages = await world.walk()
        assert "does not end" in pages[-1].note
        assert not pages[-1].complete
        assert "since" not in pages[-1].cursor
        assert len(pages) < 10


@pytest.mark.checklist("repeated-cursor")
async def test_a_token_that_comes_again_ends_the_walk() -> None:
    async with tube() as world:
        threads(world, 200)
        world.server.fail(Trouble.SAME_TOKEN, THREADS)
        pages = await world.walk()
        assert not pages[-1].complete
        assert len(pages) < 5


@pytest.mark.checklist("repeated-cursor")
async def test_answers_that_never_end_are_given_up_and_told() -> None:
    async with tube() as world:
        top = strangers(world, 1)[0]
        strangers(world, 250, parent=top)
        world.server.fail(Trouble.SAME_TOKEN, ANSWERS)
        (page,) = await world.walk()
        assert page.note == "answers of 1 comments could not be read"
        assert world.server.used[ANSWERS] < 5


async def test_a_token_that_is_no_longer_taken_begins_the_walk_anew() -> None:
    async with tube() as world:
        made = threads(world, 150)
        walk = world.collector.engagers(world.target, {}, None, Registered([world.watch]))
        first = await anext(walk)
        await walk.aclose()  # type: ignore[attr-defined] # an async generator
        world.server.fail(Trouble.STALE_TOKEN, THREADS, 1)
        (told,) = await world.walk(first.cursor)
        assert not told.complete
        assert sorted(keys(await world.walk(told.cursor))) == sorted(c.id for c in made)


@pytest.mark.checklist("target-gone")
async def test_a_target_that_is_gone_is_noted_and_asked_again_after_a_day() -> None:
    async with tube() as world:
        threads(world, 1)
        (page,) = await world.walk()
        world.candidate.closed = True
        (gone,) = await world.walk(page.cursor)
        assert (gone.items, gone.complete, gone.next_in) == ((), False, 86_400.0)
        assert gone.note == "the channel is not there"
        nobody = TargetAccount("youtube", "tidak.ada", AccountType.PRIBADI)
        (none,) = await world.walk(target=nobody)
        assert none.note == "the channel is not there"


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [(Trouble.DISABLED, "commentsDisabled"), (Trouble.FORBIDDEN, "forbidden")],
)
async def test_closed_comments_are_the_owners_right_and_no_refusal(
    trouble: Trouble, reason: str
) -> None:
    async with tube() as world:
        threads(world, 1)
        world.server.fail(trouble, THREADS)
        (page,) = await world.walk()
        assert page.note == f"the channel keeps its comments closed ({reason})"
        assert page.next_in == 86_400.0
        world.server.mend()
        assert keys(await world.walk(page.cursor))


@pytest.mark.checklist("handle-renamed")
@pytest.mark.checklist("handle-reused")
async def test_a_target_is_followed_by_its_id_whoever_bears_its_handle_now() -> None:
    async with tube() as world:
        own = threads(world, 1)[0]
        (page,) = await world.walk()
        world.candidate.handle = "calon.baru"
        other = world.server.channel("pencuri")
        other.handle = "calon.dua"
        world.server.comment(world.server.video(other, "Lain"), world.officer, "Di tempat lain")
        world.later(hours=25)
        assert keys(await world.walk(page.cursor)) == [own.id]


FAILURES = [
    pytest.param(Trouble.BARE_429, RateLimited, marks=pytest.mark.checklist("429-bare")),
    pytest.param(Trouble.RETRY_AFTER, RateLimited, marks=pytest.mark.checklist("429-headers")),
    pytest.param(Trouble.SERVER_ERROR, TransientError, marks=pytest.mark.checklist("5xx-burst")),
    pytest.param(Trouble.STALL, TransientError, marks=pytest.mark.checklist("slow-body")),
    pytest.param(Trouble.CUT, TransientError, marks=pytest.mark.checklist("truncated")),
    pytest.param(Trouble.HTML, BlockedError),
    *(
        pytest.param(trouble, error, marks=pytest.mark.checklist("token-401-403-quota"))
        for trouble, error in (
            (Trouble.QUOTA, RateLimited), (Trouble.UNAUTHORIZED, AuthError),
            (Trouble.BAD_KEY, AuthError),
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("method", [THREADS, ANSWERS])
@pytest.mark.parametrize(("trouble", "error"), FAILURES)
async def test_a_failure_is_told_for_what_it_is_and_no_emptiness(
    method: str, trouble: Trouble, error: type[MonitorError]
) -> None:
    async with tube(timeout=0.3) as world:
        top = strangers(world, 1)[0]
        strangers(world, 10, parent=top)
        world.server.fail(trouble, method)
        with pytest.raises(error) as caught:
            await world.walk()
        assert type(caught.value) is error
        assert "orang-lain" not in str(caught.value)


@pytest.mark.checklist("clock-skew")
@pytest.mark.parametrize("minutes", [-10, 10])
async def test_a_clock_that_is_wrong_by_ten_minutes_finds_the_same(minutes: int) -> None:
    async with tube() as world:
        own = threads(world, 1)[0]
        true = world.clock.now
        world.server.clock = lambda: true
        world.later(minutes=minutes)
        assert keys(await world.walk()) == [own.id]


async def test_a_comment_deleted_while_its_answers_are_read_is_passed_by() -> None:
    async with tube() as world:
        top = strangers(world, 1)[0]
        strangers(world, 10, parent=top)
        at_next(world, ANSWERS, lambda: world.server.comments.pop(top.id), after=0)
        (page,) = await world.walk()
        assert page.items == ()


async def test_a_video_that_is_gone_leaves_the_comment_without_its_words() -> None:
    async with tube() as world:
        own = threads(world, 1)[0]
        world.rally.private = True
        (page,) = await world.walk()
        activity = world.collector.normalise(page.items[0][1], world.watch)
        assert activity.object.id == own.id
        assert activity.target is not None
        assert activity.target.state is TargetState.MISSING


async def test_a_page_whose_answers_find_no_room_is_not_begun() -> None:
    async with tube(settings={"units_per_day": 48}) as world:
        for _ in range(4):
            top = strangers(world, 1)[0]
            strangers(world, 310, parent=top)
        world.later(hours=6)  # in California the day has just begun
        with pytest.raises(RateLimited) as caught:
            await world.walk()
        assert caught.value.retry_after > 0
        assert world.server.used[ANSWERS] == 0
        world.later(seconds=caught.value.retry_after)
        (page,) = await world.walk()
        assert page.complete
        assert world.server.used[ANSWERS] == 16
