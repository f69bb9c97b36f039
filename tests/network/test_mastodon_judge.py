"""The emulated Mastodon, judged by Mastodon.py: its typed entities, its paging, its errors."""

from __future__ import annotations

import asyncio
import time
import typing
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import mastodon
import pytest
from mastodon.return_types import (
    Account,
    AccountField,
    Context,
    MediaAttachment,
    Poll,
    Quote,
    Status,
    StatusEdit,
    StatusMention,
)

from tests.collect.mastodon_world import HOME, PARTY, World, known_at, world
from tests.standin.mastodon_faults import Trouble

pytestmark = pytest.mark.network

# Entities whose keys are compared with what the library has from the documentation.
TYPED = (
    Account,
    AccountField,
    Context,
    MediaAttachment,
    Poll,
    Quote,
    Status,
    StatusEdit,
    StatusMention,
)
# What a visitor's answer leaves out: it depends on who asks (docs: "if authorized").
OPTIONAL = frozenset(
    {
        "mute_expires_at", "source", "role", "limited", "moved", "suspended", "memorial",
        "favourited", "reblogged", "muted", "bookmarked", "pinned", "filtered", "text",
        "voted", "own_votes", "quote", "poll", "quoted_status_id", "quoted_status",
        "content_type", "attribution_domains", "show_media", "show_media_replies", "show_featured",
        "feature_approval", "tagged_collections", "collections",
    }
)  # fmt: skip


async def asked(call: Callable[[], Any]) -> Any:
    """Ask in a thread: the library is synchronous, and the emulator runs in this loop."""
    return await asyncio.to_thread(call)


def client(w: World, **more: Any) -> mastodon.Mastodon:
    given = {"api_base_url": w.home.url, "ratelimit_method": "throw", "version_check_mode": "none"}
    return mastodon.Mastodon(**{**given, **more})


def entities(value: Any) -> Iterator[Any]:
    """Yield every typed entity inside an answer."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from entities(one)
    elif isinstance(value, dict):
        if isinstance(value, TYPED):
            yield value
        for one in value.values():
            yield from entities(one)


def faults(value: Any) -> list[str]:
    """Compare each entity's keys and types with the library's declarations."""
    found = []
    for one in entities(value):
        kind = type(one)
        hints = typing.get_type_hints(kind)
        keys = {key for key in one if not key.startswith("_")}
        found += [f"{kind.__name__}.{key}: unknown" for key in keys - hints.keys()]
        found += [f"{kind.__name__}.{key}: missing" for key in hints.keys() - keys - OPTIONAL]
        found += [
            f"{kind.__name__}.{key}: no time"
            for key in keys
            if hints.get(key) is datetime and not isinstance(one[key], datetime)
        ]
    return sorted(set(found))


async def test_every_entity_has_the_documented_keys_and_types() -> None:
    async with world() as w:
        sekar, calon = w.home.account("sekar"), w.home.account("calon", PARTY)
        post = w.post(calon, "Coblos nomor 1", media=[{"description": "Baliho"}])
        answer = w.home.reply(sekar, post, "<p>Siap</p>")
        w.post(sekar, "Pilih", poll=["Satu", "Dua"])
        w.post(sekar, "Setuju", quote=post.id)
        w.home.boost(sekar, post)
        w.home.favourite(sekar, post)
        w.home.follow(sekar, calon)
        w.home.edit(answer, "<p>Siap menang</p>")
        api = client(w)
        account = await asked(lambda: api.account_lookup("sekar"))
        answers = [
            account,
            await asked(lambda: api.account(sekar.id)),
            await asked(lambda: api.account_statuses(sekar.id, limit=40)),
            await asked(lambda: api.account_following(sekar.id, limit=80)),
            await asked(lambda: api.status(post.id)),
            await asked(lambda: api.status_context(post.id)),
            await asked(lambda: api.status_history(answer.id)),
            await asked(lambda: api.status_favourited_by(post.id)),
            await asked(lambda: api.status_reblogged_by(post.id)),
        ]
        assert isinstance(account, Account)
        assert faults(answers) == []
        statuses = answers[2]
        assert {type(s) for s in statuses} == {Status}
        assert statuses[0].created_at.tzinfo is not None
        assert [s.id for s in answers[5].descendants] == [answer.id]
        assert [v.content for v in answers[6]] == ["<p>Siap</p>", "<p>Siap menang</p>"]
        assert answers[7][0].acct == "sekar"


async def test_paging_by_link_reads_each_entry_once() -> None:
    async with world() as w:
        calon = w.home.account("calon")
        post = w.post(calon, "Coblos nomor 1")
        w.home.crowd(post, 200)
        api = client(w)
        page = await asked(lambda: api.status_favourited_by(post.id))
        found, sizes = [], []
        while page:
            found += [account.acct for account in page]
            sizes.append(len(page))
            page = await asked(partial(api.fetch_next, page))
        assert sizes == [40] * 5  # a full last page leads to an empty one
        assert found == [f"orang{n:06d}@jauh.example" for n in reversed(range(200))]
        newest = await asked(lambda: api.status_favourited_by(post.id))
        assert await asked(lambda: api.fetch_previous(newest)) == []


async def test_refusals_are_the_librarys_errors_and_resets_are_read_in_both_forms() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        api = client(w)
        with pytest.raises(mastodon.MastodonNotFoundError):
            await asked(lambda: api.status("1"))
        w.home.faults.add(Trouble.SERVER_ERROR, "lookup", times=1)
        with pytest.raises(mastodon.MastodonServiceUnavailableError):
            await asked(lambda: api.account_lookup("sekar"))
        w.home.token_only = True
        with pytest.raises(mastodon.MastodonUnauthorizedError):
            await asked(lambda: api.account(sekar.id))
        w.home.token_only = False
        for epoch in (False, True):
            w.home.throttles.epoch = epoch
            w.home.throttles.set("api", 0)
            with pytest.raises(mastodon.MastodonRatelimitError):
                await asked(lambda: api.account(sekar.id))
            end = int(w.now().timestamp()) // 300 * 300 + 300
            # The library tells it by its own clock, from the difference to the answer's Date.
            left = api.ratelimit_reset - time.time()
            assert left == pytest.approx(end - w.now().timestamp(), abs=5)
        assert w.home.domain == HOME


async def test_an_account_known_from_elsewhere_bears_its_server() -> None:
    async with world() as w:
        there = w.party.account("calon")
        known_at(w.home, there, PARTY)
        api = client(w)
        found = await asked(lambda: api.account_lookup(f"calon@{PARTY}"))
        assert (found.acct, found.uri) == (f"calon@{PARTY}", there.uri)
        assert found.created_at <= datetime.now(UTC)
