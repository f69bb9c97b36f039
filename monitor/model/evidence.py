"""The evidence log's forms: what was received, what is kept, and how entries are chained.

docs/evidence.md describes the same bytes for someone who writes a verifier.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

GENESIS = bytes(32)
SALT_BYTES = 32
# Names of files of a finding's entry that more than one room speaks of.
RECORD = "record"
CARD = "card"
MASKED_CARD = "card-masked"
# The card of an edit: it names nobody, and so goes where a card with a name does not.
COMPARISON = "comparison"
CERTIFICATE = "certificate"

# A key is filled with zeros to the hash's block and combined with 36, then 5c (hex).
_INNER, _OUTER = bytes(n ^ 0x36 for n in range(256)), bytes(n ^ 0x5C for n in range(256))
_REST = hashlib.sha256().block_size - SALT_BYTES
_INNER_REST, _OUTER_REST = b"\x36" * _REST, b"\x5c" * _REST

_PLAIN = frozenset({str, int, bool, type(None)})

Canonical = str | int | bool | None | Sequence["Canonical"] | Mapping[str, "Canonical"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP exchange as the client saw it; header order and case are the wire's.

    ``url`` is the final address; ``moved_to`` repeats it where every redirect on the way was
    permanent. ``body`` is decoded of transfer and content encoding. Credentials are taken out of
    request headers. ``tls_cert`` is the server's own certificate (DER), empty without TLS.
    """

    method: str
    url: str
    status: int
    reason: str
    http_version: str
    request_headers: tuple[tuple[str, str], ...]
    response_headers: tuple[tuple[str, str], ...]
    body: bytes
    started_at: datetime
    finished_at: datetime
    peer_ip: str = ""
    tls_cert_sha256: str = ""
    tls_cert: bytes = b""
    moved_to: str = ""

    @property
    def bare(self) -> Exchange:
        """All of it but the body: of a page that lists strangers nothing else may be kept."""
        return replace(self, body=b"")

    @property
    def body_digest(self) -> str:
        """The SHA-256 (hex) of the body: by it an item is known to come from this page."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class RawItem:
    """One act as received: its own bytes, and where they came from.

    ``body`` is this entry's element alone, never a list page. ``page`` is the exchange that
    brought it with its body left out; ``page_digest`` is the SHA-256 (hex) of that body.
    ``context`` holds the bytes of what was acted upon, by name; a name that is there with
    ``None`` was looked for and could not be read.
    """

    native_key: str
    body: bytes
    page: Exchange
    page_digest: str
    seen_at: datetime
    not_before: datetime | None = None
    context: tuple[tuple[str, Exchange | None], ...] = ()
    hints: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a capture: ``record``, ``proof``, ``target``, ``headers``, ``certificate``.

    The cards are files of the same entry.
    """

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Capture:
    """A snapshot of one act. ``partial`` says that something could not be fetched; ``notes`` why.

    ``proof`` states what was verified (for instance ``atproto-commit-signature``) or is empty.
    """

    parts: tuple[Part, ...]
    partial: bool = False
    notes: tuple[str, ...] = ()
    proof: str = ""


@dataclass(frozen=True, slots=True)
class LogHead:
    """The last entry's number and hash (64 hex): what every alert prints."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class LogRow:
    """One stored entry: ``canonical`` are the bytes that were hashed, ``hash`` the link's value."""

    seq: int
    canonical: bytes
    hash: bytes


def canonical(value: Canonical) -> bytes:
    """Encode as JSON with sorted keys, no spaces, UTF-8, no floats: one value, one byte string."""
    _refuse_floats(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def link(previous: bytes, entry: bytes) -> bytes:
    """Return the hash of an entry: SHA-256 over the previous hash (32 bytes) and the entry."""
    return hashlib.sha256(previous + entry).digest()


def commitment(salt: bytes, data: bytes) -> str:
    """Return HMAC-SHA-256 (64 hex) of data under its salt; without the salt it tells nothing."""
    return hmac.digest(salt, data, "sha256").hex()


def commitments(salts: Iterable[bytes], bodies: Iterable[bytes]) -> list[str]:
    """Return ``commitment`` of each pair; each salt has ``SALT_BYTES``.

    RFC 2104 is written out: OpenSSL looks its MAC up at each call, which nearly doubles the time.
    """
    inner, outer, ipad, opad = _INNER, _OUTER, _INNER_REST, _OUTER_REST
    sha256 = hashlib.sha256
    return [
        sha256(
            salt.translate(outer) + opad + sha256(salt.translate(inner) + ipad + body).digest()
        ).hexdigest()
        for salt, body in zip(salts, bodies, strict=True)
    ]


def _refuse_floats(value: Canonical) -> None:
    # Exact types first: asking an abstract class costs more than encoding the value.
    if type(value) in _PLAIN:
        return
    if isinstance(value, float):
        raise TypeError("a float has no single text form")
    if isinstance(value, (dict, Mapping)):
        for item in value.values():
            if type(item) not in _PLAIN:
                _refuse_floats(item)
    elif isinstance(value, (list, tuple, Sequence)) and not isinstance(value, str):
        for item in value:
            if type(item) not in _PLAIN:
                _refuse_floats(item)
