"""An installation with an entry of every kind that auditors ask about, made by its own parts."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor import commands
from monitor.evidence.files import Files
from monitor.evidence.signing import public_key, sign
from monitor.model.evidence import Canonical, Part
from monitor.model.seal import signed
from monitor.store import alarms, findings, governance, log, readings, rights, rules, seals
from monitor.store.db import Connection
from monitor.store.rules import By
from monitor.store.writer import Writer
from tests.notify import examples

START = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
NAME, REF, ACCOUNT_LINE = "Sari Rekaan Tiga", "p-rahasia-1", "w-sari-rekaan"
CLERK, OFFICER = "Bu Klerk Rekaan", "Pak Petugas Rekaan"
# What an entry about a person has as its subject: a keyed digest, which tells nothing.
KEYED = "ORANG-2B7Q"
CHAT = "-100777000111"
PNG = bytes.fromhex("89504e470d0a1a0a") + b"gambar rekaan"
HTML = b"<script>document.title='dijalankan'</script>ujaran"
SEED = bytes(range(32))
# What no copy may hold anywhere: names, references, register lines, chats.
NEEDLES = (NAME, REF, ACCOUNT_LINE, CHAT, "SMA Rekaan Tujuh")


@dataclass
class Place:
    """One installation; ``at`` grows by a minute with each entry."""

    folder: Path
    at: datetime = START
    made: int = 0

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def database(self) -> Path:
        return self.folder / "data" / "netralitas.sqlite3"

    @property
    def snapshots(self) -> Path:
        return self.folder / "data" / "snapshots"

    def next(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at

    def finding(self, writer: Writer, *, text: str = "", person: str = REF, **public: Any) -> str:
        """Record a finding as the daemon does; return its id."""
        self.made += 1
        finding_id = f"NTR-AAAA-{self.made:04d}".translate(str.maketrans("0189", "ABCD"))
        content = examples.post()
        content["activity"] |= {"watch_id": "", **({"text": text} if text else {})}
        watch = {**examples.WATCH, "name": NAME, "person_ref": person, "watch_id": ACCOUNT_LINE,
                 "unit": "SMA Rekaan Tujuh"}  # fmt: skip
        parts = [
            Part("record", "application/json", b'{"text":"ujaran rekaan"}'),
            Part("target", "text/html", HTML),
            Part("headers", "application/json", b"{}"),
            Part("screenshot", "image/png", PNG),
            Part("card", "image/png", PNG + NAME.encode()),
        ]
        files, now = Files(self.snapshots), self.next()
        with files.staging(parts) as staged, writer.transaction() as tx:
            files.publish(staged)
            said = {**PUBLIC, "first_seen_at": now.isoformat(), **public}
            head = log.append(
                tx, at=now, kind="finding", subject=finding_id, public=said,
                content={"finding": content, "watch": watch}, files=staged,
            )  # fmt: skip
            findings.add(tx, finding_id, head.seq, str(said["outcome"]))
        return finding_id

    def entry(self, tx: Connection, kind: str, subject: str, **public: Canonical) -> None:
        log.append(tx, at=self.next(), kind=kind, subject=subject, public=public)


PUBLIC: dict[str, Any] = {
    "outcome": "alert",
    "rules": [{"id": "support-post-candidate", "revision": 1}],
    "ruleset": "ab" * 32,
    "platform": "bluesky",
    "signal": "post",
    "collector": "bluesky",
    "collector_version": "1",
    "revision_no": 1,
    "partial": False,
    "proof": "",
    "capture_notes": [],
}


def build(folder: Path) -> Place:
    """Make the installation: three findings and at least one entry of every kind."""
    commands.init(folder)
    place = Place(folder)
    with closing(Writer(place.database)) as writer:
        first = place.finding(writer, text="Kita hadir bersama, jaga persatuan di kantor")
        place.finding(writer, outcome="review", partial=True)
        place.finding(writer)
        with writer.transaction() as tx:
            _around(place, tx, first)
        _seal(place, writer)
        with writer.transaction() as tx:
            readings.note(tx, at=place.next(), command="card", subject=first, who=CLERK, why="uji")
    return place


def _around(place: Place, tx: Connection, first: str) -> None:
    seq = findings.last_entry(tx, first)
    log.append(
        tx, at=place.next(), kind="delivery", subject=first,
        public={"notifier": "telegram", "attempt": 1, "finding_seq": seq, "result": "accepted",
                "accepted_at": (place.at + timedelta(seconds=2)).isoformat()},
        content={"delivery": {"destination": CHAT, "message_id": "7"}},
    )  # fmt: skip
    place.entry(tx, "review", first, step="klarifikasi_diminta")
    place.entry(tx, "state", first, state="masih_ada", revision_no=1)
    place.entry(
        tx, "erasure", KEYED, ground="pdp", office="Inspektorat Rekaan", reference="1/2024",
        schedule="", erased=["content/1/x", "files/1/y"],
    )  # fmt: skip
    place.entry(tx, "hold", first, held=True)
    place.entry(tx, "role", "petugas/p1", role="pemeriksa", action="given", until="")
    mute = {"action": "muted", "scope": "person", "until": "2024-10-13T00:00:00Z", "officer": "p1"}
    place.entry(tx, "mute", "mute/1", **mute)
    alarms.raise_(tx, "stale:bluesky", "tidak terbaca", place.next())
    alarms.raise_(tx, f"proof:{ACCOUNT_LINE}", "tidak sah", place.next())
    alarms.clear(tx, "stale:bluesky", place.next())
    log.append(
        tx, at=place.next(), kind="register", subject="register",
        public={"change": "notice", "lines": 1},
        content={"by": {"who": CLERK, "reason": f"surat {NAME}"}, "0001": {"name": NAME}},
    )  # fmt: skip
    rules.turn_off(tx, "support-post-candidate", By(OFFICER, "terlalu sering"), place.next())
    said = {"who": OFFICER, "why": "mulai", "file": "dpia.pdf"}
    governance.record(tx, "dpia", {"version": "1.2", "sha256": "cd" * 32}, said, place.next())
    governance.record(tx, "mode", {"mode": "production", "before": ""}, said, place.next())
    who = {"who": OFFICER, "why": "izin pemilik server"}
    number = rights.record(tx, collector="mastodon", expires=date(2030, 12, 31), document="Surat 4",
                           subject="satu.example", at=place.next(), **who)  # fmt: skip
    rights.end(tx, number, at=place.next(), **who)
    rights.switch(tx, "x", off=True, at=place.next(), **who)


def _seal(place: Place, writer: Writer) -> None:
    with writer.transaction() as tx:
        point = seals.next_checkpoint(tx, place.next(), public_key(SEED))
        seals.add(tx, place.at, point, sign(SEED, signed(point.encode())))
