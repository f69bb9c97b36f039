"""Reverse mode in the whole program: what it finds is recorded as forward mode would, and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from monitor import app
from monitor.clock import utc_now
from monitor.collect import bluesky_reverse, registry
from monitor.collect.bluesky import Bluesky
from monitor.demo.atproto import Atproto
from monitor.demo.atproto_faults import Trouble
from monitor.demo.atproto_view import FOLLOW, LIKE, QUOTE, REPOST
from monitor.errors import NormaliseError
from monitor.model.activity import Activity
from monitor.model.evidence import RawItem
from monitor.model.person import Interval, IntervalKind, Watch
from monitor.run.reverse import Reverse
from monitor.store import alarms, register_edit, target_sources
from monitor.store.register_import import By
from monitor.store.target_sources import TargetState
from monitor.store.writer import Writer
from tests import needle
from tests.installation import TOKEN, Installation
from tests.long.strangers_mastodon import Fediverse
from tests.run.ruling import until
from tests.scenes import Ref, Scene
from tests.standin.crowd import MARK, Crowd
from tests.standin.telegram import StandIn

SUPPORT = "Ayo coblos nomor 2, menangkan Prakasita-Anggrek!"
ACTS = {"like", "share", "quote", "reply", "follow"}
FEED = "app.bsky.feed.getAuthorFeed"
BY = By("penguji", "uji")


class Killed(BaseException):
    """The process dies here; nothing may catch it."""


@dataclass
class Desk:
    """A candidate and registered persons whose accounts were looked at once, with nothing there."""

    place: Installation
    scene: Scene
    network: Atproto
    campaign: Ref

    @property
    def signals(self) -> list[str]:
        return sorted(f["activity"]["signal"] for f in self.place.findings())

    def engage(self, who: str) -> None:
        self.scene.like(who, self.campaign)
        self.scene.repost(who, self.campaign)
        self.scene.quote(who, self.campaign, "Setuju. Ayo dukung Prakasita-Anggrek!")
        self.scene.reply(who, self.campaign, "Siap, kami menangkan Prakasita-Anggrek!")
        self.scene.follow(who, "calon2")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[Reverse, Writer]]:
        """Open the program; only reverse mode is looked with."""
        async with app.opened(self.place.settings) as opened:
            yield opened.daemon.reverse, opened.writer

    async def look(self) -> int:
        """Look once at who engaged; return how many acts were new."""
        async with self.open() as (reverse, _):
            reports = await reverse.once()
        assert [report.error for report in reports if report.error] == []
        return sum(report.items for report in reports)

    def states(self) -> dict[str, TargetState]:
        writer = Writer(self.place.settings.database)
        found = {state.key: state for state in target_sources.statuses(writer.reader())}
        writer.close()
        return found

    def alarms(self) -> set[str]:
        writer = Writer(self.place.settings.database)
        found = {alarm.key for alarm in alarms.open_(writer.reader())}
        writer.close()
        return found


@pytest.fixture
async def desk(tmp_path: Path, network: Atproto) -> AsyncIterator[Desk]:
    async with StandIn(TOKEN) as telegram:
        scene = Scene(network, ".lembayung.example")
        place = Installation(
            tmp_path / "pasang",
            hosts=(network.host,),
            directory=network.url,
            resolver=network.url,
            telegram=telegram.url,
        )
        for name in ("calon1", "calon2", "asn1", "asn2"):
            scene.open(name)
        place.candidates = [scene.accounts["calon1"], scene.accounts["calon2"]]
        place.person("asn1", scene.accounts["asn1"][0])
        place.person("asn2", scene.accounts["asn2"][0])
        place.write()
        await place.once()
        place.appview = network.url
        place.write()
        yield Desk(place, scene, network, scene.post("calon2", SUPPORT))


@pytest.mark.drill
async def test_what_only_reverse_mode_saw_is_recorded_in_full(desk: Desk) -> None:
    desk.engage("asn1")
    assert await desk.look() == len(ACTS)
    findings = desk.place.findings()
    assert {f["activity"]["signal"] for f in findings} == ACTS
    for finding in findings:
        assert finding["activity"]["watch_id"] == "asn1"
        assert finding["entry"]["public"]["proof"] == "atproto-commit-signature"
        assert set(finding["entry"]["files"]) >= {"record", "proof", "headers", "card"}
    assert desk.place.verified().fault_count == 0


@pytest.mark.drill
async def test_nothing_is_told_twice_by_either_way(desk: Desk) -> None:
    desk.engage("asn1")
    await desk.look()
    told = desk.signals, desk.place.count("seen")
    await desk.place.once()
    assert await desk.look() == 0
    assert (desk.signals, desk.place.count("seen")) == told
    desk.engage("asn2")
    await desk.place.once()
    assert await desk.look() == 0
    assert len(desk.signals) == 2 * len(ACTS)


@pytest.mark.drill
async def test_both_ways_at_the_same_time_are_one(desk: Desk) -> None:
    desk.engage("asn1")
    async with app.opened(desk.place.settings) as opened:
        await asyncio.gather(opened.daemon.once(), opened.daemon.reverse.once())
    assert set(desk.signals) == ACTS
    assert len(desk.signals) == len(ACTS)


@pytest.mark.drill
@pytest.mark.checklist("restart-mid-page")
@pytest.mark.parametrize("point", ["before-commit", "after-commit"])
async def test_a_kill_at_any_commit_loses_nothing(desk: Desk, point: str) -> None:
    """Findings and the place in the lists are one transaction: both are there or neither."""
    desk.engage("asn1")
    kills = 0
    async with desk.open() as (reverse, writer):
        for number in range(1, 100):
            writer.hook = _killer(point, number)
            try:
                await reverse.once()
                break
            except Killed:
                kills += 1
        writer.hook = None
        await reverse.once()
    assert kills >= len(ACTS)
    assert sorted(ACTS) == desk.signals
    assert desk.place.verified().fault_count == 0


def _killer(point: str, number: int) -> Callable[[str], None]:
    left = number

    def die(here: str) -> None:
        nonlocal left
        left -= here == point
        if not left:
            raise Killed

    return die


async def test_who_left_is_a_stranger(desk: Desk) -> None:
    desk.engage("asn1")
    async with desk.open() as (reverse, writer):
        today = utc_now().date()
        gone = Interval(IntervalKind.RETIREMENT, today - timedelta(days=1))
        with writer.transaction() as tx:
            register_edit.add_interval(tx, "p-asn1", gone, BY, utc_now())
    async with desk.open() as (reverse, _):
        assert sum(report.items for report in await reverse.once()) == 0
    assert desk.signals == []


@pytest.mark.drill
async def test_who_was_told_later_is_judged_from_then_on(desk: Desk, tmp_path: Path) -> None:
    desk.engage("asn1")
    tomorrow = (utc_now() + timedelta(days=2)).date().isoformat()
    lines = [line.replace(line.split(",")[12], tomorrow) for line in desk.place.people]
    desk.place.people[:] = lines
    desk.place.write()
    assert await desk.look() == 0
    assert desk.signals == []


@pytest.mark.drill
async def test_an_account_that_two_persons_claim_is_nobodys(desk: Desk) -> None:
    desk.engage("asn1")
    async with desk.open() as (reverse, writer):
        with writer.transaction() as tx:
            did = desk.scene.did("asn1")
            tx.execute("UPDATE source SET native_id = ? WHERE watch_id = 'asn2'", (did,))
        assert sum(report.items for report in await reverse.once()) == 0


@pytest.mark.drill
async def test_a_favourite_from_before_monitoring_is_never_taken_for_new(desk: Desk) -> None:
    """A list without times: what stands in it before the person's day is remembered, not judged."""
    async with Fediverse() as fedi:
        desk.place.hosts = (*desk.place.hosts, *fedi.hosts)
        fedi.people(desk.place)
        # Two days on: in her own zone the next day may have begun already.
        hers = (utc_now() + timedelta(days=2)).date().isoformat()
        *others, sekar = desk.place.people
        desk.place.people[:] = [*others, sekar.replace(sekar.split(",")[12], hers)]
        desk.place.write()
        fedi.write(desk.place)
        fedi.allow(desk.place)
        fedi.crowd(3)
        for days in (0, 3, 4, 6):  # before her day; after it; and full looks afterwards
            at = utc_now() + timedelta(days=days)
            async with app.opened(desk.place.settings, partial(_same, at)) as opened:
                await opened.daemon.reverse.once()
            assert desk.signals == []
        fedi.party.favourite(fedi.sekar, fedi.party.post(fedi.calon, SUPPORT))
        at = utc_now() + timedelta(days=7)
        async with app.opened(desk.place.settings, partial(_same, at)) as opened:
            await opened.daemon.reverse.once()
    assert desk.signals == ["like"]


def _same(at: datetime) -> datetime:
    return at


# ---- the schedule, and what is told of it ------------------------------------------------------


@pytest.mark.drill
async def test_only_accounts_of_those_who_stand_are_read(desk: Desk) -> None:
    await desk.look()
    states = desk.states()
    assert {key for key, state in states.items() if state.active} == {
        "target:bluesky:calon1.lembayung.example",
        "target:bluesky:calon2.lembayung.example",
    }
    contest = next((desk.place.folder / "watchlists" / "contests").glob("*.toml"))
    text = contest.read_text("utf-8")
    calon1 = desk.scene.accounts["calon1"][0]
    contest.write_text(text.replace(calon1, "baru.lembayung.example"), "utf-8")
    await app_follow(desk)
    states = desk.states()
    assert not states["target:bluesky:calon1.lembayung.example"].active
    assert states["target:bluesky:baru.lembayung.example"].active


async def app_follow(desk: Desk) -> None:
    async with desk.open() as (reverse, _):
        reverse.follow()


@pytest.mark.drill
async def test_a_platform_that_says_nothing_is_told_once_and_on_recovery(desk: Desk) -> None:
    desk.network.faults.add(Trouble.SERVER_ERROR, FEED)
    for _ in range(4):
        async with app.opened(desk.place.settings) as opened:
            await opened.daemon.once()
    assert "target-stale:bluesky" in desk.alarms()
    desk.network.faults.clear()
    async with app.opened(desk.place.settings) as opened:
        await opened.daemon.once()
    assert not [key for key in desk.alarms() if key.startswith("target-")]
    with closing(desk.place.connect()) as conn:
        query = "SELECT count(*) FROM content WHERE name = 'alarm' AND CAST(body AS TEXT) LIKE ?"
        assert conn.execute(query, ("%target-stale:bluesky%",)).fetchone() == (2,)


@pytest.mark.drill
async def test_the_daemon_looks_by_itself(desk: Desk) -> None:
    desk.engage("asn1")
    async with app.opened(desk.place.settings) as opened:
        running = asyncio.create_task(opened.daemon.run())
        await until(lambda: len(desk.signals) >= len(ACTS))
        await until(lambda: all(one.last_success_at for one in desk.states().values()))
        opened.daemon.stop()
        await running
    assert sorted(ACTS) == desk.signals
    assert desk.place.verified().fault_count == 0


async def test_a_refusal_is_told_at_once(desk: Desk) -> None:
    desk.network.faults.add(Trouble.HTML, FEED)
    async with desk.open() as (reverse, _):
        await reverse.once()
        assert "target-refused:bluesky" in desk.alarms()


class OfYesterday(Bluesky):
    """The real collector, as if it did not know the form of likes yet."""

    def normalise(self, raw: RawItem, watch: Watch) -> Activity:
        if b"app.bsky.feed.like" in raw.body:
            raise NormaliseError(f"bluesky {watch.watch_id}", "record", "expected another form")
        return super().normalise(raw, watch)


async def test_an_act_of_unknown_form_is_kept_and_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.COLLECTORS, "bluesky", f"{__name__}:OfYesterday")
    desk.scene.like("asn1", desk.campaign)
    assert await desk.look() == 0
    assert "malformed:asn1" in desk.alarms()
    assert len(desk.place.entries("malformed")) == 1


@pytest.mark.drill
async def test_an_account_that_shows_nothing_is_told_after_three_looks(desk: Desk) -> None:
    key = "target-empty:target:bluesky:calon1.lembayung.example"
    for _ in range(3):
        assert key not in desk.alarms()
        await desk.look()
    assert key in desk.alarms()
    assert "target-empty:target:bluesky:calon2.lembayung.example" not in desk.alarms()
    desk.scene.post("calon1", "Selamat pagi")
    await desk.look()
    assert key not in desk.alarms()


@pytest.mark.drill
async def test_a_look_that_was_cut_is_taken_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """More lists than one look reads: it is continued, and only then counts as a look."""
    view, newest = desk.network.view, int(utc_now().timestamp() * 1000) + 60_000
    desk.scene.like("asn1", desk.campaign)
    mine = view.rows(LIKE, desk.campaign.uri)[0]
    view.crowds[LIKE, desk.campaign.uri] = Crowd(3_000, newest, {2_950: mine})
    monkeypatch.setattr(bluesky_reverse, "PAGES_PER_LOOK", 20)
    key = "target:bluesky:calon2.lembayung.example"
    await desk.look()
    cut = desk.states()[key]
    assert cut.began_at is not None
    assert desk.signals == []
    await desk.look()
    done = desk.states()[key]
    assert done.began_at is None
    assert done.last_look_at == cut.began_at
    assert desk.signals == ["like"]


# ---- the register filter -----------------------------------------------------------------------


@pytest.mark.checklist("stranger-never-stored")
async def test_no_engager_who_is_not_registered_is_left_anywhere(
    desk: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    """300 strangers in every list, some acts of registered persons among them."""
    desk.engage("asn1")
    uri, view = desk.campaign.uri, desk.network.view
    newest = int(utc_now().timestamp() * 1000) + 60_000
    for kind, of in ((LIKE, uri), (REPOST, uri), (QUOTE, uri), (FOLLOW, desk.scene.did("calon2"))):
        mine = view.rows(kind, of)[0]
        view.crowds[kind, of] = Crowd(300, newest, {150: mine})
    await desk.look()
    assert set(desk.signals) == ACTS
    (desk.place.folder / "captured.log").write_text("".join(capfd.readouterr()))
    assert needle.found(desk.place.folder, [MARK]) == []
    (desk.place.folder / "ditanam.txt").write_text(f"did:plc:{MARK}aaaa")
    assert needle.found(desk.place.folder, [MARK]) == [f"ditanam.txt: {MARK}"]
