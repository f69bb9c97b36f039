"""``netralitas verify --certificate``: the result of one run as a paper to print and sign."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor import __version__, disk
from monitor.clock import from_text
from monitor.errors import ConfigError, Fault
from monitor.evidence.export_check import Sound
from monitor.evidence.report import Report
from monitor.evidence.sealed import read_checkpoint
from monitor.evidence.signing import fingerprint
from monitor.model.evidence import LogHead
from monitor.notify import certificate
from monitor.notify.certificate import Bad, Check, Signed, Stamp
from monitor.store.audit import Audit

SHOWN = 20


def target(file: Path | None) -> None:
    """Refuse a name that cannot become the paper, before anything is verified."""
    if file is not None and (file.suffix != ".pdf" or file.exists()):
        expected = "a new file that ends in .pdf"
        raise ConfigError([Fault("verify", "--certificate", expected, str(file))])


def write(file: Path, check: Check) -> None:
    """Write the paper, for its owner's eyes; nothing is overwritten."""
    made = certificate.render_certificate(check)
    try:
        disk.write_new(file, made)
    except OSError as error:
        fault = Fault(str(file), "", "a new file that can be written", error.strerror or "")
        raise ConfigError([fault]) from None


def of_log(
    report: Report, database: Path, compared: LogHead | None, began: datetime, ended: datetime
) -> Check:
    """Return what verifying the log came to."""
    keys, seals, stamps = _seals(database, report.head.seq)
    first = report.first
    faults = [*([first] if first else []), *(f for f in report.faults if f is not first)]
    stamped = report.stamped
    return Check(
        kind=certificate.LOG,
        source=database.name,
        program=__version__,
        began=began,
        ended=ended,
        head=f"{report.head.seq}:{report.head.hash}",
        counted=[
            ("entries", str(report.entries)),
            ("contents", str(report.contents)),
            ("files", str(report.files)),
            ("seals", str(seals)),
            ("stamps", str(stamps)),
        ],
        entries=report.head.seq,
        sealed=report.signed.seq if report.signed else 0,
        keys=keys,
        stamp=Stamp(stamped.seq, from_text(stamped.time), stamped.authority) if stamped else None,
        bad=[Bad(_place(f.seq), f.kind.value, f.what) for f in faults[:SHOWN]],
        bad_count=report.fault_count,
        compared=f"{compared.seq}:{compared.hash}" if compared else "",
    )


def of_export(found: Sound | str, file: Path, began: datetime, ended: datetime) -> Check:
    """Return what verifying an export came to; of an unsound one nothing is taken as read."""
    sound = found if isinstance(found, Sound) else None
    place, _, what = (str(found) if sound is None else "").partition(": ")
    last = max(sound.stamped, default=None) if sound else None
    counted = _counted(sound) if sound else []
    return Check(
        kind=certificate.EXPORT,
        source=file.name,
        program=__version__,
        began=began,
        ended=ended,
        head=sound.head if sound else "",
        counted=counted,
        entries=0,
        sealed=0,
        keys=[Signed(fingerprint(sound.key))] if sound else [],
        stamp=Stamp(last[0], from_text(last[1]), last[2]) if last else None,
        bad=[] if sound else [Bad(place, certificate.EXPORT, what)],
        bad_count=0 if sound else 1,
    )


def _counted(sound: Sound) -> list[tuple[str, str]]:
    if sound.lines:
        return [("listed", str(sound.lines))]
    return [("finding", sound.finding), ("listed", ", ".join(map(str, sound.entries)))]


def _place(seq: int | None) -> str:
    return "seluruh log" if seq is None else f"entri {seq}"


def _seals(database: Path, last: int) -> tuple[list[Signed], int, int]:
    """Return the keys in the order in which they signed, and the numbers of seals and stamps."""
    signed: dict[str, int] = {}
    seals = stamps = 0
    with Audit(database, 0, last) as audit:
        for point in _checkpoints(audit):
            seals += 1
            signed[point.key] = point.seq
        stamps = sum(1 for _ in audit.stamps())
    return [Signed(fingerprint(key), to) for key, to in signed.items()], seals, stamps


def _checkpoints(audit: Audit) -> Iterator[Any]:
    for row in audit.seals():
        try:
            yield read_checkpoint(row[1])
        # A forged row may hold anything; the report has named it.
        except (ValueError, TypeError):
            continue
