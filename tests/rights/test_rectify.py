"""``netralitas rectify``: the error is corrected, stays visible, and whoever was told is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor import app
from monitor.clock import utc_now
from monitor.config import load
from monitor.evidence.files import Files
from monitor.evidence.verify import verify
from monitor.judge.decide import Facts
from monitor.model.activity import Activity, Actor, ObjectRef, Signal, Target, TimeSource
from monitor.model.delivery import DeliveryState
from monitor.model.person import Watch
from monitor.model.review import Officer, Role, Step, Wanted
from monitor.model.review import Path as Route
from monitor.model.stored import stored_activity
from monitor.model.wire import activity_content, finding_content
from monitor.notify.render import render_correction
from monitor.notify.stdout import Stdout
from monitor.run.corrected import said_of
from monitor.run.dispatch import Dispatcher
from monitor.run.rules import EVERY_KEY
from monitor.store import about, outbox, rechecks, reviews
from monitor.store.audit import Audit
from monitor.store.writer import Writer
from tests.cases import world
from tests.cli.conftest import Result, Run
from tests.rights.conftest import BUDI, CHAT, NOW, SARI, Place, find, line
from tests.store.enrolled import enrol

AT = datetime(2024, 10, 10, 2, 30, tzinfo=UTC)
BY = ("--by", "Pejabat Rekaan, PDP", "--why", "surat 13/X/2024")
SHOUTED, LIKED, OTHERS = "NTR-SHOU-TED2", "NTR-LIKE-D234", "NTR-OTHE-RS23"
WORDS = "Ayo coblos nomor 2 di pilgub, ajak keluarga!"


def here(ref: str, watch_id: str, name: str = "Sari Contohwati") -> Watch:
    return replace(line(ref, name, watch_id), area="98.01")


def act(watch_id: str, **changes: Any) -> Activity:
    made = Activity(
        platform="bluesky",
        signal=Signal.POST,
        actor=Actor("did:plc:sari", "sari.contoh.test"),
        object=ObjectRef(f"at://did:plc:sari/x/{watch_id}"),
        first_seen_at=AT,
        watch_id=watch_id,
        text=WORDS,
        occurred_at=AT,
        occurred_at_source=TimeSource.PLATFORM,
    )
    return replace(made, **changes)


def judged(watch: Watch, activity: Activity) -> Mapping[str, Any]:
    facts = Facts(watch.facts(date(2024, 10, 10)), EVERY_KEY)
    found = world.reader().judge([(activity, facts)], AT)[0].finding
    content: dict[str, Any] = json.loads(json.dumps(finding_content(found)))
    return content


@pytest.fixture
def told(run: Run, place: Place) -> Place:
    """Three findings that the program itself judged; their alerts were sent."""
    lists = place.config.parent / "watchlists"
    for part in ("contests", "aliases"):
        shutil.rmtree(lists / part)
    shutil.copytree(world.CONTESTS, lists / "contests")
    sari, budi = here(SARI, "w-011"), here(BUDI, "w-012", "Budi Rekaan")
    target = Target(id="at://did:plc:warga/x/9", author_id="did:plc:warga", text=WORDS)
    liked = act("w-011", signal=Signal.SHARE, text="", target=target)
    files = Files(place.data / "snapshots")
    with closing(Writer(place.database)) as writer:
        enrol(writer, [sari, budi], NOW, "uji")
        find(writer, files, SHOUTED, SARI, judged(sari, act("w-011")))
        find(writer, files, LIKED, SARI, judged(sari, liked))
        find(writer, files, OTHERS, BUDI, judged(budi, act("w-012")))
        send_all(writer)
    return place


def send_all(writer: Writer) -> None:
    with writer.transaction() as tx:
        for item in outbox.due(tx, utc_now().timestamp(), 100):
            outbox.sent(tx, item, f"m{item.id}", NOW)


def correct(run: Run, place: Place, *words: str) -> Result:
    return run("rectify", *words, *BY, "-c", place.config)


def revisions(place: Place, finding: str) -> list[tuple[str, int, str]]:
    """Return (kind, revision, outcome) of a case's findings and corrections, in order."""
    with closing(Writer(place.database)) as writer:
        rows = [json.loads(row.canonical) for row in about.entries(writer.reader(), finding)]
    return [(e["kind"], e["public"]["revision_no"], e["public"]["outcome"]) for e in rows]


def owed(place: Place) -> list[tuple[str, str, str]]:
    with closing(Writer(place.database)) as writer:
        found = outbox.due(writer.reader(), utc_now().timestamp(), 100)
    return [(item.kind, item.subject, item.destination) for item in found]


def test_nothing_changes_where_the_facts_were_right(run: Run, told: Place) -> None:
    done = correct(run, told, SARI)
    assert done.status == 0, done.err
    assert "0 findings corrected" in done.out
    assert revisions(told, SHOUTED) == [("finding", 1, "alert")]
    assert owed(told) == []


def test_an_account_that_was_never_theirs(run: Run, told: Place) -> None:
    done = correct(run, told, "w-011", "--not-theirs")
    assert done.status == 0, done.err
    assert revisions(told, SHOUTED) == [
        ("finding", 1, "alert"),
        ("rectification", 2, "none"),
        ("finding", 2, "none"),
    ]
    assert revisions(told, OTHERS) == [("finding", 1, "alert")]
    assert sorted(owed(told)) == [
        ("rectification", LIKED, CHAT),
        ("rectification", SHOUTED, CHAT),
    ]
    with closing(Writer(told.database)) as writer:
        conn = writer.reader()
        state = conn.execute("SELECT status FROM account WHERE watch_id = 'w-011'").fetchone()
        newest = about.opened(conn, list(about.entries(conn, SHOUTED))[-1].seq)
    assert state == ("removed",)
    assert newest["finding"]["matches"] == []
    assert newest["finding"]["exculpations"][0]["id"] == "ex-not-author"
    assert newest["watch"]["ownership"] == "contested"


def test_a_letter_that_is_out_is_named_with_what_to_send(run: Run, told: Place) -> None:
    wanted = Wanted(Step.FORWARDED, "cukup", path=Route.BKN, receiver="BKN Regional Rekaan",
                    letter="800/21/2024", day=date(2024, 10, 12))  # fmt: skip
    officer = Officer("p-2", "Petugas Dua", "Inspektorat Rekaan")
    with closing(Writer(told.database)) as writer, writer.transaction() as tx:
        reviews.step(tx, SHOUTED, wanted, officer, Role.SECOND, NOW)
    said = correct(run, told, SHOUTED, "--not-theirs").out
    assert "letter 800/21/2024 of 2024-10-12 to BKN Regional Rekaan" in said
    assert f"netralitas export {SHOUTED} --profile penerusan" in said
    shown = run("review", "show", SHOUTED, "-c", told.config, *BY).out
    assert "cukup" in shown
    assert "Forwarded: letter 800/21/2024 of 2024-10-12 to BKN Regional Rekaan" in shown
    assert "out of the house" not in correct(run, told, LIKED, "--not-theirs").out


def test_an_act_that_is_corrected_away_is_not_looked_at_again(run: Run, told: Place) -> None:
    with closing(Writer(told.database)) as writer, writer.transaction() as tx:
        for finding in (SHOUTED, LIKED):
            rechecks.begin(tx, finding, NOW, 0.0)
    assert correct(run, told, SHOUTED, "--not-theirs").status == 0
    with closing(Writer(told.database)) as writer, writer.transaction() as tx:
        due = rechecks.due(tx, utc_now().timestamp(), 60.0, 10)
    assert [row.finding_id for row in due] == [LIKED]


def test_one_act_that_was_not_theirs(run: Run, told: Place) -> None:
    assert correct(run, told, SHOUTED, "--not-theirs").status == 0
    assert revisions(told, SHOUTED)[-1] == ("finding", 2, "none")
    assert revisions(told, LIKED) == [("finding", 1, "alert")]
    again = correct(run, told, SARI)
    assert "0 findings corrected" in again.out, "what was denied is not judged by the facts again"


def test_a_wrong_interval_is_judged_again_as_of_the_day(run: Run, told: Place) -> None:
    words = ("register", "interval", "add", SARI, "--kind", "resignation", "--from", "2024-10-01")
    assert run(*words, *BY, "-c", told.config).status == 0
    done = correct(run, told, SARI)
    assert "4 findings corrected" in done.out, done.out
    assert revisions(told, SHOUTED)[-1] == ("finding", 2, "none")
    assert revisions(told, LIKED)[-1] == ("finding", 2, "none")


def test_an_interval_after_the_day_changes_nothing(run: Run, told: Place) -> None:
    words = ("register", "interval", "add", SARI, "--kind", "resignation", "--from", "2024-10-13")
    assert run(*words, *BY, "-c", told.config).status == 0
    assert "0 findings corrected" in correct(run, told, SARI).out


def test_a_wrong_fact_is_set_and_the_former_stays_visible(run: Run, told: Place) -> None:
    done = correct(run, told, SARI, "--set", "employer_type=POLRI")
    assert done.status == 0, done.err
    kinds = [kind for kind, *_ in revisions(told, SHOUTED)]
    assert kinds == ["finding", "rectification", "finding"]
    with closing(Writer(told.database)) as writer:
        conn = writer.reader()
        (said,) = [
            about.opened(conn, row.seq)
            for row in about.entries(conn, SARI)
            if json.loads(row.canonical)["kind"] == "rectification"
        ]
        first, _, last = (about.opened(conn, row.seq) for row in about.entries(conn, SHOUTED))
    assert said["correction"]["before"] == {"employer_type": "PNS"}
    assert said["correction"]["after"] == {"employer_type": "POLRI"}
    assert said["by"] == {"who": "Pejabat Rekaan, PDP", "why": "surat 13/X/2024"}
    assert first["watch"]["employer_type"] == "PNS"
    assert last["watch"]["employer_type"] == "POLRI"
    assert last["finding"]["level"] != first["finding"]["level"]


def test_who_still_waits_gets_the_new_judgement_only(run: Run, told: Place) -> None:
    with closing(Writer(told.database)) as writer, writer.transaction() as tx:
        tx.execute("UPDATE outbox SET state = 'pending', message_id = NULL, sent_at = NULL")
    assert correct(run, told, SHOUTED, "--not-theirs").status == 0
    assert SHOUTED not in {subject for _, subject, _ in owed(told)}
    assert correct(run, told, SARI, "--set", "employer_type=POLRI").status == 0
    assert ("finding", LIKED, CHAT) in owed(told)
    assert all(kind == "finding" for kind, *_ in owed(told))


def test_a_finding_whose_line_is_gone_is_named(run: Run, told: Place) -> None:
    with closing(Writer(told.database)) as writer, writer.transaction() as tx:
        tx.execute("DELETE FROM account WHERE watch_id = 'w-011'")
    done = correct(run, told, SARI)
    assert done.status == 1
    assert f"{SHOUTED}: its register line is gone" in done.err
    assert correct(run, told, SHOUTED, "--not-theirs").status == 0
    assert revisions(told, SHOUTED)[-1] == ("finding", 2, "none")


def test_a_dry_run_changes_nothing(run: Run, told: Place) -> None:
    before = told.database.with_name("copy")
    shutil.copy(told.database, before)
    done = correct(run, told, "w-011", "--not-theirs", "--dry-run")
    assert "2 findings would be corrected" in done.out
    assert revisions(told, SHOUTED) == [("finding", 1, "alert")]
    assert owed(told) == []


def test_the_log_still_verifies(run: Run, told: Place) -> None:
    assert correct(run, told, "w-011", "--not-theirs").status == 0
    with Audit(told.database) as audit:
        report = verify(audit, Files(told.data / "snapshots"))
    assert report.faults == ()


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("how", [("w-011", "--not-theirs"), (SARI, "--set", "employer_type=POLRI")])
def test_the_message_names_nobody(
    run: Run, told: Place, language: Any, how: tuple[str, ...]
) -> None:
    assert correct(run, told, *how).status == 0
    with closing(Writer(told.database)) as writer:
        conn = writer.reader()
        (item, *_) = outbox.due(conn, utc_now().timestamp(), 100)
        said = said_of(conn, item.seq, language)
    message = render_correction(item.subject, said, language)
    assert item.subject in message.plain
    assert ("Sekarang" if language == "id" else "Now") in message.plain
    for word in ("Sari", "Contohwati", "sari.contoh", "coblos", "Dinas"):
        assert word not in message.plain


async def test_the_daemon_sends_it_as_an_answer_to_the_alert(
    run: Run, told: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    assert correct(run, told, SHOUTED, "--not-theirs").status == 0
    with closing(Writer(told.database)) as writer:
        with writer.transaction() as tx:
            tx.execute("UPDATE outbox SET notifier = 'stdout', destination = '-'")
        settings = load(told.config)
        dispatcher = Dispatcher(
            writer,
            app.load_ruleset(settings),
            {"stdout": Stdout(settings)},
            settings,
            utc_now,
        )
        report = await dispatcher.run_once(10)
        assert outbox.backlog(writer.reader())[DeliveryState.PENDING] == 0
    assert report.sent == 1
    assert "keliru dan tidak berlaku lagi" in capfd.readouterr().out


def test_what_is_refused(run: Run, told: Place, tmp_path: Path) -> None:
    for words, fault in (
        ((SARI, "--set", "employer_type=PN"), "one of PNS"),
        ((SARI, "--set", "ras=x"), "one of name"),
        ((SARI, "--set", "as_of=besok"), "YYYY-MM-DD"),
        (("w-011", "--not-theirs", "--set", "zone=WIT"), "both"),
    ):
        done = correct(run, told, *words)
        assert (done.status, fault in done.err) == (2, True), done.err
    assert run("rectify", SARI, "-c", told.config).status == 2
    assert "no finding, line or person" in correct(run, told, "ref-9999").err
    assert "there is no such finding" in correct(run, told, "NTR-ZZZZ-ZZZZ").err


def test_a_line_of_a_file_is_corrected_in_the_file(run: Run, told: Place) -> None:
    text = told.config.read_text("utf-8").replace('register = ""', 'register = "daftar.csv"')
    told.config.write_text(text, "utf-8")
    done = correct(run, told, "w-001", "--not-theirs")
    assert done.status == 2
    assert "daftar.csv" in done.err


def test_an_activity_is_read_back_as_it_was() -> None:
    for one in (act("w-011"), act("w-011", target=Target(id="x", of="a/1", role="candidate"))):
        kept = json.loads(json.dumps(activity_content(one)))
        assert stored_activity(kept) == replace(one, given_id=one.id)
