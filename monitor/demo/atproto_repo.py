"""A small signed repository: records, Merkle search tree, commit, CAR (AT Protocol, version 3)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import libipld
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_TID_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # SEC 2, secp256k1
_K256 = b"\xe7\x01"  # multicodec secp256k1-pub


class Key:
    """A secp256k1 key pair; signatures are 64 bytes with low S."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256K1())

    @property
    def multibase(self) -> str:
        point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        return str(libipld.encode_multibase("z", _K256 + point))

    def sign(self, message: bytes, *, low: bool = True) -> bytes:
        """Sign; ``low=False`` gives the other, forbidden form of the same signature."""
        der = self._private.sign(message, ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(der)
        if (s <= _ORDER // 2) is not low:
            s = _ORDER - s
        return r.to_bytes(32) + s.to_bytes(32)


@dataclass
class Block:
    """One node or record with its CID (36 bytes)."""

    data: bytes

    @cached_property
    def cid(self) -> bytes:
        return b"\x01\x71\x12\x20" + hashlib.sha256(self.data).digest()

    @property
    def text(self) -> str:
        return str(libipld.encode_cid(self.cid))


@dataclass
class Record:
    value: Mapping[str, Any]
    block: Block


@dataclass
class Repo:
    """One account's records by ``collection/rkey``, and the key that signs its commits."""

    did: str
    key: Key = field(default_factory=Key)
    records: dict[str, Record] = field(default_factory=dict)
    rev: str = ""
    _head: tuple[str, Block] | None = None

    def put(self, path: str, value: Mapping[str, Any], rev: str) -> Record:
        block = Block(libipld.encode_dag_cbor(data_model(value)))
        self.records[path] = Record(ordered(value), block)
        self.rev = rev
        return self.records[path]

    def drop(self, path: str, rev: str) -> None:
        del self.records[path]
        self.rev = rev

    def commit(self, root: Block, signer: Key | None = None, *, low: bool = True) -> Block:
        unsigned = {"did": self.did, "version": 3, "data": root.cid, "rev": self.rev, "prev": None}
        message = libipld.encode_dag_cbor(unsigned)
        signature = (signer or self.key).sign(message, low=low)
        return Block(libipld.encode_dag_cbor({**unsigned, "sig": signature}))

    def head(self) -> Block:
        """Return the present commit; it is built once for each revision."""
        if self._head is None or self._head[0] != self.rev:
            self._head = (self.rev, self.commit(self.tree().root))
        return self._head[1]

    def tree(self) -> Tree:
        entries = sorted((path.encode(), r.block.cid) for path, r in self.records.items())
        return Tree(entries)


class Tree:
    """The Merkle search tree over sorted keys; a key's layer is its hash's leading zero pairs."""

    def __init__(self, entries: Sequence[tuple[bytes, bytes]]) -> None:
        self.nodes: dict[bytes, Block] = {}
        top = max((_layer(key) for key, _ in entries), default=0)
        self.root = self._node(entries, top)

    def path(self, key: bytes) -> list[Block]:
        """Return the nodes from the root down to the key, or to where it would be."""
        found, pointer = [], self.root.cid
        while pointer:
            found.append(self.nodes[pointer])
            node = libipld.decode_dag_cbor(self.nodes[pointer].data)
            pointer, known = node["l"], b""
            for item in node["e"]:
                known = known[: item["p"]] + item["k"]
                if known == key:
                    return found
                if known > key:
                    break
                pointer = item["t"]
        return found

    def _node(self, entries: Sequence[tuple[bytes, bytes]], layer: int) -> Block:
        at = [n for n, (key, _) in enumerate(entries) if _layer(key) == layer]
        bounds = [*at, len(entries)]
        left = self._under(entries[: bounds[0]], layer)
        shown: list[dict[str, Any]] = []
        known = b""
        for place, start in enumerate(at):
            key, value = entries[start]
            shared = _shared(known, key)
            right = self._under(entries[start + 1 : bounds[place + 1]], layer)
            shown.append({"p": shared, "k": key[shared:], "v": value, "t": right})
            known = key
        block = Block(libipld.encode_dag_cbor({"l": left, "e": shown}))
        self.nodes[block.cid] = block
        return block

    def _under(self, entries: Sequence[tuple[bytes, bytes]], layer: int) -> bytes | None:
        return self._node(entries, layer - 1).cid if entries else None


def tid(instant: datetime, clock_id: int = 0) -> str:
    """Return a TID: 53 bits of microseconds, 10 bits of clock id, in sortable base 32."""
    number = int(instant.timestamp() * 1_000_000) << 10 | clock_id
    return "".join(_TID_DIGITS[number >> 5 * place & 31] for place in reversed(range(13)))


def car(root: Block, blocks: Iterable[Block]) -> bytes:
    """Return a CAR v1 file with one root."""
    header = libipld.encode_dag_cbor({"version": 1, "roots": [root.cid]})
    parts = [_varint(len(header)) + header]
    parts += [_varint(len(b.cid) + len(b.data)) + b.cid + b.data for b in (root, *blocks)]
    return b"".join(parts)


def data_model(value: Any) -> Any:
    """Turn JSON into the data model: ``$link`` is a CID, ``$bytes`` are bytes."""
    if isinstance(value, Mapping):
        if set(value) == {"$link"}:
            return libipld.decode_multibase(value["$link"])[1]
        if set(value) == {"$bytes"}:
            return base64.b64decode(value["$bytes"] + "==")
        return {key: data_model(part) for key, part in value.items()}
    return [data_model(part) for part in value] if isinstance(value, list) else value


def ordered(value: Any) -> Any:
    """Return JSON with its keys as DAG-CBOR orders them, by length first: the server's order."""
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return {key: ordered(value[key]) for key in keys}
    return [ordered(part) for part in value] if isinstance(value, list) else value


def _layer(key: bytes) -> int:
    bits = f"{int.from_bytes(hashlib.sha256(key).digest()):0256b}"
    return (len(bits) - len(bits.lstrip("0"))) // 2


def _shared(one: bytes, other: bytes) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[count] == other[count]:
        count += 1
    return count


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >> 7:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])
