"""Messages from recorded data: the only Jinja2. Wording lives in ``templates``, as data.

A message is rendered as Telegram's HTML and turned into plain text from the same HTML. It fits
Telegram's 4096 UTF-16 units (1024 under a picture): quotations give way first, then lists, then
long fields.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from monitor.errors import NotifyError
from monitor.model.delivery import AlertFacts, Message
from monitor.model.rule import RuleSet
from monitor.model.tip import TipRow
from monitor.notify import card, states, words
from monitor.notify.card import Size
from monitor.notify.quote import Piece, clean, utf16
from monitor.notify.states import Change
from monitor.notify.words import Language

LIMIT = 4096
CAPTION_LIMIT = 1024
# A card is read at a glance; the whole text is in the snapshot.
CARD = Size(600, 6, 200)
SIZES = (
    *(Size(quote, 12, 160) for quote in (700, 400, 200, 100, 50)),
    Size(50, 5, 120),
    Size(40, 2, 80),
    Size(20, 1, 40),
)
CAPTIONS = (
    *(Size(quote, 4, 160) for quote in (160, 100, 60)),
    # Words and questions are what is read under a picture.
    *(Size(quote, 4, 160, brief=True) for quote in (160, 100, 60)),
    *(Size(quote, 2, 100, brief=True) for quote in (60, 40)),
    *(Size(quote, 1, 100, brief=True) for quote in (100, 60, 40)),
    *(Size(0, items, field, brief=True) for items, field in ((2, 100), (1, 60), (0, 40), (0, 20))),
)
CHANGE_QUOTES = (states.QUOTE, 160, 100, 60, 0)
HEALTH_LINES = 40
HEALTH_LINE = 300
TAG = re.compile(r"(<[^<>]+>)")
BLANK_LINES = re.compile(r"\n{3,}")
QUOTE_MARKS = {"<blockquote>": "“", "</blockquote>": "”"}
# How words of a quotation are set off: what matched or changed, what went, what is new.
MARKS = {tag: Markup(f"<{tag}>{{}}</{tag}>") for tag in ("b", "s", "u")}  # noqa: S704 - ours
PLAIN_MARKS = {f"{end}{tag}>": sign for tag in MARKS for end, sign in (("<", "«"), ("</", "»"))}


def render_alert(
    content: Mapping[str, Any],
    watch: Mapping[str, Any],
    alert: AlertFacts,
    ruleset: RuleSet,
    language: Language = "id",
) -> Message:
    """Render a recorded finding; ``content`` and ``watch`` are as the log gives them back.

    Raises ``KeyError``, ``ValueError`` or ``jinja2.UndefinedError`` for data that this program
    did not write, and a permanent ``NotifyError`` if even the shortest form is too long.
    """
    build = partial(card.build, content, watch, alert, ruleset, language)
    return _sized(alert, f"alert.{language}.j2", map(build, SIZES), LIMIT)


def render_caption(
    content: Mapping[str, Any],
    watch: Mapping[str, Any],
    alert: AlertFacts,
    ruleset: RuleSet,
    language: Language = "id",
) -> Message:
    """Render what stands under an evidence card; raises as ``render_alert`` does."""
    build = partial(card.build, content, watch, alert, ruleset, language)
    # What changed needs the room of what stands elsewhere.
    sizes = [size for size in CAPTIONS if size.brief or alert.earlier is None]
    return _sized(alert, f"caption.{language}.j2", map(build, sizes), CAPTION_LIMIT)


def render_masked(
    content: Mapping[str, Any],
    watch: Mapping[str, Any],
    alert: AlertFacts,
    ruleset: RuleSet,
    language: Language = "id",
) -> Message:
    """Render an alert without name, account, words and link (POLICY 28); it is a caption too."""
    build = partial(card.build, content, watch, alert, ruleset, language)
    return _sized(alert, f"masked.{language}.j2", map(build, CAPTIONS), CAPTION_LIMIT)


def card_markup(
    content: Mapping[str, Any],
    watch: Mapping[str, Any],
    alert: AlertFacts,
    ruleset: RuleSet,
    *,
    masked: bool = False,
) -> str:
    """Return the words of an evidence card as HTML, in Indonesian, as the law's forms are."""
    values = card.build(content, watch, alert, ruleset, "id", CARD)
    return _template("card.id.j2").render({**values, "masked": masked}).strip()


def render_card(
    content: Mapping[str, Any], watch: Mapping[str, Any], alert: AlertFacts, ruleset: RuleSet
) -> Message:
    """Render an evidence card's words as a message, without the act's link, in Indonesian."""
    build = (
        {**card.build(content, watch, alert, ruleset, "id", size), "masked": False}
        for size in SIZES
    )
    return _sized(alert, "card.id.j2", build, LIMIT)


def render_health(subject: str, body: str, language: Language = "id", stamp: str = "") -> Message:
    """Render an operator's message: what is wrong or right again, as the alarm says it.

    ``stamp`` stands above it, on trial.
    """
    template = _template(f"health.{language}.j2")
    lines = [clean(line, HEALTH_LINE) for line in body.splitlines()]
    counts = (HEALTH_LINES, 8, 2)
    forms = (
        template.render(
            subject=clean(subject, 120), lines=lines[:count], more=len(lines) > count, stamp=stamp
        )
        for count in counts
    )
    return _first_that_fits(subject, forms)


def fitted(subject: str, name: str, *values: Mapping[str, Any], limit: int = LIMIT) -> Message:
    """Render a template with the first values that fit, the longest first.

    Raises as ``render_alert`` does where none does.
    """
    return _first_that_fits(subject, (_template(name).render(one) for one in values), limit)


def render_change(change: Change, language: Language = "id", limit: int = LIMIT) -> Message:
    """Render the short message that an act was found changed; raises as ``render_alert`` does."""
    values = [_change(change, language, quote) for quote in CHANGE_QUOTES]
    return fitted(change.finding_id, f"state.{language}.j2", *values, limit=limit)


def change_markup(change: Change, digest: str) -> str:
    """Return the words of the card that compares an edited act with the one told, as HTML.

    ``digest`` is the SHA-256 (hex) of the record as it was found.
    """
    values = _change(change, "id", CARD.quote)
    return _template("state.id.j2").render({**values, "on_card": True, "digest": digest}).strip()


def render_tip(
    row: TipRow, language: Language = "id", stamp: str = "", *, coordinated: bool = False
) -> Message:
    """Render that a tip came: its number and counts. Raises as ``render_alert`` does."""
    values = {
        "tip": row.tip_id,
        "registered": bool(row.watch_id),
        "pictures": row.pictures,
        "alike": row.alike,
        "coordinated": coordinated,
        "ends_on": words.day(row.ends_on, language) if row.ends_on else "",
        "stamp": stamp,
    }
    return fitted(row.tip_id, f"tip.{language}.j2", values)


def render_correction(finding: str, values: Mapping[str, Any], language: Language) -> Message:
    """Render that a finding was corrected; it names nobody. Raises as ``render_alert`` does."""
    return fitted(finding, f"correction.{language}.j2", {**values, "finding_id": finding})


def render_withdrawn(finding: str, language: Language = "id", stamp: str = "") -> Message:
    """Render what stands in place of a message that was taken back; a caption too."""
    values = {"finding_id": finding, "stamp": stamp}
    return fitted(finding, f"withdrawn.{language}.j2", values)


def render_parts(name: str, variables: Mapping[str, Any]) -> dict[str, str]:
    """Render each block of a template by itself, as the HTML of a message; blocks have a name."""
    template = _template(name)
    return {
        part: BLANK_LINES.sub("\n\n", "".join(made(template.new_context(dict(variables)))))
        for part, made in template.blocks.items()
    }


def render_page(name: str, values: Mapping[str, Any], style: str = "page_style.css") -> str:
    """Return a whole page of HTML; everything that people wrote is escaped as text."""
    return _template(name).render({**values, "style": Markup(page_style(style))})  # noqa: S704


@cache
def page_style(name: str = "page_style.css") -> str:
    """Return the style of a page, which stands in it: a policy may name its digest."""
    return (resources.files("monitor.notify") / "templates" / name).read_text("utf-8")


def named(name: str, table: str) -> Mapping[str, str]:
    """Return one table of words, code to word, out of a template of such tables."""
    found: Mapping[str, str] = getattr(_template(name).module, table)
    return found


def plain_text(markup: str) -> str:
    """Return our own HTML as plain text; words marked inside a quotation are set in «»."""
    shown: list[str] = []
    quoting = False
    for part in TAG.split(markup):
        if not TAG.fullmatch(part):
            shown.append(html.unescape(part))
            continue
        quoting = (quoting or part == "<blockquote>") and part != "</blockquote>"
        shown.append(QUOTE_MARKS.get(part) or (PLAIN_MARKS.get(part, "") if quoting else ""))
    return "".join(shown)


def _change(change: Change, language: Language, quote: int) -> dict[str, Any]:
    return {**states.build(change, language, quote), "on_card": False, "digest": ""}


def _sized(alert: AlertFacts, name: str, values: Iterable[dict[str, Any]], limit: int) -> Message:
    forms = (_template(name).render(value) for value in values)
    return _first_that_fits(alert.finding_id, forms, limit)


def _first_that_fits(subject: str, forms: Iterable[str], limit: int = LIMIT) -> Message:
    for form in forms:
        markup = BLANK_LINES.sub("\n\n", form).strip()
        plain = plain_text(markup)
        # The plain form carries more signs than the visible part of the HTML, so it decides.
        if utf16(plain) <= limit:
            return Message(subject, markup, plain)
    raise NotifyError("the message does not fit, however short", permanent=True)


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("monitor.notify", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters |= {"b": _bold, "code": _code, "quoted": _quoted, "begin": _begin}
    return environment.get_template(name)


def _begin(text: str) -> str:
    """Begin a sentence: only the first letter changes, so that names keep theirs."""
    return text[:1].upper() + text[1:]


def _bold(text: str) -> Markup:
    return MARKS["b"].format(text)


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)


def _quoted(pieces: Sequence[Piece], replaced: Mapping[str, str], tag: str = "b") -> Markup:
    """Set pieces as a quotation, its marks in ``tag``; ``replaced`` says what was left out."""
    inside = Markup().join(
        MARKS[tag].format(p.text)
        if p.kind == "mark"
        else escape(p.text if p.kind == "text" else replaced[p.kind])
        for p in pieces
    )
    return Markup("<blockquote>{}</blockquote>").format(inside)
