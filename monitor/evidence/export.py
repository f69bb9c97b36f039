"""The export of one finding: a ZIP that somebody can check who has nothing of this program.

docs/evidence.md names every member. The manifest holds the digest of each and is signed by the
key of the last seal in it; the log's own hashes prove the entries, the stamps prove the time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from monitor.clock import to_text
from monitor.errors import EvidenceError
from monitor.evidence import entry as entries
from monitor.evidence import export_masked as masking
from monitor.evidence import export_zip, warc
from monitor.evidence.export_text import readme
from monitor.evidence.files import Files
from monitor.evidence.signing import public_key, sign
from monitor.model.evidence import CARD, Canonical, LogHead, canonical
from monitor.model.letter import SCAN
from monitor.model.seal import Seal

VERSION = 1
PREFIX = b"netralitas manifest\n"
MANIFEST, SIGNATURE, VERIFIER = "manifest.json", "manifest.sig", "verify_evidence.py"

# By profile, the contents that are opened; of all others the commitment alone is shown. Who gave a
# tip and who was told stand under other names, so they never leave.
AUDIT, FORWARDING = "audit", "penerusan"
PROFILES: Mapping[str, frozenset[str]] = {
    AUDIT: frozenset({"finding"}),
    FORWARDING: frozenset({"finding", "watch", "review", "klarifikasi", "keberatan", "state"}),
}
WATCH = "watch"
# Entries that decide nothing: the act itself, and who was told of it.
ACT = frozenset({"finding", "delivery"})
# What an auditor needs of the register line and what names nobody.
FACTS = (
    "person_ref", "platform", "ownership", "employer_type", "notice_date", "registered_on", "zone",
    "as_of",
)  # fmt: skip


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


Add = Callable[[Mapping[str, bytes]], Mapping[str, bytes]]


def members(
    case: Case,
    files: Files,
    profile: str,
    made_at: datetime,
    seeds: Sequence[bytes],
    add: Add | None = None,
) -> dict[str, bytes]:
    """Return every member by name, the manifest and its signature last.

    ``seeds`` are the installation's keys for seals. ``add`` is given the members that show the
    case and returns further ones, which it may describe. Raises ``EvidenceError`` where a snapshot
    cannot be read, or none of the keys is that of the last seal.
    """
    at = to_text(made_at)
    made, withheld = _shown(case, files, profile, at)
    if add:
        made |= add(made)
    lines = "".join(f"{seq} {digest.hex()}\n" for seq, digest in case.hashes)
    made["log/hashes.txt"] = lines.encode()
    made |= proofs(case.seals, case.stamps)
    head = f"{case.head.seq}:{case.head.hash}"
    made["README.txt"] = readme(
        profile, subject=case.finding, profile=profile, made_at=at, head=head
    )
    made[VERIFIER] = Path(__file__).with_name(VERIFIER).read_bytes()
    text = manifest(
        subject=case.finding,
        profile=profile,
        made_at=at,
        head=case.head,
        key=case.seals[-1].checkpoint.key,
        entries=[item.seq for item in case.items],
        withheld=withheld,
        digests={name: hashlib.sha256(data).hexdigest() for name, data in made.items()},
    )
    return {**made, MANIFEST: text, SIGNATURE: signature(text, case.seals[-1], seeds)}


def _shown(
    case: Case, files: Files, profile: str, at: str
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return what shows the case, entry by entry, and by name why a member is left out."""
    made: dict[str, bytes] = {}
    withheld: dict[str, str] = {}
    names = tuple(masking.people({c.name: _json(c.body)} for c in _contents(case)))
    others = _of_others(case)
    for item in case.items:
        open_ = PROFILES[profile] if item.seq not in others else PROFILES[profile] - {WATCH}
        made |= _item(item, files, open_, withheld, at)
        made |= _decided(item, names)
    return made, withheld


def proofs(seals: Sequence[Seal], stamps: Iterable[Stamped]) -> dict[str, bytes]:
    """Return the members that prove when the entries were there, and whose word that is."""
    made: dict[str, bytes] = {}
    for seal in seals:
        made[f"seals/{seal.entry}.json"] = seal.checkpoint.encode()
        made[f"seals/{seal.entry}.sig"] = seal.signature + seal.endorsement
    for stamp in stamps:
        made[f"stamps/{stamp.seal}-{stamp.authority}.tsr"] = stamp.answer
        made[f"stamps/{stamp.seal}-{stamp.authority}.pem"] = stamp.roots
    return made


def manifest(
    *,
    subject: str,
    profile: str,
    made_at: str,
    head: LogHead,
    key: str,
    entries: Sequence[int],
    withheld: Mapping[str, str],
    digests: Mapping[str, str],
) -> bytes:
    """Return the manifest's canonical bytes."""
    return canonical(
        {
            "v": VERSION,
            "finding": subject,
            "profile": profile,
            "made_at": made_at,
            "head": f"{head.seq}:{head.hash}",
            "key": key,
            "entries": entries,
            "withheld": withheld,
            "members": digests,
        }
    )


def signature(text: bytes, last: Seal, seeds: Sequence[bytes]) -> bytes:
    """Sign a manifest by the key of the last seal; ``EvidenceError`` where it is missing."""
    for seed in seeds:
        if public_key(seed) == last.checkpoint.key:
            return sign(seed, PREFIX + text)
    raise EvidenceError("the key of the last seal is missing: put it back from its backup")


def write(made: Mapping[str, bytes], path: Path) -> None:
    """Write the ZIP, whole or not at all; a file that is there is never overwritten."""
    try:
        with export_zip.draft(path) as pack:
            for name, data in made.items():
                pack.put(name, data)
        export_zip.publish(path)
    finally:
        export_zip.discard(path)


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
    if WATCH in there:
        made[f"facts/{item.seq}.json"] = canonical(facts(there[WATCH].body))
    taken: dict[str, bytes] = {}
    for name, file in entry.files.items():
        member = f"files/{item.seq}/{name}"
        if name not in item.salts:
            withheld[member] = "erased"
            continue
        if name == SCAN or (name == CARD and WATCH not in open_):
            # A card shows the name of the register line; a signed paper has numbers and names.
            withheld[member] = "identity"
            continue
        taken[name] = _read(files, file.commitment)
        made[member], made[f"salts/{member}"] = taken[name], item.salts[name]
    if headers := _json(taken.get("headers", b"")):
        bodies = {name: data for name, data in taken.items() if name != "headers"}
        kinds = {name: file.media_type for name, file in entry.files.items()}
        made[f"warc/{item.seq}.warc"] = warc.archive(bodies, headers, at, kinds)
    return made


def _of_others(case: Case) -> frozenset[int]:
    """Return the entries whose register line is that of somebody to whom the act is no longer laid.

    A wrong attribution that was put right leaves that line closed, whatever the profile.
    """
    whose = {
        item.seq: _json(content.body).get("person_ref")
        for item in case.items
        for content in item.contents
        if content.name == WATCH
    }
    last = whose[max(whose)] if whose else None
    return frozenset(seq for seq, ref in whose.items() if ref != last)


def _contents(case: Case) -> Iterator[Opening]:
    return (content for item in case.items for content in item.contents)


def _decided(item: Item, names: Sequence[tuple[str, str]]) -> dict[str, bytes]:
    """Return what an entry says of the case, with roles for names; nothing of the act itself."""
    entry = entries.read(item.canonical)
    if entry.kind in ACT:
        return {}
    said: dict[str, Canonical] = {
        "seq": item.seq,
        "at": entry.at,
        "kind": entry.kind,
        "public": entry.public,
        "content": masking.said(
            {c.name: _json(c.body) for c in item.contents}, names, masking.ANSWER
        ),
    }
    return {f"decisions/{item.seq}.json": canonical(said)}


def facts(body: bytes) -> dict[str, Canonical]:
    """Return of a register line what names nobody."""
    line = _json(body)
    return {name: line.get(name) for name in FACTS}


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
