"""Later states, in the real program on the emulated network."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import app, retracting
from monitor.clock import to_text, utc_now
from monitor.collect.bluesky import Bluesky
from monitor.demo.atproto import Atproto
from monitor.demo.atproto_faults import Trouble
from monitor.evidence.files import Files
from monitor.model.delivery import Changed, Earlier
from monitor.model.erasure import Ground, Order
from monitor.model.person import Watch
from monitor.model.review import REVIEW, Step
from monitor.model.state import Again, Known
from monitor.notify.picture import draw
from monitor.notify.sheet import sheet
from monitor.run import changes
from monitor.run.cards import stored
from monitor.run.compose import alert_facts
from monitor.run.erase import Eraser
from monitor.store import findings, keys, log, rechecks
from monitor.store.writer import Writer
from tests import needle
from tests.run.rechecking import case_of, look_again, make_due, of, states, waiting
from tests.run.ruling import open_alarms, running, settings, until
from tests.run.test_season import end_yesterday
from tests.scenes import LIKE, POST, SMALL_TALK, SUPPORTING
from tests.whole import Stage

# Each starts the whole program several times: with the drills.
pytestmark = pytest.mark.drill

ABSENCE = "atproto-commit-absence"
RECORD = "com.atproto.repo.getRecord"


def post_key(stage: Stage, watch_id: str, signal: str) -> str:
    found = [
        f["activity"]["object"]["id"]
        for f in stage.place.findings()
        if (f["activity"]["watch_id"], f["activity"]["signal"]) == (watch_id, signal)
    ]
    return str(found[-1].rpartition("/")[2])


def delete(stage: Stage, watch_id: str, signal: str) -> str:
    """Delete the post of a finding; return the finding's id."""
    case = case_of(stage, watch_id, signal)
    key = post_key(stage, watch_id, signal)
    stage.scene.server.delete_record(stage.scene.did(watch_id), POST, key)
    return case


def edit(stage: Stage, text: str) -> None:
    record = {"text": text, "langs": ["id"], "createdAt": utc_now().isoformat()}
    key = post_key(stage, "asn1", "post")
    stage.scene.server.put_record(stage.scene.did("asn1"), POST, key, record)


def drawn_again(stage: Stage, case: str) -> bytes:
    """Draw the card of a case's newest revision from what the log has."""
    config = stage.place.settings
    with closing(Writer(config.database)) as writer:
        conn = writer.reader()
        seq = findings.last_entry(conn, case)
        record = stored(conn, Files(config.snapshots), seq, "record")
        finding, watch = (log.content(conn, seq, name) for name in ("finding", "watch"))
        assert record
        assert finding
        assert watch
        digest = hashlib.sha256(record).hexdigest()
        facts = replace(alert_facts(conn, seq), head=None, digest=digest)
        return draw(sheet(finding, watch, facts, app.load_ruleset(config))).data


def step(stage: Stage, case: str, taken: Step) -> None:
    with closing(Writer(stage.place.settings.database)) as writer, writer.transaction() as tx:
        log.append(tx, at=utc_now(), kind=REVIEW, subject=case, public={"step": taken.value})


# ---- still there -----------------------------------------------------------------------------


async def test_still_there_is_recorded_once_and_then_only_counted(stage: Stage) -> None:
    await stage.once()
    told = len(stage.telegram.messages)
    for _ in range(3):
        await look_again(stage)
    assert {s["public"]["state"] for s in states(stage)} == {"masih_ada"}
    assert len(states(stage)) == len(SUPPORTING)
    assert len({s["subject"] for s in states(stage)}) == len(SUPPORTING)
    for state in states(stage):
        assert set(state["files"]) == {"record", "proof", "headers"}
        assert state["public"]["proof"] == "atproto-commit-signature"
        assert "text" not in state["said"]
    assert len(stage.telegram.messages) == told
    assert stage.place.verified().fault_count == 0


async def test_nothing_is_due_before_its_time(stage: Stage, network: Atproto) -> None:
    await stage.once()
    asked = len(network.asked)
    async with app.opened(stage.place.settings) as opened:
        assert await opened.daemon.rechecker.run_once() == 0
    assert len(network.asked) == asked
    assert states(stage) == []


async def test_the_last_look_closes_the_interval(stage: Stage) -> None:
    await stage.once()
    await look_again(stage)
    await look_again(stage)
    with closing(stage.place.connect()) as conn:
        conn.execute("UPDATE recheck SET began_at = '2020-01-01T00:00:00.000000Z'")
        conn.commit()
    await look_again(stage)
    case = case_of(stage, "asn1", "post")
    first, last = of(stage, case)
    assert [first["public"]["state"], last["public"]["state"]] == ["masih_ada", "masih_ada"]
    assert (first["said"]["looks"], last["said"]["looks"]) == (0, 1)
    assert last["said"]["last_seen_at"] > first["said"]["looked_at"]
    with closing(stage.place.connect()) as conn:
        assert conn.execute("SELECT count(*) FROM recheck WHERE due_at > 0").fetchone() == (0,)
    await look_again(stage)
    assert len(of(stage, case)) == 2


# ---- withdrawn and deleted -------------------------------------------------------------------


async def test_a_like_that_is_withdrawn_is_told_as_an_answer_to_its_alert(stage: Stage) -> None:
    await stage.once()
    case = case_of(stage, "asn3", "like")
    (alert,) = [m for m in stage.telegram.messages if case in m.text]
    stage.scene.unlike("asn3", stage.acts.like)
    await look_again(stage)
    await look_again(stage)
    (state,) = of(stage, case)
    assert (state["public"]["state"], state["public"]["reason"]) == ("ditarik", "record_gone")
    assert state["public"]["proof"] == ABSENCE
    assert set(state["files"]) == {"answer", "proof", "headers"}
    (message,) = [m for m in stage.telegram.messages if "Kabar keadaan" in m.text]
    assert "Tanda suka ini sudah ditarik oleh pemilik akun." in message.text
    assert "tidak memperberat perkara" in message.text
    assert f"{state['seq']}:" in message.text
    answered = message.parameters["reply_parameters"]
    assert answered["message_id"] == alert.message_id
    assert stage.place.verified().fault_count == 0


async def test_a_like_given_again_before_the_look_is_still_there(stage: Stage) -> None:
    await stage.once()
    case = case_of(stage, "asn3", "like")
    stage.scene.unlike("asn3", stage.acts.like)
    again = stage.scene.like("asn3", stage.acts.campaign)
    await look_again(stage)
    (state,) = of(stage, case)
    assert state["public"]["state"] == "masih_ada"
    assert state["said"]["object"]["id"] == again.uri
    assert waiting(stage) == []


async def test_a_withdrawn_like_that_returns_is_told_and_waits_no_more(stage: Stage) -> None:
    await stage.once()
    case = case_of(stage, "asn3", "like")
    stage.scene.unlike("asn3", stage.acts.like)
    await look_again(stage)
    assert [w.finding_id for w in waiting(stage)] == [case]
    stage.scene.like("asn3", stage.acts.campaign)
    await look_again(stage)
    assert [s["public"]["state"] for s in of(stage, case)] == ["ditarik", "masih_ada"]
    assert waiting(stage) == []
    assert sum("terlihat kembali seperti semula" in text for text in stage.telegram.texts()) == 1


async def test_a_deleted_post_waits_for_a_decision_within_three_days(stage: Stage) -> None:
    await stage.once()
    case = delete(stage, "asn1", "post")
    await look_again(stage)
    (state,) = of(stage, case)
    assert state["public"]["state"] == "dihapus"
    assert "text" not in state["said"]
    (taken,) = waiting(stage)
    assert (taken.finding_id, taken.seq, taken.platform) == (case, state["seq"], "bluesky")
    assert (taken.decide_by - taken.since).total_seconds() == 72 * 3600
    assert any("sudah dihapus oleh pemilik akun" in text for text in stage.telegram.texts())


async def test_an_undecided_retraction_is_an_alarm_until_a_hold(stage: Stage) -> None:
    settings(stage, "[recheck]\nwarning = 300000.0")
    await stage.once()
    case = delete(stage, "asn1", "post")
    await look_again(stage)
    await stage.once()
    (alarm,) = open_alarms(stage)
    assert alarm.startswith("hold:")
    with closing(Writer(stage.place.settings.database)) as writer, writer.transaction() as tx:
        log.append(tx, at=utc_now(), kind="hold", subject=case, public={"held": True})
    assert waiting(stage) == []
    await stage.once()
    assert open_alarms(stage) == set()
    with closing(Writer(stage.place.settings.database)) as writer, writer.transaction() as tx:
        log.append(tx, at=utc_now(), kind="hold", subject=case, public={"held": False})
    assert [w.finding_id for w in waiting(stage)] == [case]


async def test_a_deadline_that_passes_is_told_once_and_listed(stage: Stage) -> None:
    await stage.once()
    case = delete(stage, "asn1", "post")
    await look_again(stage)
    path = stage.place.folder / "config.toml"
    assert retracting.listing(path) == 0
    assert case in stage.shown()
    with closing(Writer(stage.place.settings.database)) as writer, writer.transaction() as tx:
        tx.execute("UPDATE retraction SET decide_by = ?", (to_text(utc_now()),))
    for _ in range(2):
        await stage.once()
    open_ = {key.partition(":")[0] for key in open_alarms(stage)}
    assert {"hold", "overdue"} <= open_
    raised = [e for e in stage.place.entries("alarm") if e["public"]["state"] == "raised"]
    assert len(raised) == len(open_alarms(stage))
    assert retracting.listing(path) == 1
    assert "OVERDUE" in stage.shown()
    with closing(Writer(stage.place.settings.database)) as writer, writer.transaction() as tx:
        log.append(tx, at=utc_now(), kind="hold", subject=case, public={"held": True})
    await stage.once()
    assert not any(key.startswith(("hold", "overdue")) for key in open_alarms(stage))
    assert retracting.listing(path) == 0


# ---- edited ----------------------------------------------------------------------------------


@pytest.mark.parametrize("poll_first", [True, False], ids=["poll first", "second look first"])
async def test_an_edit_into_harmless_words_is_recorded_with_its_comparison(
    stage: Stage, *, poll_first: bool
) -> None:
    await stage.once()
    case = case_of(stage, "asn1", "post")
    edit(stage, "Ayo ke pasar, menangkan hadiah jalan santai!")
    if poll_first:
        await stage.once()
    await look_again(stage)
    await look_again(stage)
    (state,) = of(stage, case)
    said = state["said"]
    assert state["public"]["state"] == "disunting"
    assert set(state["files"]) == {"record", "proof", "headers", "comparison"}
    old = "".join(p["text"] for p in said["diff"] if p["op"] != "added")
    new = "".join(p["text"] for p in said["diff"] if p["op"] != "removed")
    assert old == "Ayo coblos nomor 2, menangkan Prakasita-Anggrek!"
    assert new == said["text"] == "Ayo ke pasar, menangkan hadiah jalan santai!"
    (told,) = [message for message in stage.telegram.messages if "Kabar keadaan" in message.text]
    assert "sudah disunting oleh pemilik akun" in told.text
    # The answer is the picture on file, under the alert that it answers.
    alert = next(message for message in stage.telegram.messages if case in message.text)
    assert told.parameters["reply_parameters"]["message_id"] == alert.message_id
    (card,) = [p for p in stage.place.snapshots()
               if p.name == state["files"]["comparison"]["commitment"]]  # fmt: skip
    assert bytes.fromhex(told.photo) == card.read_bytes()
    assert waiting(stage) == []
    await stage.once()
    assert len(stage.place.findings()) == len(SUPPORTING)
    assert stage.place.verified().fault_count == 0


@pytest.mark.parametrize("poll_first", [True, False], ids=["poll first", "second look first"])
async def test_an_edit_has_one_entry_and_one_revision_either_way(
    stage: Stage, *, poll_first: bool
) -> None:
    await stage.once()
    case = case_of(stage, "asn1", "post")
    edit(stage, "Ayo coblos nomor 2, menangkan Prakasita-Anggrek bersama!")
    if poll_first:
        await stage.once()
    await look_again(stage)
    if not poll_first:
        await stage.once()
    for _ in range(2):
        await stage.once()
        await look_again(stage)
    (edited,) = [s for s in of(stage, case) if s["public"]["state"] == "disunting"]
    assert [p["text"] for p in edited["said"]["diff"] if p["op"] == "added"] != []
    revisions = [e["public"]["revision_no"] for e in stage.place.entries("finding")
                 if e["subject"] == case]  # fmt: skip
    assert revisions == [1, 2]
    assert ("comparison" in edited["files"]) is not poll_first
    assert bool(edited["files"]) is not poll_first
    (told,) = [message for message in stage.telegram.messages if "revisi 2" in message.text]
    assert "Revisi 1 pertama terlihat" in told.text
    assert bytes.fromhex(told.photo) == drawn_again(stage, case)
    changes = [text for text in stage.telegram.texts() if "Kabar keadaan" in text]
    assert len(changes) == (0 if poll_first else 1)


async def test_cards_that_show_another_number_are_left_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may record a revision meanwhile; only the log decides which number it is."""
    elsewhere = Earlier(4, Changed.NOTHING, utc_now())
    monkeypatch.setattr(changes, "earlier", lambda *_: elsewhere)
    await stage.once()
    found = stage.place.findings()
    assert found
    assert not any("card" in finding["entry"]["files"] for finding in found)
    assert not any(message.photo for message in stage.telegram.messages)
    assert stage.place.verified().fault_count == 0


# ---- not to be seen --------------------------------------------------------------------------


async def test_a_closed_account_is_no_deletion(stage: Stage, network: Atproto) -> None:
    await stage.once()
    network.account(stage.scene.did("asn1")).closed = "RepoDeactivated"
    await look_again(stage)
    cases = {case_of(stage, "asn1", signal) for signal in ("post", "reply")}
    closed = [s for s in states(stage) if s["subject"] in cases]
    assert [s["public"]["state"] for s in closed] == ["tidak_dapat_dilihat"] * 2
    assert {s["public"]["reason"] for s in closed} == {"account_closed"}
    assert {w.finding_id for w in waiting(stage)} == cases
    told = [text for text in stage.telegram.texts() if "Kabar keadaan" in text]
    assert len(told) == 2
    assert all("Oleh siapa tidak diketahui" in text for text in told)


async def test_that_we_are_refused_is_neither_absence_nor_told_as_one(
    stage: Stage, network: Atproto
) -> None:
    await stage.once()
    network.faults.add(Trouble.HTML, RECORD)
    await look_again(stage)
    await look_again(stage)
    assert [s["public"]["state"] for s in states(stage)] == ["tidak_dapat_dilihat"] * len(
        SUPPORTING
    )
    assert {s["public"]["reason"] for s in states(stage)} == {"refused"}
    assert waiting(stage) == []
    network.faults.clear()
    await look_again(stage)
    back = states(stage)[len(SUPPORTING) :]
    assert [s["public"]["state"] for s in back] == ["masih_ada"] * len(SUPPORTING)
    assert not any("Kabar keadaan" in text for text in stage.telegram.texts())


@pytest.mark.parametrize("trouble", [Trouble.SERVER_ERROR, Trouble.RETRY_AFTER, Trouble.CUT_JSON])
async def test_a_server_that_fails_leaves_no_entry_and_is_asked_later(
    stage: Stage, network: Atproto, trouble: Trouble
) -> None:
    await stage.once()
    network.faults.add(trouble, RECORD)
    await look_again(stage)
    assert states(stage) == []
    with closing(stage.place.connect()) as conn:
        failures, due = conn.execute("SELECT min(failures), min(due_at) FROM recheck").fetchone()
    assert failures == 1
    assert due > utc_now().timestamp() + 3000


async def test_a_false_proof_is_no_deletion(stage: Stage, network: Atproto) -> None:
    await stage.once()
    delete(stage, "asn1", "post")
    network.faults.add(Trouble.BAD_SIGNATURE, "com.atproto.sync.getRecord")
    make_due(stage)
    await look_again(stage)
    assert of(stage, case_of(stage, "asn1", "post")) == []
    assert "proof:asn1" in open_alarms(stage)


# ---- when nobody may look --------------------------------------------------------------------


async def test_a_dismissed_case_is_left_alone_until_it_is_reopened(
    stage: Stage, network: Atproto
) -> None:
    await stage.once()
    case = delete(stage, "asn1", "post")
    step(stage, case, Step.NOT_ENOUGH)
    await look_again(stage)
    assert of(stage, case) == []
    step(stage, case, Step.REOPENED)
    await look_again(stage)
    assert [s["public"]["state"] for s in of(stage, case)] == ["dihapus"]


async def test_an_erased_case_is_looked_at_no_more(stage: Stage) -> None:
    await stage.once()
    case = delete(stage, "asn1", "post")
    with closing(Writer(stage.place.settings.database)) as writer:
        config = stage.place.settings
        keyring, files = keys.load(config.path("keys")), Files(config.snapshots)
        order = Order(Ground.PDP, "Kepala Dinas Rekaan", "REK/1", by="Bu Rekaan", why="uji")
        Eraser(writer, files, keyring, utc_now).case(case, order)
    await look_again(stage)
    assert of(stage, case) == []
    assert states(stage)
    with closing(stage.place.connect()) as conn:
        query = "SELECT count(*) FROM recheck WHERE finding_id = ? AND due_at IS NOT NULL"
        assert conn.execute(query, (case,)).fetchone() == (0,)


async def test_after_the_contest_nothing_is_asked(stage: Stage, network: Atproto) -> None:
    await stage.once()
    end_yesterday(stage)
    asked = len(network.asked)
    await look_again(stage)
    assert len(network.asked) == asked
    assert states(stage) == []


async def test_a_line_that_ended_is_not_looked_at(stage: Stage, network: Atproto) -> None:
    await stage.once()
    stage.place.people = [line for line in stage.place.people if not line.startswith("asn1,")]
    stage.place.write()
    network.asked.clear()
    await look_again(stage)
    did = stage.scene.did("asn1")
    assert not any(did in query.values() for _, query in network.asked)
    assert {s["subject"] for s in states(stage)}.isdisjoint(
        {case_of(stage, "asn1", signal) for signal in ("post", "reply")}
    )


async def test_a_strangers_post_is_never_looked_at_again(stage: Stage, network: Atproto) -> None:
    stage.scene.quote("asn3", stage.acts.chat, "Sama! Ayo menangkan Prakasita-Anggrek nomor 2!")
    await stage.once()
    case = case_of(stage, "asn3", "quote")
    stage.scene.server.delete_record(stage.scene.did("warga"), POST, stage.acts.chat.key)
    network.asked.clear()
    await look_again(stage)
    (state,) = of(stage, case)
    assert state["public"]["state"] == "masih_ada"
    citizen = stage.citizen[1]
    assert not any(citizen in query.values() for _, query in network.asked)
    record = {file["commitment"] for entry in (*stage.place.entries("finding"), state)
              if entry["subject"] == case for file in entry["files"].values()}  # fmt: skip
    excepted = [path for path in stage.place.snapshots() if path.name in record]
    inputs = [stage.place.folder / "config.toml", stage.place.folder / "register.csv"]
    secret = [*stage.citizen, SMALL_TALK]
    assert needle.found(stage.place.folder, secret, leave_out=[*inputs, *excepted]) == []


# ---- crashes and rivals ----------------------------------------------------------------------


@pytest.mark.drill
async def test_a_kill_between_answer_and_commit_loses_nothing(stage: Stage) -> None:
    await stage.once()
    case = delete(stage, "asn1", "post")
    make_due(stage)
    config = stage.place.folder / "config.toml"
    # Before the claim is committed, before the first entry is, and after a later one was.
    for point in (1, 3, 6):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.run.recheck_child", str(config), str(point),
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert await child.wait() == -9
    assert stage.place.verified().fault_count == 0
    await look_again(stage)
    assert [s["public"]["state"] for s in of(stage, case)] == ["dihapus"]
    assert len(states(stage)) == len(SUPPORTING)
    assert len(waiting(stage)) == 1
    named = {f["commitment"] for kind in ("finding", "state") for e in stage.place.entries(kind)
             for f in e["files"].values()}  # fmt: skip
    assert {path.name for path in stage.place.snapshots()} == named
    assert stage.place.verified().fault_count == 0


async def test_two_processes_record_one_change_once(stage: Stage) -> None:
    await stage.once()
    case = delete(stage, "asn1", "post")
    make_due(stage)
    async with app.opened(stage.place.settings) as one, app.opened(stage.place.settings) as two:
        await asyncio.gather(one.daemon.rechecker.run_all(), two.daemon.rechecker.run_all())
    assert [s["public"]["state"] for s in of(stage, case)] == ["dihapus"]
    assert len(states(stage)) == len(SUPPORTING)


async def test_the_same_answer_of_an_older_claim_counts_no_more(stage: Stage) -> None:
    await stage.once()
    delete(stage, "asn1", "post")
    make_due(stage)
    with closing(Writer(stage.place.settings.database)) as writer:
        with writer.transaction() as tx:
            (stale, *_) = rechecks.due(tx, utc_now().timestamp(), 1.0, 100)
        await look_again(stage)
        with writer.transaction() as tx:
            assert not rechecks.looked(
                tx, stale, state="dihapus", reason="record_gone", seen_at=utc_now(),
                noted=True, due_at=None,
            )  # fmt: skip


async def test_a_case_that_goes_on_during_the_look_is_looked_at_anew(
    stage: Stage, network: Atproto, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.once()
    case = delete(stage, "asn1", "post")
    asked = Bluesky.look_again

    async def meanwhile(self: Bluesky, known: Known, watch: Watch) -> Again:
        found = await asked(self, known, watch)
        if known.object_id.endswith(post_key(stage, "asn1", "post")):
            step(stage, case, Step.NOT_ENOUGH)
        return found

    monkeypatch.setattr(Bluesky, "look_again", meanwhile)
    await look_again(stage)
    assert of(stage, case) == []
    assert len(states(stage)) == len(SUPPORTING) - 1
    named = {f["commitment"] for kind in ("finding", "state") for e in stage.place.entries(kind)
             for f in e["files"].values()}  # fmt: skip
    assert {path.name for path in stage.place.snapshots()} == named


async def test_the_running_daemon_looks_again_by_itself(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(stage, "[recheck]\nspaces = [0.1]\nrepeat = 3600.0")
    monkeypatch.setattr("monitor.run.daemon.RECHECK_SECONDS", 0.1)
    async with running(stage):
        await until(lambda: len(stage.place.entries("state")) == len(SUPPORTING))
    assert {s["public"]["state"] for s in states(stage)} == {"masih_ada"}


async def test_public_words_name_nobody(stage: Stage) -> None:
    await stage.once()
    stage.scene.unlike("asn3", stage.acts.like)
    delete(stage, "asn1", "post")
    await look_again(stage)
    personal = [text for account in stage.scene.accounts.values() for text in account]
    for entry in stage.place.entries("state"):
        shown = json.dumps(entry["public"])
        assert not any(word in shown for word in (*personal, "Orang asn1", LIKE))
