"""From a finding's entry to who is owed a message: officers, register and alarms on file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from monitor.config import Health as Settings
from monitor.config_notify import Route
from monitor.model.review import Officer, Role, Term
from monitor.notify.route import Reader
from monitor.run.health import Health
from monitor.run.routing import Router, facts_of, known_readers, readers, taken
from monitor.store import alarms, outbox, reviews
from monitor.store.writer import Writer
from tests.notify import examples
from tests.run.test_dispatch import Time, time

__all__ = ["time"]
AGENCY = examples.WATCH["instansi"]
PERSON = examples.WATCH["person_ref"]
OPERATOR = ("telegram", "9")
ALL = Route(notifier="telegram", destination="-1")
DESK = Route(notifier="telegram", destination="-2", instansi=(AGENCY,))


def owed(
    writer: Writer,
    time: Time,
    routes: Sequence[Route],
    outcomes: tuple[str, ...] = ("alert",),
    **changes: Any,
) -> list[str]:
    health = Health(writer, Settings(), writer.database.parent, [OPERATOR], time)
    finding = {**examples.post(), **changes}
    with writer.transaction() as tx:
        ways = Router(routes, health).owed(tx, finding, examples.WATCH, outcomes)
    return [destination for _, destination in ways]


def officer(writer: Writer, time: Time, name: str, **facts: str) -> None:
    who = Officer(name, "Bu Rekaan", facts.pop("instansi", AGENCY), **facts)  # type: ignore[arg-type]
    with writer.transaction() as tx:
        term = Term(Role.REVIEWER, date(2024, 10, 1))
        reviews.give(tx, who, term, "Kepala", "SK 1", time.at)


def open_alarms(writer: Writer) -> list[str]:
    return [alarm.key for alarm in alarms.open_(writer.reader())]


def test_facts_are_those_of_the_entry(writer: Writer) -> None:
    content: Mapping[str, Any] = {
        **examples.post(),
        "targets": ["pilgub-99-2030/2", "partai/pdip"],
        "contests": [{"id": "pemilu-2029"}],
        "incumbents": ["pilgub-99-2030/1"],
        "level": None,
    }
    facts = facts_of(writer.reader(), [ALL], content, examples.WATCH, "alert")
    assert facts.contests == {"pilgub-99-2030", "pemilu-2029"}
    assert (facts.person_ref, facts.level, facts.led_by) == (PERSON, "", ("pilgub-99-2030/1",))
    assert (facts.unit, facts.area) == (examples.WATCH["unit"], examples.WATCH["area"])


def test_officers_and_references_stand_behind_names(writer: Writer, time: Time) -> None:
    officer(writer, time, "p1", person_ref="ref-7", spouse_of="pilgub-99-2030/1")
    routes = [Route(notifier="stdout", readers=("p1", "ref-0009"))]
    conn = writer.reader()
    assert readers(conn, routes) == {
        "p1": Reader("ref-7", AGENCY, "pilgub-99-2030/1"),
        "ref-0009": Reader("ref-0009"),
    }
    assert set(known_readers(conn, routes)) == {"p1"}


def test_a_chat_of_a_spouse_is_passed_over(writer: Writer, time: Time) -> None:
    target = examples.post()["targets"][0]
    officer(writer, time, "p1", spouse_of=target)
    mine = DESK.model_copy(update={"readers": ("p1",)})
    assert owed(writer, time, [mine, ALL]) == ["-1"]
    officer(writer, time, "p2")
    assert owed(writer, time, [mine.model_copy(update={"readers": ("p2",)}), ALL]) == ["-2"]


def test_an_alert_made_a_review_goes_where_alerts_go(writer: Writer, time: Time) -> None:
    alerts = ALL.model_copy(update={"outcomes": ("alert",)})
    assert owed(writer, time, [alerts], ("review", "alert")) == ["-1"]
    reviews_ = DESK.model_copy(update={"outcomes": ("review",)})
    assert owed(writer, time, [alerts, reviews_], ("review", "alert")) == ["-2"]
    assert taken([alerts], ("review",)) == ""
    assert owed(writer, time, [alerts], ("review",)) == []
    assert open_alarms(writer) == []


def test_nobody_to_tell_is_an_alarm_until_somebody_is(writer: Writer, time: Time) -> None:
    mine = ALL.model_copy(update={"readers": (PERSON,)})
    for _ in range(2):
        assert owed(writer, time, [mine]) == []
    assert open_alarms(writer) == [f"unrouted:{AGENCY}"]
    assert owed(writer, time, [ALL]) == ["-1"]
    assert open_alarms(writer) == []
    told = [item.body for item in outbox.due(writer.reader(), time.at.timestamp(), 9)]
    assert len(told) == 2
    assert "tidak punya penerima" in told[0]


@pytest.mark.parametrize(
    ("office", "expected", "alarm"),
    [("Inspektorat", ["-1", "-2"], []), (AGENCY, ["-2"], [f"second-desk:{AGENCY}"])],
)
def test_an_agency_that_a_candidate_leads(
    writer: Writer, time: Time, office: str, expected: list[str], alarm: list[str]
) -> None:
    routes = [ALL.model_copy(update={"office": office}), DESK]
    led: dict[str, Any] = {"incumbents": [examples.post()["targets"][0]]}
    assert owed(writer, time, routes, **led) == expected
    assert open_alarms(writer) == alarm
    # A case that no candidate's lead concerns says nothing about a second desk.
    assert owed(writer, time, routes, incumbents=[]) == ["-2"]
    assert open_alarms(writer) == alarm
    outside = [routes[0].model_copy(update={"office": "Inspektorat"}), DESK]
    assert owed(writer, time, outside, **led) == ["-1", "-2"]
    assert open_alarms(writer) == []
