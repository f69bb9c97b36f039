"""Random injuries to answers of the YouTube Data API: refused in our own words, or kept whole."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from monitor import config
from monitor.collect import youtube_parse as parse
from monitor.collect import youtube_threads, youtube_uploads
from monitor.collect.youtube import Youtube
from monitor.config_youtube import Youtube as Settings
from monitor.errors import NormaliseError
from monitor.model.evidence import Exchange, RawItem, canonical
from monitor.model.person import EmployerType, Ownership, Watch
from monitor.model.wire import activity_content
from monitor.net import Http

Break = Callable[[random.Random, bytes], bytes]
NOW = datetime(2030, 4, 1, tzinfo=UTC)
RECORDINGS = Path(__file__).parent.parent / "recordings" / "youtube"
COLLECTOR = Youtube(Http(config.Http(contact="uji@contoh.test")), Settings(), lambda: NOW)
LINE = Watch(
    "w1", "p1", "Orang Rekaan", "youtube", "pegawai.example", "Dinas Rekaan", "Bidang Rekaan",
    Ownership.DECLARED, "uji", date(2000, 1, 1), date(2000, 1, 1), EmployerType.PNS,
)  # fmt: skip
PAGES = tuple(
    path.read_bytes()
    for path in sorted(RECORDINGS.glob("*/*.json"))
    if path.stem not in ("expected", "status")
)
ITEMS = tuple(
    json.dumps(item).encode() for page in PAGES for item in json.loads(page).get("items", ())
)
CURSOR = {
    "channel": "UCx", "uploads": "UUx", "etag": "e", "until": "2030-03-01T00:00:00Z",
    "token": "t", "deep": True, "whole": False, "began": "2030-03-01T00:00:00Z",
}  # fmt: skip
assert PAGES
assert ITEMS


def page(rng: random.Random, broken: Break) -> None:
    """Injure an answer, or one item of one, and read it by every reader of that level."""
    body = broken(rng, rng.choice(PAGES))
    assert all(isinstance(reason, str) for reason in parse.reasons(body))
    try:
        found = parse.listing(body)
    except ValueError:
        return
    for item in found.items:
        _read(rng, item)


def item(rng: random.Random, broken: Break) -> None:
    _read(rng, broken(rng, rng.choice(ITEMS)))


def cursor(rng: random.Random, broken: Break) -> None:
    """Injure what was stored: a first look is what becomes of it, and never a fault."""
    try:
        value = json.loads(broken(rng, json.dumps(CURSOR).encode()))
    except ValueError:
        return
    if isinstance(value, dict):
        youtube_uploads.load(value, rng.choice(("", "UCx")))
        youtube_threads.load(value)


def _read(rng: random.Random, body: bytes) -> None:
    answer = Exchange("GET", "https://api.test/", 200, "OK", "1.1", (), (), body, NOW, NOW)
    for read in (parse.channel, parse.thread):
        try:
            found = read(body)
        except ValueError:
            continue
        if isinstance(found, parse.Thread):
            _keep(RawItem("k", found.top, answer, "", NOW, hints=_under(rng)))
    _keep(RawItem("k", body, answer, "", NOW))
    _keep(RawItem("k", body, answer, "", NOW, hints=_under(rng)))


def _under(rng: random.Random) -> tuple[tuple[str, str], ...]:
    return (("channel", rng.choice(("", "UCx"))), ("video", rng.choice(("", "v1"))))


def _keep(raw: RawItem) -> None:
    try:
        activity = COLLECTOR.normalise(raw, LINE)
    except NormaliseError:
        return
    assert canonical(activity_content(activity))
