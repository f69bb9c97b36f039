"""How an agency's sheet is laid out: ``intake/profiles/*.toml`` of the watchlists, or a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from monitor.errors import ConfigError, Fault
from monitor.watch.register import OPTIONAL, REQUIRED
from monitor.watch.toml import Table, near, read, shown

FOLDER = "intake/profiles"
NIP = "nip"
# What a sheet of dated states may hold beside the person; the rest is a transfer's new place.
INTERVAL = ("kind", "start", "end", "reference")
KNOWN = frozenset({*REQUIRED, *OPTIONAL, *INTERVAL, NIP})


class Kind(StrEnum):
    """What a row is: a register line, a person, a declaration of accounts, or a dated state."""

    REGISTER = "register"
    STAFF = "staff"
    ACCOUNTS = "accounts"
    INTERVALS = "intervals"


@dataclass(frozen=True, slots=True)
class Profile:
    """``columns`` maps the register's column to the headers it may have, folded.

    ``constants`` are the same in every row, ``values`` translate an agency's words, ``accounts``
    maps headers to the platform that their cells speak of (empty: the cell says it).
    """

    name: str
    kind: Kind = Kind.REGISTER
    title: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)


def fold(text: str) -> str:
    """Return a header or a word as it is compared: no case, signs or double blanks."""
    return " ".join(re.sub(r"[\W_]+", " ", text).casefold().split())


def house(kind: Kind) -> Profile:
    """Return the profile of a sheet that uses our own column names."""
    return Profile(kind.value, kind, columns={name: (fold(name),) for name in KNOWN})


def load(folder: Path, name: str) -> Profile:
    """Read a profile by its name or its file. Raises ``ConfigError`` with every fault."""
    faults: list[Fault] = []
    path = Path(name) if name.endswith(".toml") else folder / FOLDER / f"{name}.toml"
    if path.parent == folder / FOLDER and not path.exists():
        known = sorted(p.stem for p in path.parent.glob("*.toml"))
        expected = f"one of {', '.join(known)}, or a .toml file"
        raise ConfigError([Fault("--profile", "", expected, repr(name), near(name, known))])
    root, _ = read(path.parent, path.name, faults)
    found = _profile(path.stem, root) if root else None
    if faults or found is None:
        raise ConfigError(faults)
    return found


def adjusted(profile: Profile, maps: Sequence[str], sets: Sequence[str]) -> Profile:
    """Add ``column=header`` and ``column=value`` of the command line to a profile."""
    columns, constants = dict(profile.columns), dict(profile.constants)
    faults: list[Fault] = []
    for option, given in (("--map", maps), ("--set", sets)):
        for one in given:
            column, _, value = (part.strip() for part in one.partition("="))
            if column not in KNOWN or not value:
                expected, hint = "column=…, of a known column", near(column, KNOWN)
                faults.append(Fault(option, "", expected, shown(one), hint))
            elif option == "--map":
                columns[column] = (fold(value),)
            else:
                constants[column] = value
    if faults:
        raise ConfigError(faults)
    return replace(profile, columns=columns, constants=constants)


def _profile(name: str, root: Table) -> Profile:
    kind = root.one_of("kind", Kind) or Kind.REGISTER
    title = root.text("title")
    columns = _lists(root, "columns")
    constants = _texts(root, "constants")
    accounts = {fold(key): value for key, value in _texts(root, "accounts", known=False).items()}
    values = {
        column: {fold(word): str(ours) for word, ours in words.items()}
        for column, words in _optional(root, "values").items()
        if _known(root, "values", column) and isinstance(words, dict)
    }
    root.close()
    return Profile(name, kind, title, columns, constants, values, accounts)


def _lists(root: Table, key: str) -> dict[str, tuple[str, ...]]:
    found = {}
    for column, headers in _optional(root, key).items():
        listed = headers if isinstance(headers, list) else [headers]
        if not _known(root, key, column):
            continue
        if not listed or not all(isinstance(one, str) and one.strip() for one in listed):
            root.fault(f"{key}.{column}", "the header's words, or a list of them", shown(headers))
            continue
        found[column] = tuple(fold(str(one)) for one in listed)
    return found


def _texts(root: Table, key: str, *, known: bool = True) -> dict[str, str]:
    found = {}
    for column, value in _optional(root, key).items():
        if known and not _known(root, key, column):
            continue
        if not isinstance(value, str):
            root.fault(f"{key}.{column}", "a text", shown(value))
            continue
        found[column] = value
    return found


def _optional(root: Table, key: str) -> dict[str, object]:
    if key not in root.data:
        root.asked.add(key)
        return {}
    return root.mapping(key)


def _known(root: Table, key: str, column: str) -> bool:
    if column in KNOWN:
        return True
    root.fault(f"{key}.{column}", "a column of the register", shown(column), near(column, KNOWN))
    return False
