"""What the short message about a changed act may use: codes, moments, and the words that changed.

A change makes no case worse, and the message says so. Nothing of a stranger is here: of the act
itself only the registered person's own words, and those not for a destination that gets none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.clock import from_text
from monitor.model.evidence import LogHead
from monitor.notify import words
from monitor.notify.quote import ACCOUNT, LINK, Piece, Range, excerpt

QUOTE = 240
WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Change:
    """A ``state`` entry read back: its number and hash, ``public``, and its content.

    ``signal`` and ``zone`` are those of the finding and of the person. ``masked`` keeps every word
    of the person out.
    """

    finding_id: str
    head: LogHead
    public: Mapping[str, Any]
    content: Mapping[str, Any]
    signal: str
    zone: str
    masked: bool


def build(change: Change, language: words.Language) -> dict[str, Any]:
    """Return the template's variables; a missing key of the stored forms raises ``KeyError``."""
    public, content = change.public, change.content

    def moment(text: str) -> str:
        return words.moment(from_text(text), change.zone, language) if text else ""

    diff = [] if change.masked else content.get("diff") or []
    return {
        "stamp": public.get("stamp", ""),
        "finding_id": change.finding_id,
        "state": public["state"],
        "reason": public["reason"],
        "proved": bool(public["proof"]),
        "signal": change.signal,
        "seen": moment(content["last_seen_at"]),
        "known": moment(content["looked_at"]),
        "by": moment(public.get("decide_by", "")),
        "removed": _side(diff, "removed"),
        "added": _side(diff, "added"),
        "media": content.get("changed") == "media",
        "head": f"{change.head.seq}:{change.head.hash}",
    }


def _side(diff: Sequence[Mapping[str, str]], op: str) -> Sequence[Piece]:
    """Return one side of a comparison around what is only there; empty where nothing is."""
    text, spans = "", []
    for part in diff:
        if part["op"] in ("same", op):
            if part["op"] == op:
                spans += _runs(part["text"], len(text))
            text += part["text"]
    changed = any(part["op"] == op and part["text"].strip() for part in diff)
    return excerpt(text, spans, QUOTE) if changed else ()


def _runs(text: str, at: int) -> list[Range]:
    """Return the runs of words to mark. What names others is in none: a mark would unmask it."""
    runs: list[Range] = []
    broken = True
    for word in WORD.finditer(text):
        start, end = word.start() + at, word.end() + at
        if LINK.search(word[0]) or ACCOUNT.search(word[0]):
            broken = True
        elif broken:
            runs.append((start, end))
            broken = False
        else:
            runs[-1] = (runs[-1][0], end)
    return runs
