"""The words of the desk's log: which steps a case takes, and which of them close it.

An entry of kind ``review`` has the case (the finding's id) as its subject and says its step in
``public``; who, in what role and why stand in salted ``content``. None of these words is a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

REVIEW = "review"


class Step(StrEnum):
    """One step of a case, in the law's own words."""

    TAKEN = "diambil"
    ANSWER_ASKED = "klarifikasi_diminta"
    ANSWERED = "dijawab"
    NOT_THEIRS = "bukan_akunnya"
    PERMITTED = "diperbolehkan"
    NOT_ENOUGH = "bukti_tidak_cukup"
    TO_EXAMINE = "perlu_diperiksa"
    FORWARDED = "diteruskan"
    REOPENED = "dibuka_kembali"


class CaseState(StrEnum):
    """What a case is to retention and to the people who hold it."""

    OPEN = "terbuka"
    DISMISSED = "dihentikan"
    FORWARDED = "diteruskan"


DISMISSING = frozenset({Step.NOT_THEIRS, Step.PERMITTED, Step.NOT_ENOUGH})


def state_after(steps: Iterable[Step]) -> CaseState:
    """Return the state of a case whose steps are given, the oldest first.

    A reopened case is open again, whatever it was before.
    """
    state = CaseState.OPEN
    for step in steps:
        if step in DISMISSING:
            state = CaseState.DISMISSED
        elif step is Step.FORWARDED:
            state = CaseState.FORWARDED
        elif step is Step.REOPENED:
            state = CaseState.OPEN
    return state
