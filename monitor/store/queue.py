"""Open cases of an agency or told to a chat, the oldest first: what a desk has before it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import from_text
from monitor.model.review import DISMISSING, Step
from monitor.store.db import guard

# A case's newest entry has its person's agency; where that was erased there is nothing to do.
OPEN = """
WITH newest AS (
  SELECT finding_id, min(seq) AS first, max(seq) AS last FROM finding GROUP BY finding_id
), standing AS (
  SELECT finding_id, first, (
    SELECT CAST(canonical AS TEXT) ->> '$.public.step' FROM log
    WHERE subject = finding_id AND kind = 'review' ORDER BY seq DESC LIMIT 1
  ) AS step, (
    SELECT CAST(canonical AS TEXT) ->> '$.public.officer' FROM log
    WHERE subject = finding_id AND kind = 'review'
      AND CAST(canonical AS TEXT) ->> '$.public.step' = 'diambil' ORDER BY seq DESC LIMIT 1
  ) AS officer
  FROM newest JOIN content ON content.seq = last AND content.name = 'watch'
  WHERE json_extract(CAST(body AS TEXT), '$.instansi') = :instansi OR finding_id IN (
    SELECT subject FROM outbox JOIN json_each(:ways) AS way
    ON notifier = way.value ->> 0 AND destination = way.value ->> 1
    WHERE kind = 'finding' AND state IN ('pending', 'sent')
  )
)
SELECT finding_id, step, officer, log.at FROM standing JOIN log ON log.seq = first
ORDER BY first
"""
_CLOSED = {step.value for step in DISMISSING | {Step.FORWARDED}}
_FREE = (None, Step.REOPENED.value)


@dataclass(frozen=True, slots=True)
class Row:
    """An open case: when it was found, and by whom it is held (an officer's id, or "")."""

    finding: str
    officer: str
    since: datetime

    @property
    def free(self) -> bool:
        return not self.officer


@guard()
def open_cases(
    conn: sqlite3.Connection, instansi: str, ways: Collection[tuple[str, str]] = ()
) -> Sequence[Row]:
    """Return the open cases about an agency's people or told to one of ``ways``, oldest first."""
    wanted = {"instansi": instansi, "ways": json.dumps(sorted(ways))}
    return [
        Row(finding, "" if step in _FREE else str(officer or ""), from_text(at))
        for finding, step, officer, at in conn.execute(OPEN, wanted)
        if step not in _CLOSED
    ]
