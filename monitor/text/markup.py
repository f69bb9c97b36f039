"""HTML fragments as people wrote them (feeds, Mastodon), read into words, pictures and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from monitor.model.activity import Media

_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset"}
    | {"figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header"}
    | {"hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)
_HIDDEN = frozenset({"script", "style", "template", "noscript", "head"})
# Not html.parser: its time grows with the square of unclosed markup, and it raises on some.
_MARKUP = re.compile(
    r"<!--(?:.*?-->|.*\Z)|<[!?][^>]*>?|"
    r"<(?P<close>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9:-]{0,30})"
    r"(?P<given>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.DOTALL,
)
_GIVEN = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")


def html_to_text(html: str) -> tuple[str, tuple[Media, ...]]:
    """Return the words of an HTML fragment, one line per block, and its pictures' words."""
    words: list[str] = []
    media: list[Media] = []
    hidden, end = 0, 0
    for match in _MARKUP.finditer(html):
        if not hidden:
            words.append(_data(html[end : match.start()]))
        end, tag = match.end(), (match["tag"] or "").lower()
        if tag in _HIDDEN:
            hidden = max(0, hidden - 1) if match["close"] else hidden + 1
        if tag in _BLOCKS:
            words.append("\n")
        if tag == "img":
            media.extend(_picture(match["given"]))
    if not hidden:
        words.append(_data(html[end:]))
    lines = (" ".join(line.split()) for line in "".join(words).split("\n"))
    return "\n".join(line for line in lines if line), tuple(media)


def links(html: str) -> Iterator[tuple[str, str]]:
    """Yield address and classes of each link in an HTML fragment."""
    for match in _MARKUP.finditer(html):
        if not match["close"] and (match["tag"] or "").lower() == "a":
            named = _named(match["given"])
            if named.get("href"):
                yield named["href"], named.get("class", "")


def _data(text: str) -> str:
    # Line breaks in the source are blanks in HTML; only blocks make lines.
    return unescape(text).replace("\n", " ")


def _picture(given: str) -> Iterator[Media]:
    named = _named(given)
    if named.get("src"):
        yield Media("image", named["src"], named.get("alt", ""))


def _named(given: str) -> dict[str, str]:
    return {m[1].lower(): unescape(m[2] or m[3] or m[4] or "") for m in _GIVEN.finditer(given)}
