#!/usr/bin/env python3
"""Verify evidence of Netralitas: the export of one finding, or a whole copy of the database.

    python3 verify_evidence.py EXPORT.zip
    python3 verify_evidence.py DATABASE --snapshots FOLDER --head SEQ:HEX

Needs Python 3.9 and openssl 3.0 or newer, nothing of the program that made the evidence. Every
byte is described in docs/evidence.md. Status 0: sound; 1: names the first bad place; 2: usage.
"""

import argparse
import calendar
import hashlib
import hmac
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from pathlib import Path
from typing import Any

CHECKPOINT, MANIFEST = b"netralitas checkpoint\n", b"netralitas manifest\n"
ENTRY = {"v", "seq", "at", "kind", "subject", "public", "content", "files"}
SEAL = {"v", "number", "first", "seq", "hash", "rows", "at", "key", "previous"}
EXPORT = {"v", "finding", "profile", "made_at", "head", "key", "members", "entries", "withheld"}
ED25519 = "302a300506032b6570032100"  # RFC 8410: what DER puts before a public key
NOTHING = {"number": 0, "seq": 0, "digest": "0" * 64, "key": None}  # before the first seal


class Bad(Exception):
    """The first bad place, and what is wrong there."""


def must(holds: object, place: str, what: str) -> None:
    if not holds:
        raise Bad(f"{place}: {what}")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def decoded(place: str, data: Any, keys: set[str]) -> Any:
    """Read canonical JSON: an object with exactly these keys, in its one byte form."""
    must(type(data) is bytes, place, "it is missing, or no BLOB")
    try:  # int refuses fractions, exponents and NaN, which have no single form
        value = json.loads(data, parse_float=int, parse_constant=int)
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        must(text.encode() == data, place, "not in canonical form")
    except (ValueError, RecursionError) as error:
        raise Bad(f"{place}: not canonical JSON: {error}") from None
    right = type(value) is dict and set(value) == keys and str(value["v"]) == "1"
    must(right, place, "not the keys that it should have, or of an unknown version")
    return value


def openssl(words: str, **files: bytes) -> str:
    """Run openssl on some bytes, each in a file of its name; empty where it refuses."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        command = ["openssl", *words.split()]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def signed(key: Any, data: bytes, signature: bytes) -> bool:
    """Tell whether an Ed25519 signature holds; the key is 64 hex digits."""
    words = "pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in data -sigfile signature"
    der = bytes.fromhex(ED25519 + key) if re.fullmatch("[0-9a-f]{64}", str(key)) else b""
    return "Verified Successfully" in openssl(words, key=der, data=data, signature=signature)


def stamped_at(place: str, answer: bytes, data: bytes, roots: bytes) -> str:
    """Return the time (UTC) of an RFC 3161 stamp over some bytes; it must verify at that time."""
    text = openssl("ts -reply -in answer -text", answer=answer)
    found = re.search(r"Time stamp: (\w+ +\d+ \d+:\d+:\d+)(?:\.\d+)? (\d+) GMT", text)
    must(found, place, "no time stamp that openssl can read")
    at = time.strptime(" ".join(found.groups() if found else ()), "%b %d %H:%M:%S %Y")
    words = f"ts -verify -data data -in answer -CAfile roots -attime {calendar.timegm(at)}"
    done = openssl(words, data=data, answer=answer, roots=roots)
    must("Verification: OK" in done, place, "the time stamp does not verify")
    return time.strftime("%Y-%m-%dT%H:%M:%S", at)


def entry_of(place: str, seq: int, data: Any) -> Any:
    """Read one entry of the log."""
    entry = decoded(place, data, ENTRY)
    texts = all(type(entry[name]) is str for name in ("at", "kind", "subject"))
    tables = all(type(entry[name]) is dict for name in ("public", "content", "files"))
    must(texts and tables and entry["seq"] == seq, place, "not the entry of its number")
    for file in entry["files"].values():
        right = type(file) is dict and set(file) == {"commitment", "media_type", "size"}
        name = str(file["commitment"]) if right else ""
        must(re.fullmatch("[0-9a-f]{64}", name), place, "a file without a commitment")
    return entry


def opened(place: str, promised: str, salt: Any, data: Any) -> None:
    """Check bytes against a commitment."""
    right = type(data) is bytes and type(salt) is bytes and len(salt) == 32
    must(right, place, "the bytes are missing, or their salt is not 32 bytes")
    found = hmac.new(salt, data, "sha256").hexdigest()
    must(found == promised, place, "salt and bytes do not give the commitment")


def seal_of(place: str, before: Any, data: Any, signature: Any, endorsement: Any) -> Any:
    """Check one seal against the one before, where that is known."""
    must(type(signature) is bytes and type(endorsement) is bytes, place, "no BLOB")
    point = decoded(place, data, SEAL)
    must(signed(point["key"], CHECKPOINT + data, signature), place, "the signature does not hold")
    stamped = CHECKPOINT + data + signature + endorsement
    if before:
        turned = before["key"] not in (None, point["key"])
        right = signed(before["key"], CHECKPOINT + data, endorsement) if turned else not endorsement
        must(right, place, "its key is not endorsed by the one before, or needs no endorsement")
        wanted = (before["number"] + 1, before["seq"] + 1, before["digest"])
        right = (point["number"], point["first"], point["previous"]) == wanted
        must(right, place, "number, span or seal before are not those of the log")
    return {**point, "stamped": stamped, "digest": sha256(stamped)}


class Rows:
    """Rows of a table by entry; a row that belongs to no entry is a bad place."""

    def __init__(self, conn: sqlite3.Connection, table: str, columns: str = "*") -> None:
        self.what = f"a {table} row belongs to no entry"
        self.rows = conn.execute(f"SELECT {columns} FROM {table} ORDER BY seq")  # noqa: S608
        self.row: Any = next(self.rows, None)

    def take(self, seq: float) -> list[Any]:
        taken = []
        while self.row and (type(self.row[0]) is not int or self.row[0] <= seq):
            must(self.row[0] == seq, f"entry {self.row[0]}", self.what)
            taken.append(self.row[1:])
            self.row = next(self.rows, None)
        return taken


class Database:
    """One pass over the log of a copy of the database, with everything that belongs to it."""

    def __init__(self, path: Path, snapshots: Path) -> None:
        self.conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        self.conn.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        self.conn.execute("BEGIN")
        self.content, self.snapshot = Rows(self.conn, "content"), Rows(self.conn, "snapshot")
        self.seal, self.stamp = Rows(self.conn, "seal"), Rows(self.conn, "stamp")
        self.finding = Rows(self.conn, "finding", "seq, finding_id, revision_no, outcome")
        self.snapshots, self.before, self.span = snapshots, NOTHING, hashlib.sha256()
        self.seals, self.said = dict[int, bytes](), dict[str, str]()

    def verify(self, head: Any) -> list[str]:
        last, before = 0, bytes(32)
        for row in self.conn.execute("SELECT seq, canonical, hash FROM log ORDER BY seq"):
            must(row[0] == last + 1, f"entry {min(row[0], last + 1)}", "missing, or out of order")
            seq, place, entry = row[0], f"entry {row[0]}", entry_of(f"entry {row[0]}", *row[:2])
            must(row[2] == hashlib.sha256(before + row[1]).digest(), place, "hash does not follow")
            self.belongings(place, seq, entry)
            self.sealing(place, seq, entry, before)
            must(not head or head[0] != seq or head[1] == row[2].hex(), place, "not the head's")
            self.span.update(row[2])
            last, before = seq, row[2]
        cut = self.seal.row and type(self.seal.row[0]) is int and self.seal.row[0] > last
        must(not cut, f"entry {last + 1}", "the log ends here, and a seal covers what came after")
        for rows in (self.content, self.snapshot, self.finding, self.seal, self.stamp):
            rows.take(float("inf"))
        must(not head or head[0] <= last, f"entry {last + 1}", "the log ends before the head")
        return [f"{last} entries; head {last}:{before.hex()}", *self.said.values()]

    def belongings(self, place: str, seq: int, entry: Any) -> None:
        content, snapshot = self.content.take(seq), self.snapshot.take(seq)
        for rows, named in ((content, "content"), (snapshot, "files")):
            right = sorted(repr(row[0]) for row in rows) == sorted(map(repr, entry[named]))
            must(right, place, f"{named}: the rows are not those that it names")
        for name, salt, body in content:
            opened(f"{place} content {name!r}", entry["content"][name], salt, body)
        for name, salt in snapshot:
            file, what = entry["files"][name], f"{place} file {name!r}"
            path = self.snapshots / file["commitment"][:2] / file["commitment"]
            must(path.is_file() and not path.is_symlink(), what, "the file is missing")
            must(path.stat().st_size == file["size"], what, "the file has another size")
            opened(what, file["commitment"], salt, path.read_bytes())
        said = (entry["subject"], *map(entry["public"].get, ("revision_no", "outcome")))
        right = self.finding.take(seq) == ([said] if entry["kind"] == "finding" else [])
        must(right, place, "finding rows are not those that it says")

    def sealing(self, place: str, seq: int, entry: Any, before: bytes) -> None:
        seal, stamp, kind = self.seal.take(seq), self.stamp.take(seq), entry["kind"]
        public = {k: v for k, v in entry["public"].items() if k != "stamp"}  # a trial's mark
        right = (len(seal), len(stamp)) == (kind == "seal", kind == "stamp")
        must(right, place, "a seal or stamp is missing, or one is not named")
        if seal:
            point = seal_of(f"{place} seal", self.before, *seal[0])
            found = (seq - 1, before.hex(), self.span.hexdigest())
            right = (point["seq"], point["hash"], point["rows"]) == found
            must(right, f"{place} seal", "it does not cover the entries that are there")
            right = public == {"number": point["number"], "digest": point["digest"]}
            must(right, f"{place} seal", "not the seal that the entry names")
            self.before, self.seals[seq], self.span = point, point["stamped"], hashlib.sha256()
            self.said["seal"] = f"signed up to entry {seq - 1} at {point['at']}, {point['key']}"
        if stamp:
            self.stamped(f"{place} stamp", entry["subject"], public, *stamp[0])

    def stamped(self, place: str, subject: str, public: Any, seal: int, *row: Any) -> None:
        authority, answer, roots = row
        must(type(answer) is bytes and type(roots) is bytes, place, "no BLOB")
        found = {"seal": seal, "digest": sha256(answer), "roots": sha256(roots)}
        right = {**found, "time": public.get("time")} == public
        right = right and authority == subject and seal in self.seals
        must(right, place, "not the stamp that the entry names")
        at = stamped_at(place, answer, self.seals[seal], roots)
        must(public["time"].startswith(at), place, "not the time that the entry names")
        self.said["stamp"] = f"stamped up to entry {seal - 1} at {at}Z by {authority}"


def export(path: Path) -> list[str]:
    """Check every member of an export: by the manifest, by the log, by seals and stamps."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
            names = {member.filename for member in found if member.compress_type in (0, 8)}
            must(len(names) == len(found), "the archive", "a member twice, or packed oddly")
            members = {member.filename: archive.read(member) for member in found}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise Bad(f"the archive: {error}") from None
    text, signature = members.pop("manifest.json", b""), members.pop("manifest.sig", b"")
    manifest = decoded("manifest.json", text, EXPORT)
    must(signed(manifest["key"], MANIFEST + text, signature), "manifest.sig", "it does not hold")
    for name in sorted({*members, *manifest["members"]}):
        must(name in members, name, "the member is missing")
        must(manifest["members"].get(name) == sha256(members[name]), name, "not the manifest's")
    seals, hashes = export_seals(members)
    must([s["key"] for s in seals.values()][-1:] == [manifest["key"]], "manifest.json", "its key")
    for seq in manifest["entries"]:
        export_entry(members, seq, hashes, manifest["withheld"])
    said = [f"finding {manifest['finding']}, entries {manifest['entries']}, key {manifest['key']}"]
    for name in sorted(name for name in members if name.endswith(".tsr")):
        entry, _, authority = name.removeprefix("stamps/")[:-4].partition("-")
        roots = members.get(name[:-3] + "pem", b"")
        must(int(entry) in seals, name, "it stamps no seal that is there")
        at = stamped_at(name, members[name], seals[int(entry)]["stamped"], roots)
        said.append(f"the seal over entry {int(entry) - 1} was stamped at {at}Z by {authority}")
    return said


def export_seals(members: dict[str, bytes]) -> tuple[dict[int, Any], dict[int, bytes]]:
    """Return the seals by their entries, and the hashes of entries that they prove."""
    lines = members.get("log/hashes.txt", b"").decode("ascii", "replace").splitlines()
    listed = {int(line.split()[0]): bytes.fromhex(line.split()[1]) for line in lines}
    seals, before, proven = dict[int, Any](), None, {0: bytes(32)}
    for entry in sorted(int(n[6:-5]) for n in members if re.fullmatch(r"seals/\d+\.json", n)):
        place, both = f"seals/{entry}.json", members.get(f"seals/{entry}.sig", b"")
        before = seals[entry] = seal_of(place, before, members[place], both[:64], both[64:])
        must(before["seq"] == entry - 1, place, "not the seal of its number")
        span = {seq: listed[seq] for seq in range(before["first"], entry) if seq in listed}
        if len(span) == entry - before["first"]:
            must(sha256(b"".join(span.values())) == before["rows"], "log/hashes.txt", "not sealed")
            proven.update(span)
    return seals, proven


def export_entry(members: dict[str, bytes], seq: int, hashes: Any, withheld: Any) -> None:
    place, data = f"log/{seq}.json", members.get(f"log/{seq}.json")
    entry = entry_of(place, seq, data)
    must(seq in hashes and seq - 1 in hashes, place, "no seal covers it")
    must(hashlib.sha256(hashes[seq - 1] + data).digest() == hashes[seq], place, "not as sealed")
    promised = {f"content/{seq}/{name}": text for name, text in entry["content"].items()}
    promised.update((f"files/{seq}/{n}", file["commitment"]) for n, file in entry["files"].items())
    for name in sorted(promised.keys() - set(withheld)):
        opened(name, promised[name], members.get(f"salts/{name}"), members.get(name))


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify evidence of Netralitas.")
    parser.add_argument("path", type=Path, help="an export (ZIP), or a copy of the database")
    parser.add_argument("--snapshots", type=Path, help="the folder; default: beside the database")
    parser.add_argument("--head", default="", help="SEQ:HEX as an alert prints it")
    args = parser.parse_args()
    found = re.fullmatch(r"(\d+):([0-9a-f]{64})", args.head)
    if not args.path.is_file() or bool(args.head) != bool(found):
        parser.error("expected a file, and --head as SEQ:HEX")
    head = (int(found[1]), found[2]) if found else None
    path, folder = args.path, args.snapshots or args.path.with_name("snapshots")
    try:
        said = export(path) if path.suffix == ".zip" else Database(path, folder).verify(head)
    except (Bad, sqlite3.Error) as error:
        print(f"FIRST BAD PLACE: {str(error).encode('ascii', 'backslashreplace').decode()}")
        return 1
    print("\n".join([*said, "Nothing was changed."]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
