"""``netralitas breach``: what a breach disclosed, for the notice within 3x24 hours (P20)."""

from __future__ import annotations

import csv
import hashlib
import io
import stat
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from monitor import app, config, console
from monitor.clock import to_text, utc_now
from monitor.errors import ConfigError, Fault
from monitor.evidence import export as exports
from monitor.intake.outgoing import cell
from monitor.model.contest import ZONES
from monitor.model.evidence import canonical
from monitor.notify.notice import KINDS, TIP_COLUMNS, kinds, notice, tips
from monitor.notify.pages import typeset
from monitor.store import exposed, log, readings
from monitor.store.db import connect
from monitor.store.exposed import Exposed

COMMAND = "breach"
TEMPLATE = "paper.typ"
DEADLINE = timedelta(hours=3 * 24)
KEYS = "keys"
PAPER, KIND_LIST, PERSONS, NAMES, COPIES, TIPS, MANIFEST = (
    "daftar-isi.pdf", "jenis.csv", "orang.csv", "nama-untuk-surat.csv", "yang-keluar.csv",
    "laporan.csv", "manifest.json",
)  # fmt: skip
BLOCK = 1 << 20
SEALED = "tersandi (AES-256-GCM) dengan kunci di luar basis data"
OPENS = "rujukan dapat diuji terhadap NIP yang dikenal, dan laporan serta pengirimnya dapat dibuka"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked: which time, which copy (empty: the database in use), and who asks."""

    to: Path
    by: str
    why: str
    since: datetime | None = None
    until: datetime | None = None
    known: datetime | None = None
    database: Path | None = None


def write(path: Path, wanted: Wanted) -> int:
    """Write the list as a ZIP; that it was made is logged first."""
    now = utc_now()
    since, until, known = (_instant(at) for at in (wanted.since, wanted.until, wanted.known))
    until = until or now
    _check(wanted, since, until, now)
    with app.desk(path) as (settings, writer):
        source = _source(settings, wanted)
        with writer.transaction() as tx:
            readings.note(tx, at=now, command=COMMAND, subject="", who=wanted.by, why=wanted.why)
        with closing(connect(source, read_only=True)) as conn:
            found = exposed.exposed(conn, to_text(until))
            head = log.head(conn)
        left = exposed.copies(writer.reader(), to_text(since), to_text(until)) if since else []
        value = {
            "since": to_text(since) if since else None,
            "until": to_text(until),
            "known": to_text(known) if known else None,
            "due": to_text(known + DEADLINE) if known else None,
            "made_at": to_text(now),
            "head": f"{head.seq}:{head.hash}",
            "source": _stated(source, found, wanted),
            "protection": _protection(source, settings.path("keys"), wanted),
            "persons": [_person(found, ref) for ref in sorted(found.persons)],
            "officials": len(found.officials - {""}),
            "others": dict(found.others),
            "senders": asdict(found.senders) if found.senders else None,
            "copies": [
                {"at": c.at, "what": c.what, "subject": c.subject, "mark": c.mark} for c in left
            ],
        }
        exports.write(_members(value, found), wanted.to)
    console.plain(f"{len(found.persons)} persons, {found.entries} entries, {len(left)} copies")
    if found.senders:
        tips, senders = len(found.senders.tips), found.senders.senders
        console.plain(f"{tips} tips of at most {senders} senders who can be reached: {TIPS}")
    console.plain(f"File: {wanted.to} (names are in {NAMES} alone)")
    return 0


def _check(wanted: Wanted, since: datetime | None, until: datetime, now: datetime) -> None:
    given = (("--by", wanted.by), ("--why", wanted.why))
    faults = [Fault(COMMAND, n, "a text", "nothing") for n, value in given if not value.strip()]
    to = wanted.to
    if to.suffix != ".zip" or to.exists() or not to.parent.is_dir():
        expected = "a new file that ends in .zip, in a folder that is there"
        faults.append(Fault(COMMAND, "--to", expected, str(to)))
    if since is None and wanted.database is None:
        faults.append(Fault(COMMAND, "--since", "when it began, or --database COPY", "neither"))
    if until > now or (since is not None and since > until):
        faults.append(Fault(COMMAND, "--until", "a time after --since that has come", f"{until}"))
    if faults:
        raise ConfigError(faults)


def _source(settings: config.Config, wanted: Wanted) -> Path:
    given = wanted.database
    if given is None:
        return settings.database
    # A backup, a data folder and an auditor's copy each have one, under names of their own.
    named = (path for end in ("*.sqlite", "*.sqlite3") for path in given.glob(end))
    found = sorted(named) if given.is_dir() else [given]
    if len(found) != 1 or not found[0].is_file():
        expected = "a database, or a folder with one"
        raise ConfigError([Fault(COMMAND, "--database", expected, str(given))])
    return found[0]


def _stated(source: Path, found: Exposed, wanted: Wanted) -> list[tuple[str, str]]:
    kind = "salinan" if wanted.database else "basis data yang dipakai"
    rows = [
        ("Berkas", f"{source.name} ({kind})"),
        ("Ukuran", f"{source.stat().st_size} bita"),
        ("Entri log sampai akhir kejadian", str(found.entries)),
    ]
    if wanted.database:
        rows.append(("Sidik SHA-256 berkas", _digest(source)))
    if found.absent:
        names = ", ".join(KINDS[kind].partition(":")[0] for kind in found.absent)
        rows.append(("Tidak ada dalam salinan ini", names))
    if found.senders is None:
        rows.append(("Laporan orang dan pengirimnya", "tidak ada dalam salinan ini"))
    return rows


def _protection(source: Path, keys: Path, wanted: Wanted) -> list[tuple[str, str]]:
    beside = source.parent
    rows = [
        ("Hak akses berkas", _mode(source)),
        ("Hak akses folder", _mode(beside)),
        (
            "Penyandian",
            "tidak disandikan oleh program ini; yang menyandikan disk: lihat catatan TI",
        ),
        ("NIP dan NIK", "tidak disimpan; orang disebut dengan rujukan"),
    ]
    rows.append(("Laporan orang di luar perkara, dan semua pengirimnya", SEALED))
    if wanted.database:
        said = f"ya: {OPENS}" if (beside / KEYS).is_dir() else "tidak"
        rows.append(("Kunci ada di samping salinan", said))
    elif keys.is_dir():
        said = f"{_mode(keys)}; bila folder kunci ikut terbaca: {OPENS}"
        rows.append(("Hak akses folder kunci", said))
    return rows


def _members(value: dict[str, Any], found: Exposed) -> dict[str, bytes]:
    columns = ("rujukan", *KINDS)
    persons = [
        (one["ref"], *(str(one["counts"].get(kind, 0)) for kind in KINDS))
        for one in value["persons"]
    ]
    names = [(p.ref, p.name, p.instansi, p.unit) for _, p in sorted(found.persons.items())]
    left = [(c["at"], c["what"], c["subject"], c["mark"]) for c in value["copies"]]
    listed = [(name, str(people), str(records)) for name, people, records in kinds(value)]
    made = {
        PAPER: typeset(TEMPLATE, notice(value)),
        KIND_LIST: _csv(("jenis", "orang", "catatan"), listed),
        PERSONS: _csv(columns, persons),
        NAMES: _csv(("rujukan", "nama", "instansi", "unit"), names),
        COPIES: _csv(("kapan", "apa", "tentang", "tanda"), left),
        TIPS: _csv(TIP_COLUMNS, tips(value)),
    }
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in made.items()}
    manifest = {"made_at": value["made_at"], "head": value["head"], "members": digests}
    return {**made, MANIFEST: canonical(manifest)}


def _person(found: Exposed, ref: str) -> dict[str, Any]:
    return {"ref": ref, "counts": dict(found.persons[ref].counts)}


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    made = io.StringIO(newline="")
    table = csv.writer(made)
    table.writerow(header)
    table.writerows([cell(value) for value in row] for row in rows)
    return made.getvalue().encode("utf-8-sig")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mode(path: Path) -> str:
    return stat.filemode(path.stat().st_mode)


def _instant(given: datetime | None) -> datetime | None:
    return given.replace(tzinfo=ZONES["WIB"]) if given else None
