"""Rows that only this office can read: AES-256-GCM, by a key made from the installation's.

A copy of the database without its keys says nothing about who gave a tip, or of what it says. The
tip's own id is authenticated with the bytes, so that no row can be moved under another id.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from monitor.errors import StoreError
from monitor.store.keys import KeyRing, digest

NONCE_BYTES = 12
_USE = b"sealed rows, AES-256-GCM\n"


def seal(ring: KeyRing, data: bytes, name: str) -> bytes:
    """Return nonce and ciphertext of some bytes that belong to the row ``name``."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    key = digest(ring.versions("person")[0], _USE)
    return nonce + AESGCM(key).encrypt(nonce, data, name.encode())


def unseal(ring: KeyRing, sealed: bytes, name: str) -> bytes:
    """Return what was sealed; ``StoreError`` where no key of the installation opens it."""
    nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    for version in ring.versions("person"):
        try:
            return AESGCM(digest(version, _USE)).decrypt(nonce, body, name.encode())
        except InvalidTag:
            continue
    raise StoreError(f"{name}: no key of this installation opens it, or its bytes were changed")
