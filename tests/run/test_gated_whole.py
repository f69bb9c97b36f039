"""X and Telegram through the whole program: signed for, read both ways, told, and gone in time."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from monitor import app
from monitor.clock import utc_now
from tests import needle
from tests.installation import TOKEN, Installation
from tests.standin.crowd import MARK
from tests.standin.groups import Group
from tests.standin.telegram import StandIn as Telegram
from tests.standin.telegram_web import StandIn as Web
from tests.standin.x import StandIn as X
from tests.standin.x import User

pytestmark = pytest.mark.drill

SUPPORT = "Ayo coblos nomor 2, menangkan Prakasita-Anggrek!"
BEARER, BOT_TOKEN = "AAAA-rahasia-x", "4242:AA-rahasia_grup"
OFFICER = 5_001
SECTIONS = """
[collect.x]
enabled = true
interval = 1.0
min_interval = 1.0
api = "{x}"

[collect.telegram]
enabled = true
interval = 1.0
min_interval = 1.0
api = "{telegram}"
groups = [-1001234567890]

[collect.telegram_channel]
enabled = true
interval = 1.0
min_interval = 1.0
site = "{web}"
"""
PAPER = ("--document", "Surat 12/2026", "--until", "2099-12-31", "--by", "Tokoh Rekaan, Inspektur",
         "--why", "disetujui tertulis")  # fmt: skip
NAMES = ("x", "telegram", "telegram_channel")


@dataclass
class Stage:
    """An installation that reads three gated platforms, and the stand-ins behind it."""

    place: Installation
    x: X
    bot: Telegram
    web: Web
    group: Group
    own: User
    rival: User
    rally: str

    async def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command beside the loop, in which the stand-ins answer."""
        config = str(self.place.folder / "config.toml")
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "monitor", *words, "--config", config],
            capture_output=True, text=True, timeout=120, check=False,
            env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip

    async def sign(self, *names: str) -> None:
        for name in names or NAMES:
            group = ("--group", str(self.group.id)) if name == "telegram" else ()
            done = await self.command("gate", "record", name, *group, *PAPER)
            assert done.returncode == 0, done.stderr

    async def once(self, ahead: timedelta = timedelta(0)) -> list[str]:
        """Look once, forward and reverse; return the errors of the looks."""
        self.place.make_all_due()
        async with app.opened(self.place.settings, lambda: utc_now() + ahead) as opened:
            reports = await opened.daemon.once()
        return [report.error for report in reports if report.error]

    def found(self) -> list[tuple[str, str]]:
        acts = [f["activity"] for f in self.place.findings()]
        return sorted((act["platform"], act["signal"]) for act in acts)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    clock = utc_now
    async with (
        Telegram(TOKEN) as telegram,
        Telegram(BOT_TOKEN) as bot,
        X(clock, BEARER) as x,
        Web(clock) as web,
    ):
        hosts = [server.url[7:] for server in (x, bot, web)]
        nobody = x.url
        place = Installation(
            tmp_path / "pasang", hosts=hosts, directory=nobody, resolver=nobody,
            telegram=telegram.url, appview=nobody,
            candidates=(("calon1.example", "did:plc:" + "a" * 24),
                        ("calon2.example", "did:plc:" + "b" * 24)),
        )  # fmt: skip
        place.person("asn1", "pegawai_a", platform="x")
        place.person("asn2", str(OFFICER), platform="telegram")
        place.person("asn3", "kanal_dinas", platform="telegram-channel")
        place.write()
        _agreed(place)
        own, rival = x.world.user("pegawai_a"), x.world.user("calon_dua")
        config = place.folder / "config.toml"
        text = config.read_text("utf-8").replace(
            "[collect.bluesky]\n", "[collect.bluesky]\nenabled = false\n"
        )
        sections = SECTIONS.format(x=x.url, telegram=bot.url, web=web.url)
        config.write_text(text + sections, "utf-8")
        group = Group(bot.people, clock)
        place.rival("x", "calon_dua", rival.id)
        place.rival("telegram", "calon_satu", "-1009000000001")
        place.rival("telegram-channel", "calon_satu", "calon_satu")
        place.secret("x_bearer", BEARER + "\n")
        place.secret("telegram_group_token", BOT_TOKEN + "\n")
        bot.standing.put(str(group.id), "administrator")
        bot.chats[str(group.id)] = group.chat
        yield Stage(place, x, bot, web, group, own, rival, x.world.post(rival, SUPPORT))


def _agreed(place: Installation) -> None:
    """Let the three be testers who agreed: a name on X is nobody's only by that."""
    register = place.folder / "register.csv"
    text = register.read_text("utf-8").replace("Keputusan rekaan 1", "Persetujuan penguji")
    register.write_text(text, "utf-8")
    lines = [f"p-asn{n},{utc_now():%Y-%m-%d},Surat {n}" for n in (1, 2, 3)]
    testers = "\n".join(["person_ref,consented_on,document", *lines])
    (place.folder / "penguji.csv").write_text(testers + "\n", "utf-8")


def act(stage: Stage) -> None:
    """Have registered people act on each platform, among strangers."""
    world = stage.x.world
    world.post(stage.own, "RT @calon_dua: Ayo", ("retweeted", stage.rally))
    world.post(stage.own, "Setuju. " + SUPPORT, ("quoted", stage.rally))
    for number in range(150):
        world.post(world.user(f"{MARK}_{number}"), "RT", ("retweeted", stage.rally))
    asked = stage.group.say(7_777, f"Saya {MARK}, pilih siapa?")
    stage.group.names[7_777] = MARK
    poster = stage.group.post_of_channel(SUPPORT)
    stage.group.reply(OFFICER, poster, "Siap! " + SUPPORT)
    stage.group.react(7_777, asked, "👍")
    stage.web.channel("kanal_dinas").write(SUPPORT, utc_now())


async def test_without_recorded_rights_nothing_is_asked(stage: Stage) -> None:
    act(stage)
    done = await stage.command("check")
    assert done.returncode == 2
    assert "needs a written agreement with the platform" in done.stdout + done.stderr
    await stage.command("once")
    assert (stage.x.calls, stage.bot.calls, stage.web.calls) == ([], [], [])
    await stage.sign("telegram")
    await stage.command("once")
    assert (stage.x.calls, stage.web.calls) == ([], [])
    assert stage.bot.calls


@pytest.mark.checklist("stranger-never-stored")
async def test_read_told_and_gone_in_time(stage: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    act(stage)
    await stage.sign()
    assert await stage.once() == []
    assert await stage.once() == []
    assert stage.found() == [
        ("telegram", "reply"), ("telegram-channel", "post"), ("x", "quote"), ("x", "share")
    ]  # fmt: skip
    assert "search" in stage.x.lanes()  # the register named its accounts, and nobody else's came
    folder = stage.place.folder
    kept = [folder / "secrets" / name for name in ("x_bearer", "telegram_group_token")]
    assert needle.found(folder, [BEARER, BOT_TOKEN], kept) == []
    # The text that asked was a stranger's and was answered by nobody on the register.
    assert needle.found(folder, [MARK]) == []
    log = "".join(capfd.readouterr())
    assert not any(one in log for one in (BEARER, BOT_TOKEN, MARK))
    assert stage.place.verified().fault_count == 0

    posts = stage.x.world.posts
    (quote,) = [i for i in stage.x.world.by[stage.own.id] if "Setuju" in posts[i]["text"]]
    stage.x.world.delete(quote)
    assert needle.found(folder, ["Setuju. "])
    with closing(stage.place.connect()) as conn:
        conn.execute("UPDATE recheck SET due_at = 0")
        conn.commit()
    await stage.once()
    states = [entry["public"] for entry in stage.place.entries("state")]
    (gone,) = [public for public in states if public["state"] == "dihapus"]
    assert gone["decide_by"]
    async with app.opened(stage.place.settings, lambda: utc_now() + timedelta(hours=23)) as opened:
        await opened.daemon._retainer.look()
    assert needle.found(folder, ["Setuju. "]) == []
    assert ("x", "share") in stage.found()
    assert ("x", "quote") not in stage.found()
    assert (await stage.command("verify")).returncode == 0


async def test_a_restart_reads_groups_on_and_tells_nothing_twice(stage: Stage) -> None:
    await stage.sign()
    for number in range(250):
        stage.group.say(OFFICER, f"{SUPPORT} {number}")
    await stage.once()
    await stage.once()
    assert len(stage.found()) == 250
    assert len(stage.place.entries("finding")) == 250
    assert stage.bot.people.queue == []


@pytest.mark.checklist("stranger-never-stored")
async def test_a_hundred_thousand_strangers_leave_no_byte_and_no_memory(
    stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    await stage.sign()
    await stage.once()
    world = stage.x.world
    stage.x._used = defaultdict(lambda: -1_000_000)
    for number in range(100_000):
        world.post(world.user(f"{MARK}{number}"), "RT", ("retweeted", stage.rally))
        stage.group.say(10_000 + number, MARK)
        if number == 60_000:
            world.post(stage.own, "RT @calon_dua: Ayo", ("retweeted", stage.rally))
            stage.group.say(OFFICER, SUPPORT)
    process, sizes = psutil.Process(), list[int]()
    while True:
        await stage.once()
        stage.x.calls.clear()
        stage.bot.calls.clear()
        sizes.append(process.memory_info().rss)
        with closing(stage.place.connect()) as conn:
            query = "SELECT cursor FROM target_source WHERE platform = 'x' AND active = 1"
            (cursor,) = conn.execute(query).fetchone()
        if '"todo":[]' in cursor.replace(" ", "") and not stage.bot.people.queue:
            break
    assert stage.found() == [("telegram", "post"), ("x", "share")]
    assert len(sizes) > 20
    assert max(sizes) - sizes[5] < 20_000_000
    assert needle.found(stage.place.folder, [MARK]) == []
    assert MARK not in "".join(capfd.readouterr())
