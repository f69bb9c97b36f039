"""What is on file of an act before anybody is told: over real HTTPS, item by item."""

from __future__ import annotations

import hashlib
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from warcio.archiveiterator import ArchiveIterator

from monitor import __version__
from monitor.evidence import warc
from monitor.evidence.files import Files
from monitor.store.writer import Writer
from tests import atom
from tests.installation import TOKEN, Installation
from tests.standin.telegram import StandIn

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


def signed(name: str, key: ec.EllipticCurvePrivateKey, by: Any = None) -> x509.Certificate:
    """Make a certificate: of an authority, or of 127.0.0.1 signed by one (certificate, key)."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signer = (by[0].subject, by[1]) if by else (subject, key)
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=not by, path_length=None), critical=True)
    )
    if by:
        address = x509.IPAddress(ip_address("127.0.0.1"))
        made = made.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return made.sign(signer, hashes.SHA256())


class Publisher:
    """A site over TLS with a certificate of our own authority; one feed with one entry."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = signed("Otoritas Rekaan", root_key)
        own = signed("127.0.0.1", key, (root, root_key))
        self.certificate = own.public_bytes(DER)
        self.roots = folder / "akar.pem"
        self.roots.write_bytes(root.public_bytes(PEM))
        private = key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / "server.pem").write_bytes(private + own.public_bytes(PEM))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "server.pem")
        app = web.Application()
        app.router.add_get("/umpan", self._feed)
        self.server = TestServer(app, host="127.0.0.1", scheme="https")
        self.asked: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server.port}/umpan"

    async def _feed(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.headers))
        body = atom.document(self.url, f"{self.url}/1")
        kind, odd = "application/atom+xml", {"X-Penerbit": "uji"}
        return web.Response(body=body.encode(), content_type=kind, headers=odd)


@pytest.fixture
async def publisher(tmp_path: Path) -> AsyncIterator[Publisher]:
    site = Publisher(tmp_path / "situs")
    await site.server.start_server(ssl=site.context)
    yield site
    await site.server.close()


class Entry:
    """The one finding's entry with its files and contents."""

    def __init__(self, place: Installation) -> None:
        (self.finding,) = place.findings()
        self.entry = self.finding["entry"]
        self.public = self.entry["public"]
        kept = Files(place.settings.snapshots)
        named = self.entry["files"].items()
        self.files = {name: kept.path(f["commitment"]).read_bytes() for name, f in named}


@pytest.fixture
async def seen(tmp_path: Path, publisher: Publisher) -> Entry:
    """A registered person's site was read once by the whole program."""
    async with StandIn(TOKEN) as telegram:
        host = f"127.0.0.1:{publisher.server.port}"
        nowhere = "http://127.0.0.1:9"
        place = Installation(tmp_path / "pasang", [host], nowhere, nowhere, telegram.url)
        place.candidates = [(f"calon{n}.rekaan.example", f"did:plc:calon{n}") for n in (1, 2)]
        place.person("laman1", publisher.url, platform="feed")
        place.write()
        config = place.folder / "config.toml"
        told = f'[http]\nca_file = "{publisher.roots}"'
        config.write_text(config.read_text().replace("[http]", told))
        (report,) = await place.once()
        assert report.error == ""
        assert place.verified().fault_count == 0
        with closing(Writer(place.settings.database)) as writer:
            assert writer.reader().execute("SELECT count(*) FROM outbox").fetchone() == (1,)
        return Entry(place)


async def test_the_certificate_itself_is_on_file(seen: Entry, publisher: Publisher) -> None:
    """Not its digest alone: who answered can be shown when the server is long gone."""
    assert seen.files["certificate"] == publisher.certificate
    assert [name for name in seen.files if name.startswith("certificate")] == ["certificate"]
    headers = json.loads(seen.files["headers"])
    digest = hashlib.sha256(publisher.certificate).hexdigest()
    assert headers["page"]["tls_cert_sha256"] == digest
    assert seen.entry["files"]["certificate"]["media_type"] == "application/pkix-cert"


async def test_request_and_answer_are_on_file(seen: Entry, publisher: Publisher) -> None:
    page = json.loads(seen.files["headers"])["page"]
    sent = dict(page["request_headers"])
    assert sent["User-Agent"] == publisher.asked[0]["User-Agent"]
    assert sent["Accept"] == publisher.asked[0]["Accept"]
    assert ["X-Penerbit", "uji"] in page["response_headers"]
    assert (page["method"], page["status"], page["peer_ip"]) == ("GET", 200, "127.0.0.1")
    assert page["url"] == publisher.url
    assert page["started_at"] <= page["finished_at"]
    assert atom.TEXT in seen.files["record"].decode()


async def test_clock_program_collector_and_rules_are_named(seen: Entry) -> None:
    public = seen.public
    assert public["clock"]["synchronised"] in ("yes", "no", "unknown")
    assert public["clock"]["source"] in ("kernel", "systemd-timesyncd", "none")
    assert public["program"] == __version__
    assert public["collector"] == "feeds"
    assert public["collector_version"]
    assert len(public["ruleset"]) == 64
    assert all(rule["revision"] >= 1 for rule in public["rules"])


async def test_what_was_on_the_ballot_is_on_file(seen: Entry) -> None:
    (contest,) = seen.finding["contests"]
    assert contest["id"] in seen.finding["targets"][0]
    assert contest["phase"] == seen.finding["phase"]
    (target,) = contest["targets"]
    assert target["number"] == 2
    assert target["id"] == seen.finding["targets"][0]


async def test_the_card_was_drawn_before_anybody_was_told(seen: Entry) -> None:
    assert seen.files["card"].startswith(b"\x89PNG")
    assert len(seen.files["card"]) <= 150_000
    assert "no evidence card could be drawn" not in seen.public["capture_notes"]


async def test_the_exchange_opens_as_a_warc(
    seen: Entry, publisher: Publisher, tmp_path: Path
) -> None:
    """It is made of these files whenever asked for, the same bytes: kept once."""
    bodies = {name: data for name, data in seen.files.items() if name != "headers"}
    headers = json.loads(seen.files["headers"])
    made = warc.archive(bodies, headers, "2030-01-01T00:00:00Z")
    assert made == warc.archive(bodies, headers, "2030-01-01T00:00:00Z")
    (tmp_path / "satu.warc").write_bytes(made)
    with (tmp_path / "satu.warc").open("rb") as file:
        kinds = []
        for record in ArchiveIterator(file, check_digests="raise"):
            kinds.append(record.rec_type)
            body = record.content_stream().read()
            if record.rec_type == "resource":
                assert record.rec_headers["WARC-Target-URI"] == publisher.url
                assert body == seen.files["record"]
    assert kinds == ["warcinfo", "resource"]
