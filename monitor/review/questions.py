"""What a step needs besides the press: one question after another, each answer checked. Pure.

A conversation's body is {"step", "at", "said": {field: text}}; "at" is the number of steps that the
case had when it began.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from monitor.model.review import Case, Path, Step, Wanted, last_opened
from monitor.model.update import Button, Keyboard

LONG, SHORT = 3_000, 200
SAVE = "simpan"
PATHS: Mapping[Path, str] = {
    Path.SUPERIOR: "Pemeriksaan atasan/PPK",
    Path.SUPERVISOR: "Informasi awal Bawaslu",
    Path.CITIZEN: "Laporan pribadi WNI",
    Path.BKN: "BKN",
}
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``fault`` says what is wrong with a text, or ""; ``choices`` are buttons."""

    field: str
    text: str
    fault: Callable[[str, date], str]
    choices: Mapping[str, str] | None = None

    @property
    def keyboard(self) -> Keyboard:
        """The buttons of a choice: value and words; the data names the field it answers."""
        rows = self.choices or {}
        return tuple((Button(words, f"t:{self.field}:{value}"),) for value, words in rows.items())


def _long(text: str, _: date) -> str:
    return _between(text, 3, LONG)


def _short(text: str, _: date) -> str:
    return _between(text, 2, SHORT)


def _between(text: str, least: int, most: int) -> str:
    if not least <= len(text.strip()) <= most:
        return f"Tulis {least} sampai {most} huruf; yang masuk {len(text.strip())}."
    return ""


def _path(text: str, _: date) -> str:
    return "" if text in PATHS else "Pilih salah satu tombol."


def _save(text: str, _: date) -> str:
    return "" if text == SAVE else "Tekan Simpan, atau /batal."


def _letter_day(text: str, today: date) -> str:
    day = read_day(text)
    if day is None:
        return "Tulis tanggal seperti 2024-10-15 atau 15-10-2024."
    return "Tanggal surat tidak boleh sesudah hari ini." if day > today else ""


WHY = Question("why", "Alasan langkah ini:", _long)
ANSWER = Question("answer", "Isi jawaban yang bersangkutan, seperti yang disampaikan:", _long)
HOW = Question("why", "Bagaimana jawaban itu diterima (cara, tanggal, penerima)?", _long)
UNANSWERED = Question(
    "unanswered", "Yang bersangkutan belum didengar. Mengapa tidak ada jawaban?", _long
)
PATH = Question("path", "Diteruskan lewat jalur mana?", _path, {p: PATHS[p] for p in PATHS})
RECEIVER = Question("receiver", "Penerima surat:", _short)
LETTER = Question("letter", "Nomor surat:", _short)
DAY = Question("day", "Tanggal surat (2024-10-15):", _letter_day)
RECEIPT = Question("receipt", "Nomor tanda terima; tulis - bila belum ada:", lambda _t, _d: "")
SURE = Question("sure", "Periksa sekali lagi, lalu simpan.", _save, {SAVE: "Simpan"})


def needed(step: Step, case: Case) -> tuple[Question, ...]:
    """Return the questions of a step, in their order; none for taking a case."""
    if step is Step.TAKEN:
        return ()
    if step is Step.ANSWERED:
        return (ANSWER, HOW)
    if step is not Step.FORWARDED:
        return (WHY,)
    steps = [taken.step for taken in case.taken]
    heard = Step.ANSWERED in steps[last_opened(steps) :]
    letter = (PATH, RECEIVER, LETTER, DAY, RECEIPT, WHY, SURE)
    return letter if heard else (UNANSWERED, *letter)


def open_one(step: Step, case: Case, said: Mapping[str, str]) -> Question | None:
    """Return the first question without an answer."""
    return next((one for one in needed(step, case) if one.field not in said), None)


def read_day(text: str) -> date | None:
    """Read a day, year first or day first; ``None`` where it is none."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, other_day, other_month, other_year = found.groups()
    try:
        if year:
            return date(int(year), int(month), int(day))
        return date(int(other_year), int(other_month), int(other_day))
    except ValueError:
        return None


def wanted(step: Step, said: Mapping[str, str]) -> Wanted:
    """Return the step with what was said of it."""
    path, receipt = said.get("path", ""), said.get("receipt", "").strip()
    return Wanted(
        step,
        said.get("why", ""),
        answer=said.get("answer", ""),
        unanswered=said.get("unanswered", ""),
        path=Path(path) if path else None,
        receiver=said.get("receiver", ""),
        letter=said.get("letter", ""),
        day=read_day(said.get("day", "")),
        receipt="" if receipt == "-" else receipt,
    )


def ready(step: Step) -> Wanted:
    """Return a step with all that it may need: what refuses it then is person or order alone."""
    full = "-"
    return Wanted(
        step,
        full,
        answer=full,
        unanswered=full,
        path=Path.BKN,
        receiver=full,
        letter=full,
        day=date.min,
    )
