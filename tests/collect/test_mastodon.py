"""The Mastodon collector, forward: one account on its own server, whatever the server does."""

from __future__ import annotations

from monitor.collect.base import LooksAgain, PerServer, ReadsFollows, ReadsTargets, Requirement
from monitor.model.activity import Signal, TargetState, TimeSource
from tests.collect.mastodon_world import HOME, PARTY, WEB, listed, watch, world

STATUSES = "/statuses"


async def test_what_it_is() -> None:
    async with world() as w:
        made = w.mastodon
        assert isinstance(made, LooksAgain)
        assert isinstance(made, ReadsFollows)
        assert isinstance(made, ReadsTargets)
        assert isinstance(made, PerServer)
        assert made.info.requires is Requirement.SERVER_ALLOWLIST
        assert made.servers == {HOME: HOME, PARTY: PARTY}
        elsewhere = listed(w.home, api=f"https://{WEB}")
        split = w.restarted(servers=(elsewhere, w.settings.servers[1])).servers
        assert split == {WEB: HOME, HOME: HOME, f"www.{HOME}": HOME, PARTY: PARTY}


async def test_every_act_of_an_account_is_read() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        calon = w.home.account("calon", PARTY)
        theirs = w.post(calon, "Coblos nomor 1")
        own = w.post(sekar, "Selamat pagi", spoiler="Kabar")
        w.tick()
        answer = w.home.reply(sekar, theirs, "<p>Siap, <b>menang</b></p>")
        w.tick()
        boost = w.home.boost(sekar, theirs)
        quote = w.post(sekar, "Setuju", quote=theirs.id)
        acts = {a.object.id: a for a in await w.acts(watch())}
    assert [acts[s.uri].signal for s in (own, answer, boost, quote)] == [
        Signal.POST, Signal.REPLY, Signal.SHARE, Signal.QUOTE,
    ]  # fmt: skip
    assert acts[own.uri].text == "Kabar\nSelamat pagi"
    assert acts[own.uri].object.url == own.url
    assert acts[answer.uri].text == "Siap, menang"
    assert acts[boost.uri].text == ""
    for act in acts.values():
        assert (act.actor.native_id, act.actor.handle) == (sekar.uri, f"sekar@{HOME}")
        assert act.occurred_at_source is TimeSource.PLATFORM
    assert acts[boost.uri].occurred_at == boost.at
    for status in (answer, boost, quote):
        target = acts[status.uri].target
        assert target is not None
        assert (target.id, target.text) == (theirs.uri, "Coblos nomor 1")
        assert (target.author_id, target.author_handle) == (calon.uri, f"calon@{PARTY}")


async def test_text_is_what_a_reader_sees() -> None:
    content = (
        '<p>Ayo <span class="h-card"><a href="https://partai.example/@calon" class="u-url mention">'
        "@<span>calon</span></a></span> &amp; kawan<br />pilih "
        '<a href="https://sosial.example/tags/satu" class="mention hashtag">#<span>satu</span></a>'
        '</p><p><a href="https://situs.example/panjang"><span class="invisible">https://</span>'
        '<span class="ellipsis">situs.example/pan</span><span class="invisible">jang</span></a></p>'
        "<script>alert(1)</script>"
    )
    async with world() as w:
        sekar = w.home.account("sekar")
        media = [{"description": "Baliho nomor satu"}]
        w.home.post(sekar, content, media=media, poll=["Satu", "Dua"])
        (act,) = await w.acts(watch())
    assert act.text == "Ayo @calon & kawan\npilih #satu\nhttps://situs.example/panjang\nSatu\nDua"
    assert [(m.kind, m.alt or m.url) for m in act.media] == [
        ("image", "Baliho nomor satu"),
        ("link", "https://situs.example/panjang"),
    ]


async def test_only_what_is_public_is_read_also_where_a_token_shows_more() -> None:
    async with world(home={"token": "mastodon-sosial"}) as w:
        w.home.tokens.add("kunci-rahasia")
        w.home.leaks = True
        sekar = w.home.account("sekar")
        made = [
            w.post(sekar, "Kabar", visibility=kind)
            for kind in ("public", "unlisted", "private", "direct")
        ]
        answered = w.post(w.home.account("lain"), "Rahasia", visibility="private")
        answer = w.home.reply(sekar, answered, "<p>Siap</p>")
        seen = await w.poll(watch())
        acts = {i.native_key: w.mastodon.normalise(i, watch()) for i in seen.items}
    assert set(acts) == {made[0].uri, made[1].uri, answer.uri}
    target = acts[answer.uri].target
    assert target is not None
    assert (target.state, target.text) == (TargetState.MISSING, "")


async def test_nothing_new_costs_one_question() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        one = w.post(sekar, "Satu")
        first = await w.poll(watch())
        assert first.cursor["head"] == one.id
        w.home.asked.clear()
        again = await w.poll(watch(), first.cursor)
        assert [path for path, _ in w.home.asked] == [f"accounts/{sekar.id}/statuses"]
        assert again.items == []
        assert (again.last.complete, again.last.last) == (True, True)
        assert (again.last.native_id, again.last.handle) == (sekar.uri, f"sekar@{HOME}")
        w.post(sekar, "Dua")
        third = await w.poll(watch(), again.cursor)
        assert len(third.items) == 1
