"""No collector that asks for a right runs without one, however it is tried; and the switch."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor import config
from monitor.clock import utc_now
from monitor.collect import gate, registry
from monitor.collect.base import Collector, Info, Requirement
from monitor.collect.bluesky import Bluesky
from monitor.demo.atproto import Atproto
from monitor.errors import ConfigError, EvidenceError
from monitor.model.evidence import GENESIS, canonical, link
from monitor.net import Http
from monitor.net_door import Behind, Door
from monitor.run.daemon import Daemon
from monitor.run.doors import Doors, server_of, valid
from monitor.run.health import Health
from monitor.store import alarms, log, migrate, rights
from monitor.store.writer import Writer
from tests.run.ruling import open_alarms, running, until
from tests.whole import Stage

AGREEMENT = Requirement.AGREEMENT
BY = {"who": "Ratna Dewanti, Inspektur", "why": "uji"}
TODAY = gate.today(utc_now())
ONE = {"bluesky": "bluesky"}
LATER = TODAY + timedelta(days=60)


class Gated(Bluesky):
    """The real collector, as if its platform asked for an agreement."""

    @property
    def info(self) -> Info:
        return replace(super().info, requires=AGREEMENT)


@pytest.fixture
def gated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.COLLECTORS, "bluesky", f"{__name__}:Gated")


def attest(
    database: Path, expires: date = LATER, *, collector: str = "bluesky", subject: str = ""
) -> int:
    with closing(Writer(database)) as writer, writer.transaction() as tx:
        return rights.record(
            tx, collector=collector, expires=expires, document="Perjanjian 12/2026",
            subject=subject, at=utc_now(), **BY,
        )  # fmt: skip


def switch(stage: Stage, *, off: bool) -> None:
    with closing(Writer(stage.place.settings.database)) as writer, writer.transaction() as tx:
        assert rights.switch(tx, "bluesky", off=off, at=utc_now(), **BY)


# ---- attacks ---------------------------------------------------------------------------------


def by_hand(database: Path, change: Callable[[sqlite3.Connection], None]) -> None:
    """Change rows past the program: its triggers are gone, and nothing refuses."""
    with closing(sqlite3.connect(database)) as conn:
        names = conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            conn.execute(f'DROP TRIGGER "{name}"')
        change(conn)
        conn.commit()


def _do(conn: sqlite3.Connection, query: str, *values: object) -> None:
    conn.execute(query, values)


def nothing(_: Path) -> None:
    """Leave it as it is."""


def of_another(database: Path) -> None:
    attest(database, collector="feeds")


def of_one_server(database: Path) -> None:
    attest(database, subject="satu.example")


def over(database: Path) -> None:
    attest(database, TODAY - timedelta(days=1))


def taken_back(database: Path) -> None:
    number = attest(database)
    with closing(Writer(database)) as writer, writer.transaction() as tx:
        rights.end(tx, number, at=utc_now(), **BY)


def prolonged(database: Path) -> None:
    number = attest(database, TODAY - timedelta(days=1))

    def change(conn: sqlite3.Connection) -> None:
        (body,) = conn.execute("SELECT canonical FROM log WHERE seq = ?", (number,)).fetchone()
        entry = json.loads(body)
        entry["public"]["expires"] = "2099-12-31"
        conn.execute("UPDATE log SET canonical = ? WHERE seq = ?", (canonical(entry), number))

    by_hand(database, change)


def prolonged_with_its_hash(database: Path) -> None:
    """Also its own hash is made anew; the entry behind it does not hang on it any more."""
    number = attest(database, TODAY - timedelta(days=1))
    attest(database, collector="feeds")

    def change(conn: sqlite3.Connection) -> None:
        query = "SELECT canonical FROM log WHERE seq = ?"
        entry = json.loads(conn.execute(query, (number,)).fetchone()[0])
        entry["public"]["expires"] = "2099-12-31"
        before = conn.execute("SELECT hash FROM log WHERE seq = ?", (number - 1,)).fetchone()
        body = canonical(entry)
        values = (body, link(before[0] if before else GENESIS, body), number)
        conn.execute("UPDATE log SET canonical = ?, hash = ? WHERE seq = ?", values)

    by_hand(database, change)


def written_without_its_link(database: Path) -> None:
    number = attest(database, TODAY - timedelta(days=1))

    def change(conn: sqlite3.Connection) -> None:
        query = "SELECT canonical FROM log WHERE seq = ?"
        entry = json.loads(conn.execute(query, (number,)).fetchone()[0])
        entry["seq"], entry["public"]["expires"] = number + 1, "2099-12-31"
        conn.execute("INSERT INTO log VALUES (?, ?, ?)", (number + 1, canonical(entry), bytes(32)))
        conn.execute("INSERT INTO content SELECT seq + 1, name, salt, body FROM content "
                     "WHERE seq = ?", (number,))  # fmt: skip

    by_hand(database, change)


def another_persons_name(database: Path) -> None:
    number = attest(database)
    said = canonical({"who": "Orang Lain", "document": "Surat palsu", "server": "", "why": "-"})
    query = "UPDATE content SET body = ? WHERE seq = ?"
    by_hand(database, lambda conn: _do(conn, query, said, number))


def without_names(database: Path) -> None:
    number = attest(database)
    query = "DELETE FROM content WHERE seq = ?"
    by_hand(database, lambda conn: _do(conn, query, number))


def its_end_made_another_entry(database: Path) -> None:
    """The entry that took it back is rewritten to be about nothing."""
    number = attest(database)
    with closing(Writer(database)) as writer, writer.transaction() as tx:
        rights.end(tx, number, at=utc_now(), **BY)

    def change(conn: sqlite3.Connection) -> None:
        query = "SELECT seq, canonical FROM log WHERE seq > ? ORDER BY seq LIMIT 1"
        seq, body = conn.execute(query, (number,)).fetchone()
        entry = json.loads(body) | {"subject": "lain"}
        conn.execute("UPDATE log SET canonical = ? WHERE seq = ?", (canonical(entry), seq))

    by_hand(database, change)


BY_HAND = [
    prolonged, prolonged_with_its_hash, written_without_its_link, another_persons_name,
    without_names, its_end_made_another_entry,
]  # fmt: skip


@pytest.mark.drill
@pytest.mark.parametrize("attack", BY_HAND)
async def test_a_row_that_was_changed_by_hand_opens_nothing(
    stage: Stage, network: Atproto, attack: Callable[[Path], object]
) -> None:
    """Neither for a daemon that runs meanwhile, nor for one that starts: that keeps standing."""
    attack(stage.place.settings.database)
    with closing(sqlite3.connect(stage.place.settings.database)) as conn:
        found = [one for one in valid(rights.attested(conn)) if one.scope == "bluesky"]
    info = replace(registry.info("bluesky", stage.place.settings, utc_now), requires=AGREEMENT)
    assert gate.check(info, found, TODAY) is not None
    with pytest.raises(EvidenceError, match="nothing is added to changed evidence"):
        await stage.place.once()
    assert network.asked == []


@pytest.mark.usefixtures("gated")
@pytest.mark.parametrize(
    "attack",
    [
        nothing,
        *(pytest.param(one, marks=pytest.mark.drill) for one in (of_another, of_one_server, over)),
        taken_back,
    ],
)
async def test_nothing_is_asked_without_a_right(
    stage: Stage, network: Atproto, attack: Callable[[Path], object]
) -> None:
    attack(stage.place.settings.database)
    for _ in range(2):
        assert await stage.place.once() == []
    assert network.asked == []
    assert open_alarms(stage) == {"gate:bluesky"}
    assert len([m for m in stage.telegram.texts() if "Tidak teramati" in m]) <= 1


@pytest.mark.usefixtures("gated")
@pytest.mark.parametrize(
    "text",
    [
        '[collect.bluesky]\nrequires = "none"',
        '[gate]\nbluesky = "2099-12-31"',
        '[[collect.bluesky.attestations]]\nwho = "saya"',
    ],
)
def test_no_setting_opens_the_gate(stage: Stage, text: str) -> None:
    file = stage.place.folder / "config.toml"
    body = file.read_text("utf-8")
    name = text.partition("]")[0] + "]\n"
    file.write_text(body.replace(name, f"{text}\n") if name in body else f"{body}\n{text}\n")
    with pytest.raises(ConfigError, match="no such key"):
        _ = stage.place.settings


@pytest.mark.usefixtures("gated")
async def test_no_environment_variable_opens_the_gate(
    stage: Stage, network: Atproto, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NETRALITAS_GATE", "NETRALITAS_ATTESTATION", "NETRALITAS_COLLECT__BLUESKY",
                 "NETRALITAS_UNSAFE", "COLLECT_BLUESKY_REQUIRES", "DEBUG"):  # fmt: skip
        monkeypatch.setenv(name, "1")
    assert await stage.place.once() == []
    assert network.asked == []


@pytest.mark.drill
@pytest.mark.usefixtures("gated")
async def test_with_a_right_it_is_read(stage: Stage, network: Atproto) -> None:
    attest(stage.place.settings.database)
    reports = await stage.place.once()
    assert len(reports) == 3
    assert network.asked
    assert open_alarms(stage) == set()
    assert stage.place.verified().fault_count == 0


# ---- while it runs ---------------------------------------------------------------------------


@pytest.mark.usefixtures("gated")
async def test_a_right_opens_and_its_end_closes_the_running_daemon(
    stage: Stage, network: Atproto
) -> None:
    ahead = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + ahead

    async with running(stage, clock) as opened:
        await until(lambda: open_alarms(stage) == {"gate:bluesky"})
        assert network.asked == []
        attest(stage.place.settings.database, TODAY)
        await until(lambda: bool(network.asked))
        await until(lambda: "gate:bluesky" not in open_alarms(stage))
        last = datetime.fromisoformat(f"{TODAY}T17:00:00+00:00")  # midnight in the capital
        ahead = last - datetime.now(UTC)
        await until(lambda: "gate:bluesky" in open_alarms(stage))
        asked = len(network.asked)
        stage.scene.post("asn1", "Sekali lagi: ayo coblos nomor 2, menangkan Prakasita-Anggrek!")
        await _ticks(opened.daemon, 10)
        assert len(network.asked) == asked
    states = [e["public"]["state"] for e in stage.place.entries("alarm")]
    assert states.count("raised") - states.count("cleared") == len(open_alarms(stage))


@pytest.mark.drill
async def test_a_platform_is_switched_off_and_on_while_it_runs(
    stage: Stage, network: Atproto
) -> None:
    async with running(stage) as opened:
        await until(lambda: bool(network.asked))
        switch(stage, off=True)
        await until(lambda: "off:bluesky" in open_alarms(stage))
        await until(lambda: not opened.daemon._in_flight)
        asked = len(network.asked)
        await _ticks(opened.daemon, 10)
        assert len(network.asked) == asked
        switch(stage, off=False)
        await until(lambda: len(network.asked) > asked)
        await until(lambda: "off:bluesky" not in open_alarms(stage))
    said = [json.dumps(entry) for entry in stage.place.entries("platform")]
    assert len(said) == 2
    assert not any("Ratna" in entry for entry in said)


async def test_a_switch_that_was_changed_by_hand_stays_off(stage: Stage, network: Atproto) -> None:
    switch(stage, off=True)
    switch(stage, off=False)
    query = "UPDATE log SET hash = zeroblob(32) WHERE seq = (SELECT max(seq) FROM log)"
    by_hand(stage.place.settings.database, lambda conn: _do(conn, query))
    with closing(sqlite3.connect(stage.place.settings.database)) as conn:
        assert rights.switches(conn)["bluesky"].off


async def _ticks(daemon: Daemon, count: int) -> None:
    """Let the daemon look for due sources so many times more."""
    for _ in range(count):
        await daemon._tick()


# ---- warnings, and servers -------------------------------------------------------------------


class Watched:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    migrate.upgrade(tmp_path / "data" / "n.sqlite3")
    with closing(Writer(tmp_path / "data" / "n.sqlite3")) as made:
        yield made


def doors(
    writer: Writer,
    folder: Path,
    clock: Watched,
    names: Mapping[str, str] = ONE,
    collect: Mapping[str, object] = {},
) -> Doors:
    said = {"http": {"contact": "uji@netralitas.example"}, "folder": folder, "collect": collect}
    given = config.parse(said, "c")
    health = Health(writer, given.health, folder, [("stdout", "")], clock)

    def make(name: str, papers: Collection[gate.Attestation], door: Door) -> Collector:
        behind = Behind(Http(given.http, clock), door)
        return registry.make(name, given, behind, clock, attestations=papers)

    return Doors(names, make, writer, health, clock)


def told(writer: Writer) -> list[tuple[str, str]]:
    """Return every raising and clearing so far, in order."""
    rows = [(row.seq, json.loads(row.canonical)) for row in log.rows(writer.reader())]
    found = [(s, e["public"]["state"]) for s, e in rows if e["kind"] == alarms.KIND]
    keys = [log.content(writer.reader(), seq, "alarm") or {} for seq, _ in found]
    return [(key["key"], state) for key, (_, state) in zip(keys, found, strict=True)]


@pytest.mark.usefixtures("gated")
def test_an_end_is_told_14_and_3_days_before_and_once_it_is_there(
    writer: Writer, tmp_path: Path
) -> None:
    clock = Watched(datetime(2030, 3, 1, 2, 0, tzinfo=UTC))
    with writer.transaction() as tx:
        rights.record(tx, collector="bluesky", expires=date(2030, 3, 31), document="P",
                      subject="", at=clock(), **BY)  # fmt: skip
    door = doors(writer, tmp_path, clock)
    days: dict[int, list[tuple[str, str]]] = {}
    for day in range(1, 35):
        before = len(told(writer))
        for hour in (0, 6, 12):
            clock.now = datetime(2030, 3, 1, 2, 0, tzinfo=UTC) + timedelta(days=day - 1, hours=hour)
            door.look()
        if news := told(writer)[before:]:
            days[day] = news
        assert door.is_open("bluesky") is (day <= 31)
    assert days == {
        17: [("gate-soon:bluesky:14", "raised")],
        28: [("gate-soon:bluesky:3", "raised")],
        32: [("gate:bluesky", "raised")],
    }
    with writer.transaction() as tx:
        rights.record(tx, collector="bluesky", expires=date(2031, 3, 31), document="P",
                      subject="", at=clock(), **BY)  # fmt: skip
    before = len(told(writer))
    door.look()
    door.look()
    assert door.is_open("bluesky")
    assert sorted(told(writer)[before:]) == [
        ("gate-soon:bluesky:14", "cleared"),
        ("gate-soon:bluesky:3", "cleared"),
        ("gate:bluesky", "cleared"),
    ]


@pytest.mark.usefixtures("gated")
def test_what_is_turned_off_in_the_configuration_is_no_worry_any_more(
    writer: Writer, tmp_path: Path
) -> None:
    clock = Watched(datetime(2030, 3, 1, 2, 0, tzinfo=UTC))
    doors(writer, tmp_path, clock).look()
    assert told(writer) == [("gate:bluesky", "raised")]
    doors(writer, tmp_path, clock, {}).look()
    assert told(writer)[1:] == [("gate:bluesky", "cleared")]


def test_a_group_opens_and_closes_with_its_own_consent(writer: Writer, tmp_path: Path) -> None:
    clock = Watched(datetime(2030, 3, 1, 2, 0, tzinfo=UTC))
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "telegram_group_token").write_text("4242:rekaan")

    def opened(*groups: int) -> Doors:
        section = {"telegram": {"enabled": True, "groups": groups}}
        return doors(writer, tmp_path, clock, {"telegram": "telegram"}, section)

    def agree(group: str) -> int:
        with writer.transaction() as tx:
            return rights.record(tx, collector="telegram", expires=date(2030, 12, 31),
                                 document="P", subject=group, at=clock(), **BY)  # fmt: skip

    door = opened(-1001, -1002)
    agree("")  # as it was recorded before rights named a group
    door.look()
    assert not door.is_open("telegram")
    first = agree("-1001")
    door.look()
    assert door.is_open("telegram")
    one, other = "gate:telegram@-1001", "gate:telegram@-1002"
    assert told(writer) == [
        ("gate:telegram", "raised"), ("gate:telegram", "cleared"), (other, "raised"),
    ]  # fmt: skip
    agree("-1002")
    door.look()
    with writer.transaction() as tx:
        rights.end(tx, first, at=clock(), **BY)
    door.look()
    assert told(writer)[3:] == [(other, "cleared"), (one, "raised")]
    assert door.is_open("telegram")
    # Taken out of the list, its consent is nobody's worry; nor is the end of what covers nothing.
    for clock.now in (datetime(2030, 12, 25, tzinfo=UTC), datetime(2031, 12, 25, tzinfo=UTC)):
        with writer.transaction() as tx:
            rights.record(tx, collector="telegram", expires=date(2035, 12, 31), document="P",
                          subject="-1002", at=clock(), **BY)  # fmt: skip
        opened(-1002).look()
    assert told(writer)[5:] == [(one, "cleared")]


def test_a_secret_that_comes_later_is_taken_without_a_restart(
    writer: Writer, tmp_path: Path
) -> None:
    clock = Watched(datetime(2030, 3, 1, 2, 0, tzinfo=UTC))
    door = doors(writer, tmp_path, clock, {"youtube": "youtube"})
    door.look()
    with writer.transaction() as tx:
        rights.record(tx, collector="youtube", expires=date(2030, 12, 31), document="P",
                      subject="", at=clock(), **BY)  # fmt: skip
    door.look()
    assert not door.is_open("youtube")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "youtube_api_key").write_text("kunci-rekaan")
    door.look()
    assert door.is_open("youtube")
    assert told(writer) == [("gate:youtube", "raised"), ("gate:youtube", "cleared")]


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("@sari@sosial.example", "sosial.example"),
        ("sari@Sosial.Example", "sosial.example"),
        ("sari.bsky.social", ""),
        ("https://situs.example/umpan", ""),
        ("@sari", ""),
        ("", ""),
    ],
)
def test_the_server_of_an_address(address: str, server: str) -> None:
    assert server_of(address) == server
