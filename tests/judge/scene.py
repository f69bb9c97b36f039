"""Acts of an invented civil servant in an invented province, judged as the daemon judges."""

from __future__ import annotations

from typing import Any

from monitor.model.finding import Finding
from monitor.model.wire import statement
from tests.cases.world import reader

CONTEST = "pilgub-98-2024"
ONE, TWO = f"{CONTEST}/1", f"{CONTEST}/2"
TUESDAY = "2024-10-15T10:00:00+07:00"
PERSON: dict[str, Any] = {
    "employer_type": "PNS",
    "position": "staff",
    "area": "98.01",
    "zone": "WIB",
    "ownership": "verified",
    "notice_date": "2024-01-26",
    "intervals": [],
    "candidate_spouse_of": None,
    "per_tanggal": "2024-12-31",
}


def line_of(**changes: Any) -> dict[str, Any]:
    """Return a whole line: what is not given is an ordinary person's post in the campaign."""
    plain = {"id": "x", "signal": "post", "occurred_at": TUESDAY, "contests": [CONTEST]}
    return plain | changes | {"person": PERSON | (changes.get("person") or {})}


def judged(**changes: Any) -> Finding:
    """Return what such a line comes to."""
    return reader().judge_statements([statement(line_of(**changes))])[0]
