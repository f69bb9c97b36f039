"""``netralitas seal``, and what ``netralitas status`` says of seals."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from monitor import app, config, console
from monitor.clock import utc_now
from monitor.evidence import stamp
from monitor.evidence.signing import fingerprint
from monitor.net import Http
from monitor.run.seal import Answer
from monitor.store import log, migrate, seals
from monitor.store.db import Connection
from monitor.store.writer import Writer

UNSEALED = "belum disegel"


def seal(path: Path) -> int:
    """Sign what came since the last seal and ask for stamps now; 1 where one was not given."""
    settings = app.settings(path)
    migrate.check(settings.database)
    writer = Writer(settings.database)
    try:
        answers = asyncio.run(_seal(settings, writer))
        for line in lines(writer.reader(), settings):
            console.plain(line)
    finally:
        writer.close()
    for answer in answers:
        if answer.at is None:
            console.complain(f"not stamped: {answer.cause}")
    return 1 if any(answer.at is None for answer in answers) else 0


def lines(conn: Connection, settings: config.Config) -> Iterator[str]:
    """Yield what a person should know of the log's seals."""
    newest, stamped = seals.last(conn), seals.last_stamp(conn)
    if not settings.seal.authorities:
        yield f"Seal: {UNSEALED}: no time-stamp authority is configured (seal.authorities)"
    elif stamped is None:
        yield f"Seal: {UNSEALED}: no authority has given a time stamp yet"
    if newest:
        head, point = log.head(conn), newest.checkpoint
        key = fingerprint(point.key)
        yield f"Signed: up to entry {point.seq} of {head.seq} at {point.at}, key {key}"
    if stamped:
        at = stamp.time_of(stamped.answer)
        covered = stamped.seal - 1
        yield f"Stamped: up to entry {covered} by {stamped.authority} at {at:%Y-%m-%d %H:%M:%S} UTC"


async def _seal(settings: config.Config, writer: Writer) -> list[Answer]:
    async with Http(settings.http) as http:
        sealer = app.sealer(settings, writer, http, utc_now)
        sealer.sign()
        return await sealer.stamp()
