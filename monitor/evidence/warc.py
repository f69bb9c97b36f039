"""WARC 1.1 (ISO 28500): the exchanges behind one act's snapshot, for tools that archives use.

What is kept of an exchange are parsed headers and the decoded body, so a record is a faithful
rebuild: the headers that speak of the encoding on the wire are left out, and the length is set.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

VERSION = "WARC/1.1"
_ON_THE_WIRE = frozenset({"transfer-encoding", "content-encoding", "content-length"})
NO_KINDS: Mapping[str, str] = MappingProxyType({})
_UNKNOWN = "application/octet-stream"
_RESOURCE = "an item out of a larger answer, which was not kept: see files/*/headers"


def archive(
    files: Mapping[str, bytes],
    headers: Mapping[str, Any],
    made_at: str,
    kinds: Mapping[str, str] = NO_KINDS,
) -> bytes:
    """Return a WARC file of one snapshot: its files by name, and its ``headers`` read as JSON.

    A file that is a whole answer becomes a request and a response, any other a resource of its
    media type, as ``kinds`` says by name. What is kept of a target without an address is no
    record: the address could name its author.
    """
    info = b"software: netralitas\r\nformat: WARC File Format 1.1\r\n"
    fields = {"WARC-Filename": "snapshot.warc", "Content-Type": "application/warc-fields"}
    parts = [_record("warcinfo", made_at, info, fields)]
    for name, exchange, whole in _exchanges(files, headers):
        kind = kinds.get(name, _UNKNOWN)
        parts += _pair(files[name], exchange) if whole else [_resource(files[name], exchange, kind)]
    return b"".join(parts)


def _exchanges(
    files: Mapping[str, bytes], headers: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Yield a file's name, the exchange that brought it, and whether it is the whole answer."""
    direct = headers.get("exchanges") or {}
    listed = headers.get("page") or direct.get("list")
    around = headers.get("context") or {}
    for name, data in files.items():
        exchange = direct.get(name) or around.get(name) or {}
        digest = exchange.get("body_sha256", hashlib.sha256(data).hexdigest())
        if exchange.get("url") and digest == hashlib.sha256(data).hexdigest():
            yield name, exchange, True
        elif name == "record" and listed and listed.get("url"):
            yield name, listed, False


def _pair(body: bytes, exchange: Mapping[str, Any]) -> list[bytes]:
    address = urlsplit(exchange["url"])
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    version = f"HTTP/{exchange['http_version'] or '1.1'}"
    sent = dict(exchange["request_headers"])
    sent.setdefault("Host", address.netloc)
    request = _head(f"{exchange['method']} {path} {version}", list(sent.items()))
    received = [
        (name, value)
        for name, value in exchange["response_headers"]
        if name.lower() not in _ON_THE_WIRE
    ]
    status = f"{version} {exchange['status']} {exchange['reason']}".rstrip()
    response = _head(status, [*received, ("Content-Length", str(len(body)))])
    at, common = exchange["finished_at"], _common(exchange)
    answer_id = _id(response + body, at)
    return [
        _record(
            "response",
            at,
            response + body,
            {
                **common,
                "Content-Type": "application/http; msgtype=response",
                "WARC-Payload-Digest": _digest(body),
            },
        ),
        _record(
            "request",
            exchange["started_at"],
            request,
            {
                **common,
                "Content-Type": "application/http; msgtype=request",
                "WARC-Concurrent-To": answer_id,
            },
        ),
    ]


def _resource(body: bytes, exchange: Mapping[str, Any], kind: str) -> bytes:
    fields = {**_common(exchange), "Content-Type": kind}
    fields["WARC-Payload-Digest"] = _digest(body)
    return _record("resource", exchange["finished_at"], body, {**fields, "X-Note": _RESOURCE})


def _common(exchange: Mapping[str, Any]) -> dict[str, str]:
    fields = {"WARC-Target-URI": exchange["url"]}
    if exchange.get("peer_ip"):
        fields["WARC-IP-Address"] = exchange["peer_ip"]
    return fields


def _head(first: str, headers: list[tuple[str, str]]) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1", "backslashreplace")


def _record(kind: str, at: str, block: bytes, fields: Mapping[str, str]) -> bytes:
    lines = {
        "WARC-Type": kind,
        "WARC-Record-ID": _id(block, at),
        "WARC-Date": at,
        **fields,
        "WARC-Block-Digest": _digest(block),
        "Content-Length": str(len(block)),
    }
    head = "\r\n".join([VERSION, *(f"{name}: {value}" for name, value in lines.items()), "", ""])
    return head.encode() + block + b"\r\n\r\n"


def _id(block: bytes, at: str) -> str:
    # The same snapshot gives the same file, whenever it is exported.
    name = hashlib.sha256(block).hexdigest()
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'{at} {name}')}>"


def _digest(data: bytes) -> str:
    return f"sha256:{base64.b32encode(hashlib.sha256(data).digest()).decode()}"
