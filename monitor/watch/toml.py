"""TOML tables read key by key: what is wrong becomes a fault, so that all are told at once."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from monitor.errors import Fault

E = TypeVar("E", bound=StrEnum)

PAIR = 2
SHOWN = 60  # characters of a wrong value that a fault repeats


@dataclass(slots=True)
class Table:
    """One table of one file. ``key`` is its dotted path, list positions counted from 0.

    A reader returns a harmless value after a fault, so that reading goes on. ``close`` must be
    called last: keys that nobody asked for are faults.
    """

    data: Mapping[str, Any]
    where: str
    faults: list[Fault]
    key: str = ""
    asked: set[str] = field(default_factory=set)

    def fault(self, name: str, expected: str, got: str = "", hint: str = "") -> None:
        self.faults.append(Fault(self.where, self.path(name), expected, got, hint))

    def path(self, name: str) -> str:
        return ".".join(part for part in (self.key, name) if part)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text without outer blanks; without a ``default`` it may not be empty."""
        value = self._take(name, str, "a text", default)
        if default is None and isinstance(value, str) and not value.strip():
            self.fault(name, "a text that is not empty", shown(value))
        return value.strip() if isinstance(value, str) else ""

    def integer(self, name: str, *, least: int, default: int | None = None) -> int | None:
        value = self._take(name, int, "a whole number", default)
        if isinstance(value, int) and value < least and name in self.data:
            self.fault(name, f"a whole number from {least}", shown(value))
            return None
        return value if isinstance(value, int) else None

    def flag(self, name: str) -> bool:
        """Return true or false; absent is false."""
        return self._take(name, bool, "true or false", default=False) is True

    def day(self, name: str, *, required: bool = True) -> date | None:
        value = self._take(name, date, "a date", None if required else "")
        if isinstance(value, datetime):
            self.fault(name, "a date without a time", shown(value))
            return None
        return value if isinstance(value, date) else None

    def instant(self, name: str) -> datetime | None:
        """Return an optional instant; it needs its zone (``2024-09-22T16:00:00+07:00``)."""
        value = self._take(name, datetime, "a date with time and zone", "")
        if isinstance(value, datetime) and value.tzinfo is None:
            self.fault(name, "a time with its zone", shown(value), "for example 16:00:00+07:00")
            return None
        return value if isinstance(value, datetime) else None

    def span(self, name: str, *, required: bool = True) -> tuple[date, date] | None:
        """Return ``[first, last]``, both days included."""
        value = self._take(name, list, "two dates [first, last]", None if required else "")
        return self._span(name, value) if isinstance(value, list) else None

    def spans(self, name: str) -> tuple[tuple[date, date], ...]:
        value = self._take(name, list, "a list of [first, last]", "")
        items = value if isinstance(value, list) else []
        pairs = [self._span(f"{name}.{place}", item) for place, item in enumerate(items)]
        return tuple(pair for pair in pairs if pair)

    def _span(self, name: str, value: Any) -> tuple[date, date] | None:
        days = value if isinstance(value, list) else []
        if len(days) != PAIR or not all(type(day) is date for day in days):
            self.fault(name, "two dates [first, last]", shown(value))
            return None
        if days[0] > days[1]:
            self.fault(name, f"a last day not before the first, {days[0]}", str(days[1]))
            return None
        return days[0], days[1]

    def texts(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        """Return a list of texts; an empty or a repeated one is a fault."""
        value = self._take(name, list, "a list of texts", None if required else "")
        items = value if isinstance(value, list) else []
        if required and value == []:
            self.fault(name, "at least one entry", "an empty list")
        return tuple(self._entries(name, items))

    def _entries(self, name: str, items: Sequence[Any]) -> Iterator[str]:
        first: dict[str, int] = {}
        for place, item in enumerate(items):
            path = f"{name}.{place}"
            if not isinstance(item, str) or not item.strip():
                self.fault(path, "a text that is not empty", shown(item))
            elif (before := first.setdefault(item.strip().casefold(), place)) != place:
                self.fault(path, f"an entry not yet listed (see {name}.{before})", shown(item))
            else:
                yield item

    def one_of(self, name: str, kind: type[E], default: E | None = None) -> E | None:
        value = self._take(name, str, f"one of {', '.join(kind)}", default)
        return self._choose(name, kind, value) if isinstance(value, str) else None

    def any_of(self, name: str, kind: type[E]) -> frozenset[E]:
        listed = enumerate(self.texts(name))
        chosen = [self._choose(f"{name}.{place}", kind, value) for place, value in listed]
        return frozenset(value for value in chosen if value is not None)

    def _choose(self, name: str, kind: type[E], value: str) -> E | None:
        try:
            return kind(value)
        except ValueError:
            self.fault(name, f"one of {', '.join(kind)}", shown(value), near(value, list(kind)))
            return None

    def tables(self, name: str) -> list[Table]:
        """Return the tables of an optional ``[[name]]``."""
        value = self._take(name, list, f"tables [[{name}]]", "")
        items = value if isinstance(value, list) else []
        found = []
        for place, item in enumerate(items):
            if isinstance(item, dict):
                found.append(Table(item, self.where, self.faults, f"{self.path(name)}.{place}"))
            else:
                self.fault(f"{name}.{place}", f"a table [[{name}]]", shown(item))
        return found

    def mapping(self, name: str) -> dict[str, Any]:
        value = self._take(name, dict, "a table", None)
        return value if isinstance(value, dict) else {}

    def rows(self, name: str) -> list[Any]:
        value = self._take(name, list, "a list", None)
        return value if isinstance(value, list) else []

    def close(self) -> None:
        for name in self.data:
            if name not in self.asked:
                hint = near(name, self.asked)
                self.fault(name, "no such key", "an unknown key", hint)

    def _take(self, name: str, kind: type, expected: str, default: Any) -> Any:
        self.asked.add(name)
        if name not in self.data:
            if default is None:
                self.fault(name, expected, "nothing")
            return default
        value = self.data[name]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            hint = "write dates without quotes: 2024-02-14" if kind in (date, datetime) else ""
            self.fault(name, expected, shown(value), hint)
            return default
        return value


def read(folder: Path, relative: str, faults: list[Fault]) -> tuple[Table | None, bytes]:
    """Read one file below ``folder`` and return its root table and its bytes."""
    try:
        raw = (folder / relative).read_bytes()
        return Table(tomllib.loads(raw.decode("utf-8")), relative, faults), raw
    except FileNotFoundError:
        faults.append(Fault(relative, "", "a file", "none", f"looked in {folder}"))
    except OSError as error:
        faults.append(Fault(relative, "", "a readable file", error.strerror or ""))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault(relative, "", "valid TOML in UTF-8", str(error)))
    return None, b""


def names(folder: Path, part: str) -> list[str]:
    """Return the relative names of the TOML files in one part of the watchlists, sorted."""
    return sorted(f"{part}/{path.name}" for path in (folder / part).glob("*.toml"))


def shown(value: object) -> str:
    """Return a wrong value as a fault repeats it: quoted, on one line, cut to ``SHOWN``."""
    if isinstance(value, date):
        return value.isoformat()
    text = repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def near(value: str, known: Collection[str]) -> str:
    """Return a hint at the known word that is closest to a wrong one, or nothing."""
    found = difflib.get_close_matches(value, sorted(known), n=1, cutoff=0.75)
    return f"did you mean {str(found[0])!r}?" if found else ""
