"""YouTube through the whole program: signed for, read both ways, told, and gone before day 30."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import pytest

from monitor import app
from monitor.clock import utc_now
from monitor.evidence import verify_evidence
from monitor.store import target_sources
from monitor.store.writer import Writer
from tests import needle
from tests.installation import TOKEN, Installation
from tests.standin.crowd import MARK
from tests.standin.telegram import StandIn as Telegram
from tests.standin.youtube import KEY, Channel, Crowd, StandIn, Trouble, Video

pytestmark = pytest.mark.drill

SUPPORT = "Ayo coblos nomor 2, menangkan Prakasita-Anggrek!"
ANSWER = "Setuju, ayo menangkan Prakasita-Anggrek nomor 2!"
SECTION = """
[collect.youtube]
enabled = true
interval = 1.0
min_interval = 1.0
server = "{url}"
units_per_day = 1000000
"""
ACCOUNT = """
[[target.account]]
platform = "youtube"
handle = "calon.dua"
type = "terdaftar_kpu"
source = "Rekaan untuk uji."
"""
PAPER = ("--document", "Surat 12/2026", "--until", "2099-12-31", "--by", "Tokoh Rekaan, Inspektur",
         "--why", "disetujui tertulis")  # fmt: skip


@dataclass
class Stage:
    """An installation that reads YouTube, and the stand-in behind it."""

    place: Installation
    server: StandIn
    officer: Channel
    candidate: Channel
    rally: Video

    @property
    def now(self) -> datetime:
        return self.server.clock()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        config = str(self.place.folder / "config.toml")
        return subprocess.run(
            [sys.executable, "-m", "monitor", *words, "--config", config],
            capture_output=True, text=True, timeout=120, check=False,
            env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip

    def sign(self) -> None:
        done = self.command("gate", "record", "youtube", *PAPER)
        assert done.returncode == 0, done.stderr

    async def once(self) -> list[str]:
        """Look once, forward and reverse; return the errors of the looks."""
        self.place.make_all_due()
        async with app.opened(self.place.settings) as opened:
            reports = await opened.daemon.once()
        return [report.error for report in reports if report.error]

    def texts(self) -> list[str]:
        return sorted(f["activity"]["text"] for f in self.place.findings())

    def sound(self) -> bool:
        settings = self.place.settings
        verify_evidence.Database(settings.database, settings.snapshots).verify({})
        return self.place.verified().fault_count == 0


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Telegram(TOKEN) as telegram, StandIn(clock=utc_now) as server:
        place = Installation(
            tmp_path / "pasang",
            hosts=(server.host,),
            directory=f"http://{server.host}",
            resolver=f"http://{server.host}",
            telegram=telegram.url,
            candidates=(("calon1.example", "did:plc:" + "a" * 24),
                        ("calon2.example", "did:plc:" + "b" * 24)),
            appview=f"http://{server.host}",
        )  # fmt: skip
        place.person("asn1", "asn1.example", platform="youtube")
        place.write()
        config = place.folder / "config.toml"
        config.write_text(
            config.read_text().replace('url}"', "") + SECTION.format(url=server.url), "utf-8"
        )
        off = config.read_text().replace(
            "[collect.bluesky]\n", "[collect.bluesky]\nenabled = false\n"
        )
        config.write_text(off, "utf-8")
        (contest,) = (place.folder / "watchlists" / "contests").glob("pilgub-99-*.toml")
        text = contest.read_text("utf-8")
        place_of = text.index("[[target.account]]", text.index("calon2.example") - 120)
        contest.write_text(text[:place_of] + ACCOUNT.lstrip() + "\n" + text[place_of:], "utf-8")
        (place.folder / "secrets" / "youtube_api_key").write_text(KEY + "\n")
        officer, candidate = server.channel("asn1.example"), server.channel("calon.dua")
        day = utc_now() - timedelta(days=1)
        rally = server.video(candidate, SUPPORT, published=day)
        yield Stage(place, server, officer, candidate, rally)


def act(stage: Stage) -> None:
    """Have the officer publish, comment and answer, among strangers."""
    hour = utc_now() - timedelta(hours=3)
    stage.server.video(stage.officer, "Rekaman warga", SUPPORT, published=hour)
    stage.server.comment(stage.rally, stage.officer, SUPPORT + " Siap!", published=hour)
    top = stage.server.comment(stage.rally, stage.server.channel(f"{MARK}-penanya"),
                               "Siapa yang mau menang?", published=hour)  # fmt: skip
    for number in range(8):
        stage.server.comment(stage.rally, stage.server.channel(f"{MARK}-{number}"),
                             f"Hadir {MARK}", parent=top, published=hour)  # fmt: skip
    stage.server.comment(stage.rally, stage.officer, ANSWER, parent=top, published=hour)
    stage.server.crowd = Crowd(500, stage.rally.id, stage.candidate.id, hour)


async def test_without_a_recorded_agreement_nothing_is_asked(stage: Stage) -> None:
    act(stage)
    done = stage.command("check")
    assert done.returncode == 2
    assert "needs a written agreement with the platform" in done.stdout + done.stderr
    stage.command("once")
    assert stage.server.asked == []
    assert stage.place.findings() == []


@pytest.mark.checklist("stranger-never-stored")
async def test_both_ways_are_read_told_and_gone_in_time(
    stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    act(stage)
    stage.sign()
    assert await stage.once() == []
    assert await stage.once() == []
    assert stage.texts() == sorted([SUPPORT + " Siap!", f"Rekaman warga\n{SUPPORT}", ANSWER])
    assert stage.sound()
    folder = stage.place.folder
    # Neither the key nor any stranger is in a file; the question that was answered is words alone.
    assert needle.found(folder, [KEY], [folder / "secrets" / "youtube_api_key"]) == []
    assert needle.found(folder, [MARK]) == []
    log = "".join(capfd.readouterr())
    assert KEY not in log
    assert MARK not in log

    said = [SUPPORT + " Siap!", ANSWER, "Rekaman warga"]
    assert needle.found(folder, said)
    async with app.opened(stage.place.settings, lambda: utc_now() + timedelta(days=29)) as opened:
        await opened.daemon._retainer.look()
    assert needle.found(folder, said) == []
    assert stage.sound()
    assert len(stage.place.entries("reference")) == 3
    (first, *_) = stage.place.entries("reference")
    shown = stage.command("review", "show", first["subject"])
    assert "https://www.youtube.com/watch?v=" in shown.stdout
    assert "Allowance of youtube:" in stage.command("status").stdout
    assert stage.command("verify").returncode == 0


async def test_units_are_counted_over_restarts_and_refusals_are_no_emptiness(
    stage: Stage,
) -> None:
    act(stage)
    stage.sign()
    stage.server.fail(Trouble.SERVER_ERROR, "commentThreads.list", 1)
    await stage.once()
    await stage.once()
    with closing(sqlite3.connect(stage.place.settings.database)) as conn:
        (units,) = conn.execute("SELECT sum(units) FROM spending").fetchone()
    assert units == stage.server.units
    stage.server.fail(Trouble.QUOTA, "channels.list")
    stage.server.fail(Trouble.QUOTA, "playlistItems.list")
    errors = await stage.once()
    assert errors
    assert all("rate limited" in error for error in errors)
    asked = len(stage.server.asked)
    stage.server.mend()
    await stage.once()
    assert len(stage.server.asked) == asked


async def test_a_right_that_ends_stops_reading_at_once(stage: Stage) -> None:
    act(stage)
    stage.sign()
    await stage.once()
    (entry,) = stage.place.entries("attestation")
    done = stage.command(
        "gate", "end", str(entry["seq"]), "--by", "Tokoh Rekaan", "--why", "dicabut"
    )
    assert done.returncode == 0, done.stderr
    asked = len(stage.server.asked)
    stage.place.make_all_due()
    stage.command("once")
    assert len(stage.server.asked) == asked


async def test_a_walk_that_was_cut_loses_nothing_and_tells_nothing_twice(
    stage: Stage,
) -> None:
    act(stage)
    stage.sign()
    await stage.once()

    stage.server.comment(stage.rally, stage.officer, SUPPORT + " Lagi!",
                         published=utc_now() - timedelta(minutes=1))  # fmt: skip
    stage.server.fail(Trouble.CUT, "commentThreads.list", 2)
    await stage.once()
    stage.server.mend()
    await stage.once()
    await stage.once()
    assert stage.texts().count(SUPPORT + " Lagi!") == 1
    assert len(stage.texts()) == 4
    with closing(Writer(stage.place.settings.database)) as writer:
        (state,) = [s for s in target_sources.statuses(writer.reader()) if ":youtube:" in s.key]
    assert state.complete
    assert MARK not in repr(state)


@pytest.mark.checklist("stranger-never-stored")
async def test_a_hundred_thousand_strangers_leave_no_byte_and_no_memory(
    stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    act(stage)
    stage.sign()
    hour = utc_now() - timedelta(hours=2)
    stage.server.crowd = Crowd(100_000, stage.rally.id, stage.candidate.id, hour)
    process, sizes = psutil.Process(), list[int]()

    def look(method: str) -> None:
        # The stand-in's own diary is no part of what is measured.
        stage.server.asked.clear()
        stage.server.headers.clear()
        if method == "commentThreads.list":
            sizes.append(process.memory_info().rss)

    stage.server.before.append(look)
    await stage.once()
    assert len(sizes) == 1_001
    assert max(sizes) - sizes[200] < 20_000_000
    assert len(stage.texts()) == 3
    assert needle.found(stage.place.folder, [MARK]) == []
    assert MARK not in "".join(capfd.readouterr())
    # The needle would be found: it is in what the platform sent.
    assert MARK in repr(stage.server.crowd[0])
