"""What came back from a server: an exchange with who sent it, or an error of ours."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

import aiohttp
from aiohttp.connector import Connection

from monitor.errors import BlockedError, CollectError, TransientError
from monitor.model.evidence import Exchange
from monitor.net_connect import RefusedAddress

_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-goog-api-key"})


class Response(aiohttp.ClientResponse):
    """Remembers who answered; aiohttp forgets the connection once the body has arrived."""

    peer_ip = ""
    tls_cert = b""

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        transport = connection.transport
        if transport is not None:
            self.peer_ip = str((transport.get_extra_info("peername") or ("",))[0])
            tls = transport.get_extra_info("ssl_object")
            self.tls_cert = (tls and tls.getpeercert(binary_form=True)) or b""
        return await super().start(connection)


def exchanged(response: Response, body: bytes, start: datetime, end: datetime) -> Exchange:
    version, cert = response.version, response.tls_cert
    return Exchange(
        method=response.method,
        url=str(response.url),
        status=response.status,
        reason=response.reason or "",
        http_version=f"{version.major}.{version.minor}" if version else "",
        request_headers=_asked(response.request_info.headers),
        response_headers=tuple(
            [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in response.raw_headers
            ]
        ),
        body=body,
        started_at=start,
        finished_at=end,
        peer_ip=response.peer_ip,
        tls_cert_sha256=hashlib.sha256(cert).hexdigest() if cert else "",
        tls_cert=cert,
    )


def _asked(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    # Most requests carry no secret, and this is done for each of them.
    if _SECRET_HEADERS.isdisjoint(map(str.lower, headers)):
        return tuple(headers.items())
    return tuple(without_secrets(headers).items())


# What goes wrong on the way; ``told`` makes an error of ours of each.
FAULTS = (aiohttp.ClientError, OSError, TimeoutError)


def told(error: BaseException, subject: str) -> CollectError:
    """Turn one of ``FAULTS`` into our error, without its text: that may hold a URL.

    Raise it ``from None``: the chain may hold one too.
    """
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        if isinstance(error.os_error, RefusedAddress):
            return BlockedError(subject, "the address is not public")
        return TransientError(subject, "the host name was not found")
    if isinstance(error, aiohttp.InvalidURL):
        return BlockedError(subject, "the address is not a valid URL")
    return TransientError(subject, _cause(error))


def _cause(error: BaseException) -> str:
    if isinstance(error, aiohttp.SocketTimeoutError):
        return "the server stalled"
    if isinstance(error, TimeoutError):
        return "no complete answer in time"
    if isinstance(
        error, (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError)
    ):
        return "the server's TLS certificate does not verify"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer was cut short or wrongly encoded"
    return f"the connection failed ({type(error).__name__})"


def by_name(exchange: Exchange) -> dict[str, str]:
    return {name.lower(): value for name, value in exchange.response_headers}


def header(exchange: Exchange, name: str) -> str:
    return by_name(exchange).get(name, "")


def without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in headers.items() if k.lower() not in _SECRET_HEADERS}
