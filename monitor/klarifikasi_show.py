"""Both sides of a case, for ``netralitas review show``: what was tried, what the person says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor import console
from monitor.clock import to_text
from monitor.model.answer import Given
from monitor.notify.answer_words import EXCUSES
from monitor.notify.render import named
from monitor.store import about, answers, findings, invitations
from monitor.store.db import Connection

WORDS = "labels.id.j2"
CLAIMED, NOT_TRIED = "disampaikan", "tidak diperiksa"


@dataclass(frozen=True, slots=True)
class Sides:
    """Until when a letter's code stands, the answers, and the exculpations that were tried."""

    invited: datetime | None
    given: list[Given]
    tried: dict[str, str]


def read(conn: Connection, finding: str, now: datetime) -> Sides:
    """Read both sides of a case."""
    content = about.opened(conn, findings.last_entry(conn, finding)).get("finding", {})
    results = named(WORDS, "result")
    tried = {one["id"]: results[one["result"]] for one in content.get("exculpations", ())}
    given = answers.of_case(conn, finding)
    return Sides(invitations.standing(conn, finding, now), given, tried)


def show(sides: Sides) -> None:
    """Print the invitation that stands, every answer, and the excuses of both sides."""
    if sides.invited:
        console.plain(f"Invited: the letter's code ends {to_text(sides.invited)}")
    for one in sides.given:
        console.plain(_head(one))
        console.plain(one.answer.text)
    if sides.given:
        head = ("alasan", "menurut pemeriksaan", "menurut yang bersangkutan")
        console.table("Alasan", head, list(_rows(sides)))


def _head(one: Given) -> str:
    said = [f"Answer {one.receipt}, {to_text(one.at)}, {one.way}"]
    if one.answer.counsel:
        said.append(f"pendamping {one.answer.counsel}")
    if one.answer.attachments:
        said.append(f"{one.answer.attachments} lampiran, {len(one.files)} disimpan")
    return ", ".join(said) + ":"


def _rows(sides: Sides) -> Iterator[tuple[str, str, str]]:
    claimed = {claim for one in sides.given for claim in one.answer.claims}
    for excuse in dict.fromkeys((*EXCUSES, *sides.tried)):
        if excuse in sides.tried or excuse in claimed:
            says = CLAIMED if excuse in claimed else ""
            yield EXCUSES.get(excuse, excuse), sides.tried.get(excuse, NOT_TRIED), says
