"""Hostile texts in every message: within Telegram's limits, readable to it, and nothing slips in.

    python -m tests.long.messages --percent 1 --seed 7

A case puts each of 500 texts into every field that others write, names and agencies too, and makes
a message of it, all kinds in turn, in either language. Checked of each, by the stand-in's parser,
which is not ours: the words are at most 4,096 (1,024 under a picture) UTF-16 units; the markup is
accepted; and what is bold, code or quotation is exactly what it is when the same text is written
without a sign that means anything in markup. A few of each case go out through the real client.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from monitor import config
from monitor.log import set_up
from monitor.model.activity import Media, Signal, Target
from monitor.model.delivery import AlertFacts, Message
from monitor.model.evidence import LogHead
from monitor.model.finding import Span
from monitor.model.state import ActState, Reason
from monitor.notify import digest, render
from monitor.notify.reminder import render_reminder
from monitor.notify.states import Change
from monitor.notify.telegram_chat import TelegramChat
from monitor.notify.words import Language
from monitor.run.changes import diff
from tests.long import drill
from tests.notify import examples
from tests.standin.entities import CAPTION_LIMIT, LIMIT, parse, utf16
from tests.standin.telegram import StandIn

CASES, TEXTS, OVER_HTTP = 200, 500, 3
LARGE = 65_536
FULL_WIDTH = {"<": "‹", ">": "›", "&": "＆", '"': "”", "'": "’"}
HARMLESS = str.maketrans(FULL_WIDTH)
PIECES = (
    "<b>", "</b>", "<", ">", "&", "&amp;", "&lt;b&gt;", "&#60;", "&copy;", "&", ";", '"', "'",
    "</blockquote>", "<blockquote>", "<code>", "</code>", "<a href='tg://user?id=1'>x</a>", "<pre>",
    "<tg-spoiler>", "<!--", "]]>", "{{ head }}", "{% raw %}", "{#", "*", "_", "`", "[x](y)", "~",
    "||", "\\", "#", "+", "-", "=", "|", "{", "}", ".", "!", "\u202e", "\u2066", "\u2069", "\u200b",
    "\u200d", "\ufeff", "مرحبا", "שלום", "👨‍👩‍👧‍👦", "🏴\U000e0067\U000e007f", "🇮🇩", "👍🏽", "🌞",
    "𝗣𝗶𝗹𝗶𝗵", "a\u0300\u0301\u0302", "\u0e33", "ﷺ", "漢字", "\x00", "\x07", "\x1b[2J", "\r\n", "\n",
    "\n\n\n", "\t", " ", "  ", "\u00a0", "\u2028", "198501012010011001", "0812-3456-7890",
    "@warga.lain", "https://jahat.test/<x>&y", "did:plc:jahat", "#nomor2", "/start", "dukung",
    "nomor 2", "pilih", "Sari", "…", "\u00ad", "ŉ", "ß", "İ", "\U0010ffff", "\ufffe", "/", "tg://",
)  # fmt: skip

Render = Callable[[str, "Draw", Language], Message]


class Draw:
    """Decisions of one text, the same for its harmless twin: spans, sizes, kinds."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self.again()

    def again(self) -> random.Random:
        self.rng = random.Random(self._seed)
        return self.rng


def case(rng: random.Random, number: int) -> None:
    """Render 500 texts, and send a few."""
    kinds = list(KINDS)
    sample: list[Message] = []
    for n in range(TEXTS):
        text, draw = make_text(rng), Draw(f"{number}/{n}/{rng.random()}")
        language: Language = rng.choice(("id", "en"))
        message = _check(kinds[n % len(kinds)], text, draw, language)
        if len(sample) < OVER_HTTP:
            sample.append(message)
    asyncio.run(_send(sample))


def make_text(rng: random.Random) -> str:
    """Return a text of pieces that mean something to somebody; one in fifty has 64 KB."""
    words = rng.choices(PIECES, k=rng.randint(1, 40))
    if rng.random() < 0.2:
        # No lone surrogate: what has one is refused where it is read.
        words += [chr(rng.choice((rng.randrange(0x300), rng.randrange(0xE000, 0x10FFFF))))] * 3
        rng.shuffle(words)
    text = rng.choice(("", " ")).join(words)
    if rng.random() < 0.02:
        text = (text * (LARGE // len(text) + 1))[:LARGE]
    return text


def _check(kind: str, text: str, draw: Draw, language: Language) -> Message:
    limit = CAPTION_LIMIT if kind in CAPTIONS else LIMIT
    message = KINDS[kind](text, draw, language)
    parsed = parse(message.html)
    for shown in (parsed.text, message.plain):
        assert shown.strip(), f"{kind} is empty"
        assert utf16(shown) <= limit, f"{kind} has {utf16(shown)} units"
    twin = parse(KINDS[kind](text.translate(HARMLESS), draw, language).html)
    assert parsed.text.translate(HARMLESS) == twin.text.translate(HARMLESS), f"{kind}: other words"
    assert parsed.entities == twin.entities, f"{kind}: the text changed the markup"
    assert {entity["type"] for entity in parsed.entities} <= {"bold", "code", "blockquote"}
    return message


async def _send(messages: list[Message]) -> None:
    async with StandIn() as server:
        for number in range(len(messages)):
            chat = str(-1000 - number)
            server.chats[chat] = {"id": int(chat), "type": "supergroup", "title": "Meja"}
        raw = {
            "http": {"contact": "drill@netralitas.example"},
            "notify": {"telegram": {"api": server.url, "timeout": 20}},
        }
        client = TelegramChat(config.parse(raw, "drill"), server.token)
        for number, message in enumerate(messages):
            await client.send(message, str(-1000 - number))
        await client.close()
        sent = [call for call in server.calls if call[0] == "sendMessage"]
        assert len(sent) == len(messages), "a message was refused and sent again"
        for shown, message in zip(server.messages, messages, strict=True):
            assert shown.text == parse(message.html).text


# ---- the kinds ------------------------------------------------------------------------------


def _finding(text: str, draw: Draw) -> tuple[dict[str, Any], dict[str, Any], AlertFacts]:
    rng = draw.again()
    end = max(1, len(text))
    fields = ("text", "target.text", "media.0.alt", "target.media.0.alt")
    spans = tuple(
        Span(rng.choice(fields), *sorted((rng.randrange(end), rng.randrange(end + 1))))
        for _ in range(rng.randint(0, 8))
    )
    role = rng.choice(("candidate", "party", "team", "press", "person"))
    media = (Media("image", alt=text[:3000]),)
    target = Target(text=text, author_handle=text[:60], role=role, of=examples.PAIR, media=media)
    act = examples.activity(rng.choice(list(Signal)), text=text, target=target, media=media)
    found = examples.finding(act, "support-like-candidate", spans)
    many = rng.choice((0, 1, 3, 12))
    found = replace(
        found,
        questions=(text[:2000],) * many,
        exculpations=found.exculpations * many,
        phase=text[:40],
    )
    watch = examples.WATCH | {"name": text[:300], "instansi": text[:5000], "unit": text[:200]}
    standing = rng.choice(("", text[:80]))
    facts = replace(examples.FACTS, stamp=rng.choice(("", "UJI COBA")), standing=standing)
    return examples.stored(found), watch, facts


def _of_finding(made: Callable[..., Message]) -> Render:
    def render_one(text: str, draw: Draw, language: Language) -> Message:
        content, watch, facts = _finding(text, draw)
        return made(content, watch, facts, examples.RULES, language)

    return render_one


def _list(text: str, draw: Draw, language: Language) -> Message:
    content, watch, _ = _finding(text, draw)
    count = draw.again().randint(2, digest.MOST)
    names = (f"NTR-{n:04d}-ABCD" for n in range(count))
    return digest.render_digest([digest.line(n, content, watch) for n in names], language)


def _change(text: str, draw: Draw, language: Language) -> Message:
    rng = draw.again()
    moment = "2024-10-12T02:30:00.000000Z"
    public: dict[str, Any] = {"state": rng.choice(list(ActState)).value, "proof": ""}
    public |= {"reason": rng.choice(list(Reason)).value, "decide_by": rng.choice(("", moment))}
    cut = rng.randrange(len(text) + 1)
    parts = diff(text, text[:cut] + " sudah lain ") or []
    content: dict[str, Any] = {"last_seen_at": moment, "looked_at": moment, "diff": parts}
    signal = rng.choice([s for s in Signal if s is not Signal.UNAVAILABLE]).value
    head = LogHead(9, "9f" * 32)
    masked = rng.random() < 0.2
    change = Change("NTR-ABCD-2345", head, public, content, signal, "WIB", masked)
    return render.render_change(change, language)


def _correction(text: str, draw: Draw, language: Language) -> Message:
    del draw
    said = {"cause": "fakta", "before": "alert", "outcome": "review", "corrects": 1, "stamp": ""}
    more = {"revision_no": 2, "at": text[:200], "head": text[:80]}
    return render.render_correction("NTR-ABCD-2345", said | more, language)


def _health(text: str, draw: Draw, language: Language) -> Message:
    del draw
    return render.render_health(text[:500], text, language)


def _withdrawn(text: str, draw: Draw, language: Language) -> Message:
    del draw
    return render.render_withdrawn(text[:60], language, "UJI COBA")


def _reminder(text: str, draw: Draw, language: Language) -> Message:
    rng = draw.again()
    said: Mapping[str, Any] = {
        "name": text,
        "last": date(2024, 10, 20).isoformat(),
        "since": "2024-10-12T02:30:00.000000Z",
        "length": 14,
        "count": rng.choice(("hari_kerja", "hari_kalender")),
        "basis": [(text[:50], text, "V1")] * 3,
        "regime": "instansi",
        "unsure": [text] * 4,
        "over": rng.random() < 0.5,
        "second": True,
    }
    return render_reminder("NTR-ABCD-2345", said, {}, language)


def _answer(text: str, draw: Draw, language: Language) -> Message:
    del draw
    values = {"finding_id": text[:60], "stamp": ""}
    return render.fitted("NTR-ABCD-2345", f"answer.{language}.j2", values)


KINDS: Mapping[str, Render] = {
    "alert": _of_finding(render.render_alert),
    "caption": _of_finding(render.render_caption),
    "masked": _of_finding(render.render_masked),
    "list": _list,
    "change": _change,
    "correction": _correction,
    "health": _health,
    "withdrawn": _withdrawn,
    "reminder": _reminder,
    "answer": _answer,
}
CAPTIONS = frozenset({"caption", "masked", "withdrawn"})


if __name__ == "__main__":
    set_up("ERROR")
    drill.main("messages", CASES, case)
