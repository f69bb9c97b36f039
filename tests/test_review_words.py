"""The steps of a case say what the case is."""

from __future__ import annotations

import pytest

from monitor.model.review import CaseState, Step, state_after


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ((), CaseState.OPEN),
        ((Step.TAKEN, Step.ANSWER_ASKED, Step.ANSWERED), CaseState.OPEN),
        ((Step.TAKEN, Step.TO_EXAMINE), CaseState.OPEN),
        ((Step.TAKEN, Step.NOT_THEIRS), CaseState.DISMISSED),
        ((Step.PERMITTED,), CaseState.DISMISSED),
        ((Step.NOT_ENOUGH,), CaseState.DISMISSED),
        ((Step.TO_EXAMINE, Step.FORWARDED), CaseState.FORWARDED),
        ((Step.NOT_THEIRS, Step.REOPENED), CaseState.OPEN),
        ((Step.TO_EXAMINE, Step.FORWARDED, Step.REOPENED, Step.PERMITTED), CaseState.DISMISSED),
    ],
)
def test_the_last_deciding_step_gives_the_state(steps: tuple[Step, ...], state: CaseState) -> None:
    assert state_after(steps) is state
