"""``netralitas klarifikasi kertas``: one officer types an answer on paper, another confirms it.

Between the two only a salted digest is kept: the second reads the paper again and gives the file,
and what goes on record is what both gave.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor import app, console, desk
from monitor.clock import to_text, utc_now
from monitor.errors import ConfigError, Fault
from monitor.evidence.files import Files
from monitor.klarifikasi import COMMAND, refuse
from monitor.model.answer import ATTACHMENT, MOST_COUNSEL, MOST_TEXT, Answer, Way
from monitor.model.evidence import Canonical, Part
from monitor.model.review import Case, Officer
from monitor.notify.answer_words import EXCUSES
from monitor.review.decisions import Refusal
from monitor.run import invite
from monitor.run.answers import may_answer, take
from monitor.store import answers, reviews
from monitor.store.answers import Paper
from monitor.store.db import Connection
from monitor.store.writer import Writer

WHY = "menyalin jawaban di kertas"
MOST_FILES, MOST_BYTES = 20, 20_000_000
# By their first bytes: what a scanner or a telephone makes, and nothing that runs.
KINDS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
SHOWN = 16


@dataclass(frozen=True, slots=True)
class Typed:
    """What an officer gives: the paper's words as a file, what it claims, and the other officer."""

    finding: str
    file: Path
    officer: str
    second: str
    claims: tuple[str, ...] = ()
    counsel: str = ""
    attach: tuple[Path, ...] = ()


def kertas(path: Path, typed: Typed) -> int:
    """Keep the digest of what the first officer typed, or record what the second confirms."""
    answer, parts = _answer(typed), list(_parts(typed.attach))
    told: dict[str, Canonical] = {
        **answer.content(),
        "finding": typed.finding,
        "files": [hashlib.sha256(part.data).hexdigest() for part in parts],
    }
    with app.desk(path) as (settings, writer):
        now = utc_now()
        waiting = answers.paper(writer.reader(), typed.finding, now)
        if waiting is None or (waiting.officer, waiting.second) != (typed.second, typed.officer):
            return _first(writer, typed, told, now)
        if not waiting.same(told):
            raise _differs(typed, waiting)
        return _confirmed(writer, Files(settings.snapshots), typed, waiting, (answer, parts))


def _first(writer: Writer, typed: Typed, told: dict[str, Canonical], now: datetime) -> int:
    with writer.transaction() as tx:
        _checked(tx, typed, now)
        digest = answers.put_paper(tx, typed.finding, told, typed.officer, typed.second, now)
    console.plain(f"{typed.finding}: typed by {typed.officer}, digest {digest[:SHOWN]}")
    until = to_text(now + answers.CONFIRM_WITHIN)
    console.plain(
        f"Nothing is on record yet: {typed.second} reads the paper, compares this digest, and "
        f"gives the same until {until}:"
    )
    console.plain(f"  netralitas {COMMAND} {shlex.join(_again(typed))}")
    return 0


def _again(typed: Typed) -> Iterator[str]:
    """Yield the words by which the second officer gives the same."""
    yield from ("kertas", typed.finding, "--file", str(typed.file))
    yield from ("--officer", typed.second, "--second", typed.officer)
    for claim in typed.claims:
        yield from ("--claim", claim)
    if typed.counsel:
        yield from ("--counsel", typed.counsel)
    for path in typed.attach:
        yield from ("--attach", str(path))


def _confirmed(
    writer: Writer,
    files: Files,
    typed: Typed,
    waiting: Paper,
    given: tuple[Answer, Sequence[Part]],
) -> int:
    answer, parts = given
    number = answers.new_receipt()
    with files.staging(parts) as staged, writer.transaction() as tx:
        now = utc_now()
        case, mine, theirs = _checked(tx, typed, now)
        again = answers.paper(tx, typed.finding, now)
        if again != waiting:
            raise _differs(typed, waiting)
        answers.drop_paper(tx, typed.finding)
        files.publish(staged)
        by = (theirs, mine)
        made = take(tx, case, answer, number, Way.PAPER, now, by, tuple(staged))
    console.plain(f"{typed.finding}: digest {waiting.digest.hex()[:SHOWN]} confirmed by {mine.id}")
    console.plain(
        f"Receipt {made.receipt}: netralitas {COMMAND} tanda-terima {made.receipt} "
        '--to tanda-terima.pdf --by "Nama, jabatan" --why "diberikan kepada yang bersangkutan"'
    )
    return 0


def _checked(tx: Connection, typed: Typed, now: datetime) -> tuple[Case, Officer, Officer]:
    """Return the case and both officers; ``ConfigError`` where one of them may not do this."""
    case = reviews.case(tx, typed.finding)
    mine, theirs = reviews.officer(tx, typed.officer), reviews.officer(tx, typed.second)
    for officer in (mine, theirs):
        refuse("kertas", case, invite.may_handle(case, officer, WHY, now.date()))
    if mine.id == theirs.id:
        refuse("kertas", case, [Refusal.SECOND])
    if not may_answer(case):
        refuse("kertas", case, [Refusal.ORDER])
    return case, mine, theirs


def _answer(typed: Typed) -> Answer:
    text = desk.answer_of(typed.file)
    faults = [
        Fault(COMMAND, "--claim", "one of " + ", ".join(EXCUSES), repr(one))
        for one in typed.claims
        if one not in EXCUSES
    ]
    if len(text) > MOST_TEXT:
        expected = f"at most {MOST_TEXT} characters; the rest as a scan: --attach"
        faults.append(Fault(str(typed.file), "--file", expected, str(len(text))))
    if not text.strip() and not typed.claims:
        faults.append(Fault(str(typed.file), "--file", "an answer", "nothing"))
    if len(typed.counsel) > MOST_COUNSEL:
        expected = f"at most {MOST_COUNSEL} characters"
        faults.append(Fault(COMMAND, "--counsel", expected, str(len(typed.counsel))))
    if faults:
        raise ConfigError(faults)
    claims = tuple(dict.fromkeys(typed.claims))
    return Answer(claims, text, typed.counsel.strip(), len(typed.attach))


def _parts(paths: Sequence[Path]) -> Iterator[Part]:
    if len(paths) > MOST_FILES:
        expected = f"at most {MOST_FILES} files"
        raise ConfigError([Fault(COMMAND, "--attach", expected, str(len(paths)))])
    for number, path in enumerate(paths, start=1):
        data = _bytes(path)
        kind = next((kind for start, kind in KINDS.items() if data.startswith(start)), "")
        if not kind or len(data) > MOST_BYTES:
            expected = f"a PDF, PNG or JPEG of at most {MOST_BYTES // 1_000_000} MB"
            got = f"{len(data)} bytes" if kind else "another kind of file"
            raise ConfigError([Fault(str(path), "--attach", expected, got)])
        yield Part(f"{ATTACHMENT}-{number}", kind, data)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        cause = error.strerror or "an error"
        raise ConfigError([Fault(str(path), "--attach", "a readable file", cause)]) from None


def _differs(typed: Typed, waiting: Paper) -> ConfigError:
    expected = f"what {waiting.officer} typed, digest {waiting.digest.hex()[:SHOWN]}"
    hint = f"read the paper together; {waiting.officer} may type it again"
    where = f"{COMMAND} kertas {typed.finding}"
    return ConfigError([Fault(where, "--file", expected, "something else", hint)])
