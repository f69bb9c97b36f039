"""Broken Mastodon answers: statuses, account entries, lists, threads, cursors, HTML, ``Link``."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from monitor import config
from monitor.collect import mastodon_parse as parse
from monitor.collect.mastodon_again import local_id
from monitor.collect.mastodon_cursor import State, TargetState
from monitor.collect.mastodon_home import Homes
from monitor.collect.mastodon_read import read
from monitor.collect.mastodon_server import Server
from monitor.collect.resume import restored
from monitor.config_mastodon import MastodonServer
from monitor.errors import NormaliseError, TransientError
from monitor.model.evidence import Exchange, RawItem, canonical
from monitor.model.person import Watch
from monitor.model.wire import activity_content
from monitor.net import Http
from monitor.text.markup import html_to_text, links

NOW = datetime(2030, 4, 1, tzinfo=UTC)
FOLDERS = sorted((Path(__file__).parent.parent / "recordings" / "mastodon").iterdir())
ITEMS = tuple((folder / "item.json").read_bytes() for folder in FOLDERS)
ACTS = ("", "follow", "like", "boost", "unavailable")
HTTP = Http(config.Http(contact="uji@contoh.test"))
SERVER = Server(
    HTTP,
    MastodonServer.model_construct(domain="sosial.example", api="", token="", copies_of=()),
    "uji",
    Homes(HTTP, lambda: NOW, 1.0),
)
HTML = (
    b'<p>Ayo <a href="https://situs.example/a" class="mention">@<span>x</span></a><br />pilih</p>'
    b'<p><img src="/a.png" alt="Baliho"><!-- x --><script>y</script>&amp;&#x41;</p>'
)
LINK = (
    b'<https://sosial.example/api/v1/x?limit=80&max_id=53286827>; rel="next", '
    b'<https://sosial.example/api/v1/x?limit=80&since_id=53286841>; rel="prev"'
)
CURSOR = json.dumps(
    {
        "account": "109", "uri": "u", "head": "1", "etag": "e", "full_at": "2030-04-01T00:00:00Z",
        "look": {"began": "x", "full": True, "at": "1"}, "follows": {"since": "0"},
        "posts": {"1": {"counts": [1, 2], "done": ["likes"], "likes": {"at": "9", "listed": 1}}},
    }
).encode()  # fmt: skip

Broken = Callable[[random.Random, bytes], bytes]


def answer(body: bytes, *headers: tuple[str, str]) -> Exchange:
    return Exchange("GET", "https://s.test/", 200, "OK", "1.1", (), headers, body, NOW, NOW)


def item(rng: random.Random, broken: Broken, who: Watch) -> None:
    body, target = broken(rng, rng.choice(ITEMS)), broken(rng, rng.choice(ITEMS))
    hints = (("act", rng.choice(ACTS)), ("actor", "u"), ("server", "sosial.example"))
    context = (("target", answer(target)),)
    raw = RawItem("k", body, answer(b""), "", NOW, context=context, hints=hints)
    assert canonical(json.loads(parse.bare(body)))
    try:
        assert canonical(activity_content(read(raw, who)))
        parse.own(body)
    except (NormaliseError, ValueError):
        return


def lists(rng: random.Random, broken: Broken) -> None:
    page = broken(rng, b"[" + b",".join(ITEMS) + b"]")
    around = broken(rng, b'{"ancestors":[],"descendants":[' + b",".join(ITEMS) + b"]}")
    for reads, body in ((parse.elements, page), (parse.thread, around), (parse.account, page)):
        try:
            reads(body)
        except ValueError:
            continue


def places(rng: random.Random, broken: Broken) -> None:
    """No ``Link`` gives anything but a place of letters and digits, and no address another path."""
    given = broken(rng, LINK).decode("latin-1")
    try:
        for place in SERVER._places(answer(b"", ("Link", given))):
            assert not place or place.replace("-", "").replace("_", "").isalnum()
    except TransientError:
        pass
    address = broken(rng, b"https://sosial.example/@sekar/116043").decode("utf-8", "replace")
    assert "/" not in local_id(address, SERVER)


def cursor(rng: random.Random, broken: Broken) -> None:
    try:
        value = json.loads(broken(rng, CURSOR))
    except ValueError:
        return
    if isinstance(value, dict):
        json.dumps(restored(value, State).cursor())
        json.dumps(restored(value, TargetState).cursor())


def html(rng: random.Random, broken: Broken) -> None:
    given = broken(rng, HTML * rng.choice((1, 1, 50))).decode("utf-8", "replace")
    html_to_text(given)
    list(links(given))
