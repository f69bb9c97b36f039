"""A finding's card: recorded with it, sent as it stands on file, and no condition of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.config import Config, parse
from monitor.errors import ConfigError, NotifyError
from monitor.evidence.files import Files
from monitor.model.delivery import Changed, Earlier
from monitor.model.evidence import Capture, Part
from monitor.model.state import STATE
from monitor.notify.sheet import Sheet
from monitor.notify.states import Change
from monitor.notify.telegram_chat import TelegramChat
from monitor.run.cards import Cards
from monitor.run.dispatch import Dispatcher
from monitor.run.health import Health
from monitor.run.record import Recorder
from monitor.store import alarms, findings, log, outbox
from monitor.store.writer import Writer
from tests.notify import examples
from tests.notify.test_telegram import PNG
from tests.standin.telegram import Fault, StandIn
from tests.whole import Stage

FINDING = "NTR-ABCD-2345"
CAPTURE = Capture((Part("record", "application/json", b"{}"),), notes=("earlier",))
FOUND = examples.finding(examples.activity(), "support-post-candidate", ())
RECORD_SHA256 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
SAID: dict[str, Any] = {
    "looked_at": "2024-10-13T02:30:00.000000Z",
    "last_seen_at": "2024-10-12T02:30:00.000000Z",
    "changed": "text",
    "diff": [{"op": "removed", "text": "kata lama"}, {"op": "added", "text": "kata baru"}],
}
STATED = {"state": "disunting", "reason": "seen", "proof": ""}
EDITED = Change(FINDING, None, STATED, SAID, "post", "WIB", masked=False)
NAMES = ("Sari", "sari.contoh", "Rahma", "bsky.app", "dukung nomor")


class Pen:
    """Draws nothing: what it was asked is the picture."""

    def __init__(self) -> None:
        self.broken = False
        self.asked: list[Sheet] = []

    async def draw(self, sheet: Sheet) -> tuple[bytes, str]:
        if self.broken:
            raise NotifyError("the process that draws cards failed", permanent=True)
        self.asked.append(sheet)
        return PNG, ""


@pytest.fixture
async def server() -> AsyncIterator[StandIn]:
    async with StandIn() as started:
        yield started


def settings(folder: Path, url: str = "http://127.0.0.1:9", card: str = "evidence") -> Config:
    (folder / "data").mkdir(exist_ok=True)
    notify = {
        "telegram": {"api": url},
        "routes": [{"notifier": "telegram", "destination": "7", "card": card, "health": True}],
    }
    raw = {"http": {"contact": "uji@contoh.test"}, "notify": notify, "folder": folder}
    return parse(raw, "uji")


def cards(writer: Writer, config: Config, pen: Pen, now: datetime) -> Cards:
    health = Health(writer, config.health, config.path("data"), [("telegram", "7")], lambda: now)
    return Cards(pen, config, health)


async def added(made: Cards, earlier: Earlier | None = None) -> Capture:
    return await made.added(FOUND, examples.WATCH, CAPTURE, FINDING, examples.RULES, earlier)


async def test_a_card_names_the_finding_and_its_record(
    writer: Writer, tmp_path: Path, now: datetime
) -> None:
    pen = Pen()
    got = await added(cards(writer, settings(tmp_path), pen, now))
    assert [part.name for part in got.parts] == ["record", "card"]
    assert got.parts[1] == Part("card", "image/png", PNG)
    assert got.notes == CAPTURE.notes
    (page,) = pen.asked
    assert page["finding"] == FINDING
    assert RECORD_SHA256 in json.dumps(page)
    assert "UJI COBA" in json.dumps(page)


async def test_the_cards_of_a_later_revision_say_so(
    writer: Writer, tmp_path: Path, now: datetime
) -> None:
    pen = Pen()
    earlier = Earlier(3, Changed.TEXT, now, ({"op": "removed", "text": "kata lama"},))
    await added(cards(writer, settings(tmp_path, card="masked"), pen, now), earlier)
    whole, masked = (json.dumps(page) for page in pen.asked)
    for page in (whole, masked):
        assert '"Revisi"' in page
        assert "; revisi 3 pertama terlihat" in page
    assert "kata lama" in whole
    assert "kata lama" not in masked


async def test_the_card_of_an_edit_names_its_record_and_the_trial(
    writer: Writer, tmp_path: Path, now: datetime
) -> None:
    pen = Pen()
    made = cards(writer, settings(tmp_path, card="masked"), pen, now)
    got = await made.compared(EDITED, CAPTURE)
    assert [part.name for part in got.parts] == ["record", "comparison"]
    (page,) = pen.asked
    assert page["finding"] == FINDING
    assert all(said in json.dumps(page) for said in (RECORD_SHA256, "UJI COBA", "kata lama"))
    pen.broken = True
    without = await made.compared(EDITED, CAPTURE)
    assert without.parts == CAPTURE.parts
    assert without.notes == ("earlier", "no evidence card could be drawn")


async def test_a_masked_card_is_made_where_a_route_asks(
    writer: Writer, tmp_path: Path, now: datetime
) -> None:
    pen = Pen()
    got = await added(cards(writer, settings(tmp_path, card="masked"), pen, now))
    assert [part.name for part in got.parts] == ["record", "card", "card-masked"]
    whole, masked = (json.dumps(page) for page in pen.asked)
    assert all(name in whole for name in NAMES[:2])
    assert not any(name in masked for name in NAMES)


async def test_without_a_card_the_finding_goes_on_marked_and_told(
    writer: Writer, tmp_path: Path, now: datetime
) -> None:
    pen = Pen()
    made = cards(writer, settings(tmp_path), pen, now)
    pen.broken = True
    got = await added(made)
    assert got.parts == CAPTURE.parts
    assert got.notes == ("earlier", "no evidence card could be drawn")
    assert not got.partial
    assert [alarm.key for alarm in alarms.open_(writer.reader())] == ["card"]
    pen.broken = False
    await added(made)
    assert alarms.open_(writer.reader()) == []


def recorded(writer: Writer, config: Config, now: datetime, names: tuple[str, ...]) -> int:
    """Record a finding with these cards, and owe it to the chat."""
    public: dict[str, Any] = {
        "outcome": "alert", "revision_no": 1, "partial": False, "proof": "", "signal": "post"
    }  # fmt: skip
    files = Files(config.snapshots)
    with (
        files.staging([Part(name, "image/png", PNG) for name in names]) as staged,
        writer.transaction() as tx,
    ):
        head = log.append(
            tx,
            at=now,
            kind="finding",
            subject=FINDING,
            public=public,
            content={"finding": examples.post(), "watch": examples.WATCH},
            files=staged,
        )
        files.publish(staged)
        outbox.put(
            tx, kind="finding", subject=FINDING, seq=head.seq, destinations=[("telegram", "7")],
            at=now,
        )  # fmt: skip
    return head.seq


async def sent(writer: Writer, config: Config, server: StandIn, now: datetime) -> tuple[str, str]:
    """Send what is owed; return the picture (hex) and the words that arrived."""
    chat = TelegramChat(config, server.token)
    dispatcher = Dispatcher(writer, examples.RULES, {"telegram": chat}, config, lambda: now)
    assert (await dispatcher.run_once(10)).sent == 1
    await chat.close()
    (accepted,) = server.messages
    return accepted.photo, accepted.text


@pytest.mark.parametrize(("card", "name"), [("evidence", "card"), ("masked", "card-masked")])
async def test_what_is_sent_is_what_was_recorded(
    writer: Writer, server: StandIn, tmp_path: Path, now: datetime, card: str, name: str
) -> None:
    config = settings(tmp_path, server.url, card)
    seq = recorded(writer, config, now, ("card", "card-masked"))
    conn = writer.reader()
    entry = json.loads(next(log.rows(conn, after=seq - 1)).canonical)
    file = Files(config.snapshots).path(entry["files"][name]["commitment"])
    photo, words = await sent(writer, config, server, now)
    assert bytes.fromhex(photo) == file.read_bytes()
    assert f"{FINDING}" in words
    assert f"{seq}:" in words


@pytest.mark.parametrize("names", [("card", "card-masked"), ("card",), ()])
async def test_a_masked_route_is_told_no_name_with_a_card_or_without(
    writer: Writer, server: StandIn, tmp_path: Path, now: datetime, names: tuple[str, ...]
) -> None:
    """POLICY 28: where the masked card is missing, masked words go, never the other card."""
    config = settings(tmp_path, server.url, "masked")
    recorded(writer, config, now, names)
    photo, words = await sent(writer, config, server, now)
    assert bool(photo) == ("card-masked" in names)
    assert FINDING in words
    assert "Dinas Kebersihan Kota Misalan: mengunggah" in words
    assert not any(name in words for name in NAMES)


async def test_a_route_may_ask_for_words_alone(
    writer: Writer, server: StandIn, tmp_path: Path, now: datetime
) -> None:
    config = settings(tmp_path, server.url, "none")
    recorded(writer, config, now, ("card",))
    photo, words = await sent(writer, config, server, now)
    assert photo == ""
    assert "Langkah berikut" in words


def edited(writer: Writer, config: Config, now: datetime) -> None:
    """Record that the act was edited, with its card, and owe that to the chat."""
    files = Files(config.snapshots)
    told = [("telegram", "7")]
    with (
        files.staging([Part("comparison", "image/png", PNG)]) as staged,
        writer.transaction() as tx,
    ):
        head = log.append(
            tx, at=now, kind=STATE, subject=FINDING, public=STATED, content={STATE: SAID},
            files=staged,
        )  # fmt: skip
        files.publish(staged)
        outbox.put(tx, kind=STATE, subject=FINDING, seq=head.seq, destinations=told, at=now)


@pytest.mark.parametrize("card", ["evidence", "masked", "none"])
async def test_an_edit_answers_its_alert_with_the_card_where_the_route_shows_it(
    writer: Writer, server: StandIn, tmp_path: Path, now: datetime, card: str
) -> None:
    config = settings(tmp_path, server.url, card)
    seq = recorded(writer, config, now, ("card", "card-masked"))
    with writer.transaction() as tx:
        findings.add(tx, FINDING, seq, "alert")
    edited(writer, config, now)
    chat = TelegramChat(config, server.token)
    dispatcher = Dispatcher(writer, examples.RULES, {"telegram": chat}, config, lambda: now)
    assert (await dispatcher.run_once(10)).sent == 2
    await chat.close()
    alert, answer = server.messages
    assert answer.parameters["reply_parameters"]["message_id"] == alert.message_id
    assert bool(answer.photo) == (card == "evidence")
    assert "sudah disunting oleh pemilik akun" in answer.text
    assert ("kata lama" in answer.text) == (card != "masked")


async def test_a_group_that_takes_no_pictures_gets_the_answer_in_words(
    writer: Writer, server: StandIn, tmp_path: Path, now: datetime
) -> None:
    config = settings(tmp_path, server.url)
    seq = recorded(writer, config, now, ())
    with writer.transaction() as tx:
        findings.add(tx, FINDING, seq, "alert")
    edited(writer, config, now)
    server.faults.append(Fault("no_photos", "sendPhoto", times=9))
    chat = TelegramChat(config, server.token)
    dispatcher = Dispatcher(writer, examples.RULES, {"telegram": chat}, config, lambda: now)
    assert (await dispatcher.run_once(10)).sent == 2
    await chat.close()
    alert, answer = server.messages
    assert answer.photo == ""
    assert answer.parameters["reply_parameters"]["message_id"] == alert.message_id


@pytest.mark.parametrize("damage", ["changed", "gone"])
async def test_a_card_that_is_not_what_was_recorded_stays_here(
    writer: Writer, server: StandIn, tmp_path: Path, now: datetime, damage: str
) -> None:
    config = settings(tmp_path, server.url)
    recorded(writer, config, now, ("card",))
    (file,) = [p for p in config.snapshots.glob("??/*") if p.is_file()]
    file.write_bytes(PNG[:-1] + b"x") if damage == "changed" else file.unlink()
    photo, words = await sent(writer, config, server, now)
    assert photo == ""
    assert "Langkah berikut" in words


async def test_a_chat_that_no_route_names_any_more_is_told_nothing(
    writer: Writer, server: StandIn, tmp_path: Path, now: datetime
) -> None:
    config = settings(tmp_path, server.url)
    recorded(writer, config, now, ("card",))
    elsewhere = config.notify.routes[0].model_copy(update={"destination": "8"})
    notify = config.notify.model_copy(update={"routes": (elsewhere,)})
    config = config.model_copy(update={"notify": notify})
    chat = TelegramChat(config, server.token)
    dispatcher = Dispatcher(writer, examples.RULES, {"telegram": chat}, config, lambda: now)
    report = await dispatcher.run_once(10)
    await chat.close()
    assert (report.sent, report.dead) == (0, 1)
    assert server.messages == []
    assert [alarm.key for alarm in alarms.open_(writer.reader())] == ["dead-letter:telegram:7"]


def test_one_destination_has_one_kind_of_card() -> None:
    routes = [
        {"notifier": "telegram", "destination": "7", "card": "masked"},
        {"notifier": "telegram", "destination": "7", "instansi": ["Dinas A"]},
    ]
    raw = {"http": {"contact": "uji@contoh.test"}, "notify": {"routes": routes}}
    with pytest.raises(ConfigError, match="the same card on every route to one destination"):
        parse(raw, "uji")


@pytest.mark.drill
async def test_a_card_with_another_findings_id_is_left_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes may give one short code to two acts at once; only the log decides."""
    monkeypatch.setattr(Recorder, "finding_id", lambda *_: "NTR-AAAA-AAAA")
    await stage.once()
    found = stage.place.findings()
    assert found
    assert not any("card" in finding["entry"]["files"] for finding in found)
    assert len(stage.place.snapshots()) == sum(len(f["entry"]["files"]) for f in found)
    assert not any(message.photo for message in stage.telegram.messages)
    assert len(stage.telegram.messages) == len(found)
    assert stage.place.verified().fault_count == 0
