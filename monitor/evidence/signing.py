"""Ed25519 (RFC 8032): signing checkpoints and manifests, and checking such signatures."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def public_key(seed: bytes) -> str:
    """Return the public key (64 hex) of a private one (32 bytes)."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def sign(seed: bytes, data: bytes) -> bytes:
    """Return the signature (64 bytes)."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(data)


def holds(key: str, data: bytes, signature: bytes) -> bool:
    """Tell whether a signature is that of a public key (64 hex) over these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(key: str) -> str:
    """Return what people compare: the first 16 hex digits of the SHA-256 of a public key."""
    return hashlib.sha256(bytes.fromhex(key)).hexdigest()[:16]
