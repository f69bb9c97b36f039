"""The gate before each request: what ends, ends at once, and for the host that it was about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import ClassVar, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from monitor.clock import Clock
from monitor.collect.base import Collector, Info, Requirement
from monitor.collect.gate import Attestation, Guarded, check, refusal, today
from monitor.errors import BlockedError, ClosedError
from monitor.net import Http
from monitor.net_door import Behind
from tests.collect.test_gate import INFO, PAPER
from tests.net.serving import NOW, client

SERVERS = replace(INFO, requires=Requirement.SERVER_ALLOWLIST)
SERVED = replace(PAPER, subject="satu.example")
GROUPS = replace(INFO, requires=Requirement.CONSENT)
CONSENT = PAPER
LAST = PAPER.expires


class Watched:
    """A clock that stands where it is put."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Told:
    """What the gate asks of a collector."""

    def __init__(self, info: Info) -> None:
        self.info = info


class Many(Told):
    """The same of one that reads several servers; one of them answers at another name."""

    servers: ClassVar = {"satu.example": "satu.example", "127.0.0.1": "satu.example"}


class Grouped(Told):
    """The same of one that reads two groups behind one address."""

    groups: ClassVar = ("-1001", "-1002")
    admitted: Callable[[str], str]

    def admit(self, fault: Callable[[str], str]) -> None:
        self.admitted = fault


def guarded(info: Info, papers: list[Attestation], clock: Clock = lambda: NOW) -> Guarded:
    door = Guarded(papers, clock)
    made = Many(info) if info.requires is Requirement.SERVER_ALLOWLIST else Told(info)
    door.of(cast("Collector", made))
    return door


def test_a_server_is_read_only_by_its_own_permission() -> None:
    day = date(2024, 10, 12)
    assert check(SERVERS, [SERVED], day) is None
    assert check(SERVERS, [SERVED], day, "satu.example") is None
    refused = check(SERVERS, [SERVED], day, "dua.example")
    assert refused == (
        "collector 'portal' needs the server's permission for dua.example; "
        "no attestation is on record"
    )


@pytest.mark.parametrize(
    ("info", "paper"),
    [
        pytest.param(SERVERS, PAPER, id="no server named"),
        pytest.param(INFO, SERVED, id="one server, where the platform must agree"),
    ],
)
def test_a_paper_of_another_kind_opens_nothing(info: Info, paper: Attestation) -> None:
    assert check(info, [paper], date(2024, 10, 12)) is not None


def test_a_group_is_read_only_by_its_own_administrators_consent() -> None:
    papers = [replace(CONSENT, subject="-1001")]
    door, made = Guarded(papers, lambda: NOW), Grouped(GROUPS)
    door.of(cast("Collector", made))
    assert door("api.example") == ""  # one address for all groups, of which one may be read
    assert made.admitted("-1001") == ""
    refused = "collector 'portal' needs the group administrators' consent for group -1002; "
    assert made.admitted("-1002") == refused + "no attestation is on record"
    papers.clear()
    assert "group -1001" in door("api.example")
    assert "group -1001" in made.admitted("-1001")


def test_a_consent_that_names_no_group_covers_none() -> None:
    made, day = cast("Collector", Grouped(GROUPS)), date(2024, 10, 12)
    said = "the attestation on record names no group, so it covers none"
    assert str(check(GROUPS, [CONSENT], day)).endswith(said)
    assert str(check(GROUPS, [CONSENT], day, "-1001")).endswith(said)
    assert str(refusal(made, [CONSENT], day)).endswith(said)
    unlisted = replace(CONSENT, subject="-1009")
    assert "group -1001" in str(refusal(made, [CONSENT, unlisted], day))
    assert refusal(made, [CONSENT, replace(CONSENT, subject="-1002")], day) is None


def test_days_are_those_of_the_capital() -> None:
    assert today(datetime.fromisoformat("2024-12-31T16:59:59+00:00")) == date(2024, 12, 31)
    assert today(datetime.fromisoformat("2024-12-31T17:00:00+00:00")) == date(2025, 1, 1)


def test_a_right_that_is_taken_back_or_ends_shuts_the_door() -> None:
    papers = [PAPER]
    door = guarded(INFO, papers)
    assert door("portal.example") == ""
    papers.clear()
    assert "no attestation is on record" in door("portal.example")
    papers.append(PAPER)
    clock = Watched(NOW)
    door = guarded(INFO, papers, clock)
    assert door("portal.example") == ""
    clock.now = datetime.fromisoformat(f"{LAST}T17:00:00+00:00")
    assert door("portal.example").endswith(f"ended on {LAST}")


def test_nothing_is_asked_before_it_is_known_whose_door_it_is() -> None:
    assert Guarded([PAPER], Watched(NOW))("portal.example") != ""


async def test_no_request_and_no_redirect_passes_a_shut_door() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        if request.path == "/pindah":
            raise web.HTTPFound(f"http://localhost:{request.url.port}/lain")
        return web.Response(text="ya")

    app = web.Application()
    app.router.add_route("*", "/{path}", answer)
    async with TestServer(app) as server:
        hosts = [f"http://{host}:{server.port}" for host in ("127.0.0.1", "localhost")]
        async with client(*hosts) as http:
            open_ = Behind(http, guarded(SERVERS, [SERVED]))
            shut = Behind(http, guarded(SERVERS, []))
            await _get(open_, server, "/satu")
            with pytest.raises(ClosedError, match="only the servers that it is set to ask"):
                await _get(open_, server, "/pindah")
            for door in (shut, Behind(shut, lambda _: ""), Behind(open_, lambda _: "mati")):
                with pytest.raises(ClosedError):
                    await _get(door, server, "/dua")
                with pytest.raises(ClosedError):
                    await door.post(
                        str(server.make_url("/dua")), b"", subject="w-1", media_type="text/plain"
                    )
    assert asked == ["/satu", "/pindah"]
    assert not issubclass(ClosedError, BlockedError)


async def _get(http: Http, server: BaseTestServer, path: str) -> None:
    await http.get(str(server.make_url(path)), subject="w-1", configured=True)
