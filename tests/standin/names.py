"""Invented names for servers on loopback, as DNS and a certificate authority would give them.

What runs behind them is reached at ``https://name``, with real TLS: only the look-up of the name is
ours, and the authority is nobody's.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from unittest import mock

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from monitor import net_connect

NAMES = ("sosial.example", "www.sosial.example", "web.sosial.example", "partai.example",
         "lain.example", "tiruan.example")  # fmt: skip

# What a process of its own reads, in an installation's folder.
NOTE = "nama-rekaan.json"


@cache
def certificate() -> bytes:
    """Return the key and certificate of all names, which is its own authority, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Otoritas rekaan")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in NAMES]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return secret + made.public_bytes(serialization.Encoding.PEM)


@cache
def server_side() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(certificate())
        file.flush()
        context.load_cert_chain(file.name)
    return context


@cache
def client_side(authority: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=authority)
    return context


def authority() -> str:
    """Return the authority's certificate, for a process that does not make its own."""
    return "-----BEGIN CERT" + certificate().decode().partition("-----BEGIN CERT")[2]


class Named(AbstractResolver):
    """Looks some names up here, each at a port of loopback; the others as ever."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._ports = ports
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if host not in self._ports:
            return await self._inner.resolve(host, port, family)
        return [
            ResolveResult(hostname=host, host="127.0.0.1", port=self._ports[host],
                          family=socket.AF_INET, proto=0, flags=socket.AI_NUMERICHOST)
        ]  # fmt: skip

    async def close(self) -> None:
        await self._inner.close()


def listed(*names: str) -> tuple[str, ...]:
    """Return names as ``http.allow_private`` lists them."""
    return tuple(f"{name}:443" for name in names)


@contextmanager
def known(ports: Mapping[str, int], trusted: str = "") -> Iterator[None]:
    """Let every session that is opened meanwhile know names, and trust their authority."""
    context = client_side(trusted or authority())
    with (
        mock.patch.object(net_connect, "ThreadedResolver", partial(Named, ports)),
        mock.patch("monitor.net.tls", return_value=context),
    ):
        yield


def note(folder: Path, ports: Mapping[str, int]) -> None:
    """Write down for a process of its own what ``known`` tells this one."""
    (folder / NOTE).write_text(json.dumps({"ports": ports, "trusted": authority()}), "utf-8")


def noted(folder: Path) -> AbstractContextManager[None]:
    """Let this process know what another noted."""
    return known(**json.loads((folder / NOTE).read_text("utf-8")))


@asynccontextmanager
async def fronted(port: int) -> AsyncIterator[int]:
    """Serve a plain server of loopback with TLS; yields the port."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pass(reader, behind), _pass(behind_reader, writer))

    server = await asyncio.start_server(relay, "127.0.0.1", 0, ssl=server_side())
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()
