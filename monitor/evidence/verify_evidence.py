#!/usr/bin/env python3
"""Verify evidence of Netralitas: the export of one finding, or a whole copy of the database.

Needs Python 3.9 and openssl 3.0 or newer, nothing of the program that made the evidence. Every
byte is described in docs/evidence.md. Status 0: sound; 1: names the first bad place; 2: usage.
"""

import argparse
import hmac
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
import zlib
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

CHECKPOINT, MANIFEST = b"netralitas checkpoint\n", b"netralitas manifest\n"
ERASURE, DAMAGE, HASHES = b"netralitas erasure\n", "PRAGMA integrity_check(1)", "log/hashes.txt"
ENTRY = {"v", "seq", "at", "kind", "subject", "public", "content", "files"}
SEAL = {"v", "number", "first", "seq", "hash", "rows", "at", "key", "previous"}
TOMBSTONE = {"ground", "office", "reference", "schedule", "erased", "key"}
EXPORT = {"v", "finding", "profile", "made_at", "head", "key", "members", "entries", "withheld"}
ED25519 = "302a300506032b6570032100"  # RFC 8410: what DER puts before a public key
ENTRIES = """SELECT log.seq, canonical, hash, finding_id, revision_no, outcome
    FROM log LEFT JOIN finding ON finding.seq = log.seq ORDER BY log.seq"""
STRAYS = "SELECT seq FROM {0} WHERE typeof(seq) <> 'integer' OR seq NOT IN (SELECT seq FROM log)"
ERASED = """SELECT value FROM log, json_each(CAST(canonical AS TEXT), '$.public.erased')
    WHERE instr(canonical, '"erased":[') AND json_valid(CAST(canonical AS TEXT))"""
NOTHING = {"number": 0, "seq": 0, "digest": "0" * 64, "key": None}  # before the first seal


class Bad(Exception):
    """The first bad place, and what is wrong there."""


def must(holds: object, place: str, what: str) -> None:
    if not holds:
        raise Bad(f"{place}: {what}")


def same(found: object, wanted: object, place: str, what: str) -> None:
    if found != wanted:
        raise Bad(f"{place}: {what}: expected {wanted}, found {found}")


def short(key: str) -> str:
    """Return what people compare: the first 16 hex digits of the SHA-256 of a public key."""
    return sha256(bytes.fromhex(key)).hexdigest()[:16]


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def decoded(place: str, data: Any, keys: set[str]) -> Any:
    """Read canonical JSON: an object with exactly these keys, in its one byte form."""
    must(type(data) is bytes, place, "missing, or not stored as bytes")
    try:  # int refuses fractions, exponents and NaN, which have no single form
        value = json.loads(data, parse_float=int, parse_constant=int)
        must(canonical(value) == data, place, "not in canonical form")
    except (ValueError, RecursionError) as error:
        raise Bad(f"{place}: not canonical JSON: {error}") from None
    same(sorted(value) if type(value) is dict else type(value), sorted(keys), place, "the keys")
    same(str(value["v"]), "1", place, "the version of the form")
    return value


def openssl(words: str, **files: bytes) -> str:
    """Run openssl on some bytes, each in a file of its name; empty where it refuses."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        done = subprocess.run(words.split(), cwd=folder, capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def signed(key: Any, data: bytes, signature: bytes) -> bool:
    """Tell whether an Ed25519 signature holds; the key is 64 hex digits."""
    words = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in data -sigfile sig"
    der = bytes.fromhex(ED25519 + key) if re.fullmatch("[0-9a-f]{64}", str(key)) else b""
    return "Verified Successfully" in openssl(words, key=der, data=data, sig=signature)


def stamped_at(place: str, answer: bytes, data: bytes, roots: bytes) -> str:
    """Return the time (UTC) of an RFC 3161 stamp over some bytes; it must verify at that time."""
    text = openssl("openssl ts -reply -in answer -text", answer=answer)
    found = re.findall(r"Time stamp: (\w+ +\d+ \d+:\d+:\d+)(?:\.\d+)?( \d+) GMT", text)
    must(found, place, "no time stamp that openssl can read")
    at = datetime.strptime("".join(found[0]) + "Z", "%b %d %H:%M:%S %Y%z")
    words = f"openssl ts -verify -data data -in answer -CAfile ca -attime {int(at.timestamp())}"
    said = openssl(words, data=data, answer=answer, ca=roots)
    must("Verification: OK" in said, place, "openssl refuses the stamp")
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def entry_of(place: str, seq: int, data: Any) -> Any:
    """Read one entry of the log."""
    entry = decoded(place, data, ENTRY)
    kinds = [type(entry[key]) for key in ("at", "kind", "subject", "public", "content", "files")]
    same(entry["seq"], seq, place, "the number that the entry gives itself")
    same(kinds, [str] * 3 + [dict] * 3, place, "at, kind, subject, public, content and files are")
    for file in entry["files"].values():
        right = type(file) is dict and set(file) == {"commitment", "media_type", "size"}
        name = str(file["commitment"]) if right else ""
        must(re.fullmatch("[0-9a-f]{64}", name), place, f"a file without a commitment: {file}")
    return entry


def opened(place: str, promised: str, salt: Any, data: Any) -> None:
    """Check bytes against a commitment."""
    right = type(data) is bytes and type(salt) is bytes and len(salt) == 32
    right = right and hmac.new(salt, data, "sha256").hexdigest() == promised
    must(right, place, f"missing, or with its salt (32 bytes) does not give {promised}")


def promises(seq: int, entry: Any) -> dict[str, str]:
    """Return the commitments of an entry, by the names that exports and tombstones use."""
    found = {f"files/{seq}/{name}": file["commitment"] for name, file in entry["files"].items()}
    return {**found, **{f"content/{seq}/{name}": c for name, c in entry["content"].items()}}


def tombstone(place: str, entry: Any, before: bytes, keys: Any) -> set[str]:
    """Return what a tombstone names as erased, if one of some keys signed it for its place."""
    said = {key: value for key, value in entry["public"].items() if key != "stamp"}
    text = str(said.pop("signature", ""))
    signature = bytes.fromhex(text) if re.fullmatch("[0-9a-f]{128}", text) else b""
    right = entry["kind"] == "erasure" and set(said) == TOMBSTONE and said["key"] in keys
    right = right and signed(said["key"], ERASURE + before + canonical(said), signature)
    must(right, place, "no tombstone that the key of the last seal before it signed")
    return set(map(str, said["erased"]))


def seal_of(place: str, before: Any, data: Any, signature: Any, endorsement: Any) -> Any:
    """Check one seal against the one before, where that is known."""
    must(type(signature) is type(endorsement) is bytes, place, "a signature that is no bytes")
    point = decoded(place, data, SEAL)
    must(signed(point["key"], CHECKPOINT + data, signature), place, "the signature does not hold")
    stamped = CHECKPOINT + data + signature + endorsement
    if before:
        turned = before["key"] not in (None, point["key"])
        right = signed(before["key"], CHECKPOINT + data, endorsement) if turned else not endorsement
        must(right, place, "its key is not endorsed by the one before, or needs no endorsement")
        wanted = (before["number"] + 1, before["seq"] + 1, before["digest"])
        found = (point["number"], point["first"], point["previous"])
        same(found, wanted, place, "number, first entry and digest of the seal before")
    return {**point, "stamped": stamped, "digest": sha256(stamped).hexdigest()}


class Database:
    """One pass over the log of a copy of the database, with everything that belongs to it."""

    def __init__(self, path: Path, snapshots: Path, *, fixed: bool = False) -> None:
        how = "ro&immutable=1" if fixed else "ro"  # on a write-protected medium nothing can change
        self.conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode={how}", uri=True)
        self.conn.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        self.conn.execute("BEGIN")
        same(self.conn.execute(DAMAGE).fetchone()[0], "ok", "the database", "integrity_check")
        self.snapshots, self.before, self.span = snapshots, NOTHING, sha256()
        self.seals, self.said = dict[int, bytes](), dict[str, str]()
        self.gone, self.met = {row[0] for row in self.conn.execute(ERASED)}, set[str]()

    def rows(self, table: str, seq: int) -> list[Any]:
        return self.conn.execute(f"SELECT * FROM {table} WHERE seq = ?", (seq,)).fetchall()  # noqa: S608

    def verify(self, head: Any) -> list[str]:
        last, before = 0, bytes(32)
        for row in self.conn.execute(ENTRIES):
            same(row[0], last + 1, f"entry {min(row[0], last + 1)}", "missing, or out of order")
            seq, place, entry = row[0], f"entry {row[0]}", entry_of(f"entry {row[0]}", *row[:2])
            digest = sha256(before + row[1]).digest()
            must(row[2] == digest, place, "its hash does not follow from the entry before")
            said = (entry["subject"], *map(entry["public"].get, ("revision_no", "outcome")))
            said = said if entry["kind"] == "finding" else (None, None, None)
            same(row[3:], said, place, "its row in table finding")
            self.belongings(place, seq, entry)
            self.sealing(place, seq, entry, before)
            if head and head[0] == seq:
                same(row[2].hex(), head[1], place, "its hash, beside the given head")
            self.span.update(row[2])
            last, before = seq, row[2]
        (sealed,) = self.conn.execute("SELECT coalesce(max(seq), 0) FROM seal").fetchone()
        upto = max(sealed, head[0] if head else 0)  # the log must have that many
        must(upto <= last, f"entry {last + 1}", f"the log is cut off: it had {upto} or more")
        for table in ("content", "snapshot", "finding", "stamp"):
            strays = self.conn.execute(STRAYS.format(table)).fetchall()
            must(not strays, f"entry {strays and strays[0][0]}", f"no entry has this {table} row")
        return [f"{last} entries; head {last}:{before.hex()}", *self.said.values()]

    def belongings(self, place: str, seq: int, entry: Any) -> None:
        promised = promises(seq, entry)
        lost = promised.keys() & self.gone if entry["kind"] != "erasure" else set()
        self.met |= lost
        found = {f"content/{seq}/{name}": more for _, name, *more in self.rows("content", seq)}
        found |= {f"files/{seq}/{name}": more for _, name, *more in self.rows("snapshot", seq)}
        if found.keys() != promised.keys() - lost:
            same(sorted(found), sorted(promised.keys() - lost), place, "rows of content, snapshot")
        for name, file in entry["files"].items():
            key, path = f"files/{seq}/{name}", self.snapshots / file["commitment"][:2]
            path = path / file["commitment"]
            size = path.stat().st_size if path.is_file() and not path.is_symlink() else None
            same(size, None if key in lost else file["size"], f"{place} {key}: {path}", "its size")
            if key in found:
                found[key].append(path.read_bytes())
        for name, (salt, data) in found.items():
            opened(f"{place} {name}", promised[name], salt, data)

    def sealing(self, place: str, seq: int, entry: Any, before: bytes) -> None:
        seal, stamp, kind = self.rows("seal", seq), self.rows("stamp", seq), entry["kind"]
        public = {k: v for k, v in entry["public"].items() if k != "stamp"}  # a trial's mark
        same([len(seal), len(stamp)], [kind == "seal", kind == "stamp"], place, "seals and stamps")
        if seal:
            point = seal_of(f"{place} seal", self.before, *seal[0][1:])
            row = {key: point[key] for key in ("number", "digest")}
            same(row, public, f"{place} seal", "its row, as the entry names it")
            wanted = (seq - 1, before.hex(), self.span.hexdigest())
            found = (point["seq"], point["hash"], point["rows"])
            same(found, wanted, f"{place} seal", "last entry, its hash, digest of all it covers")
            self.before, self.seals[seq], self.span = point, point["stamped"], sha256()
            by = short(point["key"])
            self.said["seal"] = f"signed up to entry {seq - 1} at {point['at']} by key {by}"
        if stamp:
            _, number, authority, answer, roots = stamp[0]
            must(type(answer) is type(roots) is bytes, f"{place} stamp", "not stored as bytes")
            digests = {"digest": sha256(answer).hexdigest(), "roots": sha256(roots).hexdigest()}
            row = {**digests, "seal": number, "time": public.get("time")}
            same(row, public, f"{place} stamp", "its row, as the entry names it")
            same(authority, entry["subject"], f"{place} stamp", "its authority")
            must(number in self.seals, f"{place} stamp", f"there is no seal {number} before it")
            at = stamped_at(f"{place} stamp", answer, self.seals[number], roots)
            same(str(public["time"])[:19], at, f"{place} stamp", "the time in the entry")
            self.said["stamp"] = f"stamped up to entry {number - 1} at {at}Z by {authority}"
        if kind == "erasure" or "erased" in public:
            erased = tombstone(place, entry, before, [self.before["key"]])
            must(erased, place, "a tombstone that names nothing")
            same(sorted(erased - self.met), [], place, "what it names and never was")


def export(path: Path) -> list[str]:
    """Check every member of an export: by the manifest, by the log, by seals and stamps."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
            members = {m.filename: archive.read(m) for m in found if m.compress_type in (0, 8)}
            must(len(members) == len(found), "the archive", "a member twice, or packed oddly")
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise Bad(f"the archive: {error}") from None
    text, signature = members.pop("manifest.json", b""), members.pop("manifest.sig", b"")
    manifest = decoded("manifest.json", text, EXPORT)
    must(signed(manifest["key"], MANIFEST + text, signature), "manifest.sig", "it does not hold")
    for name in sorted({*members, *manifest["members"]}):
        must(name in members, name, "the member is missing")
        same(sha256(members[name]).hexdigest(), manifest["members"].get(name), name, "its SHA-256")
    seals, hashes = export_seals(members)
    keys, gone = [seal["key"] for seal in seals.values()], set[str]()
    same(keys[-1:], [manifest["key"]], "manifest.json", "the key of the last seal")
    for seq in sorted(manifest["entries"], reverse=True):  # a tombstone is behind what it names
        gone |= export_entry(members, seq, hashes, manifest["withheld"], gone, keys)
    said = [f"finding {manifest['finding']}, entries {manifest['entries']}, signed by key"]
    said[0] += f" {short(manifest['key'])}"
    for name in sorted(name for name in members if name.endswith(".tsr")):
        entry, _, authority = name.removeprefix("stamps/")[:-4].partition("-")
        roots = members.get(name[:-3] + "pem", b"")
        must(int(entry) in seals, name, "it stamps no seal that is there")
        at = stamped_at(name, members[name], seals[int(entry)]["stamped"], roots)
        said.append(f"the seal over entry {int(entry) - 1} was stamped at {at}Z by {authority}")
    return said


def export_seals(members: dict[str, bytes]) -> tuple[dict[int, Any], dict[int, bytes]]:
    """Return the seals by their entries, and the hashes of entries that they prove."""
    lines = members.get(HASHES, b"").decode("ascii", "replace").splitlines()
    listed = {int(line.split()[0]): bytes.fromhex(line.split()[1]) for line in lines}
    seals, before, proven = dict[int, Any](), None, {0: bytes(32)}
    for entry in sorted(int(n[6:-5]) for n in members if re.fullmatch(r"seals/\d+\.json", n)):
        place, both = f"seals/{entry}.json", members.get(f"seals/{entry}.sig", b"")
        before = seals[entry] = seal_of(place, before, members[place], both[:64], both[64:])
        same(before["seq"], entry - 1, place, "the last entry that it covers")
        span = {seq: listed[seq] for seq in range(before["first"], entry) if seq in listed}
        if len(span) == entry - before["first"]:
            digest = sha256(b"".join(span.values())).hexdigest()
            same(digest, before["rows"], HASHES, f"the digest of {before['first']} to {entry - 1}")
            proven.update(span)
    return seals, proven


def export_entry(members: Any, seq: int, hashes: Any, left: Any, gone: Any, keys: Any) -> set[str]:
    """Check one entry and what belongs to it; return what it names as erased."""
    place, data = f"log/{seq}.json", members.get(f"log/{seq}.json")
    entry, before = entry_of(place, seq, data), hashes.get(seq - 1, b"")
    must(hashes.get(seq) == sha256(before + data).digest(), place, f"not as sealed in {HASHES}")
    for name, promised in sorted(promises(seq, entry).items()):
        must(left.get(name) != "erased" or name in gone, name, "erased without a tombstone")
        if name not in left:
            opened(name, promised, members.get(f"salts/{name}"), members.get(name))
    return tombstone(place, entry, before, keys) if entry["kind"] == "erasure" else set()


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify evidence of Netralitas.")
    parser.add_argument("path", type=Path, help="an export (ZIP), or a copy of the database")
    parser.add_argument("--snapshots", type=Path, help="the folder; default: beside the database")
    parser.add_argument("--head", default="", help="SEQ:HEX as an alert prints it")
    args = parser.parse_args()
    found = re.fullmatch(r"(\d+):([0-9a-f]{64})", args.head)
    if not args.path.is_file() or bool(args.head) != bool(found):
        parser.error("expected a file, and --head as SEQ:HEX")
    wal, fixed = Path(f"{args.path}-wal"), not os.access(args.path.parent, os.W_OK)
    if fixed and wal.exists() and wal.stat().st_size:
        both = f"the last changes are not in the database but in {wal.name}: copy both files"
        parser.error(f"{args.path.parent} is write-protected, and {both} to a folder of your own")
    head = (int(found[1]), found[2]) if found else None
    path, folder = args.path, args.snapshots or args.path.with_name("snapshots")
    try:
        said = (
            export(path)
            if path.suffix == ".zip"
            else Database(path, folder, fixed=fixed).verify(head)
        )
    except (Bad, sqlite3.Error, UnicodeDecodeError) as error:
        print(f"FIRST BAD PLACE: {str(error).encode('ascii', 'backslashreplace').decode()}")
        return 1
    print("\n".join([*said, "Nothing was changed."]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
