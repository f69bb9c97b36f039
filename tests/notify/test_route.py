"""Who gets a case, who does not, and why: the whole table, on invented routes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitor.config_notify import Notify, Route
from monitor.notify.route import Because, Facts, Lack, Plan, Reader, Refusal, outside, plan

CASE = Facts(
    outcome="alert",
    instansi="Dinas A",
    unit="Bidang 1",
    area="35.15",
    level="disiplin",
    contests=frozenset({"pilbup-3515-2024"}),
    person_ref="p-1",
    targets=("pilbup-3515-2024/2",),
)
LED = replace(CASE, led_by=("pilbup-3515-2024/1",))


def route(name: str, **more: Any) -> Route:
    return Route(notifier="telegram", destination=f"-{name}", name=name, **more)


ALL = route("semua")
INSTANSI = route("a", instansi=("Dinas A",))
UNIT = route("a1", instansi=("Dinas A",), unit=("Bidang 1",))
PROVINCE = route("35", area=("35",))
REGENCY = route("3515", area=("3515",))
CONTEST = route("pilbup", contest=("pilbup-3515-2024",))
LEVEL = route("disiplin", level=("disiplin",))
OTHER = route("b", instansi=("Dinas B",))


def names(made: Plan) -> list[str]:
    return [one.route.name for one in made.chosen]


def why(made: Plan) -> dict[str, Refusal]:
    return {one.route.name: one.why for one in made.refused}


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ((ALL,), ["semua"]),
        ((ALL, INSTANSI), ["a"]),
        ((ALL, INSTANSI, UNIT), ["a1"]),
        ((ALL, PROVINCE, REGENCY), ["3515"]),
        ((ALL, PROVINCE, INSTANSI), ["a"]),
        ((ALL, CONTEST, PROVINCE), ["35"]),
        ((ALL, LEVEL, CONTEST), ["pilbup"]),
        ((ALL, LEVEL), ["disiplin"]),
        ((route("a level", instansi=("Dinas A",), level=("disiplin",)), INSTANSI), ["a level"]),
        ((INSTANSI, route("a juga", instansi=("Dinas A", "Dinas B"))), ["a", "a juga"]),
        ((ALL, route("semua juga")), ["semua", "semua juga"]),
        ((OTHER, ALL), ["semua"]),
        ((OTHER,), []),
        ((OTHER, route("b juga", instansi=("Dinas B",), fallback=True)), ["b juga"]),
        ((INSTANSI, route("b juga", instansi=("Dinas B",), fallback=True)), ["a"]),
        ((route("tinjauan", outcomes=("review",)), ALL), ["semua"]),
        ((UNIT.model_copy(update={"unit": ("Bidang 2",)}), INSTANSI), ["a"]),
    ],
)
def test_the_narrowest_wins_and_equals_all_get_it(
    routes: tuple[Route, ...], expected: list[str]
) -> None:
    made = plan(routes, CASE)
    assert names(made) == expected
    assert len(made.chosen) + len(made.refused) == len(routes)


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        (route("x", outcomes=("review",)), Refusal.OUTCOME),
        (OTHER, Refusal.INSTANSI),
        (route("x", unit=("Bidang 2",)), Refusal.UNIT),
        (route("x", area=("36",)), Refusal.AREA),
        (route("x", area=("35.15.01",)), Refusal.AREA),
        (route("x", level=("pidana",)), Refusal.LEVEL),
        (route("x", contest=("pilgub-35-2024",)), Refusal.CONTEST),
        (route("x", readers=("p-1",)), Refusal.CONCERNED),
        (ALL, Refusal.WIDER),
        (PROVINCE, Refusal.WIDER),
    ],
)
def test_each_refusal_has_its_reason(refused: Route, expected: Refusal) -> None:
    made = plan((INSTANSI, refused), CASE)
    (one,) = made.refused
    assert one.why is expected
    assert one.than == ((1,) if expected is Refusal.WIDER else ())
    assert not made.fallback


def test_a_case_without_a_fact_fits_no_limit_on_it() -> None:
    bare = Facts(outcome="alert")
    limited = (INSTANSI, UNIT, PROVINCE, CONTEST, LEVEL)
    assert names(plan((*limited, ALL), bare)) == ["semua"]
    assert plan((*limited, ALL), bare).fallback


READERS = {
    "p1": Reader("p-1", "Dinas A"),
    "p2": Reader("p-2", "Dinas A", "pilbup-3515-2024/1"),
    "p3": Reader("p-3", "Dinas A", "pilgub-35-2024/1"),
    "p4": Reader("p-4", "Inspektorat"),
}


@pytest.mark.parametrize(
    ("readers", "expected", "reason"),
    [
        (("p1",), ["semua"], Refusal.CONCERNED),
        (("p-1",), ["semua"], Refusal.CONCERNED),
        (("p2",), ["semua"], Refusal.SPOUSE),
        (("p4", "p2"), ["semua"], Refusal.SPOUSE),
        (("p3",), ["desk"], Refusal.WIDER),
        (("p4",), ["desk"], Refusal.WIDER),
        (("p-9",), ["desk"], Refusal.WIDER),
        ((), ["desk"], Refusal.WIDER),
    ],
)
def test_nobody_gets_their_own_or_their_spouses_case(
    readers: tuple[str, ...], expected: list[str], reason: Refusal
) -> None:
    desk = route("desk", instansi=("Dinas A",), readers=readers)
    made = plan((desk, ALL), replace(CASE, readers=READERS))
    assert names(made) == expected
    assert list(why(made).values()) == [reason]


def test_a_conflict_in_every_chat_leaves_nobody() -> None:
    mine = route("semua", readers=("p-1",))
    made = plan((mine, route("a", instansi=("Dinas A",), readers=("p-1",))), CASE)
    assert (names(made), made.lacks, made.fallback) == ([], (Lack.NOBODY,), False)


@pytest.mark.parametrize(
    ("routes", "expected", "lacks"),
    [
        # Nobody knows where the others serve: the one that catches all is asked.
        ((INSTANSI, ALL), ["a", "semua"], ()),
        # One that says where it serves comes before one that does not.
        ((INSTANSI, ALL, route("insp", office="Inspektorat")), ["a", "insp"], ()),
        # One that is meant for it comes before both, whatever its own limits are.
        ((INSTANSI, ALL, route("kedua", instansi=("Dinas B",), second=True)), ["a", "kedua"], ()),
        # A chat of the same agency is no second desk.
        ((INSTANSI, route("semua", office="Dinas A")), ["a"], (Lack.SECOND,)),
        ((INSTANSI, route("semua", readers=("p2", "p3"))), ["a"], (Lack.SECOND,)),
        ((INSTANSI, route("semua", readers=("p4",))), ["a", "semua"], ()),
        # One chat alone is none either, wherever it is.
        ((ALL,), ["semua"], (Lack.SECOND,)),
        ((route("insp", office="Inspektorat"),), ["insp"], (Lack.SECOND,)),
        # Two chats that both get it, one of them outside, are enough.
        (
            (INSTANSI, route("a2", instansi=("Dinas A",), office="Inspektorat"), ALL),
            ["a", "a2"],
            (),
        ),
        ((INSTANSI, route("a2", instansi=("Dinas A",)), ALL), ["a", "a2", "semua"], ()),
        # The second desk has no conflict of its own.
        (
            (INSTANSI, route("kedua", second=True, office="Inspektorat", readers=("p-1",)), ALL),
            ["a", "semua"],
            (),
        ),
    ],
)
def test_a_case_under_a_candidate_goes_to_a_second_desk(
    routes: tuple[Route, ...], expected: list[str], lacks: tuple[Lack, ...]
) -> None:
    made = plan(routes, replace(LED, readers=READERS))
    assert (names(made), made.lacks) == (expected, lacks)
    plain = plan(routes, replace(CASE, readers=READERS))
    assert Because.SECOND not in {one.because for one in plain.chosen}
    assert plain.lacks == ()


def test_one_chat_is_told_once_through_two_routes() -> None:
    double = (INSTANSI, INSTANSI.model_copy(update={"instansi": ("Dinas A", "Dinas C")}))
    assert plan(double, CASE).ways == [("telegram", "-a")]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (route("x", office="Dinas A"), False),
        (route("x", office="Inspektorat"), True),
        (route("x", readers=("p4",)), True),
        (route("x", readers=("p4", "p2")), False),
        (OTHER, True),
        (INSTANSI, False),
        (ALL, None),
        (route("x", readers=("p-9",)), None),
    ],
)
def test_where_a_chat_is(made: Route, expected: bool | None) -> None:
    assert outside(made, replace(CASE, readers=READERS)) is expected


@pytest.mark.parametrize("key", ["members", "readers", "office", "quiet", "card"])
def test_a_chat_is_the_same_on_every_route_to_it(key: str) -> None:
    given = {"members": 3, "readers": ("p1",), "office": "X", "quiet": "21:00-05:00"}
    given["card"] = "masked"
    one, two = route("a"), route("a", **{key: given[key]})
    with pytest.raises(ValueError, match=f"the same {key} on every route to one destination"):
        Notify(routes=(one, two))


@pytest.mark.parametrize("quiet", ["21-05", "24:00-05:00", "21:00-21:00", "malam"])
def test_quiet_hours_are_two_times_of_day(quiet: str) -> None:
    with pytest.raises(ValueError, match="quiet"):
        route("a", quiet=quiet)


@pytest.mark.parametrize("area", ["3", "351", "35.1", "jatim", "35.15.01.20"])
def test_an_area_is_a_code(area: str) -> None:
    with pytest.raises(ValueError, match="area"):
        route("a", area=(area,))
