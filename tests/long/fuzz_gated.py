"""Random input against what reads X, and Telegram's previews and groups."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor import config
from monitor.collect import telegram_bot, telegram_group, telegram_page, x_parse
from monitor.collect.base import Collector
from monitor.collect.telegram import Telegram
from monitor.collect.telegram_channel import TelegramChannel
from monitor.collect.x import X
from monitor.collect.x_poll import item, load
from monitor.collect.x_reverse import load as load_reverse
from monitor.config_gated import Telegram as TelegramSettings
from monitor.config_gated import TelegramChannel as ChannelSettings
from monitor.config_gated import X as XSettings
from monitor.errors import NormaliseError
from monitor.model.evidence import Exchange, RawItem, canonical
from monitor.model.person import EmployerType, Ownership, Watch
from monitor.model.wire import activity_content
from monitor.net import Http

NOW = datetime(2030, 4, 1, tzinfo=UTC)
RECORDINGS = Path(__file__).parent.parent / "recordings"
HTTP = Http(config.Http(contact="uji@contoh.test"))
COLLECTORS: dict[str, Collector] = {
    "x": X(HTTP, XSettings(), lambda: NOW),
    "telegram": Telegram(HTTP, TelegramSettings(), lambda: NOW),
    "telegram_channel": TelegramChannel(HTTP, ChannelSettings(), lambda: NOW),
}
PAGE = Exchange("GET", "https://api.test/", 200, "OK", "1.1", (), (), b"", NOW, NOW)
WHO = Watch(
    "w1", "p1", "Orang Rekaan", "x", "orang", "Dinas Rekaan", "Bidang Rekaan",
    Ownership.DECLARED, "uji", NOW.date(), NOW.date(), EmployerType.PNS,
)  # fmt: skip
Injure = Callable[[random.Random, bytes], bytes]
Swap = Callable[[random.Random, Any], None]


def samples(pattern: str) -> tuple[bytes, ...]:
    found = tuple(path.read_bytes() for path in sorted(RECORDINGS.glob(pattern)))
    assert found, f"no recordings under {pattern}"
    return found


PAGES = samples("x/*/response.json")
PREVIEWS = samples("telegram_channel/*/response.html")
UPDATES = tuple(
    json.dumps(one).encode()
    for body in samples("telegram/*/response.json")
    for one in json.loads(body).get("result", ())
)


def kept(name: str, raw: RawItem) -> None:
    """An act that was made must have a canonical form, or it could not be recorded."""
    try:
        activity = COLLECTORS[name].normalise(raw, WHO)
    except NormaliseError:
        return
    assert canonical(activity_content(activity))
    assert activity.id
    assert activity.revision


def x_page(rng: random.Random, injure: Injure, swap: Swap) -> None:
    """Break a page of X, as bytes or in its types."""
    body = rng.choice(PAGES)
    if rng.random() < 0.5:
        value = json.loads(body)
        swap(rng, value)
        body = json.dumps(value).encode()
    else:
        body = injure(rng, body)
    try:
        found = x_parse.answer(body)
    except ValueError:
        return
    assert x_parse.problem(x_parse.mapping(body))
    assert isinstance(found.next_token, str)
    for act in x_parse.acts(found):
        kept("x", item(act, PAGE, None))


def preview(rng: random.Random, injure: Injure) -> None:
    """Break a channel's preview, and one message of it."""
    body = injure(rng, rng.choice(PREVIEWS))
    telegram_page.fault(body)
    try:
        found = telegram_page.listing(body)
    except ValueError:
        return
    alone = telegram_page.single(body)
    for one in (*found.elements, *((alone,) if alone else ())):
        kept("telegram_channel", RawItem(f"{one.channel}/{one.number}", one.body, PAGE, "", NOW))
    for odd in found.malformed:
        kept("telegram_channel", RawItem("odd", odd, PAGE, "", NOW))


def update(rng: random.Random, injure: Injure, swap: Swap) -> None:
    """Break an update of a group; whoever is named in it beside its author stays unnamed."""
    value = json.loads(rng.choice(UPDATES))
    swap(rng, value)
    body = json.dumps(value).encode()
    if rng.random() < 0.3:
        body = injure(rng, body)
    assert telegram_group.number_of(body) >= 0
    one = telegram_group.update(body)
    if one is None:
        return
    telegram_group.is_act(one)
    around = {one.number: one.value}
    own, hints = telegram_group.own(one, around)
    kept("telegram", RawItem("1", own, PAGE, "", NOW, hints=tuple(hints.items())))
    kept("telegram", RawItem("1", injure(rng, own), PAGE, "", NOW, hints=tuple(hints.items())))


def cursors(rng: random.Random, swap: Swap) -> None:
    """Break what was stored: reading begins anew, and nothing else happens."""
    value: Any = {
        "id": "1",
        "identified_at": "",
        "newest": "2",
        "posts": {"1": {}},
        "look": {"top": "2", "token": "b", "read": 3},
        "todo": [],
    }
    swap(rng, value)
    assert load(value, "1").id in ("", "1")
    assert load_reverse(value, "1").id in ("", "1")


def token(rng: random.Random, injure: Injure) -> None:
    """Whatever Telegram repeats of a token is taken out."""
    secret = "4242:AA-rahasia"
    body = injure(rng, f"x{secret}y".encode())
    answer = Exchange("POST", f"https://a/bot{secret}/getMe", 200, "", "", (), (), body, NOW, NOW)
    kept = telegram_bot.clean(answer, secret)
    assert secret.encode() not in kept.body
    assert secret not in kept.url
