"""The receipt of an answer: what was said, when and by which way, as a paper for who said it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from monitor.model.answer import Answer, Given
from monitor.notify import answer_words as said
from monitor.notify import words
from monitor.notify.paper import Item, fields, paper, para, section
from monitor.notify.quote import clean

TEMPLATE = "paper.typ"
_FIELD = 200


def receipt(given: Given, zone: str, stamp: str = "") -> dict[str, Any]:
    """Return the paper; ``zone`` is the person's, ``stamp`` that of a trial."""
    number, case, answer, files = given.receipt, given.finding, given.answer, len(given.files)
    rows = [
        *([("Keadaan", stamp)] if stamp else []),
        ("Nomor tanda terima", number),
        ("Nomor perkara", case),
        ("Diterima", words.moment(given.at, zone, "id")),
        ("Cara", said.WAYS.get(given.way, given.way)),
        ("Pendamping", clean(answer.counsel, _FIELD)),
        ("Lampiran yang diserahkan di kantor", str(answer.attachments)),
    ]
    if files:
        rows.append(("Lampiran yang sudah disimpan", str(files)))
    sections = [
        section("Tanda terima", fields(rows)),
        section("Alasan yang disampaikan", *claims(answer)),
        section("Penjelasan", *lines(answer.text)),
        section("Yang perlu diketahui", *map(para, said.RECEIPT_NOTES)),
    ]
    foot = f"{number} · {said.FOOT.format(case=case)}"
    return paper(said.RECEIPT_TITLE, said.RECEIPT_HOUSE, foot, sections)


def claims(answer: Answer) -> Sequence[Item]:
    """Return the claimed excuses, each a paragraph, in the person's own words."""
    named = [said.EXCUSES.get(one, one) for one in answer.claims]
    return [para(f"• {text}") for text in named] or [para(said.NO_CLAIM)]


def lines(text: str) -> Sequence[Item]:
    """Return a free text, each of its lines a paragraph; it comes as data, never as markup."""
    shown = [_shown(line) for line in text.splitlines() if line.strip()]
    return [para(line) for line in shown] or [para(said.NO_TEXT)]


def in_words(answer: Answer) -> str:
    """Return an answer as one text, for papers that have a place for a text only."""
    parts = [said.EXCUSES.get(one, one) for one in answer.claims]
    told = [f"Alasan yang disampaikan: {'; '.join(parts)}."] if parts else []
    if answer.text.strip():
        told.append(answer.text.strip())
    if answer.counsel.strip():
        told.append(f"Pendamping: {answer.counsel.strip()}.")
    return "\n".join(told)


def _shown(line: str) -> str:
    return "".join(c if c.isprintable() else " " for c in line)
