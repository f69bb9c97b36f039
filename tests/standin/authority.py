"""A real RFC 3161 authority on loopback: ``openssl ts`` behind HTTP, and every way it may fail."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import RawTestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """[tsa]
default_tsa = t
[t]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
{chain}
signer_digest = sha256
default_policy = 1.3.6.1.4.1.13762.3
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """A folder with an authority's keys; ``fault`` says how it answers from now on.

    Faults: ``down``, ``slow``, ``nonce``, ``digest``, ``unsorted``, ``expired``, ``garbage``,
    ``refused``; empty is a good one.
    """

    folder: Path
    fault: str = ""
    asked: int = 0
    url: str = ""
    release: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        root_key = ec.generate_private_key(ec.SECP256R1())
        root = _certificate("Akar Rekaan", root_key, None, None)
        self._write("root.pem", root)
        for name, expired in (("signer", False), ("old", True)):
            key = ec.generate_private_key(ec.SECP256R1())
            (self.folder / f"{name}.key").write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            made = _certificate(f"Cap Rekaan {name}", key, root, root_key, expired=expired)
            self._write(f"{name}.pem", made)
        (self.folder / "serial").write_text("01\n")

    @property
    def roots(self) -> Path:
        """The certificate that clients trust (PEM)."""
        return self.folder / "root.pem"

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://").rstrip("/")

    def stamp(self, query: bytes) -> bytes:
        """Answer a request as its fault says."""
        if self.fault == "digest":
            query = _flipped(query, query.index(b"\x04\x20") + 2)
        if self.fault == "nonce":
            query = _flipped(query, len(query) - 4)  # what follows is certReq
        config = CONFIG.format(
            folder=self.folder,
            chain=f"certs = {self.folder}/chain.pem" if self.fault == "unsorted" else "",
        )
        if self.fault == "unsorted":
            self._unsort()
        if self.fault == "expired":
            config = config.replace("/signer.", "/old.")
        (self.folder / "ts.cnf").write_text(config)
        (self.folder / "q").write_bytes(query)
        done = subprocess.run(
            ["openssl", "ts", "-reply", "-config", "ts.cnf", "-queryfile", "q", "-out", "a"],
            check=False,
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return (self.folder / "a").read_bytes()

    def _unsort(self) -> None:
        # DER sorts the certificates of a SET; openssl writes them as configured, so one that
        # sorts before the signer's own must come after it.
        signer = x509.load_pem_x509_certificate((self.folder / "signer.pem").read_bytes())
        own = signer.public_bytes(serialization.Encoding.DER)
        key = ec.generate_private_key(ec.SECP256R1())
        while True:
            other = _certificate("L", key, None, None)
            if other.public_bytes(serialization.Encoding.DER) < own:
                break
        self._write("chain.pem", other)

    def _write(self, name: str, certificate: x509.Certificate) -> None:
        data = certificate.public_bytes(serialization.Encoding.PEM)
        (self.folder / name).write_bytes(data)


@asynccontextmanager
async def authority(folder: Path) -> AsyncIterator[Authority]:
    """Serve an authority on loopback until the block ends."""
    made = Authority(folder)
    turn = asyncio.Lock()  # openssl does not lock its serial number's file

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        made.asked += 1
        query = await request.read()
        if made.fault == "down":
            return web.Response(status=503)
        if made.fault == "slow":
            await made.release.wait()
            return web.Response(status=503)  # who asked has long gone
        if made.fault == "garbage":
            return web.Response(body=b"<html>")
        if made.fault == "refused":
            return web.Response(status=400, body=b"no")
        async with turn:
            answer = await asyncio.to_thread(made.stamp, query)
        return web.Response(body=answer, content_type="application/timestamp-reply")

    async with RawTestServer(handle, host="127.0.0.1") as server:
        made.url = f"http://127.0.0.1:{server.port}/"
        try:
            yield made
        finally:
            made.release.set()


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey | None,
    *,
    expired: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now - timedelta(days=1) if expired else now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer:
        stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(stamping, critical=True)
    return builder.sign(issuer_key or key, hashes.SHA256())


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
