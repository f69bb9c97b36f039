"""The evidence card at first sight: drawn before the finding is recorded, stored as its file.

A card is no condition of a finding: where none can be drawn the finding is recorded without, says
so, and the alert goes out as text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import takewhile
from typing import Any, Protocol

from monitor.config import Config
from monitor.errors import NotifyError
from monitor.evidence.files import Files
from monitor.log import logger
from monitor.model.delivery import AlertFacts, Earlier
from monitor.model.evidence import (
    CARD,
    COMPARISON,
    MASKED_CARD,
    RECORD,
    Canonical,
    Capture,
    Part,
    canonical,
    commitment,
)
from monitor.model.finding import Finding
from monitor.model.rule import RuleSet
from monitor.model.wire import finding_content
from monitor.notify.sheet import Sheet, change_sheet, sheet
from monitor.notify.states import Change
from monitor.run.governance import STAMP, TRIAL
from monitor.run.health import Health
from monitor.store import log
from monitor.store.db import Connection

ALARM = "card"
MISSING = "no evidence card could be drawn"
PNG = "image/png"


class Draws(Protocol):
    """What turns a card's data into a PNG, with a note on what the fonts could not show."""

    async def draw(self, sheet: Sheet) -> tuple[bytes, str]: ...


class Cards:
    """Makes the card files of a finding: the evidence card, and a masked one where a route asks."""

    def __init__(self, drawer: Draws, settings: Config, health: Health) -> None:
        self._drawer = drawer
        self._health = health
        self._stamp = STAMP if settings.mode == TRIAL else ""
        # A chat whose members must be so many gets masked cards while they are not.
        masked = any(route.card == "masked" or route.members for route in settings.notify.routes)
        self._kinds = {CARD: False, **({MASKED_CARD: True} if masked else {})}
        self._noted = ""

    async def added(
        self,
        finding: Finding,
        watch: Mapping[str, Canonical],
        capture: Capture,
        finding_id: str,
        ruleset: RuleSet,
        earlier: Earlier | None = None,
    ) -> Capture:
        """Return a capture with its cards, or with the note that there are none.

        ``earlier`` is the revision on file that this one comes after.
        """
        content: dict[str, Any] = json.loads(canonical(finding_content(finding)))
        facts = _facts(capture, finding_id, self._stamp, earlier)
        sheets = {
            name: sheet(content, watch, facts, ruleset, masked=masked)
            for name, masked in self._kinds.items()
        }
        return await self._with(capture, finding_id, sheets)

    async def compared(self, change: Change, capture: Capture) -> Capture:
        """Return the capture of an edited act with the card that compares it with the one told."""
        stamped = replace(change, public={**change.public, "stamp": self._stamp})
        page = change_sheet(stamped, record_digest(capture))
        return await self._with(capture, change.finding_id, {COMPARISON: page})

    async def _with(
        self, capture: Capture, finding_id: str, sheets: Mapping[str, Sheet]
    ) -> Capture:
        try:
            made = [Part(name, PNG, await self._drawn(one)) for name, one in sheets.items()]
        except NotifyError as error:
            logger.warning("card of {} not drawn: {}", finding_id, error)
            self._health.alarm(ALARM)
            return replace(capture, notes=(*capture.notes, MISSING))
        self._health.clear(ALARM)
        return replace(capture, parts=(*capture.parts, *made))

    async def _drawn(self, page: Sheet) -> bytes:
        data, note = await self._drawer.draw(page)
        if note and note != self._noted:
            self._noted = note
            logger.warning("cards: {}", note)
        return data


def stored(conn: Connection, files: Files, seq: int, name: str) -> bytes | None:
    """Return a file of an entry; ``None`` where there is none, or it is not what was recorded.

    What differs from its commitment is for ``verify`` to tell, and never leaves the house.
    """
    row = next(log.rows(conn, after=seq - 1), None)
    kept = takewhile(lambda one: one.seq == seq, log.snapshots(conn, after=seq - 1))
    salt = next((one.salt for one in kept if one.name == name), None)
    if row is None or salt is None:
        return None
    wanted = json.loads(row.canonical)["files"][name]["commitment"]
    try:
        data = files.path(wanted).read_bytes()
    except OSError:
        return None
    return data if commitment(salt, data) == wanted else None


def number_after(earlier: Earlier | None) -> int:
    """Return the number of the revision that comes after this one, or of the first."""
    return earlier.revision_no + 1 if earlier else 1


def record_digest(capture: Capture) -> str:
    """Return the SHA-256 (hex) of the act's own record as it was captured, "" without one."""
    found = next((part.data for part in capture.parts if part.name == RECORD), None)
    return "" if found is None else hashlib.sha256(found).hexdigest()


def _facts(capture: Capture, finding_id: str, stamp: str, earlier: Earlier | None) -> AlertFacts:
    return AlertFacts(
        finding_id=finding_id,
        revision_no=number_after(earlier),
        head=None,
        captured_parts=tuple(part.name for part in capture.parts),
        capture_partial=capture.partial,
        capture_proof=capture.proof,
        stamp=stamp,
        digest=record_digest(capture),
        earlier=earlier,
    )
