"""An installation on disk for end-to-end tests: invented contest, register, real program.

It knows nothing of where its servers are: emulators and the real network serve it alike.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from monitor import app, config, gating, watch
from monitor.demo.story import template
from monitor.evidence.files import Files
from monitor.evidence.report import Report
from monitor.evidence.verify import verify
from monitor.run.pipeline import PollReport
from monitor.store.audit import Audit

TOKEN = "42:stand-in-token"
CHAT = "-1001"
COLUMNS = (
    "watch_id,person_ref,name,platform,address,instansi,unit,employer_type,area,zone,ownership,"
    "legal_ground,notice_date,registered_on,as_of"
)
CONFIG = """
[http]
contact = "uji@netralitas.example"
allow_private = [{hosts}]
attempts = 1
timeout = 10.0
requests_per_second = 500.0
connections_per_host = 8

[paths]
register = "register.csv"

[collect.feeds]
interval = 1.0
min_interval = 1.0

[collect.bluesky]
interval = 1.0
min_interval = 1.0
directory = "{directory}"
resolver = "{resolver}"
appview = "{appview}"

[reverse]
enabled = {reverse}
interval = 1.0

[schedule]
tick = 0.2
max_interval = 2.0
capture_timeout = 10.0
stop_grace = 5.0

[health]
min_free_bytes = 1

[log]
level = "DEBUG"

[notify.telegram]
api = "{telegram}"
per_chat_per_minute = 100000
overall_per_second = 10000

[[notify.routes]]
notifier = "telegram"
destination = "{chat}"
"""
ACCOUNT = """
[[target.account]]
platform = "{platform}"
handle = "{handle}"
native_id = "{native_id}"
type = "terdaftar_kpu"
source = "Rekaan untuk pengujian."
"""


@dataclass
class Installation:
    """One folder with everything; ``candidates`` are (handle, DID) of ballot numbers 1 and 2.

    Reverse mode is on where ``appview`` says who can be asked.
    """

    folder: Path
    hosts: Sequence[str]
    directory: str
    resolver: str
    telegram: str
    candidates: Sequence[tuple[str, str]] = ()
    people: list[str] = field(default_factory=list)
    appview: str = ""

    def person(
        self, watch_id: str, address: str, *, platform: str = "bluesky", ownership: str = "declared"
    ) -> None:
        """Put a line on the register; everybody was told ten days ago."""
        told = (_today() - timedelta(days=10)).isoformat()
        self.people.append(
            f"{watch_id},p-{watch_id},Orang {watch_id},{platform},{address},Dinas Rekaan,Bidang,"
            f"PNS,99,WIB,{ownership},Keputusan rekaan 1,{told},{told},{told}"
        )

    def write(self) -> config.Config:
        """Write configuration, watchlists, register, keys and database."""
        self.folder.mkdir(parents=True, exist_ok=True)
        contests = self.folder / "watchlists" / "contests"
        if not contests.exists():
            shutil.copytree(watch.shipped(), self.folder / "watchlists")
            for part in ("contests", "calendars", "aliases"):
                shutil.rmtree(self.folder / "watchlists" / part)
            contests.mkdir()
        names = {f"calon{n}": account for n, account in enumerate(self.candidates, start=1)}
        contest = template("contest.toml", _today(), names)
        (contests / f"pilgub-99-{_today().year}.toml").write_text(contest, "utf-8")
        text = CONFIG.format(
            hosts=", ".join(f'"{host}"' for host in self.hosts),
            directory=self.directory,
            resolver=self.resolver,
            appview=self.appview or self.resolver,
            reverse=str(bool(self.appview)).lower(),
            telegram=self.telegram,
            chat=CHAT,
        )
        (self.folder / "config.toml").write_text(text, "utf-8")
        register = "\n".join([COLUMNS, *self.people]) + "\n"
        (self.folder / "register.csv").write_text(register, "utf-8")
        (self.folder / "secrets").mkdir(exist_ok=True)
        (self.folder / "secrets" / "telegram_token").write_text(TOKEN)
        settings = self.settings
        app.initialise(settings)
        return settings

    def configure(self, text: str) -> None:
        """Add to the configuration that ``write`` wrote."""
        file = self.folder / "config.toml"
        file.write_text(file.read_text("utf-8") + text, "utf-8")

    def secret(self, name: str, text: str) -> None:
        (self.folder / "secrets" / name).write_text(text)

    def rival(self, platform: str, handle: str, native_id: str = "") -> None:
        """Give the contest's last candidate an account on another platform."""
        (contest,) = (self.folder / "watchlists" / "contests").glob("*.toml")
        account = ACCOUNT.format(platform=platform, handle=handle, native_id=native_id)
        contest.write_text(contest.read_text("utf-8") + account, "utf-8")

    def permit(self, platform: str, document: str, *, server: str = "") -> None:
        """Record that a platform's terms are met, as a person would, for thirty days."""
        until, file = _today() + timedelta(days=30), self.folder / "config.toml"
        with redirect_stdout(StringIO()):
            gating.record(file, platform, document, until, server, "Penguji rekaan", "pengujian")

    @property
    def settings(self) -> config.Config:
        return config.load(self.folder / "config.toml")

    async def once(self) -> list[PollReport]:
        """Run one cycle of the real program in this process."""
        async with app.opened(self.settings) as opened:
            return await opened.daemon.once()

    def entries(self, kind: str) -> list[dict[str, Any]]:
        """Return the log's entries of a kind, oldest first."""
        query = "SELECT canonical FROM log WHERE kind = ? ORDER BY seq"
        return [json.loads(row[0]) for row in self._rows(query, kind)]

    def findings(self) -> list[dict[str, Any]]:
        """Return every finding whose content is there, with its entry under ``entry``."""
        query = "SELECT body FROM content WHERE seq = ? AND name = 'finding'"
        return [
            json.loads(body) | {"entry": entry}
            for entry in self.entries("finding")
            for (body,) in self._rows(query, entry["seq"])
        ]

    def count(self, table: str) -> int:
        return int(next(self._rows(f"SELECT count(*) FROM {table}"))[0])

    def outbox(self) -> dict[str, int]:
        """Return how many messages are in each state."""
        return dict(self._rows("SELECT state, count(*) FROM outbox GROUP BY state"))

    def make_all_due(self) -> None:
        """Let every wait be over, for sources and for messages."""
        with closing(self.connect()) as conn:
            conn.execute("UPDATE source SET next_check_at = 0")
            conn.execute("UPDATE target_source SET next_check_at = 0")
            conn.execute("UPDATE outbox SET next_try_at = 0")
            conn.commit()

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.settings.database)

    def snapshots(self) -> list[Path]:
        """Return every snapshot file that has its final name."""
        return [p for p in self.settings.snapshots.glob("??/*") if p.is_file()]

    def verified(self) -> Report:
        """Verify the log with the program's own verifier."""
        with Audit(self.settings.database) as audit:
            return verify(audit, Files(self.settings.snapshots))

    def _rows(self, query: str, *values: object) -> Iterator[Any]:
        with closing(self.connect()) as conn:
            yield from conn.execute(query, values).fetchall()


def _today() -> date:
    return datetime.now(UTC).date()
