"""Verify: every value of the log, its contents, files and index, in one pass that streams.

docs/evidence.md describes the same checks for someone who writes another verifier, and what
no verifier can see without a head that was printed elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.clock import Clock, utc_now
from monitor.errors import ConfigError, StoreError
from monitor.errors import Fault as ConfigFault
from monitor.evidence import erased
from monitor.evidence.chain import Start
from monitor.evidence.erased import Gone
from monitor.evidence.files import Files
from monitor.evidence.orphans import Tally, unnamed
from monitor.evidence.report import Faults, Kind, Report
from monitor.evidence.source import LogSource
from monitor.evidence.walk import Part, Walk
from monitor.model.evidence import GENESIS, LogHead, link


def verify(
    source: LogSource, files: Files, head: LogHead | None = None, *, clock: Clock = utc_now
) -> Report:
    """Check everything and report; a fault is never raised.

    ``head`` is one that was printed before: the log must still have that entry. The memory used
    does not grow with the log.
    """
    part = check(source, files, Range(), head, erased.gone(source))
    return joined([part], source, files, clock)


@dataclass(frozen=True, slots=True)
class Range:
    """The entries of one pass: those above ``after`` up to ``to``, which None leaves open."""

    after: int = 0
    to: int | None = None


def check(source: LogSource, files: Files, span: Range, head: LogHead | None, gone: Gone) -> Part:
    """Check a range; ``source`` yields the rows of that range alone, but for single look-ups.

    ``gone`` is what the tombstones of the whole log name.
    """
    walk: Walk | None = None
    faults = Faults()
    try:
        if not span.after:
            for name in source.missing_guards():
                faults.add(None, Kind.GUARD, f"guard missing: {name}")
        walk = Walk(source, files, start_of(source, span.after), faults, gone)
        walk.run(source, head, span.to)
    except (StoreError, OSError) as error:
        last = walk.chain.last if walk else span.after
        faults.add(last + 1, Kind.UNREADABLE, str(error))
    if walk is None:
        return Part(0, 0, 0, span.after, None, faults, Tally(), None, None)
    return walk.part()


def start_of(source: LogSource, after: int) -> Start:
    """Return where a pass over the entries above ``after`` begins."""
    if not after:
        return Start()
    row, before = source.row(after), source.row(after - 1)
    if row is None or type(row[1]) is not bytes or type(row[2]) is not bytes:
        return Start(after, None, None)
    hash_before = GENESIS if after == 1 else before[2] if before else None
    computed = link(hash_before, row[1]) if type(hash_before) is bytes else row[2]
    return Start(after, row[2], computed)


def joined(parts: Sequence[Part], source: LogSource, files: Files, clock: Clock) -> Report:
    """Make one report of the parts, in their order, and look for files that no entry names."""
    faults, found = Faults(), Tally()
    for part in parts:
        faults.take(part.faults)
        found.count, found.total = found.count + part.found.count, found.total + part.found.total
    try:
        unnamed(source, files, found, faults, clock)
        for text in source.damage():
            faults.add(None, Kind.UNREADABLE, text)
    except (StoreError, OSError) as error:
        faults.add(None, Kind.UNREADABLE, str(error))
    last = parts[-1]
    return Report(
        entries=sum(part.entries for part in parts),
        contents=sum(part.contents for part in parts),
        files=sum(part.files for part in parts),
        head=LogHead(last.last, (last.stored or GENESIS).hex()),
        faults=tuple(faults.kept),
        fault_count=faults.count,
        signed=next((p.signed for p in reversed(parts) if p.signed), None),
        stamped=next((p.stamped for p in reversed(parts) if p.stamped), None),
    )


def head_of(text: str) -> LogHead:
    """Read ``SEQ:HEX`` as an alert prints it; ``ConfigError`` says what was expected."""
    found = re.fullmatch(r"(\d{1,18}):([0-9a-fA-F]{64})", text.strip())
    if found is None:
        raise ConfigError([ConfigFault("--head", "", "SEQ:HEX, a number and 64 hex digits", text)])
    return LogHead(int(found[1]), found[2].lower())
