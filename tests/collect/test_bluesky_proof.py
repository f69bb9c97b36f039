"""Signed proofs: true ones hold, and every way of forging one is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import libipld
import pytest
from atproto import CAR, CID
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from monitor.collect.bluesky_capture import PROOF
from monitor.collect.bluesky_identity import SigningKey
from monitor.collect.bluesky_proof import Claim, record_cid, verify
from monitor.demo.atproto_faults import Trouble
from monitor.demo.atproto_repo import Block, Repo, car, tid
from monitor.errors import ProofError
from monitor.model.activity import Activity, Signal
from monitor.model.evidence import RawItem
from monitor.model.person import Watch
from tests.collect.bluesky_world import LIKE, POST, World, waiting, watch, world

PROVE = "com.atproto.sync.getRecord"
DID = "did:plc:" + "a" * 24
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


async def _captured(
    w: World, text: str = "Pilih dua", posts: int = 40
) -> tuple[Activity, RawItem, Watch]:
    sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
    for n in range(posts):
        w.post(sekar, f"Catatan {n}")
    w.post(sekar, text)
    seen = await w.poll(who)
    raw = seen.items[0]
    return w.bluesky.normalise(raw, who), raw, who


async def test_a_capture_holds_record_proof_and_headers() -> None:
    async with world() as w:
        act, raw, who = await _captured(w)
        shot = await w.bluesky.capture(act, raw, who)
    parts = {part.name: part for part in shot.parts}
    assert set(parts) == {"record", "proof", "headers"}
    assert (shot.proof, shot.partial, shot.notes) == (PROOF, False, ())
    assert json.loads(parts["record"].data)["value"]["text"] == "Pilih dua"
    theirs = CAR.from_bytes(parts["proof"].data)
    assert theirs.blocks[CID.decode(act.object.digest)]["text"] == "Pilih dua"
    headers = json.loads(parts["headers"].data)
    assert headers["commit"] == str(theirs.root)
    assert headers["exchanges"]["record"]["status"] == 200
    assert json.loads(headers["did_document"])["id"] == act.actor.native_id
    assert b"Catatan" not in b"".join(part.data for part in shot.parts)


async def test_the_target_is_kept_without_its_authors_handle() -> None:
    async with world() as w:
        sekar, warga = w.net.create_account("sekar.test"), w.net.create_account("warga.test")
        who = watch("sekar.test")
        w.like(sekar, w.post(warga, "Kabar warga"))
        seen = await w.poll(who)
        act = w.bluesky.normalise(seen.items[0], who)
        shot = await w.bluesky.capture(act, seen.items[0], who)
    parts = {part.name: part.data for part in shot.parts}
    assert act.signal is Signal.LIKE
    assert json.loads(parts["target"])["value"]["text"] == "Kabar warga"
    assert b"warga.test" not in b"".join(parts.values())


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble.BAD_SIGNATURE,
        Trouble.HIGH_S,
        Trouble.WRONG_KEY,
        Trouble.OTHER_COMMIT,
        Trouble.RECORD_SWAPPED,
        Trouble.BLOCK_CHANGED,
        Trouble.PATH_MISSING,
    ],
)
async def test_a_forged_proof_is_refused(trouble: Trouble) -> None:
    async with world() as w:
        act, raw, who = await _captured(w)
        w.net.faults.add(trouble, PROVE)
        with pytest.raises(ProofError):
            await w.bluesky.capture(act, raw, who)


@pytest.mark.parametrize(
    "trouble", [Trouble.NO_PROOF, Trouble.STALL, Trouble.SERVER_ERROR, Trouble.HTML]
)
async def test_a_missing_proof_leaves_a_partial_capture(trouble: Trouble) -> None:
    async with world(timeout=waiting(trouble)) as w:
        act, raw, who = await _captured(w, posts=1)
        w.net.faults.add(trouble, PROVE)
        shot = await w.bluesky.capture(act, raw, who)
    assert shot.partial
    assert (shot.proof, len(shot.notes)) == ("", 1)
    assert [part.name for part in shot.parts] == ["record", "headers"]


async def test_a_record_changed_or_deleted_since_is_kept_as_it_was_judged() -> None:
    async with world() as w:
        act, raw, who = await _captured(w)
        did, key = act.actor.native_id, act.object.id.rpartition("/")[2]
        w.net.put_record(did, POST, key, {"text": "Diganti", "createdAt": w.text})
        changed = await w.bluesky.capture(act, raw, who)
        w.net.delete_record(did, POST, key)
        deleted = await w.bluesky.capture(act, raw, who)
    for shot in (changed, deleted):
        assert shot.partial
        assert shot.parts[0].data == raw.body
        assert "changed or deleted" in shot.notes[0]


async def test_a_signed_repository_without_the_record_is_a_false_proof() -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        w.post(sekar, "Satu")
        w.post(sekar, "Dua")
        raw = (await w.poll(who)).items[0]
        shot = await w.bluesky.capture(w.bluesky.normalise(raw, who), raw, who)
        key = w.net.account(sekar).repo.key
    entry = json.loads(raw.body)
    proof = {part.name: part.data for part in shot.parts}["proof"]
    claim = Claim(sekar, POST, "3kabcdefgh222", entry["cid"], entry["value"])
    with pytest.raises(ProofError, match="does not hold the record"):
        verify(proof, claim, SigningKey("Multikey", key.multibase), "uji")


def _p256(message: bytes, private: ec.EllipticCurvePrivateKey) -> bytes:
    r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + min(s, P256_ORDER - s).to_bytes(32)


def _signed_by_p256() -> tuple[bytes, Claim, ec.EllipticCurvePrivateKey]:
    private, repo = ec.generate_private_key(ec.SECP256R1()), Repo(DID, rev="3kabcdefgh222")
    made = repo.put(f"{LIKE}/3kabcdefgh222", {"$type": LIKE}, "3kabcdefgh222")
    tree = repo.tree()
    unsigned = {
        "did": DID,
        "version": 3,
        "data": tree.root.cid,
        "rev": repo.rev,
        "prev": None,
    }
    sig = _p256(libipld.encode_dag_cbor(unsigned), private)
    commit = Block(libipld.encode_dag_cbor({**unsigned, "sig": sig}))
    claim = Claim(DID, LIKE, "3kabcdefgh222", made.block.text, {"$type": LIKE})
    return car(commit, [*tree.nodes.values(), made.block]), claim, private


@pytest.mark.parametrize("form", ["Multikey", "did:key", "old", "old compressed"])
def test_p256_keys_in_each_written_form(form: str) -> None:
    proof, claim, private = _signed_by_p256()
    public = private.public_key()
    short = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    long = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    multikey = libipld.encode_multibase("z", b"\x80\x24" + short)
    old = "EcdsaSecp256r1VerificationKey2019"
    key = {
        "Multikey": SigningKey("Multikey", multikey),
        "did:key": SigningKey("Multikey", f"did:key:{multikey}"),
        "old": SigningKey(old, libipld.encode_multibase("z", long)),
        "old compressed": SigningKey(old, libipld.encode_multibase("z", short)),
    }[form]
    assert verify(proof, claim, key, "uji").rev == "3kabcdefgh222"


def test_keys_and_claims_that_do_not_fit_are_refused() -> None:
    proof, claim, private = _signed_by_p256()
    public = private.public_key()
    short = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    key = SigningKey("Multikey", libipld.encode_multibase("z", b"\x80\x24" + short))
    ed25519 = SigningKey("Multikey", libipld.encode_multibase("z", b"\xed\x01" + bytes(32)))
    for wrong in (None, ed25519, SigningKey("Multikey", "z"), SigningKey("Multikey", "tidak")):
        with pytest.raises(ProofError):
            verify(proof, claim, wrong, "uji")
    for claimed in (
        replace(claim, value={"$type": LIKE, "text": "lain"}),
        replace(claim, did="did:plc:" + "b" * 24),
        replace(claim, key="3kabcdefgh223"),
        replace(claim, value={"x": 1.5}),
    ):
        with pytest.raises(ProofError):
            verify(proof, claimed, key, "uji")
    for length in range(0, len(proof), 7):
        with pytest.raises(ProofError):
            verify(proof[:length], claim, key, "uji")


def test_every_single_changed_byte_is_refused() -> None:
    proof, claim, private = _signed_by_p256()
    short = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    key = SigningKey("Multikey", libipld.encode_multibase("z", b"\x80\x24" + short))
    header = proof[0] + 1
    for place in range(header, len(proof)):
        forged = proof[:place] + bytes([proof[place] ^ 1]) + proof[place + 1 :]
        with pytest.raises(ProofError):
            verify(forged, claim, key, "uji")


def test_links_and_bytes_have_their_own_forms() -> None:
    link = record_cid({"a": 1})
    assert record_cid({"x": {"$link": link}}) != record_cid({"x": link})
    assert record_cid({"x": {"$bytes": "aGFsbw"}}) == record_cid({"x": {"$bytes": "aGFsbw=="}})
    for wrong in ({"x": {"$link": "bukan"}}, {"x": {"$bytes": "*"}}, {"x": 1.5}):
        with pytest.raises(ValueError, match=r".+"):
            record_cid(wrong)


def test_tids_sort_as_time() -> None:
    from monitor.clock import from_text
    from monitor.collect.bluesky_parse import tid_time

    early, late = from_text("2024-10-12T02:30:00Z"), from_text("2024-10-12T02:30:00.000001Z")
    assert tid(early) < tid(late)
    assert (tid_time(tid(early)), tid_time(tid(late))) == (early, late)
    assert [tid_time(key) for key in ("self", "", "zzzzzzzzzzzzz", tid(early) + "2")] == [None] * 4
