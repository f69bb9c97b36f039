"""One X post looked at again: what is a deletion, what is only out of sight, what is neither."""

from __future__ import annotations

import pytest

from monitor.collect.base import LooksAgain
from monitor.errors import RateLimited, TransientError
from monitor.model.state import RETRACTED, ActState, Again, Known, Reason
from tests.collect.x_world import PEGAWAI, World, world


async def known(w: World, index: int = 0) -> Known:
    act = (await w.acts())[index]
    return Known(act.id, act.signal, w.own.id, act.object.id, act.object.url, act.revision)


async def look(w: World, one: Known) -> Again:
    assert isinstance(w.x, LooksAgain)
    return await w.x.look_again(one, PEGAWAI)


async def test_it_is_still_there() -> None:
    async with world() as w:
        w.post(w.own, "Pilih nomor 1")
        found = await look(w, await known(w))
    assert (found.state, found.reason) == (ActState.THERE, Reason.SEEN)
    assert found.activity is not None
    assert found.raw is not None


async def test_it_was_edited() -> None:
    async with world() as w:
        first = w.post(w.own, "Pilih nomor 1")
        one = await known(w)
        w.net.world.edit(first, "Selamat pagi")
        found = await look(w, one)
    assert found.state is ActState.EDITED
    assert found.activity is not None
    assert (found.activity.text, found.activity.id) == ("Selamat pagi", one.activity_id)


@pytest.mark.parametrize(
    ("share", "state"), [(False, ActState.DELETED), (True, ActState.WITHDRAWN)]
)
async def test_xs_own_word_is_a_deletion(share: bool, state: ActState) -> None:
    async with world() as w:
        first = w.post(w.calon, "Visi kami")
        made = w.post(w.own, "RT", ("retweeted", first)) if share else w.post(w.own, "Nomor 1")
        one = await known(w)
        w.net.world.delete(made)
        found = await look(w, one)
    assert (found.state, found.reason) == (state, Reason.RECORD_GONE)
    assert found.reason in RETRACTED
    assert [part.name for part in found.parts] == ["headers"]


@pytest.mark.checklist("target-gone")
@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("protected", Reason.ACCOUNT_CLOSED),
        ("suspended", Reason.ACCOUNT_CLOSED),
        ("withheld", Reason.WITHHELD),
    ],
)
async def test_a_closed_account_is_out_of_sight(how: str, reason: Reason) -> None:
    async with world() as w:
        w.post(w.own, "Nomor 1")
        one = await known(w)
        setattr(w.own, how, True)
        found = await look(w, one)
    assert (found.state, found.reason) == (ActState.HIDDEN, reason)
    assert reason in RETRACTED
    assert b"Nomor 1" not in b"".join(part.data for part in found.parts)


async def test_a_withheld_post_leaves_none_of_its_words() -> None:
    async with world() as w:
        made = w.post(w.own, "Nomor 1")
        one = await known(w)
        w.net.world.posts[made]["withheld"] = {"country_codes": ["ID"]}
        found = await look(w, one)
    assert (found.state, found.reason) == (ActState.HIDDEN, Reason.WITHHELD)
    assert b"Nomor 1" not in b"".join(part.data for part in found.parts)


@pytest.mark.checklist("token-401-403-quota")
@pytest.mark.parametrize("fault", ["401", "402", "403", "429-cap"])
async def test_a_refusal_says_nothing_about_the_post(fault: str) -> None:
    async with world() as w:
        w.post(w.own, "Nomor 1")
        one = await known(w)
        w.net.fault(fault)
        found = await look(w, one)
    assert (found.state, found.reason) == (ActState.HIDDEN, Reason.REFUSED)
    assert Reason.REFUSED not in RETRACTED


@pytest.mark.checklist("429-headers", "5xx-burst", "truncated")
@pytest.mark.parametrize(
    ("fault", "error"), [("429", RateLimited), ("500", TransientError), ("cut", TransientError)]
)
async def test_what_may_pass_is_asked_again_later(fault: str, error: type[Exception]) -> None:
    async with world() as w:
        w.post(w.own, "Nomor 1")
        one = await known(w)
        w.net.fault(fault, "lookup")
        with pytest.raises(error):
            await look(w, one)


async def test_another_accounts_post_is_no_answer() -> None:
    async with world() as w:
        made = w.post(w.own, "Nomor 1")
        one = await known(w)
        w.net.world.posts[made]["author_id"] = w.calon.id
        with pytest.raises(TransientError, match="another account"):
            await look(w, one)
