"""The buttons under a case's message: which steps may follow where it stands, and for which state.

They are the same for everybody in the chat: who may press which is asked when it is pressed. A
button names case, step and the number of steps that the case had when it was shown, so that a press
on an old message is seen. No button word is a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.model.review import Case, Step
from monitor.model.update import Button, Keyboard
from monitor.review import decisions

# Telegram's bound for what a button sends back.
MOST_BYTES = 64
SHORT: Mapping[Step, str] = {
    Step.TAKEN: "am",
    Step.ANSWER_ASKED: "mk",
    Step.ANSWERED: "ja",
    Step.NOT_THEIRS: "ba",
    Step.PERMITTED: "pb",
    Step.NOT_ENOUGH: "bt",
    Step.TO_EXAMINE: "pd",
    Step.FORWARDED: "tr",
    Step.REOPENED: "bk",
}
LABELS: Mapping[Step, str] = {
    Step.TAKEN: "Ambil",
    Step.ANSWER_ASKED: "Minta klarifikasi",
    Step.ANSWERED: "Catat jawaban",
    Step.NOT_THEIRS: "Bukan akunnya",
    Step.PERMITTED: "Diperbolehkan",
    Step.NOT_ENOUGH: "Bukti tidak cukup",
    Step.TO_EXAMINE: "Perlu diperiksa",
    Step.FORWARDED: "Teruskan",
    Step.REOPENED: "Buka kembali",
}
_ROWS = (
    (Step.TAKEN,),
    (Step.ANSWER_ASKED, Step.ANSWERED),
    (Step.NOT_THEIRS, Step.PERMITTED),
    (Step.NOT_ENOUGH, Step.TO_EXAMINE),
    (Step.FORWARDED,),
    (Step.REOPENED,),
)
_STEPS = {short: step for step, short in SHORT.items()}
_DATA = re.compile(r"k:(NTR-[A-Z2-7]{4}-[A-Z2-7]{4}):([a-z]{2}):(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a button asks for; ``at`` is how many steps the case had when it was shown."""

    finding: str
    step: Step
    at: int


def keyboard(case: Case) -> Keyboard:
    """Return the buttons of the steps that may follow where a case stands."""
    at = decisions.status(case)
    rows = (
        tuple(_button(case, step) for step in row if at in decisions.AFTER[step]) for row in _ROWS
    )
    return tuple(row for row in rows if row)


def read(data: str) -> Wish | None:
    """Return what a button's data says; ``None`` where it is none of ours."""
    found = _DATA.fullmatch(data)
    if found is None or found[2] not in _STEPS:
        return None
    return Wish(found[1], _STEPS[found[2]], int(found[3]))


def data(case: Case, step: Step) -> str:
    """Return what a button for a step sends back."""
    return f"k:{case.finding}:{SHORT[step]}:{len(case.taken)}"


def _button(case: Case, step: Step) -> Button:
    return Button(LABELS[step], data(case, step))
