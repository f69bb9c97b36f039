"""What is kept of an HTTP exchange beside its body: the ``headers`` part of a capture."""

from __future__ import annotations

from monitor.clock import to_text
from monitor.model.evidence import CERTIFICATE, Canonical, Exchange, Part, RawItem, canonical

_PKIX = "application/pkix-cert"  # RFC 2585 section 4.1


def headers_part(raw: RawItem) -> Part:
    """Return, as canonical JSON, the exchanges that an item came from, without their bodies."""
    context: dict[str, Canonical] = {
        name: exchange_content(exchange) if exchange else None for name, exchange in raw.context
    }
    value: dict[str, Canonical] = {
        # The page's body is left out by now, so its digest comes with the item.
        "page": {**exchange_content(raw.page), "body_sha256": raw.page_digest},
        "context": context,
        "seen_at": to_text(raw.seen_at),
        "not_before": to_text(raw.not_before) if raw.not_before else None,
    }
    return Part("headers", "application/json", canonical(value))


def certificate_parts(*exchanges: Exchange | None) -> tuple[Part, ...]:
    """Return the servers' certificates (DER) behind some exchanges, each once.

    ``tls_cert_sha256`` of an exchange says which one it was. A stranger's server may bear the
    stranger's name, so of what was acted upon none is kept.
    """
    found = dict.fromkeys(e.tls_cert for e in exchanges if e and e.tls_cert)
    return tuple(
        Part(CERTIFICATE if number == 1 else f"{CERTIFICATE}-{number}", _PKIX, certificate)
        for number, certificate in enumerate(found, start=1)
    )


def exchange_content(exchange: Exchange) -> dict[str, Canonical]:
    """Return one exchange's JSON form; header order and case are the wire's."""
    return {
        "method": exchange.method,
        "url": _clean(exchange.url),
        "status": exchange.status,
        "reason": _clean(exchange.reason),
        "http_version": exchange.http_version,
        "request_headers": _pairs(exchange.request_headers),
        "response_headers": _pairs(exchange.response_headers),
        "started_at": to_text(exchange.started_at),
        "finished_at": to_text(exchange.finished_at),
        "peer_ip": exchange.peer_ip,
        "tls_cert_sha256": exchange.tls_cert_sha256,
        "moved_to": _clean(exchange.moved_to),
    }


def digested(exchange: Exchange) -> dict[str, Canonical]:
    """Return an exchange's JSON form with the SHA-256 (hex) of its body."""
    return {**exchange_content(exchange), "body_sha256": exchange.body_digest}


def answer_parts(answer: Exchange) -> tuple[Part, ...]:
    """Return what a platform answered (JSON) in place of an act that is gone or hidden."""
    headers = canonical({"v": 1, "exchanges": {"answer": digested(answer)}})
    return (
        Part("answer", "application/json", answer.body),
        Part("headers", "application/json", headers),
    )


def nameless(exchange: Exchange) -> dict[str, Canonical]:
    """Return what may be said of reading a stranger's record: the address may hold a name."""
    return {
        "status": exchange.status,
        "finished_at": to_text(exchange.finished_at),
        "sha256": exchange.body_digest,
    }


def _pairs(pairs: tuple[tuple[str, str], ...]) -> list[Canonical]:
    return [[_clean(name), _clean(value)] for name, value in pairs]


def _clean(text: str) -> str:
    # Bytes that are no UTF-8 may reach a header's text as lone surrogates, which JSON has not.
    return text.encode("utf-8", "backslashreplace").decode()
