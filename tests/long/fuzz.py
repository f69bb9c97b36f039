"""Random input against everything that reads what others wrote: only declared errors, no harm.

    python -m tests.long.fuzz --percent 1 --seed 7

Each case takes one reader, breaks a sample of its input in a few random places, and checks that
the reader either refuses it with its own error or gives something that can be kept as evidence.
"""

from __future__ import annotations

import io
import json
import random
import tempfile
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from monitor import config, net_limits
from monitor.collect import bluesky_parse, bluesky_stream, feeds_read
from monitor.collect.bluesky import Bluesky
from monitor.collect.feeds import Feeds
from monitor.collect.feeds_split import CutFeed, NotAFeed
from monitor.collect.registry import PLATFORMS
from monitor.errors import ConfigError, Fault, NormaliseError
from monitor.evidence import entry
from monitor.intake import screen_text, tip_links
from monitor.intake.stripped import NotAPicture, stripped
from monitor.model.activity import Activity
from monitor.model.evidence import Exchange, RawItem, canonical
from monitor.model.person import EmployerType, Ownership, Watch
from monitor.model.tip import Picture
from monitor.model.wire import activity_content, statement
from monitor.net import Http
from monitor.text.fold import fold
from monitor.watch import register, shipped
from tests.intake import hostile
from tests.long import drill, fuzz_acts, fuzz_engagers, fuzz_gated, fuzz_mastodon, fuzz_youtube

FULL = 1_000_000
INNER = 0.7
NOW = datetime(2030, 4, 1, tzinfo=UTC)
RECORDINGS = Path(__file__).parent.parent / "recordings"
HTTP = Http(config.Http(contact="uji@contoh.test"))
FEEDS = Feeds(HTTP, config.Feeds(), lambda: NOW)
BLUESKY = Bluesky(HTTP, config.Bluesky(), lambda: NOW)

ODD = (
    b"\x00", b"\xff", b"\xed\xa0\x80", b"\\ud800", "\u202e".encode(), "\u200b".encode(), b"<", b"&",
    b"&#xD800;", b"]]>", b"<!ENTITY x 'y'>", b'"', b"null", b"[]", b"{}", b"-1", b"1e999",
    b"0" * 400, b"9999-99-99", b"Mon, 31 Feb 99999 25:61:61 +9999", b"[" * 200, "İ".encode(),
    "ﬃ".encode(),
)  # fmt: skip


def samples(pattern: str) -> tuple[bytes, ...]:
    found = tuple(path.read_bytes() for path in sorted(RECORDINGS.glob(pattern)))
    assert found, f"no recordings under {pattern}"
    return found


FEED_SAMPLES = samples("feeds/*/response.*")
RECORD_SAMPLES = samples("bluesky/*/record.json")
PICTURE_SAMPLES = (hostile.png(3, 3), hostile.jpeg())
SCREEN_SAMPLE = hostile.SCREEN.encode()
LINK_SAMPLE = b"https://www.facebook.com/pegawai.rekaan/posts/12?id=7&mibextid=9#x"
REGISTER_SAMPLE = (shipped() / "register" / "contoh.csv").read_bytes()
CONFIG_SAMPLE = (shipped().parent / "config.toml").read_bytes()
LINE_SAMPLE = json.dumps(
    {
        "id": "1", "platform": "bluesky", "signal": "reply", "text": "Ayo pilih nomor 2",
        "media": [{"kind": "image", "alt": "Baliho", "tags": ["dua"]}],
        "target": {"id": "t", "text": "Baliho", "author": {"handle": "calon", "role": "candidate"}},
        "occurred_at": "2030-04-01T09:30:00+07:00", "contests": ["pilgub-99-2030"],
        "person": {"employer_type": "PNS", "notice_date": "2030-01-01", "intervals": []},
    }
).encode()  # fmt: skip
ENTRY_SAMPLE = canonical(
    {"v": 1, "seq": 1, "at": "2030-04-01T00:00:00.000000Z", "kind": "finding",
     "subject": "NTR-AAAA-BBBB", "public": {}, "content": {"finding": "0" * 64}, "files": {}}
)  # fmt: skip


STREAM_DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
STREAM_SAMPLES = tuple(
    json.dumps({"did": STREAM_DID, "time_us": int(NOW.timestamp() * 1e6), "kind": kind, **more})
    for kind, more in (
        ("commit", {"commit": {"operation": "delete", "collection": "app.bsky.feed.post",
                               "rkey": "3kaaaaaaaaa2a"}}),
        ("account", {"account": {"active": False, "status": "deleted", "seq": 1}}),
        ("identity", {"identity": {"handle": "contoh.test", "seq": 2}}),
    )
)  # fmt: skip


def watch(platform: str, address: str) -> Watch:
    return Watch(
        "w1", "p1", "Orang Rekaan", platform, address, "Dinas Rekaan", "Bidang Rekaan",
        Ownership.DECLARED, "uji", date(2000, 1, 1), date(2000, 1, 1), EmployerType.PNS,
    )  # fmt: skip


def broken(rng: random.Random, sample: bytes) -> bytes:
    """Return a sample with one to six random injuries."""
    data = bytearray(sample)
    for _ in range(rng.randint(1, 6)):
        at, length = rng.randint(0, len(data)), rng.choice((1, 1, 2, 8, 64, 512))
        match rng.randrange(6):
            case 0:
                data[at : at + length] = b""
            case 1:
                data[at:at] = rng.choice(ODD)
            case 2:
                data[at : at + length] = rng.choice(ODD)
            case 3:
                data[at:at] = data[at : at + length] * rng.randint(1, 4)
            case 4:
                data[at : at + 1] = rng.randbytes(1)
            case _:
                del data[max(at, len(data) // 2) :]
    return bytes(data)


def keepable(activity: Activity) -> None:
    """An activity that was made must have a canonical form, or it could not be recorded."""
    assert canonical(activity_content(activity))


def feed(rng: random.Random) -> None:
    source = watch("feed", "https://dito.example/feed.xml")
    body = broken(rng, rng.choice(FEED_SAMPLES))
    kind = rng.choice(
        ("", "text/xml", "application/json", "text/xml; charset=utf-16", "x; charset=?")
    )
    answer = Exchange(
        "GET", source.address, 200, "OK", "1.1", (), (("Content-Type", kind),), body, NOW, NOW
    )
    try:
        reading = feeds_read.read(answer, source)
    except (NotAFeed, CutFeed):
        return
    for key, document in reading.items:
        try:
            keepable(FEEDS.normalise(RawItem(key, document, answer, "", NOW), source))
        except NormaliseError:
            continue


def record(rng: random.Random) -> None:
    body = broken(rng, rng.choice(RECORD_SAMPLES))
    page = Exchange("GET", "https://pds.test/", 200, "OK", "1.1", (), (), b"", NOW, NOW)
    try:
        activity = BLUESKY.normalise(RawItem("", body, page, "", NOW), watch("bluesky", "x.test"))
    except NormaliseError:
        return
    keepable(activity)


def listing(rng: random.Random) -> None:
    page = b'{"records":[' + b",".join(RECORD_SAMPLES) + b'],"cursor":"3k"}'
    try:
        found = bluesky_parse.listing(broken(rng, page))
        for one in found.records:
            bluesky_parse.entry(bytes(one))
    except ValueError:
        return


def register_file(rng: random.Random) -> None:
    told: list[Fault] = []
    file = io.BytesIO(broken(rng, REGISTER_SAMPLE))
    found = list(register.stream(file, "r.csv", told, platforms=PLATFORMS.values()))
    assert found or told


def config_file(rng: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_bytes(broken(rng, CONFIG_SAMPLE))
        try:
            config.load(path)
        except ConfigError:
            return


def line(rng: random.Random) -> None:
    try:
        value = json.loads(broken(rng, LINE_SAMPLE))
    except ValueError:
        value = json.loads(LINE_SAMPLE)
    if not isinstance(value, dict):
        return
    swap(rng, value)
    try:
        statement(value)
    except ValueError:
        return


def swap(rng: random.Random, value: Any) -> None:
    """Put a value of another type somewhere into an object: right JSON, wrong form."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    if not keys:
        return
    key = rng.choice(keys)
    if isinstance(value[key], dict | list) and rng.random() < INNER:
        swap(rng, value[key])
    else:
        value[key] = rng.choice((None, True, 0, -1.5, "", "unknown", "x", [], [1], {}, {"a": []}))


def log_entry(rng: random.Random) -> None:
    try:
        entry.read(broken(rng, ENTRY_SAMPLE))
    except ValueError:
        return


def text(rng: random.Random) -> None:
    source = broken(rng, LINE_SAMPLE).decode("utf-8", "replace")
    folded = fold(source)
    previous = 0
    for at in range(len(folded.text)):
        start, end = folded.span(at, at + 1)
        assert previous <= start < end <= len(source)
        previous = start


def headers(rng: random.Random) -> None:
    names = ("Retry-After", "RateLimit-Reset", "RateLimit-Remaining", "X-RateLimit-Reset")
    values = ("120", "Wed, 01 Apr 2030 00:01:00 GMT", "2030-04-01T00:00:59.5Z", "1901232000")
    given = {n: broken(rng, rng.choice(values).encode()).decode("latin-1") for n in names}
    wait = net_limits.asked_wait(rng.choice((200, 429, 503)), given, NOW)
    assert wait is None or wait >= 0
    net_limits.read_quota(given, NOW)


def stream(rng: random.Random) -> None:
    now = int(NOW.timestamp() * bluesky_stream.SECOND)
    reading = bluesky_stream.Reading({STREAM_DID: "w1"}, now, "contoh.test")
    reading.take(broken(rng, rng.choice(STREAM_SAMPLES).encode()), now)
    batch = reading.batch()
    assert now <= reading.us <= now + bluesky_stream.MOST_AHEAD
    for notice in batch.notices:
        assert notice.watch_id == "w1"
        assert not notice.native_key or bluesky_parse.Ref(notice.native_key).parts


def picture(rng: random.Random) -> None:
    """What is kept of a picture has nothing left to strip, whatever came."""
    try:
        kept = stripped(broken(rng, rng.choice(PICTURE_SAMPLES)))
    except NotAPicture:
        return
    assert stripped(kept.data) == Picture(kept.data, kept.media_type)


def screen(rng: random.Random) -> None:
    try:
        told = screen_text.post(broken(rng, SCREEN_SAMPLE).decode("utf-8", "replace"))
    except screen_text.NotATable:
        return
    assert len(told) <= 10 * len(SCREEN_SAMPLE) * 100


def tip_link(rng: random.Random) -> None:
    given = broken(rng, LINK_SAMPLE).decode("utf-8", "replace")
    link = tip_links.read(given)
    if link:
        again = tip_links.read(f"https://{link.text}")
        assert again is not None
        assert again.text == link.text


def act_rows(rng: random.Random) -> None:
    fuzz_acts.rows(rng, broken)


def act_archive(rng: random.Random) -> None:
    fuzz_acts.archive(rng, broken)


def act_profile(rng: random.Random) -> None:
    fuzz_acts.profile(rng, broken)


def act_words(rng: random.Random) -> None:
    fuzz_acts.words(rng, broken)


def youtube_page(rng: random.Random) -> None:
    fuzz_youtube.page(rng, broken)


def youtube_item(rng: random.Random) -> None:
    fuzz_youtube.item(rng, broken)


def youtube_cursor(rng: random.Random) -> None:
    fuzz_youtube.cursor(rng, broken)


def engagers(rng: random.Random) -> None:
    fuzz_engagers.engagers(rng, broken)


def toot(rng: random.Random) -> None:
    fuzz_mastodon.item(rng, broken, watch("mastodon", "sekar@sosial.example"))


def toots(rng: random.Random) -> None:
    """Break what surrounds Mastodon's statuses: lists, places in them, cursors, HTML."""
    reads = (fuzz_mastodon.lists, fuzz_mastodon.places, fuzz_mastodon.cursor, fuzz_mastodon.html)
    rng.choice(reads)(rng, broken)


def x_page(rng: random.Random) -> None:
    fuzz_gated.x_page(rng, broken, swap)


def telegram_preview(rng: random.Random) -> None:
    fuzz_gated.preview(rng, broken)


def telegram_update(rng: random.Random) -> None:
    fuzz_gated.update(rng, broken, swap)


def gated_rest(rng: random.Random) -> None:
    """Break what is stored of reading X, and answers that repeat Telegram's token."""
    fuzz_gated.cursors(rng, swap)
    fuzz_gated.token(rng, broken)


TARGETS: tuple[Callable[[random.Random], None], ...] = (
    feed, record, listing, register_file, config_file, line, log_entry, text, headers,
    stream, engagers, picture, screen, tip_link, act_rows, act_archive, act_profile, act_words,
    youtube_page, youtube_item, youtube_cursor,
    toot, toots,
    x_page, telegram_preview, telegram_update, gated_rest,
)  # fmt: skip


def case(rng: random.Random, number: int) -> None:
    TARGETS[number % len(TARGETS)](rng)


if __name__ == "__main__":
    # The sample of the configuration is itself a good one, or nothing would be tested.
    config.parse(tomllib.loads(CONFIG_SAMPLE.decode()), "config.toml")
    drill.main("fuzz", FULL, case)
