"""``netralitas erase`` and ``netralitas hold``: lawful erasure, and what keeps it off."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from monitor import app, console
from monitor.clock import utc_now
from monitor.config import Config
from monitor.errors import ConfigError, Fault
from monitor.model.erasure import NO_HOLD, Ground, Lost, Order, split
from monitor.run import erase
from monitor.run.erase import Erased
from monitor.run.retain import CLASSES
from monitor.store import erasure, erasure_out, erasure_person, migrate
from monitor.store.db import Connection
from monitor.store.erasure import Standing
from monitor.store.erasure_person import Held

OUTSIDE = ("what", "at", "concerns", "where")


def order(ground: str, office: str, reference: str, official: str, by: str, why: str) -> Order:
    """Read who ordered what; ``ConfigError`` for a ground that there is not."""
    try:
        known = Ground(ground)
    except ValueError:
        expected = "one of " + ", ".join(Ground)
        raise ConfigError([Fault("erase", "--ground", expected, repr(ground))]) from None
    return Order(known, office.strip(), reference.strip(), official.strip(), by.strip(), why)


def case(path: Path, finding: str, asked: Order, *, yes: bool) -> int:
    """Erase the content of one case, or say what would go."""
    with app.desk(path) as (settings, writer):
        conn = writer.reader()
        standing = erasure.standing(conn, finding)
        asked = _completed(settings, asked, standing)
        erase.check_case(standing, asked)
        held = "; legal hold" if standing.held else ""
        console.plain(f"{finding}: {standing.state}{held}; {_amount(erasure.case(conn, finding))}")
        _print_kinds(conn, [erasure.case(conn, finding)])
        _print_outside(settings, conn, [finding])
        if not yes:
            return _only_said()
        _print_erased(app.eraser(settings, writer).case(finding, asked))
    return 0


def person(path: Path, person_ref: str, asked: Order, *, yes: bool) -> int:
    """Erase everything held about one person, or say what would go."""
    with app.desk(path) as (settings, writer):
        conn = writer.reader()
        found = erasure_person.held(conn, person_ref)
        erase.check_person(conn, found, asked)
        _refuse_listed(settings, person_ref)
        _print_person(conn, found)
        _print_outside(settings, conn, list(found.cases), person_ref)
        if not yes:
            return _only_said()
        _print_erased(app.eraser(settings, writer).person(person_ref, asked))
    return 0


def hold(path: Path, finding: str, by: str, why: str, *, lift: bool) -> int:
    """Keep a case from erasure by a logged decision, or end that."""
    given = (("--by", by), ("--why", why))
    empty = [Fault("hold", key, "a text", "nothing") for key, text in given if not text.strip()]
    if empty:
        raise ConfigError(empty)
    with app.desk(path) as (_, writer), writer.transaction() as tx:
        head = erase.hold(tx, finding, held=not lift, who=by, why=why, at=utc_now())
    said = "the legal hold is lifted" if lift else "under legal hold: nothing of it is erased"
    console.plain(f"{finding}: {said}. Log entry {head.seq}")
    return 0


def _completed(settings: Config, asked: Order, standing: Standing) -> Order:
    """Add what the installation knows: the class' archive code, the platform's rule."""
    code = settings.retention.jra.get(CLASSES[standing.state], "")
    reference = asked.reference
    if asked.ground is Ground.PLATFORM:
        reference = reference or NO_HOLD.get(standing.platform, "")
    return Order(
        asked.ground, asked.office, reference, asked.official, asked.by, asked.why, code
    )  # fmt: skip


def _refuse_listed(settings: Config, person_ref: str) -> None:
    if not settings.has_register_file:
        return
    file = settings.path("register_file")
    try:
        lines = file.read_text("utf-8", errors="replace").splitlines()
    except OSError as error:
        fault = Fault(str(file), "", "a readable file", error.strerror or "")
        raise ConfigError([fault]) from None
    # Also a line that waits for its notice, or has a fault, would bring the person back.
    whole = re.compile(rf"(?<![\w-]){re.escape(person_ref)}(?![\w-])")
    numbers = [str(number) for number, line in enumerate(lines, 1) if whole.search(line)]
    if numbers:
        hint = "take them out first, else the next start brings the person back"
        got = "line " + ", ".join(numbers)
        raise ConfigError([Fault(str(file), "person_ref", "no line of this person", got, hint)])


def _print_person(conn: Connection, found: Held) -> None:
    lines = "on the register" if found.on_register else "not on the register"
    console.plain(f"{found.person_ref}: {lines}; {len(found.cases)} cases")
    for finding, lost in found.cases.items():
        held = "; legal hold" if erasure.standing(conn, finding).held else ""
        console.plain(f"  {finding}: {_amount(lost)}{held}")
    console.plain(f"  beside them: {_amount(found.rest)}")
    _print_kinds(conn, [*found.cases.values(), found.rest])
    if found.look_at:
        console.say("Named elsewhere too; a human looks whether that is this person:")
        for seq, kind, name in found.look_at:
            console.plain(f"  entry {seq}, {kind}, content {name}")


def _print_kinds(conn: Connection, parts: Sequence[Lost]) -> None:
    entries = {split(text)[1] for lost in parts for text in lost.places}
    query = "SELECT kind FROM log WHERE seq = ?"
    kinds = Counter(conn.execute(query, (seq,)).fetchone()[0] for seq in entries)
    console.plain("  entries: " + (", ".join(f"{n} {kind}" for kind, n in kinds.items()) or "none"))


def _print_outside(
    settings: Config, conn: Connection, findings: Collection[str], person_ref: str = ""
) -> None:
    rows = erasure_out.outside(conn, findings, person_ref)
    shown = [(one.what, one.at[:16], one.subject, one.where) for one in rows]
    if shown:
        console.table("Left the house: call it back by hand", OUTSIDE, shown)
    else:
        console.say("Nothing left the house: no export, card, copy, backup or message.")
    # A migration leaves the database as it was before beside it: it would keep what is erased.
    for one in migrate.kept(settings.database):
        console.plain(f"Deleted with it, a copy from before a migration: {one}")


def _print_erased(erased: Erased) -> None:
    console.plain(f"Erased: {erased.contents} contents, {erased.files} files.")
    console.plain(f"Tombstone: {erased.head.seq}:{erased.head.hash}")
    console.plain("Make a new backup, and destroy the older ones: netralitas backup DIR")


def _only_said() -> int:
    console.plain("Nothing was erased. To erase for good, repeat with --yes")
    return 0


def _amount(lost: Lost) -> str:
    files = sum(text.startswith("files/") for text in lost.places)
    return f"{len(lost.places) - files} contents, {files} files"
