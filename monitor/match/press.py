"""How much a text looks like a report of others' words and deeds, from 0 to 1."""

from __future__ import annotations

import re

from monitor.match.page import Page
from monitor.text.tokens import EMOJI, WORD

_TAIL = re.compile(r"(\s[-–|]\s*[\w.]+(\s[\w.]+){0,3}|\.\.\.|…)\s*$")
_LINK = re.compile(r"https?://|www\.")
_END = 80
_TITLED = 0.6
_MIN_WORDS = 5
# Fewer are enough where not one is written small.
_MIN_TITLED = 4
_OPENING = 9
_LONG = 4
_MIN_LINE = 6
_STOPS = ".!?"
# Below the first, words count in full; from the second on, not at all.
_FREE, _SHUT = 0.3, 0.8


def score(page: Page) -> float:
    """Return the headline score of a field; it is worked out once."""
    if page.press is None:
        page.press = _score(page)
    return page.press


def _score(page: Page) -> float:
    link = _LINK.search(page.text)
    text = (page.text[: link.start()] if link else page.text).strip()
    total = _shape(page, text, linked=link is not None) + _words(page) - _talk(page)
    return min(1.0, max(0.0, total))


def damping(press: float) -> float:
    """Return the factor for word evidence: 1 for plain talk, 0 for a plain headline."""
    return 1.0 - min(1.0, max(0.0, (press - _FREE) / (_SHUT - _FREE)))


def _shape(page: Page, text: str, *, linked: bool) -> float:
    total, named = 0.0, page.named
    told = ":" in text[:50]
    if told or not page.text.islower():
        # A name is written with capitals whoever writes it, and a longer name must not weigh more.
        letters = [
            w.title
            for i, w in enumerate(page.words)
            if w.kind is WORD and w.end - w.start >= _LONG and i not in named
        ]
        # However long a name is, it counts as one word.
        count = len(letters) + _names(page)
        enough = count >= _MIN_WORDS or (count >= _MIN_TITLED and all(letters))
        titled = enough and bool(letters) and sum(letters) / len(letters) >= _TITLED
        total += 0.6 if titled and not page.shouting else 0.0
        told = told and enough
    total += 0.15 if linked else 0.0
    total += 0.2 if _sourced(page, text) else 0.0
    # The last, as floating point sums are not the same in another order.
    return total + (0.15 if told else 0.0)


def _sourced(page: Page, text: str) -> bool:
    """Say whether a field ends as desks end it: cut off, or with the paper's name after a dash."""
    end = text[-_END:]
    tail = _TAIL.search(end)
    if tail is None:
        return False
    at = page.text.find(text) + len(text) - len(end) + tail.start()
    after = next((i for i, word in enumerate(page.words) if word.start >= at), None)
    # The dash of a pair ("X - Y") stands before a name.
    return after is None or after not in page.named


def _names(page: Page) -> int:
    """Return how many names stand in a field; adjoining ones are one."""
    named = page.named
    return sum(i - 1 not in named for i in named)


def _words(page: Page) -> float:
    total = 0.2 if page.has("reporter") else 0.0
    total += min(0.6, 0.2 * len(page.spots.get("formal", ())))
    # "Partai" right before a name is part of the name, not somebody else who acts.
    thirds = [first for first, last in page.spots.get("third", ()) if last + 1 not in page.named]
    opening = any(first < _OPENING for first in thirds)
    return total + (0.25 if opening else 0.0) + (0.2 if _plain(page) else 0.0)


def _plain(page: Page) -> bool:
    """Say whether a field is one bare line as desks write them: no stop, no talk, no tag."""
    text = page.text.strip()
    words = len(page.words) - len(page.named) + bool(page.named)
    if words < _MIN_LINE or not _capital(page) or text[-1] in _STOPS:
        return False
    talks = page.handles or any(_said(page, name) for name in ("first", "chat"))
    marked = bool(page.tags) or _emoji(page)
    return not (talks or marked or "!" in text or "?" in text)


def _capital(page: Page) -> bool:
    """Say whether a field begins with a capital; of a name at its head nothing can be told."""
    named = page.named
    if page.words and 0 not in named:
        return page.text.strip()[:1].isupper()
    words = (w for i, w in enumerate(page.words) if i not in named and w.kind is WORD)
    return any(w.title or w.upper for w in words)


def silent(page: Page) -> bool:
    """Say whether nobody talks in a text: no first person, no chat, no cheer, no address."""
    return _talk(page) == 0.0 and not page.handles


def _said(page: Page, name: str) -> bool:
    """Say whether a phrase of a list stands in the text itself, not in a campaign's hashtag."""
    return any(page.words[first].tag < 0 for first, _ in page.spots.get(name, ()))


def _talk(page: Page) -> float:
    total = 0.35 if _said(page, "first") else 0.0
    total += 0.25 if _said(page, "chat") else 0.0
    total += 0.25 if _emoji(page) else 0.0
    return total + (0.15 if "!" in page.text else 0.0)


def _emoji(page: Page) -> bool:
    return not page.text.isascii() and any(w.kind is EMOJI for w in page.words)
