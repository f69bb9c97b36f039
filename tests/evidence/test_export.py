"""An export proves one finding to somebody who has nothing of the program, or names what is bad."""

from __future__ import annotations

import hashlib
import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from monitor.errors import EvidenceError, StoreError
from monitor.evidence import export, export_check, verify_evidence, warc
from monitor.evidence.signing import public_key, sign
from monitor.model.evidence import canonical
from tests.evidence import mutate_export
from tests.evidence.mutate import SEALS, House
from tests.evidence.mutate_export import FINDING, Members, missed_byte, missed_member, write

CHANGES = 150


@pytest.fixture(scope="session")
def made(base: House) -> Members:
    return mutate_export.members(base)


def test_both_verifiers_pass_an_untouched_export(made: Members, tmp_path: Path) -> None:
    path = write(made, tmp_path / "a.zip")
    found = export_check.check(path)
    assert isinstance(found, export_check.Sound)
    assert (found.finding, found.entries) == (FINDING, (10,))
    assert [(seq, who) for seq, _, who in found.stamped] == [(SEALS[1] - 1, "otoritas-rekaan")]
    said = verify_evidence.export(path)
    assert said[0].startswith(f"finding {FINDING}, entries [10]")


def test_the_audit_profile_names_nobody(made: Members) -> None:
    manifest = json.loads(made["manifest.json"])
    assert manifest["withheld"] == {"content/10/watch": "identity"}
    assert not any(b"Tokoh Rekaan" in data for data in made.values())
    assert "content/10/finding" in made
    assert made["files/10/record"].startswith(b'{"record":10}')
    listed = made["log/hashes.txt"].split()[::2]
    assert list(map(int, listed)) == list(range(SEALS[0], SEALS[1]))


def test_random_changes_are_found_by_both(made: Members, tmp_path: Path) -> None:
    rng = random.Random(5)
    missed = [missed_member(rng, made, tmp_path / "a.zip") for _ in range(CHANGES)]
    missed += [missed_byte(rng, made, tmp_path / "a.zip") for _ in range(CHANGES)]
    assert [text for text in missed if text] == []


def test_a_member_that_is_there_twice(made: Members, tmp_path: Path) -> None:
    path = write(made, tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("README.txt", b"lain")
    assert "twice" in mutate_export.ours(path)
    assert "twice" in mutate_export.theirs(path)


def test_a_manifest_signed_by_another_key(made: Members, tmp_path: Path) -> None:
    """Who forges everything else still has to sign as the seal's key does."""
    seed = bytes(32)
    value = json.loads(made["manifest.json"]) | {"key": public_key(seed)}
    text = canonical(value)
    forged = {**made, "manifest.json": text, "manifest.sig": sign(seed, export.PREFIX + text)}
    path = write(forged, tmp_path / "a.zip")
    assert mutate_export.ours(path).startswith("manifest.json: ")
    assert mutate_export.theirs(path).startswith("manifest.json: ")


def test_what_is_not_sealed_is_not_exported(base: House) -> None:
    with pytest.raises(StoreError, match="entry 24 is not sealed yet: run netralitas seal"):
        mutate_export.members(base, "NTR-AAAA-0023")
    with pytest.raises(StoreError, match="there is no such finding"):
        mutate_export.members(base, "NTR-ZZZZ-9999")


def test_nothing_is_overwritten(made: Members, tmp_path: Path) -> None:
    path = write(made, tmp_path / "a.zip")
    with pytest.raises(EvidenceError, match="nothing is overwritten"):
        export.write(made, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]


def exchange(body: bytes | None) -> dict[str, Any]:
    digest = {} if body is None else {"body_sha256": hashlib.sha256(body).hexdigest()}
    return {
        "method": "GET", "url": "https://feed.example/satu?n=1", "status": 200,
        "reason": "OK", "http_version": "1.1",
        "request_headers": [["Accept", "*/*"]],
        "response_headers": [["Content-Type", "application/json"], ["Content-Encoding", "gzip"],
                             ["Transfer-Encoding", "chunked"]],
        "started_at": "2024-10-12T02:30:00.000000Z", "finished_at": "2024-10-12T02:30:01.000000Z",
        "peer_ip": "203.0.113.7", "tls_cert_sha256": "", "moved_to": "", **digest,
    }  # fmt: skip


FILES = {"record": b'{"text":"ayo"}', "target": b"<html>", "proof": b"\x00car"}
HEADERS: dict[str, dict[str, Any]] = {
    "alone": {"exchanges": {"list": exchange(b"page"), "record": exchange(FILES["record"])}},
    "listed": {"page": exchange(b"page"), "context": {"target": exchange(None), "gone": None}},
}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("alone", ["warcinfo", "response", "request"]),
        ("listed", ["warcinfo", "resource", "response", "request"]),
    ],
)
def test_the_warc_is_one_that_others_read(kind: str, expected: list[str], tmp_path: Path) -> None:
    data = warc.archive(FILES, HEADERS[kind], "2024-10-13T00:00:00.000000Z")
    records = list(ArchiveIterator(io.BytesIO(data), check_digests="raise"))
    assert [record.rec_type for record in records] == expected
    found = {}
    for record in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
        found[record.rec_type] = record.content_stream().read()
        if record.rec_type == "response":
            names = {name.lower() for name, _ in record.http_headers.headers}
            assert "transfer-encoding" not in names
            assert record.rec_headers.get_header("WARC-IP-Address") == "203.0.113.7"
    assert found["response"] == FILES["record" if kind == "alone" else "target"]
    assert found.get("resource", FILES["record"]) == FILES["record"]
    path = tmp_path / "a.warc"
    path.write_bytes(data)

    class Asked:
        inputs, verbose = [str(path)], False

    checker = Checker(Asked())
    checker.process_all()
    assert checker.exit_value == 0
