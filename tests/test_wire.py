"""Lines of a wrong form: each is refused with the key, what was expected and what came."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.model.wire import statement


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({}, "id: expected a text that is not empty"),
        ({"id": []}, "id: expected a text, got list"),
        ({"id": "1", "signal": "wave"}, "signal: expected one of post, reply"),
        ({"id": "1", "actor": "sari"}, "actor: expected an object, got str"),
        ({"id": "1", "target": []}, "target: expected an object or null, got list"),
        ({"id": "1", "target": {"author": "sari"}}, "target.author: expected an object, got str"),
        ({"id": "1", "media": [1]}, "media: expected a list of objects, got list"),
        ({"id": "1", "media": [{"tags": "a"}]}, "media.tags: expected a list of texts, got str"),
        ({"id": "1", "contests": "pilpres-2024"}, "contests: expected a list of texts, got str"),
        ({"id": "1", "occurred_at": "kemarin"}, "occurred_at: expected an ISO 8601 time"),
        ({"id": "1", "occurred_at": "0001-01-01T00:00:00+14:00"}, "expected an ISO 8601 time"),
        ({"id": "1", "person": "PNS"}, "person: expected an object, got str"),
        ({"id": "1", "person": {"employer_type": "ASN"}}, "person.employer_type: expected one of"),
        ({"id": "1", "person": {"notice_date": 2024}}, "person.notice_date: expected a date"),
        ({"id": "1", "person": {"intervals": {}}}, "person.intervals: expected a list of objects"),
        (
            {"id": "1", "person": {"intervals": [[]]}},
            "person.intervals: expected a list of objects",
        ),
        ({"id": "1", "person": {"intervals": [{"kind": "CLTN"}]}}, "expected kind and from, got k"),
    ],
)
def test_a_wrong_form_is_refused(line: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("[", r"\[")):
        statement(line)


def test_absent_null_and_unknown_are_three_things() -> None:
    absent = statement({"id": "1"})
    assert absent.person is None
    assert absent.contests is None
    assert absent.stated == {"id"}
    stated = statement({"id": "1", "person": {"ownership": None, "area": "unknown"}}).person
    assert stated is not None
    assert stated.stated == {"ownership", "area"}
    assert (stated.ownership, stated.area, stated.zone) == (None, None, None)
