"""Trial and production: what each asks, what it writes into the log, and what it lets out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import config, watch
from monitor.errors import ConfigError
from monitor.model.person import EmployerType, Ownership, Watch
from monitor.run import governance
from monitor.run.governance import STAMP, TRIAL_TIME, Admission, Document
from monitor.run.health import Health
from monitor.run.rules import Reader
from monitor.run.season import Season
from monitor.store import alarms, log, migrate
from monitor.store import governance as decisions
from monitor.store.writer import Writer
from monitor.watch.trial import Consent

NOW = datetime(2030, 3, 1, 2, 0, tzinfo=UTC)
INVENTED = Watch(
    watch_id="w-1",
    person_ref="p-1",
    name="Sari Rekaan",
    platform="feed",
    address="https://sari.example/feed.xml",
    instansi="Dinas Rekaan",
    unit="Bidang Uji",
    ownership=Ownership.DECLARED,
    legal_ground="Keputusan 1",
    notice_date=date(2030, 1, 1),
    registered_on=date(2030, 1, 1),
    employer_type=EmployerType.PNS,
)
REAL = replace(INVENTED, watch_id="w-2", address="https://sari.go.id/feed.xml")
AGREED = replace(REAL, watch_id="w-3", legal_ground="persetujuan tertulis 3/2030")
TESTERS = {"p-1": Consent("p-1", date(2030, 3, 1), date(2030, 3, 20), "persetujuan.pdf")}


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    migrate.upgrade(tmp_path / "data" / "n.sqlite3")
    with closing(Writer(tmp_path / "data" / "n.sqlite3")) as made:
        yield made


def settings(folder: Path, mode: str = "trial", **more: Any) -> config.Config:
    raw = {"http": {"contact": "uji@netralitas.example"}, "mode": mode, "folder": folder, **more}
    return config.parse(raw, "config.toml")


def chats(*destinations: str) -> Mapping[str, Any]:
    routes = [{"notifier": "telegram", "destination": chat} for chat in destinations]
    return {"notify": {"routes": [{"notifier": "stdout"}, *routes]}}


def enter(
    writer: Writer,
    found: config.Config,
    *watches: Watch,
    testers: Mapping[str, Consent] = TESTERS,
    now: datetime = NOW,
) -> datetime | None:
    with writer.transaction() as tx:
        ends = governance.begin(tx, found, now)
        Admission(found, testers).check(watches, now)
    return ends


def refused(writer: Writer, found: config.Config, *watches: Watch, **more: Any) -> str:
    before = log.head(writer.reader())
    with pytest.raises(ConfigError) as caught:
        enter(writer, found, *watches, **more)
    assert log.head(writer.reader()) == before
    return "\n".join(map(str, caught.value.faults))


def documents(folder: Path, writer: Writer, *kinds: Document) -> None:
    for kind in kinds or tuple(Document):
        file = folder / f"{kind}.pdf"
        file.write_bytes(b"isi " + kind.encode())
        with writer.transaction() as tx:
            governance.record(
                tx, settings(folder), kind, file,
                version="1.2", who="Bu Rekaan", why="disetujui", now=NOW,
            )  # fmt: skip


def entries(writer: Writer) -> list[dict[str, Any]]:
    return [json.loads(row.canonical) for row in log.rows(writer.reader())]


# ---- trial -----------------------------------------------------------------------------------


def test_a_trial_begins_once_and_ends_after_30_days(writer: Writer, tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert enter(writer, found, INVENTED) == NOW + timedelta(days=30)
    later = NOW + timedelta(days=29, hours=23)
    assert enter(writer, found, INVENTED, now=later) == NOW + timedelta(days=30)
    (entry,) = entries(writer)
    assert (entry["kind"], entry["subject"]) == ("governance", "mode")
    assert entry["public"] == {"mode": "trial", "before": "", "stamp": STAMP}
    said = refused(writer, found, INVENTED, now=NOW + TRIAL_TIME)
    assert "until 2030-03-31 02:00 UTC" in said
    assert 'mode = "production"' in said


def test_a_trial_takes_the_invented_and_the_consenting(writer: Writer, tmp_path: Path) -> None:
    assert enter(writer, settings(tmp_path), INVENTED, AGREED)


def test_a_network_on_this_machine_is_nobodys(writer: Writer, tmp_path: Path) -> None:
    line = replace(REAL, platform="bluesky", address="sari.bsky.social")
    own = {"directory": "http://127.0.0.1:4000", "resolver": "http://localhost:4001"}
    assert enter(writer, settings(tmp_path, collect={"bluesky": own}), line)
    half = {"directory": "http://127.0.0.1:4000"}
    said = refused(writer, settings(tmp_path, collect={"bluesky": half}), line)
    assert said.startswith("w-2: legal_ground")


def test_a_trial_refuses_a_real_register_line_by_line(writer: Writer, tmp_path: Path) -> None:
    other = replace(REAL, watch_id="w-9")
    said = refused(writer, settings(tmp_path), INVENTED, REAL, other)
    assert [line.partition(":")[0] for line in said.splitlines()] == ["w-2", "w-9"]
    assert "a real register needs production" in said
    assert "sari" not in said.lower()


def test_very_many_lines_are_counted_and_not_all_printed(writer: Writer, tmp_path: Path) -> None:
    lines = [replace(REAL, watch_id=f"w-{n}") for n in range(500)]
    said = refused(writer, settings(tmp_path), *lines).splitlines()
    assert len(said) == 21
    assert "480 more" in said[-1]


@pytest.mark.parametrize(
    ("testers", "now", "told"),
    [
        ({}, NOW, "person_ref"),
        (TESTERS, NOW - timedelta(days=1), "consent"),
        (TESTERS, NOW + timedelta(days=20), "consent"),
    ],
)
def test_consent_needs_the_list_and_the_day(
    writer: Writer, tmp_path: Path, testers: Mapping[str, Consent], now: datetime, told: str
) -> None:
    said = refused(writer, settings(tmp_path), AGREED, testers=testers, now=now)
    assert said.startswith(f"w-3: {told}")


def test_the_day_of_consent_is_the_testers_own(writer: Writer, tmp_path: Path) -> None:
    # 28 February 16:00 UTC is 1 March in Papua and not yet in Jakarta.
    evening = datetime(2030, 2, 28, 16, 0, tzinfo=UTC)
    refused(writer, settings(tmp_path), AGREED, now=evening)
    assert enter(writer, settings(tmp_path), replace(AGREED, zone="WIT"), now=evening)


def test_a_trial_tells_one_chat(writer: Writer, tmp_path: Path) -> None:
    said = refused(writer, settings(tmp_path, **chats("-1", "-2")), INVENTED)
    assert "notify.routes: expected one chat at most, got 2" in said
    assert enter(writer, settings(tmp_path, **chats("-1", "-1")), INVENTED)


def test_every_entry_of_a_trial_bears_its_stamp(writer: Writer, tmp_path: Path) -> None:
    with writer.transaction() as tx:
        log.append(tx, at=NOW, kind="alarm", subject="x", public={"state": "raised"})
    enter(writer, settings(tmp_path), INVENTED)
    with writer.transaction() as tx:
        log.append(tx, at=NOW, kind="finding", subject="NTR-1", public={"outcome": "alert"})
    with closing(Writer(writer.database)) as another, another.transaction() as tx:
        log.append(tx, at=NOW, kind="finding", subject="NTR-2", public={"outcome": "alert"})
    stamps = [entry["public"].get("stamp") for entry in entries(writer)]
    assert stamps == [None, STAMP, STAMP, STAMP]


def test_a_start_that_was_refused_leaves_no_stamp(writer: Writer, tmp_path: Path) -> None:
    refused(writer, settings(tmp_path), REAL)
    with writer.transaction() as tx:
        log.append(tx, at=NOW, kind="alarm", subject="x", public={"state": "raised"})
    assert entries(writer)[0]["public"] == {"state": "raised"}


# ---- production ------------------------------------------------------------------------------


def test_production_lists_everything_that_is_missing(writer: Writer, tmp_path: Path) -> None:
    said = refused(writer, settings(tmp_path, "production"), REAL).splitlines()
    assert [line.split(": ")[1] for line in said] == ["dpia", "controller", "legal-ground"]
    assert all("netralitas governance record" in line for line in said)
    documents(tmp_path, writer, Document.DPIA, Document.GROUND)
    said = refused(writer, settings(tmp_path, "production"), REAL).splitlines()
    assert [line.split(": ")[1] for line in said] == ["controller"]


def test_production_starts_with_all_three_and_without_an_end(
    writer: Writer, tmp_path: Path
) -> None:
    documents(tmp_path, writer)
    assert enter(writer, settings(tmp_path, "production"), REAL) is None
    assert entries(writer)[-1]["public"] == {"mode": "production", "before": ""}
    with writer.transaction() as tx:
        log.append(tx, at=NOW, kind="finding", subject="NTR-1", public={"outcome": "alert"})
    assert entries(writer)[-1]["public"] == {"outcome": "alert"}


def test_a_record_says_digest_version_who_and_why(writer: Writer, tmp_path: Path) -> None:
    documents(tmp_path, writer)
    one = decisions.latest(writer.reader())["dpia"]
    assert one.public == {"version": "1.2", "sha256": hashlib.sha256(b"isi dpia").hexdigest()}
    assert one.content == {"who": "Bu Rekaan", "why": "disetujui", "file": "dpia.pdf"}
    (entry, *_) = entries(writer)
    assert "Bu Rekaan" not in json.dumps(entry)


def test_a_changed_or_lost_document_stops_the_next_start(writer: Writer, tmp_path: Path) -> None:
    documents(tmp_path, writer)
    found = settings(tmp_path, "production")
    enter(writer, found, REAL)
    (tmp_path / "dpia.pdf").write_bytes(b"lain")
    (tmp_path / "controller.pdf").unlink()
    said = refused(writer, found, REAL)
    assert "dpia.pdf, changed since version 1.2 was recorded" in said
    assert "no such file: controller.pdf" in said
    documents(tmp_path, writer, Document.DPIA, Document.CONTROLLER)
    assert enter(writer, found, REAL) is None


def test_an_installation_may_move_with_its_documents(writer: Writer, tmp_path: Path) -> None:
    documents(tmp_path, writer)
    moved = tmp_path / "lain"
    moved.mkdir()
    for kind in Document:
        (tmp_path / f"{kind}.pdf").rename(moved / f"{kind}.pdf")
    assert enter(writer, settings(moved, "production"), REAL) is None


def test_a_document_from_elsewhere_is_known_by_its_whole_path(
    writer: Writer, tmp_path: Path
) -> None:
    home = tmp_path / "pasang"
    home.mkdir()
    documents(tmp_path, writer)
    file = tmp_path / "dpia.pdf"
    with writer.transaction() as tx:
        governance.record(
            tx, settings(home), Document.DPIA, file, version="2", who="a", why="b", now=NOW
        )
    known = decisions.latest(writer.reader())
    assert governance.documents(known, home)[0].file == str(file)
    assert governance.documents(known, home)[0].state == "ok"


@pytest.mark.parametrize("body", [b"", b" \n", b"# DPIA\n\n[ISI: nama instansi]\n"])
def test_an_empty_file_or_a_template_is_no_document(
    writer: Writer, tmp_path: Path, body: bytes
) -> None:
    file = tmp_path / "dpia.md"
    file.write_bytes(body)
    with pytest.raises(ConfigError, match="filled in"), writer.transaction() as tx:
        governance.record(
            tx, settings(tmp_path), Document.DPIA, file, version="1", who="a", why="b", now=NOW
        )
    assert entries(writer) == []


def test_a_file_that_is_not_there_is_told(writer: Writer, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="readable file"), writer.transaction() as tx:
        governance.record(
            tx, settings(tmp_path), Document.DPIA, tmp_path / "tiada.pdf",
            version="1", who="a", why="b", now=NOW,
        )  # fmt: skip


def test_production_watches_whom_the_documents_cover(writer: Writer, tmp_path: Path) -> None:
    documents(tmp_path, writer)
    assert enter(writer, settings(tmp_path, "production"), REAL, INVENTED, testers={}) is None


def test_from_trial_to_production_and_never_back(writer: Writer, tmp_path: Path) -> None:
    enter(writer, settings(tmp_path), INVENTED)
    documents(tmp_path, writer)
    later = NOW + timedelta(days=40)
    assert enter(writer, settings(tmp_path, "production"), REAL, now=later) is None
    assert entries(writer)[-1]["public"] == {"mode": "production", "before": "trial"}
    with writer.transaction() as tx:
        log.append(tx, at=NOW, kind="finding", subject="NTR-1", public={"outcome": "alert"})
    assert "stamp" not in entries(writer)[-1]["public"]
    said = refused(writer, settings(tmp_path), INVENTED, now=later)
    assert "a folder of its own" in said


# ---- the gate --------------------------------------------------------------------------------


def gate(writer: Writer, found: config.Config, *stamps: str) -> str:
    try:
        governance.may_leave(found, writer.reader(), "export", stamps)
    except ConfigError as error:
        return "\n".join(map(str, error.faults))
    return "open"


def test_nothing_leaves_a_trial(writer: Writer, tmp_path: Path) -> None:
    assert "got a trial (" in gate(writer, settings(tmp_path))
    enter(writer, settings(tmp_path), INVENTED)
    assert "got a trial (" in gate(writer, settings(tmp_path))
    # Editing the configuration alone opens nothing.
    assert "until the next start" in gate(writer, settings(tmp_path, "production"))


def test_nothing_leaves_without_the_documents(writer: Writer, tmp_path: Path) -> None:
    found = settings(tmp_path, "production")
    assert "dpia" in gate(writer, found)
    documents(tmp_path, writer)
    enter(writer, found, REAL)
    assert gate(writer, found, "", "") == "open"
    (tmp_path / "dpia.pdf").write_bytes(b"lain")
    assert "changed" in gate(writer, found)


def test_what_was_recorded_on_trial_never_leaves(writer: Writer, tmp_path: Path) -> None:
    documents(tmp_path, writer)
    found = settings(tmp_path, "production")
    enter(writer, found, REAL)
    assert STAMP in gate(writer, found, "", STAMP)


def never(*_: object) -> str:
    """Stand for the doors of platforms: all open."""
    return ""


# ---- a line that comes in, and a consent that ends, while the program runs --------------------


def test_a_line_that_may_not_be_watched_is_told_once(writer: Writer, tmp_path: Path) -> None:
    found = settings(tmp_path)
    health = Health(writer, found.health, tmp_path, (), lambda: NOW)
    reader = Reader(watch.load(watch.shipped(), contests=("pilgub-31-2017",)))
    season = Season(reader, health, Admission(found, TESTERS), NOW + TRIAL_TIME, never)
    last, after = NOW + timedelta(days=19), NOW + timedelta(days=20)
    assert season.admits(INVENTED, after)
    assert season.admits(AGREED, last)
    assert [season.admits(AGREED, after), season.admits(AGREED, after)] == [False, False]
    assert not season.admits(REAL, last)
    told = {alarm.key: alarm.text for alarm in alarms.open_(writer.reader())}
    assert set(told) == {"admission:w-2", "admission:w-3"}
    assert "2030-03-01 to 2030-03-20" in told["admission:w-3"]
    assert not any("sari" in text.lower() for text in told.values())
    assert len([e for e in entries(writer) if e["kind"] == "alarm"]) == 2


def test_a_trials_last_second(writer: Writer, tmp_path: Path) -> None:
    found = settings(tmp_path)
    health = Health(writer, found.health, tmp_path, (), lambda: NOW)
    reader = Reader(watch.load(watch.shipped(), contests=("pilgub-31-2017",)))
    ends = enter(writer, found, INVENTED)
    assert ends is not None
    season = Season(reader, health, Admission(found, {}), ends, never)
    season.check(ends - timedelta(seconds=1))
    with pytest.raises(ConfigError, match="a trial of 30 days"):
        season.check(ends)
