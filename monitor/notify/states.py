"""What may be said of a changed act: codes, moments, and the words that changed.

It is told by a short message with a card, and by the alert and card of a later revision. A change
makes no case worse, and the message says so. Nothing of a stranger is here: of the act itself only
the registered person's own words, and those not for a destination that gets none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.clock import from_text
from monitor.model.delivery import Changed, Earlier
from monitor.model.evidence import LogHead
from monitor.notify import words
from monitor.notify.quote import Piece, Range, excerpt, others, touches

QUOTE = 240
# Fewer characters than this of a side say nothing.
LEAST = 20
# What ``changed`` is where words changed that no comparison shows.
LONG, SPACE = "long", "space"
Diff = Sequence[Mapping[str, str]]
WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Change:
    """A ``state`` entry: its number and hash, ``public``, and its content.

    ``signal`` and ``zone`` are those of the finding and of the person. ``masked`` keeps every word
    of the person out. ``head`` is ``None`` on a card, which is drawn before its entry is written.
    """

    finding_id: str
    head: LogHead | None
    public: Mapping[str, Any]
    content: Mapping[str, Any]
    signal: str
    zone: str
    masked: bool


def build(change: Change, language: words.Language, quote: int = QUOTE) -> dict[str, Any]:
    """Return the template's variables; a missing key of the stored forms raises ``KeyError``.

    ``quote`` is how many characters of each side of a comparison are shown.
    """
    public, content = change.public, change.content

    def moment(text: str) -> str:
        return words.moment(from_text(text), change.zone, language) if text else ""

    changed = Changed(content["changed"]) if "changed" in content else Changed.NOTHING
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
        **_compared(changed, content.get("diff"), 0 if change.masked else quote),
        "head": f"{change.head.seq}:{change.head.hash}" if change.head else "",
    }


def words_differ(content: Mapping[str, Any]) -> bool:
    """Say whether a ``state`` entry compares words, so that there is something to show."""
    changed = Changed(content.get("changed", Changed.NOTHING))
    return _kind(changed, content.get("diff")) == Changed.TEXT


def since(
    earlier: Earlier | None, zone: str, language: words.Language, quote: int
) -> dict[str, Any]:
    """Return what a later revision says of the one before; number 0 where it is the first.

    Half of the ``quote`` characters that the act's own words get are for each side.
    """
    if earlier is None:
        return {"no": 0, "seen": "", "changed": "", "removed": (), "added": ()}
    seen = words.moment(earlier.seen_at, zone, language) if earlier.seen_at else ""
    compared = _compared(earlier.changed, earlier.diff, min(QUOTE, quote // 2))
    return {"no": earlier.revision_no, "seen": seen, **compared}


def _compared(changed: Changed, diff: Diff | None, quote: int) -> dict[str, Any]:
    """Return both sides of a comparison, and what changed; no words where there is no room."""
    shown = diff or () if quote >= LEAST else ()
    said = {"removed": _side(shown, "removed", quote), "added": _side(shown, "added", quote)}
    return {"changed": _kind(changed, diff), **said}


def _kind(changed: Changed, diff: Diff | None) -> str:
    if changed is not Changed.TEXT:
        return changed.value
    if diff is None:
        return LONG
    visible = any(part["op"] != "same" and part["text"].strip() for part in diff)
    return changed.value if visible else SPACE


def _side(diff: Diff, op: str, quote: int) -> Sequence[Piece]:
    """Return one side of a comparison around what is only there; empty where nothing is."""
    text, runs = "", list[Range]()
    for part in diff:
        if part["op"] in ("same", op):
            if part["op"] == op:
                runs.append((len(text), len(text) + len(part["text"])))
            text += part["text"]
    changed = any(text[start:end].strip() for start, end in runs)
    return excerpt(text, _marks(text, runs), quote) if changed else ()


def _marks(text: str, runs: Sequence[Range]) -> list[Range]:
    """Return the words to mark; those between which only white space stayed read as one.

    What names others is in none: a mark would unmask it.
    """
    hidden = others(text)
    marks: list[Range] = []
    for word in (found for run in runs for found in WORD.finditer(text, *run)):
        start, end = word.span()
        if touches(hidden, start, end):
            continue
        if marks and not text[marks[-1][1] : start].strip():
            marks[-1] = (marks[-1][0], end)
        else:
            marks.append((start, end))
    return marks
