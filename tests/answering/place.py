"""An installation with one finding whose answer may be asked for, made by its own parts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor import app, config, watch
from monitor.config import Config
from monitor.evidence.files import Files
from monitor.model import code as codes
from monitor.model.code import Code
from monitor.model.evidence import Canonical, Part
from monitor.model.review import Officer, Role, Step, Term, Wanted
from monitor.run import invite
from monitor.run.answers import Answering
from monitor.store import findings, log, outbox, reviews
from monitor.store.writer import Writer
from tests.notify import examples

START = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
FINDING, OTHER = "NTR-AAAA-BBBB", "NTR-CCCC-DDDD"
REF, NAME, CHAT = "p-rekaan-1", "Sari Contohwati", "-100777"
PNG = bytes.fromhex("89504e470d0a1a0a") + b"kartu rekaan"
TOML = f"""
[http]
contact = "uji@contoh.test"

[paths]
register = ""
watchlists = "{watch.shipped()}"

[answers]
office = "Inspektorat Rekaan"
address = "Jalan Rekaan 12, Kota Contoh"
hours = "Senin sampai Jumat, 08.00 sampai 15.00 WIB"
page = "https://klarifikasi.contoh.example"
bot = "@klarifikasi_rekaan_bot"
attempts_an_hour = 12

[[notify.routes]]
notifier = "telegram"
destination = "{CHAT}"
"""


@dataclass
class Place:
    """One installation; its clock stands until it is moved."""

    folder: Path
    now: datetime = START
    opened: list[Writer] = field(default_factory=list)

    @property
    def settings(self) -> Config:
        return config.load(self.folder / "config.toml")

    @property
    def database(self) -> Path:
        return self.folder / "data" / "netralitas.sqlite3"

    def clock(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def writer(self) -> Writer:
        """Return a writer that is closed with the test."""
        made = Writer(self.database)
        self.opened.append(made)
        return made

    def answering(self) -> Answering:
        return Answering(self.writer(), self.settings, self.clock)

    def close(self) -> None:
        for writer in self.opened:
            writer.close()
        self.opened.clear()

    def step(self, writer: Writer, what: Step, officer: str = "ana", **more: Any) -> None:
        with writer.transaction() as tx:
            who = reviews.officer(tx, officer)
            reviews.step(tx, FINDING, Wanted(what, "uji", **more), who, Role.REVIEWER, self.now)

    def invited(self, writer: Writer, finding: str = FINDING) -> Code:
        """Invite, by the owner of the case; return the code."""
        code = codes.make()
        with writer.transaction() as tx:
            case, officer = reviews.case(tx, finding), reviews.officer(tx, "ana")
            until = self.now + timedelta(days=14)
            invite.invite(tx, case, officer, "uji", code, until, self.now)
        return code


def build(folder: Path) -> Place:
    """Make it: two findings about one person, both taken by ana; the first was told to a chat."""
    folder.mkdir()
    (folder / "config.toml").write_text(TOML, "utf-8")
    place = Place(folder)
    app.initialise(place.settings)
    with closing(Writer(place.database)) as writer:
        for finding in (FINDING, OTHER):
            _find(place, writer, finding)
        _officers(writer)
        for finding in (FINDING, OTHER):
            with writer.transaction() as tx:
                ana = reviews.officer(tx, "ana")
                wanted = Wanted(Step.TAKEN, "giliran")
                reviews.step(tx, finding, wanted, ana, Role.REVIEWER, START)
    return place


@contextmanager
def copied(base: Place, folder: Path) -> Iterator[Place]:
    """Give a test an installation of its own."""
    shutil.copytree(base.folder, folder)
    place = Place(folder)
    try:
        yield place
    finally:
        place.close()


def _find(place: Place, writer: Writer, finding: str) -> None:
    files = Files(place.folder / "data" / "snapshots")
    parts = [Part("record", "application/json", b"{}"), Part("card", "image/png", PNG)]
    line = {**examples.WATCH, "name": NAME, "person_ref": REF}
    public: dict[str, Canonical] = {
        "outcome": "alert", "revision_no": 1, "partial": False, "proof": "",
        "platform": "bluesky", "signal": "post",
    }  # fmt: skip
    with files.staging(parts) as staged, writer.transaction() as tx:
        files.publish(staged)
        head = log.append(
            tx, at=START, kind="finding", subject=finding, public=public,
            content={"finding": examples.post(), "watch": line}, files=staged,
        )  # fmt: skip
        findings.add(tx, finding, head.seq, "alert")
        ways = [("telegram", CHAT)]
        outbox.put(tx, kind="finding", subject=finding, seq=head.seq, destinations=ways, at=START)
        (item,) = [i for i in outbox.due(tx, START.timestamp(), 9) if i.subject == finding]
        outbox.sent(tx, item, "7", START)


def _officers(writer: Writer) -> None:
    roles = {"ana": Role.REVIEWER, "ben": Role.SECOND, "cici": Role.CLERK, "dodo": Role.CLERK}
    with writer.transaction() as tx:
        for name, role in roles.items():
            person = REF if name == "dodo" else ""
            officer = Officer(name, f"{name} Petugas", "BKD Rekaan", (), person)
            reviews.give(tx, officer, Term(role, date(2024, 10, 1)), "Kepala", "SK 1", START)
