"""The export of one finding: a ZIP that somebody can check who has nothing of this program.

docs/evidence.md names every member. The manifest holds the digest of each and is signed by the
key of the last seal in it; the log's own hashes prove the entries, the stamps prove the time.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from monitor.clock import to_text
from monitor.errors import EvidenceError
from monitor.evidence import entry as entries
from monitor.evidence import warc
from monitor.evidence.files import Files
from monitor.evidence.signing import public_key, sign
from monitor.model.evidence import Canonical, LogHead, canonical
from monitor.model.seal import Seal

VERSION = 1
PREFIX = b"netralitas manifest\n"
MANIFEST, SIGNATURE, VERIFIER = "manifest.json", "manifest.sig", "verify_evidence.py"
_DATE = (1980, 1, 1, 0, 0, 0)  # ZIP's first: the same members give the same file

# By profile, the contents that are opened; of all others the commitment alone is shown.
PROFILES: Mapping[str, frozenset[str]] = {"audit": frozenset({"finding"})}
# What an auditor needs of the register line and what names nobody.
FACTS = (
    "person_ref", "platform", "ownership", "employer_type", "notice_date", "registered_on", "zone",
    "as_of",
)  # fmt: skip

README = """\
Bukti satu temuan: {finding} (profil {profile}, dibuat {made_at})

Isi berkas ini diamati oleh kami pada waktu yang tertulis di dalamnya. Ini dugaan untuk dinilai
manusia, bukan putusan.

Memeriksa: python3 verify_evidence.py BERKAS.zip
(Python 3.9 dan openssl 3.0 atau yang lebih baru; bacalah dahulu, ambil salinannya dari sumber lain
bila perlu.) Bandingkan kepala log dengan yang tercetak pada peringatan: {head}

manifest.json, manifest.sig   sidik SHA-256 setiap berkas, ditandatangani (Ed25519)
log/                          entri temuan ini, dan sidik semua entri sampai segel berikutnya
content/, files/, salts/      isi entri, salinan bukti, dan garam untuk mencocokkannya
seals/, stamps/               segel yang ditandatangani, cap waktu RFC 3161 dengan sertifikatnya
warc/                         pertukaran HTTP yang sama dalam bentuk WARC 1.1
facts/                        yang diketahui tentang pemilik akun, tanpa nama (di luar log)

Yang tidak disertakan tercantum di manifest.json pada "withheld". Akun tetap tampak di dalam jawaban
platform: tanpa itu buktinya tidak dapat dicocokkan.
"""


class Opening(Protocol):
    """A content of an entry with its salt."""

    @property
    def name(self) -> str: ...
    @property
    def salt(self) -> bytes: ...
    @property
    def body(self) -> bytes: ...


class Stamped(Protocol):
    """A time stamp over the seal of one entry."""

    @property
    def seal(self) -> int: ...
    @property
    def authority(self) -> str: ...
    @property
    def answer(self) -> bytes: ...
    @property
    def roots(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a case: its bytes, what it names, and the salts (by name) of its files."""

    seq: int
    canonical: bytes
    contents: Sequence[Opening]
    salts: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Case:
    """Everything of the log that one export carries.

    ``seals`` follow one another from the first that covers an item; ``hashes`` are (number, hash)
    of every entry that a seal with an item covers.
    """

    finding: str
    items: Sequence[Item]
    seals: Sequence[Seal]
    hashes: Sequence[tuple[int, bytes]]
    stamps: Sequence[Stamped]
    head: LogHead


def members(
    case: Case, files: Files, profile: str, made_at: datetime, seeds: Sequence[bytes]
) -> dict[str, bytes]:
    """Return every member by name, the manifest and its signature last.

    ``seeds`` are the installation's keys for seals. Raises ``EvidenceError`` where a snapshot
    cannot be read, or none of the keys is that of the last seal.
    """
    made: dict[str, bytes] = {}
    withheld: dict[str, str] = {}
    at = to_text(made_at)
    for item in case.items:
        made |= _item(item, files, PROFILES[profile], withheld, at)
    lines = "".join(f"{seq} {digest.hex()}\n" for seq, digest in case.hashes)
    made["log/hashes.txt"] = lines.encode()
    for seal in case.seals:
        made[f"seals/{seal.entry}.json"] = seal.checkpoint.encode()
        made[f"seals/{seal.entry}.sig"] = seal.signature + seal.endorsement
    for stamp in case.stamps:
        made[f"stamps/{stamp.seal}-{stamp.authority}.tsr"] = stamp.answer
        made[f"stamps/{stamp.seal}-{stamp.authority}.pem"] = stamp.roots
    head = f"{case.head.seq}:{case.head.hash}"
    text = README.format(finding=case.finding, profile=profile, made_at=at, head=head)
    made["README.txt"] = text.encode()
    made[VERIFIER] = Path(__file__).with_name(VERIFIER).read_bytes()
    key = case.seals[-1].checkpoint.key
    value: dict[str, Canonical] = {
        "v": VERSION,
        "finding": case.finding,
        "profile": profile,
        "made_at": at,
        "head": head,
        "key": key,
        "entries": [item.seq for item in case.items],
        "withheld": withheld,
        "members": {name: hashlib.sha256(data).hexdigest() for name, data in made.items()},
    }
    manifest = canonical(value)
    return {**made, MANIFEST: manifest, SIGNATURE: sign(_seed(seeds, key), PREFIX + manifest)}


def write(made: Mapping[str, bytes], path: Path) -> None:
    """Write the ZIP, whole or not at all; a file that is there is never overwritten."""
    draft = path.with_name(f"{path.name}.draft")
    try:
        if path.exists():
            raise EvidenceError(f"{path}: is there already: nothing is overwritten")
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in made.items():
                    info = zipfile.ZipInfo(name, _DATE)
                    info.external_attr = 0o600 << 16
                    archive.writestr(info, data, zipfile.ZIP_DEFLATED)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise EvidenceError(f"{path}: cannot be written: {error.strerror}") from None


def _item(
    item: Item, files: Files, open_: frozenset[str], withheld: dict[str, str], at: str
) -> dict[str, bytes]:
    entry = entries.read(item.canonical)
    made = {f"log/{item.seq}.json": item.canonical}
    there = {content.name: content for content in item.contents}
    for name in entry.content:
        member, content = f"content/{item.seq}/{name}", there.get(name)
        if content is None:
            withheld[member] = "erased"
        elif name not in open_:
            withheld[member] = "identity"
        else:
            made[member], made[f"salts/{member}"] = content.body, content.salt
    if "watch" in there:
        made[f"facts/{item.seq}.json"] = _facts(there["watch"].body)
    taken = {name: _read(files, file.commitment) for name, file in entry.files.items()}
    for name, data in taken.items():
        member = f"files/{item.seq}/{name}"
        made[member], made[f"salts/{member}"] = data, item.salts[name]
    if headers := _json(taken.get("headers", b"")):
        bodies = {name: data for name, data in taken.items() if name != "headers"}
        made[f"warc/{item.seq}.warc"] = warc.archive(bodies, headers, at)
    return made


def _facts(body: bytes) -> bytes:
    line = _json(body)
    return canonical({name: line.get(name) for name in FACTS})


def _json(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _read(files: Files, commitment: str) -> bytes:
    try:
        return files.path(commitment).read_bytes()
    except OSError as error:
        cause = f"{error.strerror}: run netralitas verify"
        raise EvidenceError(f"a snapshot cannot be read: {cause}") from None


def _seed(seeds: Sequence[bytes], key: str) -> bytes:
    for seed in seeds:
        if public_key(seed) == key:
            return seed
    raise EvidenceError("the key of the last seal is missing: put it back from its backup")
