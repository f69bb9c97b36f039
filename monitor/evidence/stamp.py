"""RFC 3161 time stamps: asking for one, and checking an authority's answer.

The answer is kept as it came (a DER TimeStampResp), so that ``openssl ts -verify`` reads it. Its
certificates must be valid at the stamped time, not when it is checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from rfc3161_client import (
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client.base import HashAlgorithm

from monitor.errors import EvidenceError

QUERY_TYPE = "application/timestamp-query"


@dataclass(frozen=True, slots=True)
class Query:
    """A request for a stamp: the DER bytes to send, and the nonce that must come back."""

    body: bytes
    nonce: int


def query(data: bytes) -> Query:
    """Ask for a stamp over the SHA-256 of ``data``, with a fresh nonce and the certificates."""
    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    made = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    if made.nonce is None:
        raise EvidenceError("the time-stamp request has no nonce")
    return Query(made.as_bytes(), made.nonce)


def check(answer: bytes, digest: bytes, roots: bytes, nonce: int | None = None) -> datetime:
    """Return the time that an authority vouches for; ``EvidenceError`` says why it does not.

    ``digest`` is the SHA-256 that was to be stamped, ``roots`` the trusted certificates (PEM);
    ``nonce`` is checked where it is still known.
    """
    response = _decode(answer)
    builder = VerifierBuilder(roots=_certificates(roots), nonce=nonce)
    try:
        builder.build().verify(response, digest)
    except (VerificationError, ValueError) as error:
        raise EvidenceError(f"the time stamp does not verify: {error}") from None
    return response.tst_info.gen_time


def time_of(answer: bytes) -> datetime:
    """Return the time that a stamp claims, unchecked."""
    return _decode(answer).tst_info.gen_time


def check_roots(roots: bytes) -> None:
    """Raise ``EvidenceError`` unless the bytes hold certificates in PEM."""
    _certificates(roots)


def _decode(answer: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(answer)
    except ValueError as error:
        # Some authorities send their certificates unsorted, which DER does not allow.
        cause = str(error).splitlines()[0] if str(error) else "unknown form"
        raise EvidenceError(f"the answer is no time stamp in DER: {cause}") from None


def _certificates(roots: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(roots)
    except ValueError:
        raise EvidenceError("no certificates in PEM") from None
