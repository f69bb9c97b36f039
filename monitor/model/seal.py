"""A seal's forms: what a signed checkpoint says, and the bytes that are signed and stamped.

docs/evidence.md describes the same bytes for someone who writes a verifier.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from monitor.model.evidence import canonical

VERSION = 1
# A prefix of its own: no other bytes that this key may ever sign can be taken for a checkpoint.
PREFIX = b"netralitas checkpoint\n"
NO_SEAL = bytes(32)
SIGNATURE_BYTES = 64

SEAL = "seal"
STAMP = "stamp"
# What sealing itself writes is no reason to seal again.
OWN_KINDS = (SEAL, STAMP)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a seal states of the entries ``first`` to ``seq``; all digests are 64 hex digits.

    ``hash`` is that of entry ``seq``; ``rows`` is the SHA-256 over the hashes of all of them, so
    an export proves one entry with those hashes alone. ``previous`` is the digest of the seal
    before, or zeros; ``key`` the Ed25519 public key that signs this.
    """

    number: int
    first: int
    seq: int
    hash: str
    rows: str
    at: str
    key: str
    previous: str

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return canonical({"v": VERSION, **asdict(self)})


@dataclass(frozen=True, slots=True)
class Seal:
    """A signed checkpoint as stored in row ``entry``, the number of the log entry that names it.

    ``endorsement`` is a signature over the same bytes by the key of the seal before; it is empty
    where the key is the same.
    """

    entry: int
    checkpoint: Checkpoint
    signature: bytes
    endorsement: bytes

    @property
    def stamped(self) -> bytes:
        """The bytes whose SHA-256 an authority stamps."""
        return stamped(self.checkpoint.encode(), self.signature, self.endorsement)

    @property
    def digest(self) -> bytes:
        """The seal's own digest: what its entry, its stamps and the next seal name."""
        return hashlib.sha256(self.stamped).digest()


def signed(data: bytes) -> bytes:
    """Return the bytes that are signed for a checkpoint's canonical bytes."""
    return PREFIX + data


def stamped(data: bytes, signature: bytes, endorsement: bytes) -> bytes:
    """Return the bytes that are stamped: the signed ones, then the signatures."""
    return signed(data) + signature + endorsement


def rows_digest(hashes: Iterable[bytes]) -> str:
    """Return SHA-256 (hex) over the hashes of consecutive entries."""
    digest = hashlib.sha256()
    for one in hashes:
        digest.update(one)
    return digest.hexdigest()
