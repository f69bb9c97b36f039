"""Which candidates a person follows: the whole list, or the word that it was not whole."""

from __future__ import annotations

import pytest

from monitor.collect import bluesky_follows
from monitor.collect.base import Followed, ReadsFollows
from monitor.errors import CollectError
from tests.collect.bluesky_world import FOLLOW, World, watch, world

ONE, TWO = "calon1.test", "calon2.test"


def people(w: World, *followed: str) -> str:
    """Open the accounts, follow 150 strangers and then these; return the person's DID."""
    who = w.net.create_account("sekar.test")
    dids = {name: w.net.create_account(name) for name in (ONE, TWO)}
    for name in followed:
        w.write(who, FOLLOW, subject=dids[name])
    for number in range(150):
        w.write(who, FOLLOW, subject=f"did:plc:{number:024d}".replace("0", "a").replace("1", "b"))
    return who


async def test_the_whole_list_is_read_page_by_page() -> None:
    async with world() as w:
        who = people(w, ONE)
        assert isinstance(w.bluesky, ReadsFollows)
        for person in (watch("sekar.test"), watch("lama.test", native_id=who)):
            found = await w.bluesky.follows(person, [ONE, TWO])
            assert found == Followed(frozenset({ONE}), complete=True)


async def test_accounts_may_be_asked_by_their_permanent_id() -> None:
    async with world() as w:
        people(w, ONE, TWO)
        ids = [w.net.create_account(ONE), w.net.create_account(TWO)]
        found = await w.bluesky.follows(watch("sekar.test"), ids)
        assert found == Followed(frozenset(ids), complete=True)


async def test_a_list_longer_than_the_limit_is_not_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bluesky_follows, "MOST_PAGES", 1)
    async with world() as w:
        people(w, ONE)
        found = await w.bluesky.follows(watch("sekar.test"), [ONE, TWO])
        assert found == Followed(frozenset(), complete=False)


async def test_a_handle_that_leads_nowhere_leaves_the_answer_open() -> None:
    async with world() as w:
        people(w, ONE)
        found = await w.bluesky.follows(watch("sekar.test"), [ONE, "tiada.test"])
        assert found == Followed(frozenset({ONE}), complete=False)


async def test_a_record_of_unknown_form_leaves_the_answer_open() -> None:
    async with world() as w:
        who = people(w, ONE)
        w.write(who, FOLLOW, other="did:plc:x")
        found = await w.bluesky.follows(watch("sekar.test"), [ONE])
        assert found == Followed(frozenset({ONE}), complete=False)


async def test_an_account_that_is_gone_cannot_answer() -> None:
    async with world() as w:
        w.net.create_account(ONE)
        with pytest.raises(CollectError):
            await w.bluesky.follows(watch("tiada.test"), [ONE])
