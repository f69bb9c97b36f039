"""What stands on an evidence card, as data for the typesetter.

The words come from the same values as the alert's, so picture and message cannot disagree. A card
is drawn before its log entry exists: it names the finding and the digest of the record, not the
log's head. Everything that others wrote stays data and never becomes markup.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from monitor.clock import from_text
from monitor.model.delivery import AlertFacts
from monitor.model.rule import RuleSet
from monitor.notify import card, words
from monitor.notify.render import BLANK_LINES, TAG, card_markup, change_markup
from monitor.notify.states import Change

TITLE = "NETRALITAS · DUGAAN UNTUK DINILAI MANUSIA"
LIMITS = "{how} pada {seen}. Ini indikasi untuk dinilai manusia, bukan putusan."
HOW = {
    "": "Diamati oleh kami",
    "tip": "Dilaporkan kepada kami",
    "file": "Dibaca oleh kami dari berkas",
}
MASKED = "Nama, akun, dan isinya tidak ditampilkan di sini."
STYLES = {"b": "bold", "code": "mono", "s": "removed", "u": "added"}

Sheet = dict[str, Any]


def sheet(
    content: Mapping[str, Any],
    watch: Mapping[str, Any],
    alert: AlertFacts,
    ruleset: RuleSet,
    *,
    masked: bool = False,
) -> Sheet:
    """Return a card's data, fit for JSON; ``masked`` leaves out whom it concerns (POLICY 28)."""
    seen = words.moment(from_text(content["activity"]["first_seen_at"]), watch["zone"], "id")
    how = HOW[card.ORIGINS.get(content["activity"]["collector"], "")]
    limits = [LIMITS.format(how=how, seen=seen)]
    return {
        "title": TITLE,
        "finding": alert.finding_id,
        "blocks": blocks(card_markup(content, watch, alert, ruleset, masked=masked)),
        "limits": [MASKED, *limits] if masked else limits,
    }


def change_sheet(change: Change, digest: str) -> Sheet:
    """Return the data of a card that compares an edited act with the one told; it names nobody.

    ``digest`` is the SHA-256 (hex) of the record as it was found, "" without one.
    """
    seen = words.moment(from_text(change.content["looked_at"]), change.zone, "id")
    return {
        "title": TITLE,
        "finding": change.finding_id,
        "blocks": blocks(change_markup(change, digest)),
        "limits": [LIMITS.format(how=HOW[""], seen=seen)],
    }


def blocks(markup: str) -> list[dict[str, Any]]:
    """Return our HTML as blocks of lines of runs; words marked in a quotation say so."""
    found: list[dict[str, Any]] = [{"quote": False, "lines": [[]]}]
    style = ""
    for part in TAG.split(BLANK_LINES.sub("\n\n", markup)):
        if part in ("<blockquote>", "</blockquote>"):
            found.append({"quote": part == "<blockquote>", "lines": [[]]})
        elif TAG.fullmatch(part):
            style = "" if part.startswith("</") else STYLES[part.strip("<>")]
        else:
            _write(found[-1], html.unescape(part), style)
    return [
        {"quote": block["quote"], "lines": lines}
        for block in found
        if (lines := [line for line in block["lines"] if line])
    ]


def _write(block: dict[str, Any], text: str, style: str) -> None:
    kind = "mark" if style == "bold" and block["quote"] else style
    for number, line in enumerate(text.split("\n")):
        if number:
            block["lines"].append([])
        if line:
            block["lines"][-1].append({"text": line, "kind": kind})
