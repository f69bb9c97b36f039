"""Routes on the command line: check, route, mute, unmute, mutes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitor import explaining, muting
from monitor.config_notify import Route
from monitor.errors import ConfigError, UnknownError
from monitor.explaining import Wanted
from monitor.muting import Chosen
from monitor.notify.route import Reader
from monitor.run import routecheck
from monitor.store import findings, log, migrate, mutes, outbox
from monitor.store.writer import Writer
from tests.notify import examples

FINDING = "NTR-ABCD-2345"
BY = ("Bu Rekaan, Sekretaris", "rapat")
AGENCY = examples.WATCH["instansi"]
CONFIG = f"""
[http]
contact = "uji@contoh.test"

[paths]
register = ""

[[notify.routes]]
notifier = "telegram"
destination = "-1"
name = "semua"

[[notify.routes]]
notifier = "telegram"
destination = "-2"
name = "meja"
instansi = ["{AGENCY}"]
quiet = "00:00-23:59"

[[notify.routes]]
notifier = "telegram"
destination = "-3"
instansi = ["Dinas Lain"]

[[notify.routes]]
notifier = "telegram"
destination = "-4"
readers = ["{examples.WATCH["person_ref"]}"]
"""


@pytest.fixture
def config(tmp_path: Path, empty: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, "utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "netralitas.sqlite3").write_bytes(empty.read_bytes())
    return path


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kosong") / "netralitas.sqlite3"
    migrate.upgrade(path)
    return path


@pytest.fixture
def writer(config: Path) -> Iterator[Writer]:
    at = datetime(2024, 10, 12, tzinfo=UTC)
    with closing(Writer(config.parent / "data" / "netralitas.sqlite3")) as made:
        with made.transaction() as tx:
            content = {"finding": dict(examples.post()), "watch": examples.WATCH}
            head = log.append(tx, at=at, kind="finding", subject=FINDING, public={},
                              content=content)  # fmt: skip
            findings.add(tx, FINDING, head.seq, "alert")
            outbox.put(tx, kind="finding", subject=FINDING, seq=head.seq,
                       destinations=[("telegram", "-2")], at=at)  # fmt: skip
        yield made


def wanted(**asked: object) -> Wanted:
    none = dict.fromkeys(("instansi", "unit", "area", "level", "outcome", "led_by"))
    return Wanted(**{**none, "contests": (), **asked})  # type: ignore[arg-type]  # by name


def rows(text: str) -> list[list[str]]:
    lines = [line.split("│") for line in text.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line[1:-1]] for line in lines]


def test_a_case_is_explained_route_by_route(
    config: Path, writer: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    before = outbox.backlog(writer.reader())
    assert explaining.route(config, FINDING, wanted(), *BY) == 0
    said = capsys.readouterr().out
    assert AGENCY in said.splitlines()[0]
    got = {row[1]: (row[3], row[4], row[5]) for row in rows(said)}
    assert got["semua"] == ("no", "a narrower route takes the case: 2", "no")
    assert got["meja"][0::2] == ("yes", "yes")
    assert got["meja"][1].startswith("it fits, and no narrower route does; quiet until 23:59 WIB")
    assert got["telegram -3"][1] == f"only Dinas Lain; the case is of {AGENCY}"
    assert got["telegram -4"][1] == "conflict: the person concerned reads there"
    assert outbox.backlog(writer.reader()) == before
    *_, last = log.rows(writer.reader())
    assert b'"kind":"reading"' in last.canonical
    assert b'"command":"route"' in last.canonical


def test_what_if_takes_other_facts(
    config: Path, writer: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explaining.route(config, FINDING, wanted(instansi="Dinas Lain"), *BY) == 0
    said = capsys.readouterr().out
    assert "(what if)" in said
    assert {row[1]: row[3] for row in rows(said)}["telegram -3"] == "yes"
    led = wanted(led_by="pilgub-99-2030/1")
    assert explaining.route(config, FINDING, led, *BY) == 0
    got = {row[1]: row[4] for row in rows(capsys.readouterr().out)}
    assert got["semua"] == "second desk: a candidate leads the agency"


def test_a_finding_that_is_not_on_file(config: Path, writer: Writer) -> None:
    with pytest.raises(UnknownError, match="there is no such finding"):
        explaining.route(config, "NTR-XXXX-XXXX", wanted(), *BY)


def test_a_mute_and_its_end(
    config: Path, writer: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    person = Chosen("", examples.WATCH["person_ref"], "", "")
    assert muting.mute(config, person, 1, 0, *BY) == 0
    assert muting.mute(config, Chosen("meja", "", "", ""), 0, 2, *BY) == 0
    capsys.readouterr()
    assert muting.listing(config) == 0
    said = rows(capsys.readouterr().out)
    assert [row[:3] for row in said] == [
        ["1", "person", examples.WATCH["person_ref"]],
        ["2", "route", "telegram -2"],
    ]
    assert explaining.route(config, FINDING, wanted(), *BY) == 0
    assert "waits: mute 1, 2" in capsys.readouterr().out
    assert muting.unmute(config, 1, *BY) == 0
    now = datetime.now(UTC)
    assert [mute.number for mute in mutes.active(writer.reader(), now)] == [2]
    with pytest.raises(UnknownError, match="mute 1: none is in force"):
        muting.unmute(config, 1, *BY)
    with pytest.raises(ConfigError, match="--by: expected a named person"):
        muting.unmute(config, 2, "", "x")


@pytest.mark.parametrize(
    ("chosen", "days", "by", "why", "expected"),
    [
        (("", "", "", ""), 1, *BY, "one of --route, --person"),
        (("meja", "ref-0001", "", ""), 1, *BY, "one of --route, --person"),
        (("tidak ada", "", "", ""), 1, *BY, "--route: expected one of semua, meja, -3, -4"),
        (("", "ref-9999", "", ""), 1, *BY, "a reference on the register"),
        (("", "", "Dinas Salah Ketik", ""), 1, *BY, "an agency on the register"),
        (("meja", "", "", ""), 15, *BY, "at most notify.mute_days, 14 days"),
        (("meja", "", "", ""), 0, *BY, "an end in the future"),
        (("meja", "", "", ""), 1, "", " ", "a named person"),
    ],
)
def test_a_mute_needs_what_who_why_and_an_end(
    config: Path,
    writer: Writer,
    chosen: tuple[str, str, str, str],
    days: int,
    by: str,
    why: str,
    expected: str,
) -> None:
    with pytest.raises(ConfigError, match=expected):
        muting.mute(config, Chosen(*chosen), days, 0, by, why)


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ([{}], []),
        ([{"instansi": ("A",)}, {}], []),
        ([{"instansi": ("A",)}], ["alert", "review"]),
        ([{"instansi": ("A",), "fallback": True}], []),
        ([{"instansi": ("A",), "outcomes": ("alert",)}], ["alert"]),
        ([{"outcomes": ("alert",)}], []),
        ([{"outcomes": ("alert",)}, {"level": ("disiplin",)}], ["review"]),
        ([{"outcomes": ("review",)}], ["takes alerts"]),
        ([{"spare": True}], ["takes alerts"]),
    ],
)
def test_some_route_catches_what_no_other_takes(
    routes: list[dict[str, object]], expected: list[str]
) -> None:
    made = [Route(notifier="stdout", **one) for one in routes]  # type: ignore[arg-type]  # varied
    found = [str(fault) for fault in routecheck.faults(made, "config.toml")]
    assert len(found) == len(expected)
    for fault, part in zip(found, expected, strict=True):
        assert part in fault


def test_names_that_are_on_no_list_are_said() -> None:
    route = Route(
        notifier="stdout",
        instansi=("Dinas A", "Dinas Salah"),
        unit=("Bidang 1",),
        contest=("pilgub-99-2099",),
        readers=("p1", "p2"),
        health=True,
    )
    contests = examples.RULES.contests
    readers = {"p1": Reader()}
    places = {("Dinas A", "Bidang 1")}
    said = list(routecheck.warnings([route], contests, places, readers, date(2024, 10, 12)))
    assert said == [
        "route 1, instansi: 'Dinas Salah' is not on the register; it will match nothing",
        "route 1, contest: 'pilgub-99-2099' is not among the watchlists; it will match nothing",
        "route 1, readers: 'p2' is not an officer or on the register; it will match nothing",
    ]


@pytest.mark.parametrize(
    ("routes", "year", "expected"),
    [
        ([{"health": True}], 2024, 1),
        ([{"health": True}], 2031, 0),
        (
            [{"health": True}, {"destination": "-2", "second": True, "office": "Inspektorat"}],
            2024,
            0,
        ),
    ],
)
def test_an_agency_that_a_candidate_leads_needs_a_second_chat(
    routes: list[dict[str, object]], year: int, expected: int
) -> None:
    (contest,) = examples.RULES.contests.values()
    first, *others = contest.targets
    led = replace(contest, targets=(replace(first, incumbent_of="Dinas A"), *others))
    made = [Route(notifier="stdout", **one) for one in routes]  # type: ignore[arg-type]  # varied
    said = list(routecheck.warnings(made, {led.id: led}, (), {}, date(year, 10, 12)))
    assert len(said) == expected
    assert all(f"candidate {first.id} leads it" in line for line in said)


def test_alarms_that_nobody_would_be_told_are_said() -> None:
    route = Route(notifier="stdout")
    (said,) = routecheck.warnings([route], {}, (), {}, date(2024, 10, 12))
    assert "alarms are told to nobody" in said
    assert not list(routecheck.warnings([], {}, (), {}, date(2024, 10, 12)))
