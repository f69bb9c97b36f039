"""What a page sends back, read strictly: a form in UTF-8, of a bounded size, and nothing else."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from monitor.model.answer import MOST_ATTACHMENTS, MOST_COUNSEL, MOST_TEXT, Answer
from monitor.notify.answer_words import EXCUSES

KIND = "application/x-www-form-urlencoded"
# A character of four bytes is twelve in a form; the rest are names, excuses and the session.
MOST_BYTES = MOST_TEXT * 12 + 20_000
MOST_FIELDS = 64
# Control characters, and halves of characters that no text may hold.
BARRED = frozenset({"Cc", "Cs"})

Form = Mapping[str, Sequence[str]]


def read(body: bytes) -> Form | None:
    """Return the fields of a form; None for bytes that are no form in UTF-8."""
    try:
        return parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        return None


def one(form: Form, name: str) -> str:
    """Return a field that stands once; "" where it is missing or stands more often."""
    values = form.get(name, ())
    return values[0] if len(values) == 1 else ""


def answer(form: Form) -> tuple[Answer, str]:
    """Return the answer as typed, and what is wrong with it, in words for who typed it."""
    text = clean(one(form, "teks"))
    count = _count(one(form, "lampiran"))
    typed = Answer(
        claims=tuple(excuse for excuse in EXCUSES if excuse in form.get("alasan", ())),
        text=text[:MOST_TEXT],
        counsel=clean(one(form, "pendamping")).replace("\n", " ").strip()[:MOST_COUNSEL],
        attachments=count or 0,
    )
    if len(text) > MOST_TEXT:
        return typed, (
            f"Penjelasan paling panjang {MOST_TEXT} huruf; selebihnya serahkan di kantor. Yang "
            "tampak di bawah sudah terpotong."
        )
    if count is None:
        return typed, f"Jumlah lampiran: angka dari 0 sampai {MOST_ATTACHMENTS}."
    if typed.empty:
        return typed, "Tandai paling sedikit satu alasan, atau tulis penjelasan."
    return typed, ""


def _count(typed: str) -> int | None:
    """Return how many attachments were named; None for what is no number in the bounds."""
    text = typed.strip() or "0"
    number = text.isascii() and text.isdigit() and len(text) <= len(str(MOST_ATTACHMENTS))
    return int(text) if number and int(text) <= MOST_ATTACHMENTS else None


def clean(text: str) -> str:
    """Return a text with one kind of line end and without control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in BARRED)
