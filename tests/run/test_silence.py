"""Silence is told: sources that are not read any more, and sources that show nothing any more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import pytest

from monitor.collect import registry
from monitor.collect.base import Page
from monitor.demo.atproto import Atproto
from monitor.demo.atproto_faults import Trouble
from monitor.demo.feeds import Feeds
from tests.collect import bluesky_world, mastodon_world, test_telegram_channel, tubing
from tests.collect.feeding import answering, look, rss
from tests.run.ruling import open_alarms
from tests.whole import Stage

POLLS = 3
LIST, POST = "com.atproto.repo.listRecords", "app.bsky.feed.post"
ENTRY = "<guid>https://blog.example/1</guid><title>Halo</title>"
# Whose answers cannot tell "nothing" from "nothing new".
UNTOLD = {
    "x": "X is asked for what is newer than the last post: an empty answer is the rule",
    "telegram": "a bot gets a queue of all its groups, which is empty whenever nobody writes",
}


def shown(pages: Sequence[Page]) -> int | None:
    """Return what a whole look was shown, as the pipeline adds it up."""
    said = [page.listed for page in pages if page.listed is not None]
    return sum(said) if said else None


async def of_feeds() -> tuple[int | None, ...]:
    return shown([await look(answering(rss(ENTRY)))]), shown([await look(answering(rss()))])


async def of_bluesky() -> tuple[int | None, ...]:
    async with bluesky_world.world() as w:
        sekar, who = w.net.create_account("sekar.test"), bluesky_world.watch("sekar.test")
        made = w.post(sekar, "Satu")
        full = await w.poll(who)
        w.net.delete_record(sekar, POST, made.key)
        empty = await w.poll(who, full.cursor)
        same = await w.poll(who, empty.cursor)
    return shown(full.pages), shown(empty.pages), shown(same.pages)


async def of_mastodon() -> tuple[int | None, ...]:
    async with mastodon_world.world() as w:
        sekar, who = w.home.account("sekar"), mastodon_world.watch()
        w.post(sekar, "Satu")
        full = await w.poll(who)
        w.home.statuses.clear()
        w.now.forward(days=1)
        empty = await w.poll(who, full.cursor)
    return shown(full.pages), shown(empty.pages)


async def of_youtube() -> tuple[int | None, ...]:
    async with tubing.tube() as t:
        t.server.video(t.officer, "Satu", "")
        full = await t.look()
        t.server.videos.clear()
        t.later(days=1)
        empty = await t.look(full[-1].cursor)
    return shown(full), shown(empty)


async def of_telegram_channel() -> tuple[int | None, ...]:
    async with test_telegram_channel.world() as w:
        w.write("Satu")
        full = await w.poll()
        w.own.notes.clear()
        empty = await w.poll(full.cursor)
    return shown(full.pages), shown(empty.pages)


SAYS: dict[str, Callable[[], Awaitable[tuple[int | None, ...]]]] = {
    "feeds": of_feeds,
    "bluesky": of_bluesky,
    "mastodon": of_mastodon,
    "youtube": of_youtube,
    "telegram_channel": of_telegram_channel,
}


@pytest.mark.parametrize("name", SAYS)
async def test_a_collector_says_how_much_it_was_shown(name: str) -> None:
    full, empty, *same = await SAYS[name]()
    assert full is not None
    assert full > 0
    assert empty == 0
    assert same in ([], [None])


def test_every_collector_says_it_or_says_why_not() -> None:
    assert SAYS.keys() | UNTOLD.keys() == registry.COLLECTORS.keys()


def changes(stage: Stage) -> list[str]:
    """Return the raising and clearing of alarms so far."""
    return [entry["public"]["state"] for entry in stage.place.entries("alarm")]


async def looks(stage: Stage, times: int) -> None:
    for _ in range(times):
        await stage.place.once()


@pytest.fixture
def page(stage: Stage, feeds: Feeds) -> str:
    """Put a feed on the register beside the others, with an entry that everybody may read."""
    stage.place.person("asn9", feeds.open("berita"), platform="feed")
    stage.place.write()
    feeds.publish("berita", "Jadwal layanan loket hari ini.")
    return "berita"


@pytest.mark.drill
async def test_a_feed_that_shows_nothing_any_more(stage: Stage, feeds: Feeds, page: str) -> None:
    await looks(stage, 1)
    feeds._feeds[page].entries.clear()
    await looks(stage, POLLS - 1)
    assert "empty:feed" not in open_alarms(stage)
    await looks(stage, 1)  # the second and third answer "not modified"
    assert "empty:feed" in open_alarms(stage)
    told = len(changes(stage))
    await looks(stage, 2)
    assert len(changes(stage)) == told
    feeds.publish(page, "Loket buka lagi.")
    await looks(stage, 1)
    assert "empty:feed" not in open_alarms(stage)


@pytest.mark.drill
async def test_an_account_that_shows_nothing_any_more(stage: Stage, network: Atproto) -> None:
    await looks(stage, 1)
    did = stage.scene.did("asn1")
    for path in list(network.account(did).repo.records):
        network.delete_record(did, *path.split("/"))
    await looks(stage, POLLS)
    assert "empty:bluesky" in open_alarms(stage)
    stage.scene.post("asn1", "Kembali.")
    await looks(stage, 1)
    assert "empty:bluesky" not in open_alarms(stage)


@pytest.mark.drill
@pytest.mark.parametrize("platform", ["feed", "bluesky"])
async def test_a_platform_that_cannot_be_read(
    stage: Stage, feeds: Feeds, network: Atproto, page: str, platform: str
) -> None:
    await looks(stage, 1)
    if platform == "feed":
        feeds.fail(page)
    else:
        network.faults.add(Trouble.SERVER_ERROR, "com.atproto.sync.getLatestCommit")
    await looks(stage, POLLS - 1)
    assert f"stale:{platform}" not in open_alarms(stage)
    await looks(stage, 1)
    assert f"stale:{platform}" in open_alarms(stage)
    told = len(changes(stage))
    await looks(stage, 2)
    assert len(changes(stage)) == told
    network.faults.clear()
    feeds.publish(page, "Loket buka lagi.")
    await looks(stage, 1)
    assert f"stale:{platform}" not in open_alarms(stage)
