"""A recap as a message: its lines, and its bars as a picture where that was drawn."""

from __future__ import annotations

from html import escape

from monitor.model.delivery import Message, Picture

# What Telegram takes under a picture; a longer recap goes as text alone.
CAPTION = 1024


def render_recap(subject: str, text: str, png: bytes | None, stamp: str = "") -> Message:
    """Make the message of a recap; the first line is its heading, ``stamp`` stands above it."""
    heading, *lines = text.splitlines()
    plain = "\n".join([*([stamp] if stamp else []), heading, *lines])
    bold = [f"<b>{escape(line)}</b>" for line in ([stamp] if stamp else []) + [heading]]
    html = "\n".join([*bold, *(escape(line) for line in lines)])
    picture = Picture(png, html, plain) if png and len(plain) <= CAPTION else None
    return Message(subject, html, plain, picture)
