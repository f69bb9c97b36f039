"""One Bluesky act looked at again: every answer that a server may give, and what it means."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from monitor.collect.base import LooksAgain
from monitor.collect.bluesky_again import ABSENCE, PAGES
from monitor.collect.bluesky_identity import SigningKey
from monitor.collect.bluesky_proof import verify_absence
from monitor.demo.atproto import Made
from monitor.demo.atproto_faults import Trouble
from monitor.demo.atproto_repo import Repo, car, tid
from monitor.errors import (
    NormaliseError,
    NotFoundError,
    ProofError,
    RateLimited,
    TransientError,
)
from monitor.model.activity import Activity
from monitor.model.person import Watch
from monitor.model.state import ActState, Again, Known, Reason
from tests.collect.bluesky_world import FOLLOW, LIKE, POST, REPOST, World, watch, world

RECORD = "com.atproto.repo.getRecord"
PROOF = "com.atproto.sync.getRecord"
LATEST = "com.atproto.sync.getLatestCommit"


@dataclass
class Desk:
    world: World
    asn: str
    calon: str
    who: Watch

    async def on_file(self, made: Made) -> Known:
        """Return an act as the log would have it."""
        acts = await self.world.acts(self.who)
        return known(next(act for act in acts if act.object.id == made.uri))

    async def again(self, act: Known) -> Again:
        return await self.world.bluesky.look_again(act, self.who)

    def delete(self, made: Made) -> None:
        collection, key = made.uri.split("/")[3:]
        self.world.net.delete_record(self.asn, collection, key)


def known(act: Activity) -> Known:
    return Known(
        act.id, act.signal, act.actor.native_id, act.object.id, act.object.url, act.revision
    )


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with world() as made:
        asn = made.net.create_account("sekar.contoh.test")
        calon = made.net.create_account("calon.contoh.test")
        yield Desk(made, asn, calon, watch("sekar.contoh.test"))


async def test_an_act_that_stands_is_there_and_nobody_else_is_asked(desk: Desk) -> None:
    theirs = desk.world.post(desk.calon, "Ayo pilih nomor dua")
    made = [
        desk.world.post(desk.asn, "Selamat pagi"),
        desk.world.like(desk.asn, theirs),
        desk.world.write(desk.asn, REPOST, subject=theirs.ref),
        desk.world.write(desk.asn, FOLLOW, subject=desk.calon),
    ]
    for one in made:
        act = await desk.on_file(one)
        desk.world.net.asked.clear()
        found = await desk.again(act)
        assert (found.state, found.reason) == (ActState.THERE, Reason.SEEN)
        assert found.activity is not None
        assert (found.activity.id, found.activity.revision) == (act.activity_id, act.revision)
        assert not any(desk.calon in query.values() for _, query in desk.world.net.asked)
        assert len(desk.world.net.asked) == 4


async def test_other_words_under_the_same_key_are_an_edit(desk: Desk) -> None:
    made = desk.world.post(desk.asn, "Jalan pagi")
    act = await desk.on_file(made)
    desk.world.net.put_record(desk.asn, POST, made.key, {"text": "Jalan sore"})
    found = await desk.again(act)
    assert found.state is ActState.EDITED
    assert found.activity is not None
    assert found.activity.text == "Jalan sore"


async def test_a_change_of_time_alone_is_no_edit(desk: Desk) -> None:
    made = desk.world.post(desk.asn, "Jalan pagi")
    act = await desk.on_file(made)
    changed = {"text": "Jalan pagi", "createdAt": "2024-10-12T02:30:05.000Z"}
    desk.world.net.put_record(desk.asn, POST, made.key, changed)
    assert (await desk.again(act)).state is ActState.THERE


async def test_a_deletion_is_proved_by_the_signed_repository(desk: Desk) -> None:
    made = desk.world.post(desk.asn, "Jalan pagi")
    desk.world.post(desk.asn, "Jalan sore")
    act = await desk.on_file(made)
    desk.delete(made)
    found = await desk.again(act)
    assert (found.state, found.reason) == (ActState.DELETED, Reason.RECORD_GONE)
    assert found.proof == ABSENCE
    assert [part.name for part in found.parts] == ["answer", "proof", "headers"]


async def test_a_deletion_in_a_repository_that_is_empty_now(desk: Desk) -> None:
    made = desk.world.post(desk.asn, "Jalan pagi")
    act = await desk.on_file(made)
    desk.delete(made)
    found = await desk.again(act)
    assert (found.state, found.proof) == (ActState.DELETED, ABSENCE)


async def test_without_a_proof_the_servers_word_stands_alone(desk: Desk) -> None:
    made = desk.world.post(desk.asn, "Jalan pagi")
    act = await desk.on_file(made)
    desk.delete(made)
    desk.world.net.faults.add(Trouble.NO_PROOF, PROOF)
    found = await desk.again(act)
    assert (found.state, found.proof) == (ActState.DELETED, "")
    assert [part.name for part in found.parts] == ["answer", "headers"]


@pytest.mark.parametrize(
    "trouble",
    [Trouble.BAD_SIGNATURE, Trouble.WRONG_KEY, Trouble.OTHER_COMMIT, Trouble.PATH_MISSING],
)
async def test_a_false_proof_of_absence_proves_nothing(desk: Desk, trouble: Trouble) -> None:
    made = desk.world.post(desk.asn, "Jalan pagi")
    act = await desk.on_file(made)
    desk.delete(made)
    desk.world.net.faults.add(trouble, PROOF)
    with pytest.raises(ProofError):
        await desk.again(act)


@pytest.mark.parametrize("collection", [LIKE, REPOST])
async def test_taken_back_is_withdrawn_and_given_again_is_there(
    desk: Desk, collection: str
) -> None:
    theirs = desk.world.post(desk.calon, "Ayo pilih nomor dua")
    made = desk.world.write(desk.asn, collection, subject=theirs.ref)
    act = await desk.on_file(made)
    desk.delete(made)
    assert (await desk.again(act)).state is ActState.WITHDRAWN
    new = desk.world.write(desk.asn, collection, subject=theirs.ref)
    found = await desk.again(act)
    assert found.state is ActState.THERE
    assert found.activity is not None
    assert found.activity.object.id == new.uri


async def test_a_like_of_something_else_is_not_the_same_like(desk: Desk) -> None:
    theirs = desk.world.post(desk.calon, "Ayo pilih nomor dua")
    other = desk.world.post(desk.calon, "Jalan desa sudah mulus")
    made = desk.world.like(desk.asn, theirs)
    act = await desk.on_file(made)
    desk.delete(made)
    for _ in range(3):
        desk.world.like(desk.asn, other)
    desk.world.write(desk.asn, LIKE, subject="bukan rujukan")
    assert (await desk.again(act)).state is ActState.WITHDRAWN


async def test_more_newer_likes_than_are_read_say_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = desk.world.post(desk.calon, "Ayo pilih nomor dua")
    made = desk.world.like(desk.asn, theirs)
    act = await desk.on_file(made)
    desk.delete(made)
    monkeypatch.setattr("monitor.collect.bluesky_server.PAGE_LIMIT", 1)
    for number in range(PAGES + 2):
        other = desk.world.post(desk.calon, f"Catatan {number}")
        desk.world.like(desk.asn, other)
    with pytest.raises(TransientError, match="pages of newer records"):
        await desk.again(act)


@pytest.mark.parametrize("word", ["RepoDeactivated", "RepoTakendown", "RepoSuspended"])
async def test_a_closed_account_is_not_a_deletion(desk: Desk, word: str) -> None:
    act = await desk.on_file(desk.world.post(desk.asn, "Jalan pagi"))
    desk.world.net.account(desk.asn).closed = word
    found = await desk.again(act)
    assert (found.state, found.reason) == (ActState.HIDDEN, Reason.ACCOUNT_CLOSED)
    assert [part.name for part in found.parts] == ["answer", "headers"]


async def test_an_identity_that_is_gone_is_not_a_deletion(desk: Desk) -> None:
    act = await desk.on_file(desk.world.post(desk.asn, "Jalan pagi"))
    desk.world.net.account(desk.asn).gone = True
    found = await desk.again(act)
    assert (found.state, found.reason) == (ActState.HIDDEN, Reason.ACCOUNT_CLOSED)


async def test_an_account_that_asks_not_to_be_shown_is_not_read(desk: Desk) -> None:
    act = await desk.on_file(desk.world.post(desk.asn, "Jalan pagi"))
    labels = {
        "$type": "com.atproto.label.defs#selfLabels",
        "values": [{"val": "!no-unauthenticated"}],
    }
    desk.world.net.put_record(desk.asn, "app.bsky.actor.profile", "self", {"labels": labels})
    desk.world.net.asked.clear()
    found = await desk.again(act)
    assert (found.state, found.reason) == (ActState.HIDDEN, Reason.OPTED_OUT)
    assert [q["collection"] for m, q in desk.world.net.asked if m == RECORD] == [
        "app.bsky.actor.profile"
    ]


@pytest.mark.parametrize("method", ["directory", RECORD])
async def test_a_refusal_is_neither_there_nor_gone(desk: Desk, method: str) -> None:
    act = await desk.on_file(desk.world.post(desk.asn, "Jalan pagi"))
    desk.world.net.faults.add(Trouble.HTML, method)
    found = await desk.again(act)
    assert (found.state, found.reason) == (ActState.HIDDEN, Reason.REFUSED)
    assert found.parts == ()


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble.SERVER_ERROR, TransientError),
        (Trouble.RESET, TransientError),
        (Trouble.CUT_JSON, NormaliseError),
        (Trouble.RETRY_AFTER, RateLimited),
    ],
)
async def test_what_may_pass_says_nothing(
    desk: Desk, trouble: Trouble, error: type[Exception]
) -> None:
    act = await desk.on_file(desk.world.post(desk.asn, "Jalan pagi"))
    desk.world.net.faults.add(trouble, RECORD)
    with pytest.raises(error):
        await desk.again(act)


async def test_what_is_on_file_must_be_the_accounts_own(desk: Desk) -> None:
    theirs = desk.world.post(desk.calon, "Ayo pilih nomor dua")
    act = await desk.on_file(desk.world.post(desk.asn, "Jalan pagi"))
    foreign = Known(act.activity_id, act.signal, act.actor_id, theirs.uri, "", act.revision)
    with pytest.raises(NotFoundError):
        await desk.again(foreign)


async def test_it_looks_again_at_every_act_it_observes(desk: Desk) -> None:
    assert isinstance(desk.world.bluesky, LooksAgain)
    info = desk.world.bluesky.info
    assert info.observes - info.looks_again == {"unavailable"}
    assert info.retractions.hours == 72


def test_a_proof_of_absence_holds_to_the_last_byte() -> None:
    repo = Repo("did:plc:" + "a" * 24, rev=tid(datetime(2024, 10, 12, tzinfo=UTC)))
    for number in range(60):
        repo.put(f"{POST}/3kabcdefgh{number:03}", {"$type": POST, "text": str(number)}, repo.rev)
    key, path = SigningKey("Multikey", repo.key.multibase), f"{POST}/3kabcdefgh0305"
    tree = repo.tree()
    body = car(repo.commit(tree.root), tree.path(path.encode()))
    assert verify_absence(body, repo.did, path, key, "uji").signing_key.startswith("secp256k1:")
    for at in range(body[0] + 1, len(body)):  # behind the CAR header, which nothing rests on
        changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        with pytest.raises(ProofError):
            verify_absence(changed, repo.did, path, key, "uji")
    there = f"{POST}/3kabcdefgh030"
    with pytest.raises(ProofError, match="still holds"):
        verify_absence(
            car(repo.commit(tree.root), tree.path(there.encode())), repo.did, there, key, "uji"
        )
    with pytest.raises(ProofError):
        verify_absence(body, "did:plc:" + "b" * 24, path, key, "uji")
    with pytest.raises(ProofError):
        verify_absence(body, repo.did, path, None, "uji")
