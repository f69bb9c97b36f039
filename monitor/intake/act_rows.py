"""One row becomes what it says: whose act, which, when, upon what. Nothing is guessed.

Whose act it is is read first and alone: of a row that is nobody's on the register nothing more is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.intake import act_paths, act_words, tip_links
from monitor.intake.act_csv import fold
from monitor.intake.act_forms import Case, Column, Condition, Profile, Provenance, TableForm
from monitor.intake.act_lines import Row
from monitor.intake.declared import HOSTS
from monitor.model.activity import Signal
from monitor.text.markup import html_to_text
from monitor.watch.addresses import BadAddress, normalise

NETWORKS = tuple(sorted({*HOSTS.values(), "mastodon", "telegram-channel"}))
# An account that is not there is nothing that a file can tell.
SIGNALS = tuple(signal.value for signal in Signal if signal is not Signal.UNAVAILABLE)
LONGEST_TEXT = 100_000
LONGEST_NAME = 2_000
# What platforms and people write where a time is not known.
NO_TIME = frozenset({"", "-", "n/a", "null", "none", "unknown", "tidak diketahui"})
# How X writes a retweet in archives and tables.
_RETWEET = re.compile(r"RT @(\w{1,15}): ?")
_APART = frozenset({"platform", "signal", "actor_id", "actor_handle", "time", "not_before"})
_WORDS = frozenset({"text", "target_text", "media_alt"})


class BadField(ValueError):
    """A field of a row cannot be used."""

    def __init__(self, column: str, expected: str) -> None:
        self.column, self.expected = column, expected
        super().__init__(expected)


@dataclass(frozen=True, slots=True)
class Who:
    """Whose act a row says it is; ``reason`` says why it is no act at all."""

    platform: str
    native_id: str = ""
    handle: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A row's fields. ``not_before`` bounds an act without a time: its day, or its object's time.

    ``repaired`` says that the words came damaged and are read as they were meant.
    """

    signal: Signal
    object_id: str
    object_url: str
    occurred_at: datetime | None
    not_before: datetime | None
    text: str
    media: tuple[str, str, str]
    target: Mapping[str, str]
    repaired: bool


class Reader:
    """Reads the rows of one table."""

    def __init__(self, profile: Profile, table: TableForm, owners: frozenset[str]) -> None:
        """``owners`` are the names that an archive's own person goes by in it, folded."""
        self._profile, self._table, self._owners = profile, table, owners

    def who(self, row: Row) -> Who:
        """Say whose act a row is, and nothing else of it."""
        if reason := self._reason(row):
            return Who("", reason=reason)
        platform = self._word("platform", row).lower() or self._profile.platform
        if platform not in NETWORKS:
            raise BadField("platform", f"one of {', '.join(NETWORKS)}, or --set platform=…")
        if self._profile.own:
            return Who(platform)
        native_id = _short(self._word("actor_id", row))
        named = _short(self._word("actor_handle", row))
        handle = account(platform, named)
        if named and not (handle or native_id) and self._profile.provenance is Provenance.TABLE:
            raise BadField("actor_handle", "an account's name or link, not a person's name")
        reason = "" if native_id or handle else "no account is named"
        return Who(platform, native_id, handle, reason)

    def told(self, row: Row, platform: str, account: str, now: datetime) -> Told:
        """Read a row of a registered person's ``account``. Raises ``BadField``."""
        repaired: list[bool] = []
        read = {
            name: self._read(name, row, repaired)
            for name in self._table.columns
            if name not in _APART
        }
        case = self._case(row)
        occurred_at, not_before = self._when(row, now)
        target = self._target(platform, read)
        media = (read.get("media_kind", ""), read.get("media_url", ""), read.get("media_alt", ""))
        text = read.get("text", "")
        if not text and not target and not any(media):
            raise BadField("text", "words, a picture, or what was acted upon")
        when = occurred_at or not_before
        stamp = when.isoformat() if when else ""
        made = read.get("object_id") or _hash(account, case.signal, stamp, text, target, media)
        if case.passed_on:
            text, media, target = _passed_on(text, target)
        return Told(
            signal=case.signal,
            object_id=made,
            object_url=read.get("object_url", ""),
            occurred_at=occurred_at,
            not_before=not_before,
            text=text,
            media=media,
            target=target,
            repaired=any(repaired),
        )

    def _reason(self, row: Row) -> str:
        for why, condition in self._table.skips:
            if holds(condition, row):
                return why
        for where in self._table.by_owner:
            author = act_words.words(act_words.plain(where.find(row.values, row.around)))[0]
            if author and fold(author) not in self._owners:
                return "somebody else's act in this person's archive"
        return ""

    def _case(self, row: Row) -> Case:
        for case in self._table.cases:
            if holds(case.condition, row):
                return case
        word = self._word("signal", row).lower()
        if not word and self._table.signal:
            return Case(self._table.signal, Condition())
        if word not in SIGNALS:
            theirs = self._table.values.get("signal", {})
            raise BadField("signal", f"one of {', '.join([*theirs, *SIGNALS])}")
        return Case(Signal(word), Condition())

    def _when(self, row: Row, now: datetime) -> tuple[datetime | None, datetime | None]:
        at, day = self._instant("time", self._table.forms, row, now)
        if at:
            return at, None
        bound, first = self._instant("not_before", (act_words.ID, *self._table.forms), row, now)
        bounds = [one for one in (day, bound, first) if one]
        return None, max(bounds, default=None)

    def _instant(
        self, name: str, forms: tuple[str, ...], row: Row, now: datetime
    ) -> tuple[datetime | None, datetime | None]:
        text = self._word(name, row)
        if text.lower() in NO_TIME:
            return None, None
        try:
            return act_words.instant(text, forms, self._table.zone, now)
        except act_words.BadTime as error:
            raise BadField(name, str(error)) from None

    def _target(self, platform: str, read: Mapping[str, str]) -> dict[str, str]:
        found = {
            name.removeprefix("target_"): value
            for name, value in read.items()
            if name.startswith("target_") and value
        }
        if "author_handle" in found:
            found["author_handle"] = account(platform, found["author_handle"])
        if (url := found.get("url")) and (link := tip_links.read(url)):
            if link.platform == platform:
                found.setdefault("author_handle", link.account)
            found.setdefault("id", link.text)
        return {name: value for name, value in found.items() if value}

    def _word(self, name: str, row: Row) -> str:
        word = self._read(name, row, [])
        return self._table.values.get(name, {}).get(fold(word), word)

    def _read(self, name: str, row: Row, repaired: list[bool]) -> str:
        column = self._table.columns.get(name)
        if column is None:
            return ""
        text, damaged = act_words.words(value(column, row))
        if damaged:
            repaired.append(True)
        most = LONGEST_TEXT if name in _WORDS else LONGEST_NAME
        if len(text) > most:
            raise BadField(name, f"at most {most} characters")
        return text.strip() if name not in _WORDS else text


def value(column: Column, row: Row) -> str:
    """Return a field as it stands in a row, treated as its column says."""
    if column.template:
        parts = [text if where is None else _at(row, where) for text, where in column.template]
        lacking = any(where is not None and not _at(row, where) for _, where in column.template)
        return "" if lacking else "".join(parts)
    found = [text for where in column.sources if (text := _spoken(column, row, where))]
    text = ("\n\n".join(dict.fromkeys(found)) if column.joined else found[0]) if found else ""
    if column.pattern and text:
        match = column.pattern.search(text[:LONGEST_NAME])
        text = (match[1] if column.pattern.groups else match[0]) if match else ""
    if column.html and text:
        text = html_to_text(text[: 4 * LONGEST_TEXT])[0]
    return text or column.value


def _spoken(column: Column, row: Row, where: act_paths.Where) -> str:
    text = act_words.spoken(where.find(row.values, row.around))
    if column.cell:
        text = act_words.cell(text)
    return act_words.entities(text) if column.entities else text


def _at(row: Row, where: act_paths.Where) -> str:
    return act_words.plain(where.find(row.values, row.around))


def holds(condition: Condition, row: Row) -> bool:
    """Say whether a row fulfils all of a condition; an empty list is nothing."""

    def there(where: act_paths.Where) -> bool:
        return where.find(row.values, row.around) not in (None, "", [], {}, False)

    return (
        all(there(where) for where in condition.has)
        and not any(there(where) for where in condition.lacks)
        and all(_said(row, where) in words for where, words in condition.says)
        and all(_said(row, where) not in words for where, words in condition.says_not)
        and all(_said(row, where).startswith(tuple(words)) for where, words in condition.begins)
    )


def _said(row: Row, where: act_paths.Where) -> str:
    found: Any = where.find(row.values, row.around)
    if isinstance(found, bool):
        return str(found).lower()
    return act_words.plain(found)


def record(row: Row, strangers: Sequence[tuple[str, ...]]) -> Any:
    """Return a row without what other people did to it, ``None`` where it holds nothing such."""
    kept = act_paths.without(row.values, strangers)
    return None if kept == row.values else kept


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else ""


def account(platform: str, text: str) -> str:
    """Return a handle in its one form; a link to a profile becomes its handle."""
    if not text:
        return ""
    if "/" in text and platform != "feed" and (link := tip_links.read(text)):
        return link.account if link.platform == platform else ""
    try:
        return normalise(platform, text)
    except BadAddress:
        return ""


def _passed_on(
    text: str, target: Mapping[str, str]
) -> tuple[str, tuple[str, str, str], dict[str, str]]:
    """Return words as those of what was shared; pictures beside them are the other's too."""
    found = {**target, "text": text or target.get("text", "")}
    if shared := _RETWEET.match(text):
        found |= {"author_handle": shared[1].lower(), "text": text[shared.end() :]}
    return "", ("", "", ""), found


def _hash(
    account: str,
    signal: Signal,
    stamp: str,
    text: str,
    target: Mapping[str, str],
    media: Sequence[str],
) -> str:
    """Return what stands for an act without an id: whose it is, what, when, upon what."""
    upon = (target.get("id", ""), target.get("url", ""))
    parts = [account, signal.value, stamp, text, *upon, *media]
    joined = b"".join(b"%d:%s" % (len(p.encode()), p.encode()) for p in parts)
    return f"row:{hashlib.sha256(joined).hexdigest()}"
