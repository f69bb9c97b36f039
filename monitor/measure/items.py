"""Files to measure on: JSON Lines, plain or gzipped, in one of three forms.

*Labelled*: ``label`` (and ``target_ids``, ``act``, ``note``, ``ambiguous``) beside the text.
*Expected*: ``expect`` (``outcome`` list, ``stance``, ``targets``, ``rules_any``,
``exculpations_any``) beside a whole activity. *Plain*: neither; ``kind`` groups the lines.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError, Fault
from monitor.model.finding import Outcome
from monitor.model.rule import Stance
from monitor.model.wire import Statement, statement

# Three items in sixteen may be kept unread until the word lists are frozen.
UNREAD_ENDS = ("0", "1", "2")
SIDES = (Stance.SUPPORT.value, Stance.ATTACK.value)
LABELS = (*SIDES, "neutral-political", "non-political")
_MAX_FAULTS = 20
_NAMED = ("targets", "rules_any", "exculpations_any")


class Form(StrEnum):
    LABELLED = "label"
    EXPECTED = "expect"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an act in context should come to; an empty part asks for nothing."""

    outcomes: frozenset[str]
    stance: str = ""
    targets: frozenset[str] = frozenset()
    rules_any: frozenset[str] = frozenset()
    exculpations_any: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """One line. ``targets`` is ``None`` where the label's target is on no list of contests."""

    line: int
    statement: Statement
    kind: str = ""
    label: str = ""
    targets: frozenset[str] | None = None
    act: str = ""
    note: str = ""
    ambiguous: bool = False
    expect: Expectation | None = None

    @property
    def id(self) -> str:
        return self.statement.activity.id

    @property
    def unread(self) -> bool:
        """Say whether the item belongs to the part that is kept unread: by its id's digest."""
        digest = hashlib.sha256(self.id.encode()).hexdigest()
        return digest.endswith(UNREAD_ENDS)

    @property
    def form(self) -> Form:
        if self.label:
            return Form.LABELLED
        return Form.EXPECTED if self.expect else Form.PLAIN


def load(path: Path) -> list[Item]:
    """Return all items of a file; raise ``ConfigError`` with its faults, or where it is empty."""
    items = list(read(path))
    forms = {item.form for item in items}
    if len(forms) != 1:
        got = "no line" if not items else f"lines of {len(forms)} forms"
        raise ConfigError([Fault(str(path), "", "lines of one form", got)])
    return items


def read(path: Path) -> Iterator[Item]:
    """Yield the items of a file; raise ``ConfigError`` at its end if any line was wrong."""
    faults: list[Fault] = []
    for number, raw in _lines(path):
        try:
            yield _item(number, json.loads(raw))
        except (ValueError, TypeError, KeyError) as error:
            got = str(error).splitlines()[0]
            faults.append(Fault(f"{path}:{number}", "", "a line of docs/measuring.md", got))
        if len(faults) >= _MAX_FAULTS:
            break
    if faults:
        raise ConfigError(faults)


def sample(items: Iterable[Item], size: int, seed: int) -> list[Item]:
    """Return ``size`` items drawn evenly and repeatably, in the file's order; 0 means all."""
    if not size:
        return list(items)
    draw = random.Random(seed)  # noqa: S311 - a repeatable sample, not a secret
    kept: list[Item] = []
    for place, item in enumerate(items):
        if place < size:
            kept.append(item)
        elif (hole := draw.randrange(place + 1)) < size:
            kept[hole] = item
    return sorted(kept, key=lambda item: item.line)


def digest(path: Path) -> str:
    """Return the SHA-256 (hex) of a file's bytes."""
    try:
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from None


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            yield from ((n, line) for n, line in enumerate(lines, start=1) if line.strip())
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> ConfigError:
    got = getattr(error, "strerror", None) or str(error)
    return ConfigError([Fault(str(path), "", "a readable file of JSON Lines", got)])


def _item(number: int, line: Any) -> Item:
    if not isinstance(line, dict):
        raise TypeError(f"an object was expected, not {type(line).__name__}")
    labelled = "label" in line
    stated = statement(_activity_keys(line) if labelled else line)
    ids = line.get("target_ids")
    return Item(
        line=number,
        statement=stated,
        kind=str(line.get("kind") or ""),
        label=_label(line) if labelled else "",
        targets=frozenset(map(str, ids)) if isinstance(ids, list) else None,
        act=str(line.get("act") or ""),
        note=str(line.get("note") or line.get("why") or ""),
        ambiguous=bool(line.get("ambiguous")),
        expect=_expectation(line["expect"]) if "expect" in line else None,
    )


def _activity_keys(line: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out a label's ``target`` in words: an activity's ``target`` is an object."""
    plain = line.get("target") is None or isinstance(line["target"], str)
    return {k: v for k, v in line.items() if k != "target" or not plain}


def _label(line: Mapping[str, Any]) -> str:
    if line["label"] not in LABELS:
        raise ValueError(f"label: one of {', '.join(LABELS)} was expected")
    return str(line["label"])


def _expectation(value: Any) -> Expectation:
    if not isinstance(value, dict) or not isinstance(value.get("outcome"), list):
        raise TypeError("expect: an object with a list 'outcome' was expected")
    outcomes = frozenset(Outcome(outcome).value for outcome in value["outcome"])
    named = {name: frozenset(map(str, value.get(name) or ())) for name in _NAMED}
    stance = value.get("stance")
    return Expectation(outcomes, Stance(stance).value if stance else "", **named)
