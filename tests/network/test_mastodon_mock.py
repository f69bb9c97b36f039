"""The collector against a Mastodon that other people wrote: forward and reverse, with restarts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest

from monitor import config
from monitor.collect.base import Cursor
from monitor.collect.mastodon import Mastodon
from monitor.config_mastodon import Mastodon as Settings
from monitor.config_mastodon import MastodonServer
from monitor.model.activity import Activity, Signal, TargetState
from monitor.model.contest import AccountType, TargetAccount
from monitor.model.state import ActState, Known, Reason
from monitor.net import Http
from tests.collect.mastodon_world import Members, watch
from tests.network.mastodon import DOMAIN, Running, running
from tests.standin import names

pytestmark = pytest.mark.network

STRANGERS = [f"asing{n}" for n in range(30)]
SEKAR = watch(f"sekar@{DOMAIN}")
WULAN = watch(f"wulan@{DOMAIN}", watch_id="asn-2")
CALON = TargetAccount("mastodon", f"calon@{DOMAIN}", AccountType.TERDAFTAR_KPU)


@pytest.fixture
def server() -> Iterator[Running]:
    with running(["sekar", "wulan", "calon", *STRANGERS]) as made:
        yield made


@dataclass
class Desk:
    """A collector that dies in the middle of each look, after every page that leaves more to read.

    A new one goes on from the cursor's JSON.
    """

    server: Running
    http: Http
    settings: Settings
    cursor: Cursor = field(default_factory=dict)
    target_cursor: Cursor = field(default_factory=dict)
    deaths: int = 0

    def made(self) -> Mastodon:
        return Mastodon(self.http, self.settings, secret=lambda name: f"token-{name}")

    async def forward(self) -> list[Activity]:
        """Read one look with a restart after every page."""
        found: list[Activity] = []
        last = False
        while not last:
            one = self.made()
            async for page in one.fetch(SEKAR, self.cursor, None):
                found += [one.normalise(item, SEKAR) for item in page.items]
                self.cursor, last = json.loads(json.dumps(page.cursor)), page.last
                assert page.complete, page.note
                if self.cursor["look"]:
                    self.deaths += 1
                    break
        return found

    async def reverse(self, members: Members) -> list[Activity]:
        found: list[Activity] = []
        last = False
        while not last:
            one = self.made()
            async for page in one.engagers(CALON, self.target_cursor, None, members):
                found += [one.normalise(raw, who) for who, raw in page.items]
                self.target_cursor, last = json.loads(json.dumps(page.cursor)), page.last
                assert "asing" not in repr([(r.native_key, r.body, r.hints) for _, r in page.items])
                assert "asing" not in json.dumps(page.cursor)
                if page.items and not last:
                    self.deaths += 1
                    break
        return found


@pytest.fixture
async def desk(server: Running) -> AsyncIterator[Desk]:
    place = MastodonServer(
        domain=DOMAIN,
        rules=f"https://{DOMAIN}/about",
        reading="Server uji di komputer ini sendiri.",
        read_by="Ratna Dewanti",
        read_on=date(2026, 8, 1),
        token="sekar",
    )
    layer = config.Http(
        contact="uji@contoh.test", allow_private=names.listed(DOMAIN), requests_per_second=1_000
    )
    async with names.fronted(int(server.host.partition(":")[2])) as port:
        with names.known({DOMAIN: port}):
            async with Http(layer) as http:
                yield Desk(server, http, Settings(enabled=True, servers=(place,)))


async def test_forward_loses_and_doubles_nothing_over_restarts(desk: Desk) -> None:
    server = desk.server
    theirs = server.post("calon", "Coblos nomor 1")
    wanted = {server.post("sekar", f"Catatan {n}")["uri"]: Signal.POST for n in range(130)}
    wanted[server.post("sekar", "Siap", in_reply_to_id=theirs["id"])["uri"]] = Signal.REPLY
    boost = server.call("sekar", f"statuses/{theirs['id']}/reblog")
    wanted[boost["uri"]] = Signal.SHARE
    quote = server.post("sekar", "Setuju", quoted_status_id=theirs["id"])
    wanted[quote["uri"]] = Signal.QUOTE
    found = await desk.forward()
    assert {act.object.id: act.signal for act in found} == wanted
    assert desk.deaths == 3
    assert len(found) == len(wanted) + 40  # the newest page once more; the store knows it
    by = {act.object.id: act for act in found}
    for uri, signal in wanted.items():
        if signal is Signal.POST:
            continue
        target = by[uri].target
        assert target is not None
        assert (target.id, target.text) == (theirs["uri"], "Coblos nomor 1")
        assert target.state is TargetState.PRESENT
    late = server.post("sekar", "Sesudah itu")
    again = await desk.forward()
    assert late["uri"] in {act.object.id for act in again}
    known = {(act.id, act.revision) for act in found}
    assert {(a.id, a.revision) for a in again if a.object.id != late["uri"]} <= known
    server.call("sekar", f"accounts/{theirs['account']['id']}/follow")
    followed = await desk.made().follows(SEKAR, [f"calon@{DOMAIN}", f"wulan@{DOMAIN}"])
    assert (followed.accounts, followed.complete) == (frozenset({f"calon@{DOMAIN}"}), True)


async def test_reverse_finds_the_registered_only_and_again_only_what_is_new(desk: Desk) -> None:
    server = desk.server
    posts = [server.post("calon", f"Coblos nomor 1, kali {n}") for n in range(3)]
    for post in posts:
        for name in ["sekar", *STRANGERS, "wulan"]:
            server.call(name, f"statuses/{post['id']}/favourite")
        for name in [*STRANGERS[:5], "wulan"]:
            server.call(name, f"statuses/{post['id']}/reblog")
        for name in [*STRANGERS[:5], "sekar"]:
            server.post(name, "Jawaban", in_reply_to_id=post["id"])
    members = Members(SEKAR, WULAN)
    found = await desk.reverse(members)
    mine = [a for a in found if a.target and a.target.id in {p["uri"] for p in posts}]
    keys = [(a.signal, a.actor.handle, a.target and a.target.id) for a in mine]
    wanted = [
        (signal, f"{name}@{DOMAIN}", post["uri"])
        for post in posts
        for signal, name in (
            (Signal.LIKE, "sekar"),
            (Signal.LIKE, "wulan"),
            (Signal.SHARE, "wulan"),
            (Signal.REPLY, "sekar"),
        )
    ]
    assert sorted(map(str, keys)) == sorted(map(str, wanted))
    assert desk.deaths >= 9
    assert await desk.reverse(members) == []
    late = server.post("calon", "Sekali lagi")
    server.call("wulan", f"statuses/{late['id']}/favourite")
    (act,) = await desk.reverse(members)
    assert (act.signal, act.target and act.target.id) == (Signal.LIKE, late["uri"])


async def test_an_act_looked_at_again(desk: Desk) -> None:
    server = desk.server
    post = server.post("sekar", "Akan dihapus")
    act = next(a for a in await desk.forward() if a.object.id == post["uri"])
    known = Known(
        act.id, act.signal, act.actor.native_id, act.object.id, act.object.url, act.revision
    )
    assert (await desk.made().look_again(known, SEKAR)).state is ActState.THERE
    server.call("sekar", f"statuses/{post['id']}", "DELETE")
    again = await desk.made().look_again(known, SEKAR)
    assert (again.state, again.reason) == (ActState.DELETED, Reason.RECORD_GONE)
