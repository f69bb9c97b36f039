"""The real program when no contest is live any more, and on trial."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor import app
from monitor.clock import utc_now
from monitor.demo.atproto import Atproto
from monitor.errors import ConfigError
from monitor.run import terms
from monitor.run.governance import STAMP, TRIAL_TIME, Document, record
from monitor.store.writer import Writer
from tests.run.ruling import open_alarms, running, until
from tests.whole import Stage

FAST = "[rules]\nreload = 0.1\n[health]\ninterval = 0.1\nmin_free_bytes = 1"


def contest_file(stage: Stage) -> Path:
    return next((stage.place.folder / "watchlists" / "contests").glob("*.toml"))


def end_yesterday(stage: Stage) -> str:
    """Move every date of the contest back, so that its last day was yesterday; return its id."""
    file = contest_file(stage)
    text = file.read_text("utf-8")
    last = date.fromisoformat(re.findall(r"selesai = (\S+)", text)[0])
    back = last - (utc_now() + timedelta(hours=7)).date() + timedelta(days=1)

    def earlier(found: re.Match[str]) -> str:
        return (date.fromisoformat(found[0]) - back).isoformat()

    file.write_text(re.sub(r"\b\d{4}-\d\d-\d\d\b", earlier, text), "utf-8")
    return file.stem


def keep_open(stage: Stage, contest: str) -> None:
    writer = Writer(stage.place.settings.database)
    try:
        with writer.transaction() as tx:
            day = (utc_now() + timedelta(days=3)).date()
            terms.keep_open(tx, contest, day, who="Bu Rekaan", why="sengketa", now=utc_now())
    finally:
        writer.close()


def swap_config(stage: Stage, old: str, new: str) -> None:
    file = stage.place.folder / "config.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


# ---- P25 -------------------------------------------------------------------------------------


async def test_after_the_end_nothing_is_asked_and_it_is_said_once(
    stage: Stage, network: Atproto
) -> None:
    end_yesterday(stage)
    for _ in range(2):
        assert await stage.place.once() == []
    assert network.asked == []
    assert stage.place.findings() == []
    assert open_alarms(stage) == {"season"}
    assert len(stage.place.entries("alarm")) == 1


@pytest.mark.drill
async def test_a_named_person_keeps_it_open_and_the_daemon_obeys(
    stage: Stage, network: Atproto
) -> None:
    swap_config(stage, "[health]\nmin_free_bytes = 1", FAST)
    contest = end_yesterday(stage)
    async with running(stage):
        await until(lambda: "season" in open_alarms(stage))
        assert network.asked == []
        keep_open(stage, contest)
        await until(lambda: bool(network.asked))
        await until(lambda: "season" not in open_alarms(stage))
        stage.scene.post("asn1", "Sekali lagi: ayo coblos nomor 2, menangkan Prakasita-Anggrek!")
        await until(lambda: len(stage.place.findings()) > 0)
    start, longer = stage.place.entries("ruleset")
    assert longer["public"]["old"] == start["public"]["new"]
    assert {f["ruleset"] for f in stage.place.findings()} == {longer["public"]["new"]}
    assert {f["phase"] for f in stage.place.findings()} == {"penghitungan"}
    (entry,) = [e for e in stage.place.entries("governance") if e["subject"] != "mode"]
    assert entry["subject"] == f"contest/{contest}"
    assert "Bu Rekaan" not in json.dumps(entry)
    assert stage.place.verified().fault_count == 0


async def test_what_was_done_in_a_contest_that_is_over_is_not_scored_any_more(
    stage: Stage, network: Atproto
) -> None:
    """Another contest keeps the polling going; the old one's acts are found only now."""
    contest = end_yesterday(stage)
    other = contest_file(stage).with_name(f"pilgub-98-{contest[-4:]}.toml")
    text = contest_file(stage).read_text("utf-8")
    text = text.replace("pilgub-99-", "pilgub-98-").replace('"99"', '"98"')
    text = re.sub(r"\n\[\[target\.account\]\][^\[]*", "\n", text)
    for mine, theirs in (("Wulan", "Sekar"), ("WUHAR", "SEKAR"), ("Prakasita", "Gumilang"),
                         ("Anggrek", "Melati"), ("Bagas", "Galuh"), ("BERGEMA", "BERSATU"),
                         ("Hartono", "Subroto"), ("Ratnasari", "Kinasih"), ("ergema", "ersatu"),
                         ("rukun", "guyub"), ("Rukun", "Guyub"), ("Yusran", "Wibawa"),
                         ("Dewani", "Puspita")):  # fmt: skip
        text = text.replace(mine, theirs)
    tomorrow = (utc_now() + timedelta(days=30)).date().isoformat()
    other.write_text(re.sub(r"selesai = \S+", f"selesai = {tomorrow}", text), "utf-8")
    before = utc_now() - timedelta(days=2)
    stage.scene.post("asn1", "Ayo menangkan Prakasita-Anggrek!", createdAt=before.isoformat())
    await stage.once()
    assert network.asked
    assert open_alarms(stage) == set()
    targets = {t for f in stage.place.findings() for t in f["targets"]}
    assert not any(target.startswith(contest) for target in targets)


# ---- trial -----------------------------------------------------------------------------------


async def test_every_message_and_entry_of_a_trial_is_stamped(stage: Stage) -> None:
    await stage.once()
    assert stage.telegram.messages
    assert all(message.text.startswith(f"{STAMP}\n") for message in stage.telegram.messages)
    conn = stage.place.connect()
    try:
        entries = [json.loads(row[0]) for row in conn.execute("SELECT canonical FROM log")]
    finally:
        conn.close()
    assert entries[0]["subject"] == "mode"
    assert {entry["public"]["stamp"] for entry in entries} == {STAMP}
    assert {"register", "finding", "delivery", "ruleset"} <= {entry["kind"] for entry in entries}


async def test_a_trial_that_ends_stops_the_running_daemon(stage: Stage) -> None:
    swap_config(stage, "[health]\nmin_free_bytes = 1", FAST)
    ahead = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + ahead

    async with app.opened(stage.place.settings, clock) as opened:
        task = asyncio.create_task(opened.daemon.run())
        await until(lambda: bool(stage.place.findings()))
        ahead = TRIAL_TIME + timedelta(seconds=1)
        with pytest.raises(ConfigError, match="a trial of 30 days"):
            await asyncio.wait_for(task, 20)
    with pytest.raises(ConfigError, match='mode = "production"'):
        await app.opened(stage.place.settings, clock).__aenter__()


async def test_a_real_register_does_not_start_a_trial(stage: Stage, network: Atproto) -> None:
    swap_config(stage, "[collect.bluesky]\n", "[collect.bluesky]\nenabled = true\n")
    file = stage.place.folder / "register.csv"
    text = file.read_text("utf-8").replace(".lembayung.example", ".lembayung.go.id")
    file.write_text(text, "utf-8")
    config = stage.place.folder / "config.toml"
    config.write_text(
        re.sub(r'directory = "[^"]*"', 'directory = "https://plc.directory"', config.read_text()),
        "utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        await stage.place.once()
    assert {fault.key for fault in caught.value.faults} == {"legal_ground"}
    assert network.asked == []
    assert stage.place.count("log") == stage.place.count("person") == 0


async def test_production_without_documents_does_not_start(stage: Stage, network: Atproto) -> None:
    swap_config(stage, "\n[http]", 'mode = "production"\n[http]')
    with pytest.raises(ConfigError) as caught:
        await stage.place.once()
    assert [fault.key for fault in caught.value.faults] == ["dpia", "controller", "legal-ground"]
    assert network.asked == []
    assert stage.place.count("log") == stage.place.count("person") == 0


async def test_production_with_its_documents_is_no_trial(stage: Stage) -> None:
    writer = Writer(stage.place.settings.database)
    try:
        for document in Document:
            file = stage.place.folder / f"{document}.pdf"
            file.write_bytes(b"isi")
            with writer.transaction() as tx:
                record(
                    tx, stage.place.settings, document, file,
                    version="1", who="Bu Rekaan", why="disetujui", now=utc_now(),
                )  # fmt: skip
    finally:
        writer.close()
    swap_config(stage, "\n[http]", 'mode = "production"\n[http]')
    await stage.once()
    assert stage.place.findings()
    assert stage.telegram.messages
    assert not any(STAMP in message.text for message in stage.telegram.messages)
    assert not any("stamp" in f["entry"]["public"] for f in stage.place.findings())
    (stage.place.folder / "dpia.pdf").write_bytes(b"diubah")
    with pytest.raises(ConfigError, match="changed since version 1"):
        await stage.place.once()
