"""Answers made to break readers: each is refused or read, and none raises anything else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.collect import telegram_group, telegram_page, x_parse
from monitor.collect.x_poll import item
from monitor.errors import NormaliseError
from monitor.model.evidence import RawItem, canonical
from monitor.model.wire import activity_content
from tests.long.fuzz_gated import COLLECTORS, NOW, PAGE, WHO

MANY = 20_000


def keep(name: str, raw: RawItem) -> None:
    try:
        activity = COLLECTORS[name].normalise(raw, WHO)
    except NormaliseError:
        return
    assert ".." not in activity.object.url
    assert canonical(activity_content(activity))


# ---- X ----------------------------------------------------------------------------------------


def post(**changes: Any) -> bytes:
    made = {"id": "1", "author_id": "2", "text": "Halo", **changes}
    return json.dumps({"data": [made], "meta": {}}).encode()


X_ANSWERS = {
    "nothing": b"",
    "zeros": b"\x00" * 100,
    "not UTF-8": b'{"data":[{"id":"1","author_id":"2","text":"\xff\xfe"}]}',
    "half a surrogate": b'{"data":[{"id":"1","author_id":"2","text":"\\ud800"}]}',
    "a list": b"[]",
    "a number": b"1e999",
    "deep lists": b"[" * MANY,
    "deep objects": b'{"data":' + b'{"a":' * MANY,
    "data is a text": b'{"data":"x"}',
    "data holds numbers": b'{"data":[1,null,"x",[]]}',
    "errors is no list": b'{"errors":{}}',
    "errors hold texts": b'{"errors":["x"]}',
    "includes is a list": b'{"includes":[]}',
    "includes hold numbers": b'{"data":[],"includes":{"users":[1],"tweets":[null],"media":["x"]}}',
    "meta is a list": b'{"meta":[]}',
    "a token that is a number": b'{"meta":{"next_token":1}}',
    "a date beyond years": post(created_at="99999-12-31T23:59:60Z"),
    "a date without a zone": post(created_at="2024-10-12T01:00:00"),
    "an id that is a number": post(id=1),
    "an id of letters": post(id="../2/users"),
    "a long id": post(id="9" * 400),
    "references in circles": post(referenced_tweets=[{"type": "quoted", "id": "1"}]),
    "references of no form": post(referenced_tweets=[1, {}, {"type": 1}, {"type": "quoted"}]),
    "many references": post(referenced_tweets=[{"type": "quoted", "id": "3"}] * MANY),
    "an empty history": post(edit_history_tweet_ids=[]),
    "a history of numbers": post(edit_history_tweet_ids=[1, None]),
    "many addressed": post(
        text="@a " * MANY, referenced_tweets=[{"type": "replied_to", "id": "3"}]
    ),
    "addressed to nobody's end": post(
        text="@" * MANY, referenced_tweets=[{"type": "replied_to", "id": "3"}]
    ),
    "links of no form": post(entities={"urls": [1, {"expanded_url": []}, {"expanded_url": "a:b"}]}),
    "a note without a text": post(note_tweet={"text": None}),
    "turned writing": post(text="\u202e\u2066 nomor 1 \u0000"),
    "a problem with an odd name": b'{"errors":[{"type":"https://x/<script>"}]}',
}


@pytest.mark.parametrize("kind", X_ANSWERS)
def test_x(kind: str) -> None:
    try:
        found = x_parse.answer(X_ANSWERS[kind])
    except ValueError:
        found = x_parse.Answer()
    for act in x_parse.acts(found):
        keep("x", item(act, PAGE, None))
    keep("x", RawItem("1", X_ANSWERS[kind], PAGE, "", NOW))
    assert "<" not in found.problem()


# ---- Telegram's previews ----------------------------------------------------------------------

WRAP = '<div class="tgme_widget_message_wrap js-widget_message_wrap">{}</div>'
MESSAGE = (
    '<div class="tgme_widget_message" data-post="kanal_dinas/1">{}'
    '<a class="tgme_widget_message_date"><time datetime="{}"></time></a></div>'
)
TEXT = '<div class="tgme_widget_message_text js-message_text">{}</div>'


def page(inner: str, at: str = "2024-10-12T01:00:00+00:00") -> bytes:
    return WRAP.format(MESSAGE.format(inner, at)).encode()


PREVIEWS = {
    "nothing": b"",
    "zeros": b"\x00" * 100,
    "another page": b"<html><body>Halo</body></html>",
    "a login page": b'<html><input type="password"></html>',
    "not UTF-8": page(TEXT.format("Halo")).replace(b"Halo", b"\xff\xfe\x80"),
    "another charset": b'<meta charset="utf-7">' + page(TEXT.format("+ADw-script+AD4-")),
    "unclosed": b'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message"',
    "closed too often": page(TEXT.format("Halo" + "</div>" * 50)),
    "many unclosed": page(TEXT.format("<b>" * MANY)),
    "many comments": page(TEXT.format("<!--" * MANY)),
    "many messages": WRAP.format("").encode() * 2_000,
    "deep": page("<div>" * MANY + "x"),
    "deep quotes": page(TEXT.format("<blockquote>" * 3_000 + "x")),
    "entities": page(TEXT.format("&#xD800;&#x110000;&amp;lt;&undefined;")),
    "a document type": b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + page(TEXT.format("&a;&a;")),
    "an outer entity": b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">' + page(TEXT.format("x")),
    "a script": page(TEXT.format("<script>document.write('nomor 1')</script>")),
    "a hidden text": page(TEXT.format("<style>nomor 1</style><template>x</template>")),
    "a number too long": page("").replace(b"dinas/1", b"dinas/" + b"9" * 400),
    "a name that climbs": page("").replace(b"kanal_dinas/1", b"../../etc/1"),
    "no number": page("").replace(b'data-post="kanal_dinas/1"', b""),
    "two numbers": page("").replace(b'data-post="', b'data-post="kanal_lain/2" data-post="'),
    "a date beyond years": page(TEXT.format("x"), "99999-12-31T23:59:60Z"),
    "a date of words": page(TEXT.format("x"), "kemarin"),
    "a link that is code": page(TEXT.format('<a href="javascript:alert(1)">x</a>')),
    "a link that is broken": page(TEXT.format('<a href="https://[::1/x">x</a>')),
    "a forward from nowhere": page(
        '<a class="tgme_widget_message_forwarded_from_name" href="https://[x">x</a>'
    ),
    "a message in a message": page(page(TEXT.format("dalam")).decode() + TEXT.format("luar")),
    "control signs": page(TEXT.format("\x00\x01\u202e nomor 1 \x7f")),
}


@pytest.mark.parametrize("kind", PREVIEWS)
def test_previews(kind: str) -> None:
    body = PREVIEWS[kind]
    assert "nomor 1" not in telegram_page.fault(body)
    alone = telegram_page.single(body)
    try:
        found = telegram_page.listing(body)
    except ValueError:
        found = telegram_page.Listing(())
    for one in (*found.elements, *((alone,) if alone else ())):
        assert "." not in one.channel
        keep("telegram_channel", RawItem(str(one.number), one.body, PAGE, "", NOW))
    for odd in (*found.malformed, body):
        keep("telegram_channel", RawItem("odd", odd, PAGE, "", NOW))


def test_what_a_script_writes_is_no_text() -> None:
    for kind in ("a script", "a hidden text"):
        (one,) = telegram_page.listing(PREVIEWS[kind]).elements
        assert telegram_page.message(one.body).text == ""


# ---- Telegram's groups ------------------------------------------------------------------------

CHAT = {"id": -100, "type": "supergroup", "title": "Grup", "username": "grup_relawan"}
USER = {"id": 5, "is_bot": False, "first_name": "O"}


def update(**changes: Any) -> bytes:
    message = {"message_id": 1, "date": 1_728_694_800, "chat": CHAT, "from": USER, "text": "Halo"}
    return json.dumps({"update_id": 9, "message": {**message, **changes}}).encode()


def nested(depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(depth):
        found = {"reply_to_message": found, "text": "x", "message_id": 1}
    return found


UPDATES = {
    "nothing": b"",
    "zeros": b"\x00" * 100,
    "not UTF-8": update().replace(b"Halo", b"\xff\xfe"),
    "half a surrogate": update().replace(b"Halo", b"\\ud800"),
    "a list": b"[]",
    "deep": b'{"message":' + b'{"a":' * MANY,
    "no number": b'{"message":{}}',
    "a number that is a text": b'{"update_id":"9","message":{}}',
    "a number below zero": b'{"update_id":-9,"message":{}}',
    "a huge number": b'{"update_id":' + b"9" * 400 + b',"message":{}}',
    "a yes for a number": b'{"update_id":true,"message":{}}',
    "two kinds at once": b'{"update_id":9,"message":{},"chat_member":{}}',
    "a message that is a text": b'{"update_id":9,"message":"x"}',
    "a chat without a number": update(chat={"id": "x"}),
    "nobody": update(**{"from": None}),
    "a bot": update(**{"from": {**USER, "is_bot": True}}),
    "a bot that hides": update(**{"from": {**USER, "is_bot": "tidak"}}),
    "a person as a channel": update(sender_chat=CHAT),
    "a text that is a list": update(text=["nomor 1"]),
    "a date that is a text": update(date="kemarin"),
    "a date beyond years": update(date=10**18),
    "answers in answers": update(reply_to_message=nested(200)),
    "an answer that is a text": update(reply_to_message="x"),
    "entities of no form": update(entities=[1, {"url": 1}, {"url": "x"}], caption_entities={}),
    "a forward from nowhere": update(forward_origin={"type": "channel", "chat": "x"}),
    "a poll of no form": update(poll={"question": 1, "options": [1, {"text": 2}]}),
    "reactions of no form": json.dumps(
        {
            "update_id": 9,
            "message_reaction": {
                "chat": CHAT,
                "user": USER,
                "message_id": 1,
                "new_reaction": [1, {}, {"emoji": []}, {"emoji": "👍"}],
            },
        }
    ).encode(),
    "a member of no form": json.dumps(
        {"update_id": 9, "chat_member": {"chat": CHAT, "new_chat_member": [], "from": USER}}
    ).encode(),
    "turned writing": update(text="\u202e nomor 1 \u0000"),
    "a public name that climbs": update(chat={**CHAT, "username": "../../x"}),
}


@pytest.mark.parametrize("kind", UPDATES)
def test_updates(kind: str) -> None:
    body = UPDATES[kind]
    assert telegram_group.number_of(body) >= 0
    one = telegram_group.update(body)
    if one is not None:
        assert isinstance(telegram_group.is_act(one), bool)
        own, hints = telegram_group.own(one, {})
        keep("telegram", RawItem("1", own, PAGE, "", NOW, hints=tuple(hints.items())))
    keep("telegram", RawItem("1", body, PAGE, "", NOW))
