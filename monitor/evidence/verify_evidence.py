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
ENTRY = "seq:int at:str kind:str subject:str public:dict content:dict files:dict"
FILE = rb'{"commitment":"[0-9a-f]{64}","media_type":"[^"]*","size":\d+}'
SEAL = "number:int first:int seq:int hash:str rows:str at:str key:str previous:str"
TOMBSTONE = {"ground", "office", "reference", "schedule", "erased", "key"}
ZIP = "finding:str profile:str made_at:str head:str key:str members:dict entries:list withheld:dict"
ED25519 = "302a300506032b6570032100"  # RFC 8410: what DER puts before a public key
ENTRIES = """SELECT log.seq, canonical, hash, finding_id, revision_no, outcome
    FROM log LEFT JOIN finding ON finding.seq = log.seq ORDER BY log.seq"""
STRAYS = "SELECT seq FROM {0} WHERE typeof(seq) <> 'integer' OR seq NOT IN (SELECT seq FROM log)"
ERASED = """SELECT value FROM log, json_each(CAST(canonical AS TEXT), '$.public.erased')
    WHERE instr(canonical, '"erased":[') AND json_valid(CAST(canonical AS TEXT))"""
UNSEALED: Any = {"number": 0, "seq": 0, "digest": "0" * 64, "key": None, "said": "not sealed"}


class Bad(Exception):
    """The first bad place, and what is wrong there."""


def must(holds: object, place: str, what: str) -> None:
    if not holds:
        raise Bad(f"{place}: {what}")


def same(found: object, wanted: object, place: str, what: str) -> None:
    must(found == wanted, place, f"{what}: expected {wanted}, found {found}")


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def decoded(place: str, data: Any, form: str) -> Any:
    """Read canonical JSON: an object of exactly these keys and kinds, in its one byte form."""
    must(type(data) is bytes, place, "missing, or not stored as bytes")
    try:  # int refuses fractions, exponents and NaN, which have no single form
        value = dict(json.loads(data, parse_float=int, parse_constant=int))
        must(canonical(value) == data, place, "not in canonical form")
    except (TypeError, ValueError, RecursionError) as error:
        raise Bad(f"{place}: not an object in canonical JSON: {error}") from None
    kinds = sorted(f"{key}:{type(one).__name__}" for key, one in value.items())
    same(kinds, sorted(["v:int", *form.split()]), place, "its keys, and of what kind they are")
    same(value["v"], 1, place, "the version of the form")
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


def stamp_of(place: str, seal: Any, by: str, answer: bytes, roots: bytes) -> tuple[str, str]:
    """Check an RFC 3161 stamp over a seal, as of its time; return that (UTC), and what it says."""
    must(seal, place, "there is no such seal before it")
    text = openssl("openssl ts -reply -in answer -text", answer=answer)
    found = re.findall(r"Time stamp: (\w+ +\d+ \d+:\d+:\d+)(?:\.\d+)?( \d+) GMT", text)
    must(found, place, "no time stamp that openssl can read")
    at = datetime.strptime("".join(found[0]) + "Z", "%b %d %H:%M:%S %Y%z")
    words = f"openssl ts -verify -data data -in answer -CAfile ca -attime {int(at.timestamp())}"
    said = openssl(words, data=seal["stamped"], answer=answer, ca=roots)
    must("Verification: OK" in said, place, "openssl refuses the stamp")
    time = at.strftime("%Y-%m-%dT%H:%M:%S")
    return time, f"stamped up to entry {seal['seq']} at {time}Z by {by}"


def entry_of(place: str, seq: int, data: Any, before: bytes, digest: Any) -> Any:
    """Read one entry; "promised" are its commitments, by the names of exports and tombstones."""
    entry = decoded(place, data, ENTRY)
    same(entry["seq"], seq, place, "the number that the entry gives itself")
    must(digest == sha256(before + data).digest(), place, "no hash that follows on the last one")
    entry["public"].pop("stamp", None)  # the mark of a trial
    entry["promised"] = {f"content/{seq}/{name}": c for name, c in entry["content"].items()}
    for name, file in entry["files"].items():
        must(re.fullmatch(FILE, canonical(file)), place, f"a file without a commitment: {file}")
        entry["promised"][f"files/{seq}/{name}"] = file["commitment"]
    return entry


def opened(place: str, promised: str, salt: Any, data: Any) -> None:
    """Check bytes against a commitment."""
    right = type(data) is bytes and type(salt) is bytes and len(salt) == 32
    right = right and hmac.new(salt, data, "sha256").hexdigest() == promised
    must(right, place, f"missing, or with its salt (32 bytes) does not give {promised}")


def tombstone(place: str, entry: Any, before: bytes, keys: Any) -> set[str]:
    """Return what a tombstone names as erased, if one of some keys signed it for its place."""
    said = dict(entry["public"])
    sig: Any = re.fullmatch("[0-9a-f]{128}", str(said.pop("signature", "")))
    right = sig and entry["kind"] == "erasure" and set(said) == TOMBSTONE and said["key"] in keys
    right = right and signed(said["key"], ERASURE + before + canonical(said), bytes.fromhex(sig[0]))
    must(right, place, "no tombstone that the key of the last seal before it signed")
    return set(map(str, said["erased"]))


def seal_of(place: str, last: Any, covers: Any, data: Any, sig: Any, endorsed: Any) -> Any:
    """Check one seal by what it must cover and, where that is known, by the seal before."""
    must(type(sig) is type(endorsed) is bytes, place, "a signature that is no bytes")
    point, text = decoded(place, data, SEAL), CHECKPOINT + data
    must(signed(point["key"], text, sig), place, "the signature does not hold")
    if last:
        turned = last["key"] not in (None, point["key"])
        right = signed(last["key"], text, endorsed) if turned else not endorsed
        must(right, place, "its key is not endorsed by the one before, or needs no endorsement")
        covers.update(number=last["number"] + 1, first=last["seq"] + 1, previous=last["digest"])
    same({key: point[key] for key in covers}, covers, place, "what it covers, or the seal before")
    short = sha256(bytes.fromhex(point["key"])).hexdigest()[:16]  # as people compare keys
    point["said"] = f"signed up to entry {point['seq']} at {point['at']} by key {short}"
    stamped = text + sig + endorsed
    return {**point, "stamped": stamped, "digest": sha256(stamped).hexdigest()}


class Database:
    """One pass over the log of a copy of the database, with everything that belongs to it."""

    def __init__(self, path: Path, snapshots: Path, mode: str = "ro") -> None:
        self.conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)
        self.conn.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        self.conn.execute("BEGIN")
        same(self.conn.execute(DAMAGE).fetchone()[0], "ok", "the database", "integrity_check")
        self.snapshots, self.before, self.span = snapshots, UNSEALED, sha256()
        self.seals, self.stamped = dict[int, Any](), "not stamped"
        self.gone, self.met = {row[0] for row in self.conn.execute(ERASED)}, set[str]()

    def rows(self, table: str, seq: int) -> list[Any]:
        return self.conn.execute(f"SELECT * FROM {table} WHERE seq = ?", (seq,)).fetchall()  # noqa: S608

    def verify(self, heads: dict[int, str]) -> list[str]:
        seq, before = 0, bytes(32)
        for seq, (number, data, digest, *filed) in enumerate(self.conn.execute(ENTRIES), 1):
            same(number, seq, f"entry {min(number, seq)}", "missing, or out of order")
            place, entry = f"entry {seq}", entry_of(f"entry {seq}", seq, data, before, digest)
            self.belongings(place, seq, entry)
            self.named(f"{place} {entry['kind']}", seq, entry, before, filed)
            same(digest.hex(), heads.get(seq, digest.hex()), place, "its hash, beside a given head")
            self.span.update(digest)
            before = digest
        upto = max(0, *heads, *self.conn.execute("SELECT ifnull(max(seq), 0) FROM seal").fetchone())
        must(upto <= seq, f"entry {seq + 1}", f"the log is cut off: it had {upto} or more")
        for table in ("content", "snapshot", "finding", "stamp"):
            strays = self.conn.execute(STRAYS.format(table)).fetchall()
            must(not strays, f"entry {strays and strays[0][0]}", f"no entry has this {table} row")
        return [f"{seq} entries; head {seq}:{before.hex()}", self.before["said"], self.stamped]

    def belongings(self, place: str, seq: int, entry: Any) -> None:
        promised = entry["promised"]
        lost = promised.keys() & self.gone if entry["kind"] != "erasure" else set()
        self.met |= lost
        found = {f"content/{seq}/{name}": more for _, name, *more in self.rows("content", seq)}
        found |= {f"files/{seq}/{name}": more for _, name, *more in self.rows("snapshot", seq)}
        same(sorted(found), sorted(promised.keys() - lost), place, "rows of content, snapshot")
        for name, file in entry["files"].items():
            key, digest = f"files/{seq}/{name}", file["commitment"]
            path = self.snapshots / digest[:2] / digest
            size = path.stat().st_size if path.is_file() and not path.is_symlink() else None
            same(size, None if key in lost else file["size"], f"{place} {key}: {path}", "its size")
            if key in found:
                found[key].append(path.read_bytes())
        for name, (salt, data) in found.items():
            opened(f"{place} {name}", promised[name], salt, data)

    def named(self, place: str, seq: int, entry: Any, before: bytes, filed: Any) -> None:
        """Check the rows that an entry names: a finding's, a seal's, a stamp's; and tombstones."""
        seal, stamp = self.rows("seal", seq), self.rows("stamp", seq)
        kind, public = entry["kind"], entry["public"]
        said = [entry["subject"], public.get("revision_no"), public.get("outcome")]
        same(filed, said if kind == "finding" else [None] * 3, place, "its row in table finding")
        same([len(seal), len(stamp)], [kind == "seal", kind == "stamp"], place, "seals and stamps")
        if seal:
            covers = {"seq": seq - 1, "hash": before.hex(), "rows": self.span.hexdigest()}
            point = seal_of(place, self.before, covers, *seal[0][1:])
            row = {key: point[key] for key in ("number", "digest")}
            same(row, public, place, "its row, as the entry names it")
            self.before, self.seals[seq], self.span = point, point, sha256()
        if stamp:
            _, number, authority, answer, roots = stamp[0]
            must(type(answer) is type(roots) is bytes, place, "not stored as bytes")
            digests = {"digest": sha256(answer).hexdigest(), "roots": sha256(roots).hexdigest()}
            told = [authority, {**digests, "seal": number, "time": public.get("time")}]
            same(told, [entry["subject"], public], place, "its row, as the entry names it")
            at, self.stamped = stamp_of(place, self.seals.get(number), authority, answer, roots)
            same(str(public["time"])[:19], at, place, "the time in the entry")
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
    manifest = decoded("manifest.json", text, ZIP)
    must(signed(manifest["key"], MANIFEST + text, signature), "manifest.sig", "it does not hold")
    for name in sorted({*members, *manifest["members"]}):
        must(name in members, name, "the member is missing")
        same(sha256(members[name]).hexdigest(), manifest["members"].get(name), name, "its SHA-256")
    seals, hashes = export_seals(members)
    keys, left, gone = [seal["key"] for seal in seals.values()], manifest["withheld"], set[str]()
    same(keys[-1:], [manifest["key"]], "manifest.json", "the key of the last seal")
    for seq in sorted(manifest["entries"], reverse=True):  # a tombstone is behind what it names
        place, before = f"log/{seq}.json", hashes.get(seq - 1, b"")
        entry = entry_of(place, seq, members.get(place), before, hashes.get(seq))
        for name, promised in sorted(entry["promised"].items()):
            must(left.get(name) != "erased" or name in gone, name, "erased without a tombstone")
            if name not in left:
                opened(name, promised, members.get(f"salts/{name}"), members.get(name))
        gone |= tombstone(place, entry, before, keys) if entry["kind"] == "erasure" else set()
    said = [f"finding {manifest['finding']}, entries {manifest['entries']}"]
    for name in sorted(members):
        if stamp := re.fullmatch(r"stamps/(\d+)-(.+)\.tsr", name):
            seal, roots = seals.get(int(stamp[1])), members.get(name[:-3] + "pem", b"")
            said.append(stamp_of(name, seal, stamp[2], members[name], roots)[1])
    return [*said, seals[max(seals)]["said"]]


def export_seals(members: dict[str, bytes]) -> tuple[dict[int, Any], dict[int, bytes]]:
    """Return the seals by their entries, and the hashes of entries that they prove."""
    pairs = re.findall(rb"(?m)^(\d+) ([0-9a-f]{64})$", members.get(HASHES, b""))
    listed = {int(seq): bytes.fromhex(digest.decode()) for seq, digest in pairs}
    seals, before, proven = dict[int, Any](), None, {0: bytes(32)}
    for entry in sorted(int(n[6:-5]) for n in members if re.fullmatch(r"seals/\d+\.json", n)):
        place, both = f"seals/{entry}.json", members.get(f"seals/{entry}.sig", b"")
        parts = members[place], both[:64], both[64:]
        before = seals[entry] = seal_of(place, before, {"seq": entry - 1}, *parts)
        span = {seq: listed[seq] for seq in range(before["first"], entry) if seq in listed}
        if len(span) == entry - before["first"]:
            digest = sha256(b"".join(span.values())).hexdigest()
            same(digest, before["rows"], HASHES, f"the digest of {before['first']} to {entry - 1}")
            proven.update(span)
    return seals, proven


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify evidence of Netralitas.")
    parser.add_argument("path", type=Path, help="an export (ZIP), or a copy of the database")
    parser.add_argument("--snapshots", type=Path, help="the folder; default: beside the database")
    parser.add_argument("--head", default="", help="SEQ:HEX as an alert prints it")
    args = parser.parse_args()
    path, folder = args.path, args.snapshots or args.path.with_name("snapshots")
    found = re.fullmatch(r"(\d+):([0-9a-f]{64})", args.head)
    if not path.is_file() or bool(args.head) != bool(found):
        parser.error("expected a file, and --head as SEQ:HEX")
    heads, wal = {int(found[1]): found[2]} if found else {}, Path(f"{path}-wal")
    mode = "ro" if os.access(path.parent, os.W_OK) else "ro&immutable=1"  # nothing can change there
    if mode != "ro" and wal.exists() and wal.stat().st_size:
        both = f"the last changes are not in the database but in {wal.name}: copy both files"
        parser.error(f"{path.parent} is write-protected, and {both} to a folder of your own")
    try:
        said = export(path) if path.suffix == ".zip" else Database(path, folder, mode).verify(heads)
    except (Bad, sqlite3.Error, UnicodeDecodeError) as error:
        print(f"FIRST BAD PLACE: {str(error).encode('unicode_escape').decode()}")
        return 1
    print("\n".join([*said, "Nothing was changed."]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
