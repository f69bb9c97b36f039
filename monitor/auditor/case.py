"""One finding as its page shows it: facts, words, card, files with their checks, and its way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.errors import EvidenceError, NotifyError, StoreError
from monitor.evidence.files import Files, is_name
from monitor.model.rule import RuleSet
from monitor.notify.picture import draw
from monitor.notify.sheet import sheet
from monitor.run.compose import alert_facts
from monitor.store import auditor
from monitor.store.db import Connection

NAME = "(nama disamarkan)"
TEXT_SHOWN = 6_000
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# Digests and lists of them: the entry's own page has them.
_LONG = frozenset({"ruleset", "capture_notes", "changed", "key", "manifest", "signature"})
_FACTS = (
    "instansi", "employer_type", "ownership", "platform", "zone", "as_of", "notice_date",
    "registered_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as it is handed to the browser: as a picture or as plain text, never to be run."""

    media_type: str
    data: bytes
    inline: bool


class Cases:
    """Reads findings out of a copy, or out of the running database for the service's own user."""

    def __init__(self, conn: Connection, snapshots: Path, ruleset: RuleSet, *, live: bool) -> None:
        self._conn = conn
        self._files = Files(snapshots)
        self._ruleset = ruleset
        self._live = live

    def entry_of(self, finding: str) -> int | None:
        """Return the entry of a finding's newest revision."""
        return auditor.newest(self._conn, finding)

    def page(self, seq: int) -> dict[str, Any]:
        """Return what the page of one revision shows; nothing where there is no such finding."""
        row = auditor.finding(self._conn, seq)
        if row is None:
            return {}
        content = self._content(seq)
        activity = content.get("activity", {})
        return {
            "row": {**row, "partial": _yes(row["partial"]), "kept": _yes(row["kept"])},
            "text": activity.get("text", ""),
            "url": activity.get("object", {}).get("url", ""),
            "account": activity.get("actor", {}).get("handle", ""),
            "questions": content.get("questions", []),
            "checked": content.get("exculpations", []),
            "files": [self._file(file) for file in auditor.files_of(self._conn, seq)],
            "way": [_step(one) for one in auditor.way(self._conn, row["finding_id"])],
            "has_card": bool(content),
        }

    def card(self, seq: int) -> bytes | None:
        """Return a finding's card (PNG) without a name; None where it cannot be drawn any more."""
        content, facts = self._content(seq), self._facts(seq)
        if not content or not facts:
            return None
        watch = {**facts, "name": NAME, "unit": "", "area": "", "address": ""}
        try:
            page = sheet(content, watch, alert_facts(self._conn, seq), self._ruleset)
            return draw(page).data
        except (NotifyError, StoreError, KeyError):
            return None

    def file(self, commitment: str) -> Shown | None:
        """Return a file by its name, where the log names it and it is what the log says."""
        found = auditor.file(self._conn, commitment) if is_name(commitment) else None
        data = self._bytes(found) if found else None
        if found is None or data is None:
            return None
        if found.media_type in PICTURES:
            return Shown(found.media_type, data, inline=True)
        return Shown("text/plain; charset=utf-8", data, inline=_is_text(data))

    def _content(self, seq: int) -> dict[str, Any]:
        body = auditor.content(self._conn, seq, "finding")
        found: dict[str, Any] = json.loads(body) if body else {}
        return found

    def _facts(self, seq: int) -> dict[str, Any]:
        if not self._live:
            return json.loads(auditor.facts(self._conn, seq) or "{}") or {}
        watch: Mapping[str, Any] = json.loads(auditor.content(self._conn, seq, "watch") or b"{}")
        return {name: watch.get(name) for name in _FACTS} if watch else {}

    def _file(self, file: auditor.File) -> dict[str, Any]:
        data = self._bytes(file)
        picture = file.media_type in PICTURES
        readable = data is not None and not picture and _is_text(data)
        return {
            "name": file.name,
            "media_type": file.media_type,
            "size": file.size,
            "commitment": file.commitment,
            "sound": data is not None,
            "picture": picture,
            "text": _pretty(data) if data is not None and readable else "",
        }

    def _bytes(self, file: auditor.File) -> bytes | None:
        """Return a file's bytes, or None where it is not there or not what the log promised."""
        try:
            if self._files.measure(file.commitment, file.salt) != (file.size, file.commitment):
                return None
            return self._files.path(file.commitment).read_bytes()
        except (EvidenceError, OSError):
            return None


def _yes(flag: int) -> str:
    return "ya" if flag else "tidak"


def _step(one: Mapping[str, Any]) -> dict[str, Any]:
    public = json.loads(one["public"] or "{}")
    told = {k: _short(v) for k, v in public.items() if v not in ("", [], None) and k not in _LONG}
    return {**one, "public": told}


def _short(value: Any) -> Any:
    if isinstance(value, bool):
        return _yes(value)
    if isinstance(value, list):
        return ", ".join(str(v.get("id", v)) if isinstance(v, dict) else str(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_short(one)}" for name, one in value.items())
    return value


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return "\x00" not in text


def _pretty(data: bytes) -> str:
    text = data.decode()
    with suppress(ValueError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text[:TEXT_SHOWN] + (" …" if len(text) > TEXT_SHOWN else "")
