"""The letter that invites the person concerned to answer: one set of facts, as PDF and as text.

It names the act, the articles and the excuses, and holds the only copy of the code. It carries no
link but the office's own address, no NIP, and nothing of another account. Letter head, number,
date and signature stay blank for the hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.model.delivery import AlertFacts
from monitor.model.rule import RuleSet
from monitor.notify import answer_words as said
from monitor.notify import card, pages, words
from monitor.notify.card import Size
from monitor.notify.quote import Piece, excerpt
from monitor.notify.render import named

TEMPLATE, WORDS = "invitation.typ", "labels.id.j2"
SIZE = Size(600, 6, 200)
_LINE = 92


@dataclass(frozen=True, slots=True)
class Office:
    """Where and how an answer is taken; ``page`` and ``bot`` are empty where there are none."""

    name: str
    address: str
    hours: str
    page: str = ""
    bot: str = ""

    @property
    def takes_code(self) -> bool:
        """Whether there is a way to answer that a code opens; else a letter prints none."""
        return bool(self.page or self.bot)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter is made of; ``code`` is the whole code, and ``until`` its end."""

    content: Mapping[str, Any]
    watch: Mapping[str, Any]
    facts: AlertFacts
    office: Office
    code: str
    until: datetime


def render_letter(letter: Letter, ruleset: RuleSet) -> tuple[bytes, str]:
    """Return the letter as PDF and as plain text; raises as ``pages.typeset`` does."""
    made = data(letter, ruleset)
    return pages.typeset(TEMPLATE, made), plain(made)


def data(letter: Letter, ruleset: RuleSet) -> dict[str, Any]:
    """Return what both forms show."""
    values = card.build(letter.content, letter.watch, letter.facts, ruleset, "id", SIZE)
    office, case = letter.office, letter.facts.finding_id
    until = words.moment(letter.until, letter.watch["zone"], "id")
    return {
        "stamp": values["stamp"],
        "heading": said.HEADING,
        "case": case,
        "to": [part for key in ("name", "unit", "instansi") if (part := values["who"][key])],
        "opening": said.OPENING,
        "act": [[label, text] for label, text in _act(values)],
        "quotes": list(_quotes(letter.content)),
        "rules": [_rule(rule) for rule in values["rules"]["shown"]],
        "codes": said.CODES,
        "excuse_title": said.EXCUSE_TITLE,
        "excuse_note": said.EXCUSE_NOTE,
        "excuses": list(said.EXCUSES.values()),
        "ways_title": said.WAYS_TITLE,
        "ways": list(_ways(office)),
        "code_title": said.CODE_TITLE,
        "code": letter.code if office.takes_code else "",
        "code_note": said.CODE_NOTE.format(until=until),
        "rights_title": said.RIGHTS_TITLE,
        "rights": list(said.RIGHTS),
        "foot": said.FOOT.format(case=case),
    }


def plain(made: Mapping[str, Any]) -> str:
    """Return the same letter as plain text."""
    return "\n".join(_lines(made)) + "\n"


def _lines(made: Mapping[str, Any]) -> Iterator[str]:
    if made["stamp"]:
        yield made["stamp"]
    yield from ("[kop surat]", "", "Nomor    : ", "Sifat    : Rahasia")
    yield from (f"Hal      : {made['heading']}, perkara {made['case']}", "Tanggal  : ", "")
    yield from ("Kepada Yth. Saudara", *made["to"], "", *_wrapped(made["opening"]), "")
    yield f"Nomor perkara: {made['case']}"
    for label, text in made["act"]:
        yield from _wrapped(f"{label}: {text}")
    for quote in made["quotes"]:
        yield from _wrapped(f"{quote['label']}: “{quote['text']}”")
    for rule in made["rules"]:
        yield from _wrapped(f"Aturan yang diperiksa: {rule}")
    yield from (*_wrapped(made["codes"]), "", made["excuse_title"], *_wrapped(made["excuse_note"]))
    yield from (f"[ ] {excuse}" for excuse in made["excuses"])
    yield from ("[ ] Lainnya:", "", made["ways_title"])
    for number, way in enumerate(made["ways"], start=1):
        yield from _wrapped(f"{number}. {way}")
    if made["code"]:
        yield from ("", made["code_title"], f"    {made['code']}", *_wrapped(made["code_note"]))
    yield from ("", made["rights_title"])
    for right in made["rights"]:
        yield from _wrapped(f"- {right}")
    yield from ("", "Tanda tangan, nama, jabatan:", "", "", made["foot"])


def _wrapped(text: str) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > _LINE:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


def _act(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    signal = named(WORDS, "signal")
    acts = "; ".join(values["acts"]) or signal[values["signal"]]
    yield "Perbuatan", acts[:1].upper() + acts[1:]
    platform, account = values["account"]
    platform = said.PLATFORMS.get(platform, platform)
    yield "Akun", f"{_bare(account)} ({platform})" if account else platform
    yield "Waktu", _time(values["time"])
    for toward in values["toward"]["shown"]:
        number = f", nomor urut {toward['number']}" if toward["number"] else ""
        contest = f", {toward['contest']}" if toward["contest"] else ""
        yield "Terhadap", f"{toward['label']}{number}{contest}"
    if values["source"]:
        role = named(WORDS, "role")[values["source"]["role"]]
        yield "Yang ditanggapi", f"{role} {values['source']['owner']}".strip()


def _time(time: Mapping[str, str]) -> str:
    if time["at"]:
        return f"{time['at']} ({named(WORDS, 'time_source')[time['source']]})"
    if time["after"]:
        return f"antara {time['after']} dan {time['before']}"
    return f"tidak diketahui, paling lambat {time['before']}"


def _quotes(content: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the person's own words alone, every link and other account masked."""
    replaced, text = named(WORDS, "replaced"), content["activity"]["text"]
    if text.strip():
        pieces = excerpt(text, (), SIZE.quote)
        yield {"label": "Kata-kata Saudara", "text": "".join(_show(p, replaced) for p in pieces)}


def _show(piece: Piece, replaced: Mapping[str, str]) -> str:
    return piece.text if piece.kind in ("text", "mark") else replaced[piece.kind]


def _rule(rule: Mapping[str, Any]) -> str:
    basis = "; ".join(f"{name} {article} ({code})" for name, article, code in rule["basis"])
    return f"{basis} [{rule['id']}]" if basis else str(rule["id"])


def _ways(office: Office) -> Iterator[str]:
    yield said.PAPER.format(office=office.name, address=office.address, hours=office.hours)
    if office.page:
        yield said.PAGE.format(page=office.page)
    if office.bot:
        yield said.BOT.format(bot=office.bot)


def _bare(account: str) -> str:
    """Return an account as a name, not as a link that a reader's program would make live."""
    parts = urlsplit(account)
    return f"{parts.netloc}{parts.path}".rstrip("/") if parts.scheme else account
