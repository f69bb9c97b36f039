"""Who read evidence through a command of ours: each reading is an entry of its own (P17).

Ground: UU 27/2022 Ps. 31, every processing is recorded, and reading is processing. The person who
read stands in salted content: a private name never enters the part that cannot be erased.
"""

from __future__ import annotations

import getpass
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from monitor.model.evidence import Canonical, LogHead
from monitor.store import log
from monitor.store.log import NOTHING

READING = "reading"
NO_PERSON = "(akun mesin)"


def machine_user() -> str:
    """Return who is logged where nobody was named: an account of the machine, not a person."""
    return f"{getpass.getuser()} {NO_PERSON}"


def note(
    tx: sqlite3.Connection,
    *,
    at: datetime,
    command: str,
    subject: str,
    who: str,
    why: str,
    more: Mapping[str, Canonical] = NOTHING,
) -> LogHead:
    """Append that a person read evidence; do it in the transaction that hands the evidence over.

    ``command`` is the command's name as typed (``card``, ``access``), ``subject`` the finding's id
    or the person's reference, or "" where what was read is not of one case or person. ``who``
    empty stands for the user of this machine, and the entry says that it is no more than that.
    ``more`` is said beside the command's name, where it cannot be erased: nothing of a person.
    """
    return log.append(
        tx,
        at=at,
        kind=READING,
        subject=subject,
        public={"command": command, **more},
        content={"by": {"who": who or machine_user(), "why": why}},
    )
