"""What is held about the sender of one tip, as one value fit for JSON (UU 27/2022 Ps. 7 and 32).

It is found by the tip's number, which its sender got: so a request can be answered without anybody
at the office learning who asks. Their name and number on the network are not in it, the case's
number neither: who is reported has rights of their own.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from monitor.clock import to_text
from monitor.errors import UnknownError
from monitor.model.tip import TIP, Tip, TipRow, TipState, TipStep
from monitor.store import about, log, tip_leave, tip_sight, tips
from monitor.store.db import Connection
from monitor.store.keys import KeyRing

LOOKED = "dilihat"


def held(conn: Connection, ring: KeyRing, tip_id: str) -> dict[str, Any]:
    """Return it; ``UnknownError`` for a number that no tip ever had."""
    history = [
        {"at": to_text(at), "what": step.value if step else LOOKED}
        for at, step in tip_leave.history(conn, tip_id)
    ]
    row = tips.any_row(conn, tip_id)
    if row is None and not history:
        raise UnknownError(f"{tip_id}: no tip ever had this number")
    gone: dict[str, Any] = {"tip": tip_id, "there": False, "history": history}
    return gone if row is None else gone | _row(conn, ring, row)


def _row(conn: Connection, ring: KeyRing, row: TipRow) -> dict[str, Any]:
    left = row.state is not TipState.WITHDRAWN
    return {
        "there": True,
        "state": row.state.value,
        "came_at": to_text(row.received_at),
        "way": row.way,
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "on_case": bool(row.finding_id),
        "said": _said(conn, ring, row) if left else {},
        "pictures": row.pictures,
        "crops": row.cropped,
        "cut_out": len(tip_sight.parts(conn, ring, row.tip_id, tip_sight.ASIDE)),
        "identity_sealed": left,
        "sender_digest": True,
    }


def _said(conn: Connection, ring: KeyRing, row: TipRow) -> dict[str, str]:
    """Return what the sender said; on a case it is a content of the case."""
    if not row.finding_id:
        return _given(asdict(tips.read(conn, ring, row.tip_id)[0]))
    for found in about.entries(conn, row.finding_id):
        entry = json.loads(found.canonical)
        public = entry["public"]
        if entry["kind"] != TIP or public.get("tip") != row.tip_id:
            continue
        if public["step"] == TipStep.LINKED:
            return _given(log.content(conn, found.seq, "tip") or {})
    return {}


def _given(told: dict[str, Any]) -> dict[str, str]:
    return {name: told[name] for name in Tip.__dataclass_fields__ if told.get(name)}
