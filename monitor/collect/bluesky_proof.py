"""The signed proof of one Bluesky record, checked from the account's key down to the record.

Sources: AT Protocol specifications "Repository" (commit version 3, Merkle search tree, CAR v1),
"Cryptography" (secp256k1 and P-256, SHA-256, 64-byte signatures with low S) and "Data model".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import libipld
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from monitor.collect.bluesky_identity import SigningKey
from monitor.errors import ProofError

_DAG_CBOR = 0x71
_CID_BYTES = 36
_SIGNATURE_BYTES = 64
_MULTICODEC: dict[bytes, ec.EllipticCurve] = {
    b"\xe7\x01": ec.SECP256K1(),
    b"\x80\x24": ec.SECP256R1(),
}
_OLD_TYPES: dict[str, ec.EllipticCurve] = {
    "EcdsaSecp256k1VerificationKey2019": ec.SECP256K1(),
    "EcdsaSecp256r1VerificationKey2019": ec.SECP256R1(),
}
# Order of each group: SEC 2 sections 2.4.1 and 2.4.2.
_ORDER = {
    "secp256k1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be proved: that this account's repository holds this content under this key."""

    did: str
    collection: str
    key: str
    cid: str
    value: Mapping[str, Any]

    @property
    def path(self) -> bytes:
        return f"{self.collection}/{self.key}".encode()


@dataclass(frozen=True, slots=True)
class Proved:
    """The signed commit that holds the record; ``rev`` is the repository's revision in it."""

    commit: str
    rev: str
    signing_key: str


class AbsentError(ProofError):
    """The account's signature holds, and says that the repository has no such record."""


def record_cid(value: Mapping[str, Any]) -> str:
    """Return the CID of a record given as JSON; raise ``ValueError`` where it has none."""
    try:
        block = libipld.encode_dag_cbor(_from_json(value))
    except (TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"no DAG-CBOR form: {error}") from None
    return libipld.encode_cid(_cid(block))


def verify(car: bytes, claim: Claim, key: SigningKey | None, subject: str) -> Proved:
    """Check a ``com.atproto.sync.getRecord`` answer; raise ``ProofError`` where any part fails.

    Checked: every block against its CID, the root as the commit, the commit's account and
    signature, the path through the tree, and the record's content against what was judged.
    """
    try:
        if record_cid(claim.value) != claim.cid:
            raise ProofError(subject, "the record's bytes do not have the hash it was listed with")
        root, blocks = _read_car(car)
        commit = _node(blocks, root)
        shown = _check_commit(commit, claim.did, key)
        found = _find(blocks, commit["data"], claim.path)
        if found is None:
            raise AbsentError(subject, "the signed repository does not hold the record")
        if libipld.encode_cid(found) != claim.cid or found not in blocks:
            raise ProofError(subject, "the signed repository holds other content under this key")
        return Proved(libipld.encode_cid(root), str(commit["rev"]), shown)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise ProofError(subject, f"the proof does not hold: {error}") from None


def verify_absence(car: bytes, did: str, path: str, key: SigningKey | None, subject: str) -> Proved:
    """Check that a signed repository holds nothing under ``path`` (``collection/key``).

    The nodes on the way to where the path would be are the proof. Raises ``ProofError`` where the
    signature or a node does not hold, or the record is there.
    """
    try:
        root, blocks = _read_car(car)
        commit = _node(blocks, root)
        shown = _check_commit(commit, did, key)
        if _find(blocks, commit["data"], path.encode()) is not None:
            raise ProofError(subject, "the signed repository still holds the record")
        return Proved(libipld.encode_cid(root), str(commit["rev"]), shown)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise ProofError(subject, f"the proof does not hold: {error}") from None


def _check_commit(commit: Mapping[str, Any], did: str, key: SigningKey | None) -> str:
    if key is None:
        raise ValueError("the identity document names no signing key")
    if commit.get("version") not in (2, 3) or commit.get("did") != did:
        raise ValueError("the root is not a commit of this account")
    curve, point = _public_point(key)
    unsigned = {name: part for name, part in commit.items() if name != "sig"}
    _check_signature(curve, point, commit["sig"], libipld.encode_dag_cbor(unsigned))
    return f"{curve.name}:{point.hex()}"


def _check_signature(curve: ec.EllipticCurve, point: bytes, sig: object, signed: bytes) -> None:
    if not isinstance(sig, bytes) or len(sig) != _SIGNATURE_BYTES:
        raise ValueError("the signature is not 64 bytes")
    r, s = (int.from_bytes(half) for half in (sig[:32], sig[32:]))
    if s > _ORDER[curve.name] // 2:
        raise ValueError("the signature is not in its low-S form")
    public = ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    try:
        public.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise ValueError("the signature is not by the account's key") from None


def _public_point(key: SigningKey) -> tuple[ec.EllipticCurve, bytes]:
    raw: bytes = libipld.decode_multibase(key.multibase.removeprefix("did:key:"))[1]
    if key.type in _OLD_TYPES:
        return _OLD_TYPES[key.type], raw
    if raw[:2] not in _MULTICODEC:
        raise ValueError("the signing key is of an unknown kind")
    return _MULTICODEC[raw[:2]], raw[2:]


def _find(blocks: Mapping[bytes, bytes], root: bytes, path: bytes) -> bytes | None:
    """Walk the Merkle search tree; each key lies in the entry list or in the gap it sorts into."""
    pointer: bytes | None = root
    for _ in range(len(blocks)):
        if pointer is None:
            return None
        node = _node(blocks, pointer)
        pointer, known = node["l"], b""
        for item in node["e"]:
            known = known[: item["p"]] + item["k"]
            if known == path:
                return bytes(item["v"])
            if known > path:
                break
            pointer = item["t"]
    if pointer is None:
        return None
    raise ValueError("the path in the tree does not end")


def _node(blocks: Mapping[bytes, bytes], cid: bytes) -> Mapping[str, Any]:
    if cid not in blocks:
        raise ValueError("a block of the path is missing")
    node = libipld.decode_dag_cbor(blocks[cid])
    if isinstance(node, dict):
        return node
    raise ValueError("a block of the path has another form")


def _read_car(car: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """Return the root and the blocks by CID, each block hashed and compared (CAR v1)."""
    size, at = _varint(car, 0)
    header = libipld.decode_dag_cbor(car[at : at + size])
    root = header["roots"][0]
    at += size
    blocks: dict[bytes, bytes] = {}
    while at < len(car):
        size, at = _varint(car, at)
        cid, block = car[at : at + _CID_BYTES], car[at + _CID_BYTES : at + size]
        if size <= _CID_BYTES or at + size > len(car) or _cid(block) != cid:
            raise ValueError("a block does not have the hash it is named by")
        blocks[cid] = block
        at += size
    return bytes(root), blocks


def _cid(block: bytes) -> bytes:
    return bytes((1, _DAG_CBOR, 0x12, 0x20)) + hashlib.sha256(block).digest()


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at


def _from_json(value: Any) -> Any:
    """Turn the JSON form into the data model's: ``$link`` is a CID, ``$bytes`` are bytes."""
    if isinstance(value, Mapping):
        if set(value) == {"$link"}:
            return _link(value["$link"])
        if set(value) == {"$bytes"}:
            return _bytes(value["$bytes"])
        return {key: _from_json(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_from_json(part) for part in value]
    if not isinstance(value, float):
        return value
    raise ValueError("the data model has no floats")


def _link(text: str) -> bytes:
    base, raw = libipld.decode_multibase(text)
    if base != "b" or len(raw) != _CID_BYTES:
        raise ValueError("a link is not a CID")
    return bytes(raw)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise ValueError("bytes are not in base64") from None
