"""Which cases are an officer's to see and to act in."""

from __future__ import annotations

from monitor.model.review import Case, Officer
from monitor.review.desk_port import Port


def within(case: Case, officer: Officer, port: Port) -> bool:
    """Say whether a case is at the officer's desk: their agency's, one they acted in, one told to
    a chat they read, or one that a desk outside the agency decides too, as a candidate leads it.

    Never one that concerns the officer or their spouse.
    """
    concerned = officer.person_ref and officer.person_ref == case.person_ref
    contests = {target.partition("/")[0] for target in case.targets}
    if concerned or officer.spouse_of.partition("/")[0] in contests:
        return False
    acted = any(taken.officer == officer.id for taken in case.taken)
    own = case.instansi == officer.instansi or acted or bool(case.led_by)
    return own or port.reads(officer, case.finding)


def pressable(case: Case, officer: Officer, chat: int, port: Port) -> bool:
    """Say whether a button of a case counts in a chat: where it was told, or at one's own desk.

    A changed client can send any button's data from any chat that has the bot.
    """
    return port.heard(case.finding, chat) or within(case, officer, port)
