"""Who an account is on the AT Protocol: handle to DID, DID to its document, checked both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from monitor.config import Bluesky as Settings
from monitor.errors import NotFoundError, TransientError
from monitor.model.evidence import Exchange
from monitor.net import Expect, Http

_PLC = re.compile(r"did:plc:[a-z2-7]{24}")
_WEB = re.compile(r"did:web:([A-Za-z0-9.-]+(?:%3[Aa][0-9]{1,5})?)")
_SERVICE = "#atproto_pds"
_KEY = "#atproto"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The document's ``#atproto`` key as written: its type and its multibase text."""

    type: str
    multibase: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What a DID document says: the server that holds the repository, the handle it claims.

    ``handle`` is only a claim until the handle leads back to the same DID.
    """

    did: str
    pds: str
    handle: str
    key: SigningKey | None
    document: Exchange


class Unavailable(NotFoundError):
    """The account is closed or gone; ``answer`` is what said so, ``reason`` the protocol's word."""

    def __init__(self, subject: str, reason: str, answer: Exchange) -> None:
        self.reason = reason
        self.answer = answer
        super().__init__(subject, f"the account cannot be read: {reason}")


def is_did(text: str) -> bool:
    return bool(_PLC.fullmatch(text) or _WEB.fullmatch(text))


def fields(exchange: Exchange, subject: str) -> Mapping[str, Any]:
    """Return a JSON object; raise ``TransientError`` where the answer is none."""
    try:
        return msgspec.json.decode(exchange.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise TransientError(subject, "the answer is not a JSON object") from None


class Directory:
    """Looks identities up at the configured resolver and directory; keeps nothing."""

    def __init__(self, http: Http, settings: Settings) -> None:
        self._http = http
        self._directory = settings.directory.rstrip("/")
        self._resolver = settings.resolver.rstrip("/")

    async def resolve(self, handle: str, subject: str) -> str:
        """Return the DID that a handle leads to; raise ``NotFoundError`` where it leads nowhere."""
        url = f"{self._resolver}/xrpc/com.atproto.identity.resolveHandle"
        exchange = await self._http.get(
            url, subject=subject, params={"handle": handle}, expect=Expect.JSON, configured=True
        )
        did = fields(exchange, subject).get("did")
        if exchange.status != HTTPStatus.OK or not isinstance(did, str) or not is_did(did):
            raise NotFoundError(subject, "the handle leads to no account; check the register line")
        return did

    async def read(self, did: str, subject: str) -> Identity:
        """Return what a DID's document says; raise ``Unavailable`` where the DID is closed."""
        exchange = await self._document(did, subject)
        if exchange.status != HTTPStatus.OK:
            raise Unavailable(subject, f"no identity document ({exchange.status})", exchange)
        document = fields(exchange, subject)
        if document.get("id") != did:
            raise NotFoundError(subject, "the identity document belongs to another account")
        pds = _server(document)
        if not pds:
            raise Unavailable(subject, "the identity document names no server", exchange)
        return Identity(did, pds, _handle(document), _key(document, did), exchange)

    async def confirmed(self, identity: Identity, subject: str) -> str:
        """Return the handle if it leads back to the same DID, else an empty text."""
        if not identity.handle:
            return ""
        try:
            found = await self.resolve(identity.handle, subject)
        except NotFoundError:
            return ""
        return identity.handle if found == identity.did else ""

    async def _document(self, did: str, subject: str) -> Exchange:
        if _PLC.fullmatch(did):
            url, configured = f"{self._directory}/{did}", True
        elif found := _WEB.fullmatch(did):
            url, configured = _web_address(unquote(found[1])), False
        else:
            raise NotFoundError(subject, "the identifier is neither did:plc nor did:web")
        return await self._http.get(url, subject=subject, expect=Expect.JSON, configured=configured)


def _web_address(host: str) -> str:
    # The did:web method uses https; the AT Protocol allows localhost without it, for tests.
    scheme = "http" if host.partition(":")[0] == "localhost" else "https"
    return f"{scheme}://{host}/.well-known/did.json"


def _server(document: Mapping[str, Any]) -> str:
    for service in _objects(document.get("service")):
        endpoint = service.get("serviceEndpoint")
        if str(service.get("id", "")).endswith(_SERVICE) and isinstance(endpoint, str):
            parts = urlsplit(endpoint)
            plain = parts.scheme in ("http", "https") and parts.path in ("", "/")
            return f"{parts.scheme}://{parts.netloc}" if plain and parts.netloc else ""
    return ""


def _handle(document: Mapping[str, Any]) -> str:
    names = document.get("alsoKnownAs")
    for name in names if isinstance(names, list) else []:
        if isinstance(name, str) and name.startswith("at://"):
            return name.removeprefix("at://").lower()
    return ""


def _key(document: Mapping[str, Any], did: str) -> SigningKey | None:
    for method in _objects(document.get("verificationMethod")):
        text = method.get("publicKeyMultibase")
        if method.get("id") in (_KEY, did + _KEY) and isinstance(text, str):
            return SigningKey(str(method.get("type", "")), text)
    return None


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []
