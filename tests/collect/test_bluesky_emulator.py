"""The emulated network, judged by the independent ``atproto`` package's models and cryptography."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import libipld
import pytest
from atproto import CAR, CID, AsyncClient
from atproto import models as m
from atproto.exceptions import BadRequestError
from atproto_core.did_doc import DidDocument
from atproto_crypto.verify import verify_signature

from tests.collect.bluesky_world import FOLLOW, LIKE, POST, REPOST, world


@asynccontextmanager
async def client(url: str) -> AsyncIterator[Any]:
    """Another implementation's client, generated from the published lexicons."""
    made = AsyncClient(base_url=url)
    try:
        yield made.com.atproto
    finally:
        await made.request.close()


async def test_lists_and_records_are_what_the_lexicons_say() -> None:
    async with world() as w:
        sekar, calon = w.net.create_account("sekar.test"), w.net.create_account("calon.test")
        theirs = w.post(calon, "Pilih dua", langs=["id"])
        made = {POST: w.post(sekar, "Siap", reply={"root": theirs.ref, "parent": theirs.ref})}
        made[LIKE] = w.like(sekar, theirs)
        made[REPOST] = w.write(sekar, REPOST, subject=theirs.ref)
        made[FOLLOW] = w.write(sekar, FOLLOW, subject=calon)
        async with client(w.net.url) as at:
            for collection, one in made.items():
                page = await at.repo.list_records({"repo": sekar, "collection": collection})
                (found,) = page.records
                assert (found.uri, found.cid) == (one.uri, one.cid)
                assert m.get_model_as_dict(found.value)["$type"] == collection
                assert type(found.value).__name__ == "Record"
            with pytest.raises(BadRequestError):
                await at.repo.get_record({"repo": sekar, "collection": POST, "rkey": "lain"})


async def test_paging_ends_with_an_empty_page_that_has_no_cursor() -> None:
    async with world() as w:
        sekar = w.net.create_account("sekar.test")
        made = [w.post(sekar, f"Catatan {n}").uri for n in range(4)]
        asked: dict[str, Any] = {"repo": "sekar.test", "collection": POST, "limit": 2}
        found: list[str] = []
        async with client(w.net.url) as at:
            for expected in (2, 2, 0):
                page = await at.repo.list_records(asked)
                assert len(page.records) == expected
                assert (page.cursor is None) is (expected == 0)
                found += [record.uri for record in page.records]
                asked["cursor"] = page.cursor
    assert found == made[::-1]


async def test_the_proof_holds_by_another_implementation() -> None:
    async with world() as w:
        sekar = w.net.create_account("sekar.test")
        made = [w.post(sekar, f"Catatan {n}") for n in range(30)][11]
        asked = {"did": sekar, "collection": POST, "rkey": made.key}
        async with client(w.net.url) as at:
            proof = CAR.from_bytes(await at.sync.get_record(asked))
            latest = await at.sync.get_latest_commit({"did": sekar})
        answer = await w.http.get(f"{w.net.url}/{sekar}", subject="uji", configured=True)
    commit = dict(proof.blocks[proof.root])
    read = DidDocument.from_dict(json.loads(answer.body))
    key = read.get_did_key()
    sig = commit.pop("sig")
    assert key is not None
    assert verify_signature(key, libipld.encode_dag_cbor(commit), sig)
    assert latest.rev == commit["rev"]
    assert (read.get_handle(), read.get_pds_endpoint()) == ("sekar.test", w.net.url)
    assert proof.blocks[CID.decode(made.cid)]["text"] == "Catatan 11"


async def test_a_second_like_replaces_the_first() -> None:
    async with world() as w:
        sekar, calon = w.net.create_account("sekar.test"), w.net.create_account("calon.test")
        theirs = w.post(calon, "Pilih dua")
        first, second = w.like(sekar, theirs), w.like(sekar, theirs)
        async with client(w.net.url) as at:
            page = await at.repo.list_records({"repo": sekar, "collection": LIKE})
    assert first.uri != second.uri
    assert [record.uri for record in page.records] == [second.uri]
