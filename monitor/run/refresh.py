"""A case's message follows the case: after each step it is owed to everyone who got the alert.

What the message says is made when it is sent, from the case as it stands then. So two steps in a
row need no order, and a refresh that comes late still shows the truth.
"""

from __future__ import annotations

from datetime import datetime

from monitor.config import Config
from monitor.errors import UnknownError
from monitor.model.contest import ZONES
from monitor.model.review import DISMISSING, Case
from monitor.model.update import Keyboard
from monitor.notify import words as said
from monitor.notify.words import Language
from monitor.review import buttons, decisions, words
from monitor.store import log, outbox, reviews, told
from monitor.store.db import Connection

REFRESH = "refresh"
# Who can change a message that has left.
EDITING = frozenset({"telegram"})


def owe_refresh(tx: Connection, finding: str, at: datetime) -> int:
    """Owe the case's present state to each destination of its alert; return how many.

    Call it in the transaction of the step, behind ``store.reviews.step``. A dismissed case is told
    to nobody: its messages are taken back.
    """
    if decisions.status(case_of(tx, finding)) in DISMISSING:
        return 0
    return outbox.put(
        tx,
        kind=REFRESH,
        subject=finding,
        seq=log.head(tx).seq,
        destinations=told.ways(tx, finding, EDITING),
        at=at,
    )


def case_of(conn: Connection, finding: str) -> Case:
    """Return a case; one that is not on file is empty, and has neither standing nor buttons."""
    try:
        return reviews.case(conn, finding)
    except UnknownError:
        return Case(finding, "", "")


def bot_wanted(settings: Config) -> bool:
    """Say whether the bot runs with these settings, and so whether messages have buttons."""
    on = any(route.notifier in EDITING for route in settings.notify.routes)
    return on and settings.review.bot


def standing(case: Case, language: Language) -> str:
    """Say in a line where a case stands, since which day and who took it: an officer's id."""
    at = decisions.status(case)
    if at is None:
        return ""
    stands = (words.STANDS if language == "id" else words.STANDS_EN)[at]
    day = said.day(
        case.taken[-1].at.astimezone(ZONES.get(case.zone, ZONES[said.DEFAULT_ZONE])).date(),
        language,
    )
    holder = decisions.owner(case)
    held = {"id": "dipegang", "en": "held by"}[language]
    return " · ".join([stands, day, *([f"{held} {holder}"] if holder else [])])


def keyboard(case: Case) -> Keyboard:
    """Return the buttons of a case; none where nothing is left of it."""
    return buttons.keyboard(case) if case.person_ref else ()
