"""t.me's public preview of channels on loopback, written by hand after pages that it sends.

Two parsers read it in the tests: the program's, and a plain one of the standard library.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Self

from aiohttp import web

SIZE = 20
HEAD = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{name} – Telegram</title></head><body>
<header class="tgme_header"><div class="tgme_channel_info">
<div class="tgme_channel_info_header_title"><span>{name}</span></div>
<div class="tgme_channel_info_counter"><span class="counter_value">1.2K</span></div></div></header>
<main class="tgme_main"><section class="tgme_channel_history js-message_history">
"""
MORE = """<div class="tme_messages_more_wrap"><a href="/s/{name}?before={before}" \
class="tme_messages_more js-messages_more" data-before="{before}"></a></div>
"""
FOOT = """</section></main><script src="//telegram.example/widget.js"></script></body></html>
"""
CONTACT = """<!DOCTYPE html>
<html><head><title>Telegram: Contact @{name}</title></head><body>
<div class="tgme_page"><div class="tgme_page_extra">@{name}</div>
<a class="tgme_action_button_new" href="tg://resolve?domain={name}">View in Telegram</a></div>
</body></html>
"""
ERROR = """<!DOCTYPE html>
<html><head><title>Telegram Widget</title></head><body class="widget_frame_base">
<div class="tgme_widget_message_error">{said}</div></body></html>
"""
LOOSE = """<!DOCTYPE html>
<html><head><title>Telegram Widget</title></head><body class="widget_frame_base">
{message}
<script src="//telegram.example/widget-frame.js"></script></body></html>
"""


@dataclass(slots=True)
class Note:
    """One message: its words as HTML, and the parts that stand before and behind them."""

    number: int
    words: str
    at: datetime
    before: str = ""
    behind: str = ""
    service: bool = False
    edited: bool = False
    views: int = 0


@dataclass(slots=True)
class Channel:
    name: str
    notes: dict[int, Note] = field(default_factory=dict)
    open: bool = True
    last: int = 0

    def write(self, text: str, at: datetime, *, html: str = "", **more: object) -> int:
        """Write a message; ``html`` stands for its words where they are more than plain text."""
        self.last += 1
        words = html or escape(text).replace("\n", "<br/>")
        note = Note(self.last, words, at)
        for name, value in more.items():
            setattr(note, name, value)
        self.notes[self.last] = note
        return self.last


def forwarded(name: str, number: int) -> str:
    """Return the line over a message that a channel passed on."""
    return (
        '<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from '
        f'<a class="tgme_widget_message_forwarded_from_name" href="https://t.me/{name}/{number}">'
        f'<span dir="auto">{name}</span></a></div>'
    )


def forwarded_from_person(name: str) -> str:
    return (
        '<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from '
        f'<span class="tgme_widget_message_forwarded_from_name">{name}</span></div>'
    )


def answering(name: str, number: int, said: str) -> str:
    return (
        f'<a class="tgme_widget_message_reply" href="https://t.me/{name}/{number}">'
        '<div class="tgme_widget_message_author"><span class="tgme_widget_message_author_name">'
        f'{name}</span></div><div class="tgme_widget_message_metatext js-message_reply_text" '
        f'dir="auto">{escape(said)}</div></a>'
    )


PHOTO = (
    '<a class="tgme_widget_message_photo_wrap 1_2" href="https://t.me/x/1" '
    "style=\"width:800px;background-image:url('https://cdn.example/f.jpg')\"></a>"
)
POLL = (
    '<div class="tgme_widget_message_poll"><div class="tgme_widget_message_poll_question">'
    "Pilih siapa?</div>"
    '<div class="tgme_widget_message_poll_option">'
    '<div class="tgme_widget_message_poll_option_text">Satu</div></div>'
    '<div class="tgme_widget_message_poll_option">'
    '<div class="tgme_widget_message_poll_option_text">Dua</div></div></div>'
)
CARD = (
    '<a class="tgme_widget_message_link_preview" href="https://berita.example/1">'
    '<div class="link_preview_title">Kampanye</div>'
    '<div class="link_preview_description">Di alun-alun</div></a>'
)


class StandIn:
    """The server; an async context manager. ``url`` stands for ``https://t.me``."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.channels: dict[str, Channel] = {}
        self.calls: list[str] = []
        self.faults: list[str] = []
        self.url = ""
        self._closing = asyncio.Event()
        app = web.Application()
        app.router.add_get("/s/{name}", self._preview)
        app.router.add_get("/{name}/{number:[0-9]+}", self._widget)
        app.router.add_get("/{name}", self._contact)
        self._runner = web.AppRunner(app, shutdown_timeout=1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._runner.cleanup()

    def channel(self, name: str) -> Channel:
        return self.channels.setdefault(name, Channel(name))

    async def _preview(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(str(request.rel_url))
        name = request.match_info["name"]
        channel = self.channels.get(name)
        if channel is None or not channel.open:
            raise web.HTTPFound(f"/{name}")
        before = int(request.query.get("before", channel.last + 1))
        return await self._answer(request, page(channel, before))

    async def _widget(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(str(request.rel_url))
        name, number = request.match_info["name"], int(request.match_info["number"])
        channel = self.channels.get(name)
        if channel is None or not channel.open:
            said = f"Channel with username <b>@{name}</b> not found"
            return await self._answer(request, ERROR.format(said=said))
        note = channel.notes.get(number)
        if note is None:
            return await self._answer(request, ERROR.format(said="Post not found"))
        return await self._answer(request, LOOSE.format(message=_bare(channel, note)))

    async def _contact(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        return await self._answer(request, CONTACT.format(name=name))

    async def _answer(self, request: web.Request, body: str) -> web.StreamResponse:
        fault = self.faults.pop(0) if self.faults else ""
        data = body.encode()
        if fault.isdigit():
            return web.Response(status=int(fault), text="<html>busy</html>")
        if fault == "cut":
            data = data[: len(data) // 2]
        elif fault == "slow":
            response = web.StreamResponse(headers={"Content-Type": "text/html; charset=utf-8"})
            await response.prepare(request)
            await response.write(data[: len(data) // 2])
            await self._closing.wait()
            return response
        return web.Response(body=data, content_type="text/html", charset="utf-8")


def page(channel: Channel, before: int) -> str:
    """Return the preview of up to 20 messages before a number, oldest first."""
    numbers = sorted(n for n in channel.notes if n < before)
    shown = numbers[-SIZE:]
    more = MORE.format(name=channel.name, before=shown[0]) if len(numbers) > SIZE else ""
    none = "" if shown else '<div class="tme_no_messages_found">No posts found</div>\n'
    wraps = "".join(
        '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        f"{_bare(channel, channel.notes[n])}</div>\n"
        for n in shown
    )
    return HEAD.format(name=channel.name) + more + none + wraps + FOOT


def _bare(channel: Channel, note: Note) -> str:
    kind = " service_message" if note.service else ""
    address = f"https://t.me/{channel.name}/{note.number}"
    words = (
        f'<div class="tgme_widget_message_text js-message_text" dir="auto">{note.words}</div>'
        if note.words
        else ""
    )
    edited = "edited " if note.edited else ""
    return (
        f'<div class="tgme_widget_message text_not_supported_wrap js-widget_message{kind}" '
        f'data-post="{channel.name}/{note.number}" data-view="eyJj">'
        f'<a class="tgme_widget_message_owner_name" href="https://t.me/{channel.name}">'
        f'<span dir="auto">{channel.name}</span></a>{note.before}{words}{note.behind}'
        '<div class="tgme_widget_message_footer compact js-message_footer">'
        f'<span class="tgme_widget_message_views">{note.views}</span>'
        f'<span class="tgme_widget_message_meta">{edited}'
        f'<a class="tgme_widget_message_date" href="{address}">'
        f'<time datetime="{note.at.isoformat()}" class="time">09:00</time></a></span></div></div>'
    )
