"""A new ``[[notify.routes]]`` in a person's configuration, everything else left as it stands.

The table is put behind the last one of its kind, as text, so every comment stays where it was; the
result is read back and must be the old configuration with this one route more.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from monitor import disk
from monitor.config import Config, parse
from monitor.errors import ConfigError, Fault

HEADER = "[[notify.routes]]"
_TABLE = re.compile(r"^\s*\[")
_ROUTES = re.compile(r"^\s*\[\[\s*notify\s*\.\s*routes\s*\]\]")
Value = str | int | bool | tuple[str, ...]


def with_route(text: str, route: Mapping[str, Value], where: str) -> str:
    """Return a configuration's text with one route more; ``ConfigError`` where it takes none."""
    block = [HEADER, *(f"{key} = {_toml(value)}" for key, value in route.items())]
    lines = text.splitlines()
    for place in (_behind(lines), len(lines)):
        made = "\n".join([*lines[:place], "", *block, *([""] if place < len(lines) else [])])
        rest = "\n".join(lines[place:]).lstrip("\n")
        whole = f"{made}\n{rest}".rstrip("\n") + "\n"
        if _is_one_more(text, whole, route):
            return whole
    hint = "write each route as a table of its own: [[notify.routes]]"
    raise ConfigError([Fault(where, "notify.routes", "tables that take another", "", hint)])


def checked(text: str, path: Path) -> Config:
    """Read a configuration's text as if it stood in a file; ``ConfigError`` with every fault."""
    return parse(tomllib.loads(text) | {"folder": path.resolve().parent}, str(path))


def diff(old: str, new: str, path: Path) -> list[str]:
    """Return what would change in a file, as lines of a diff."""
    names = (f"{path.name} (sekarang)", f"{path.name} (baru)")
    parts = difflib.unified_diff(old.splitlines(), new.splitlines(), *names, n=2, lineterm="")
    return list(parts)


def replace(path: Path, text: str, mode: int | None = None) -> None:
    """Put a whole file in place of another, on disk before its name; rights stay as they were."""
    made = path.with_name(f".{path.name}.baru")
    made.unlink(missing_ok=True)
    rights = mode if mode is not None else path.stat().st_mode & 0o777
    disk.write_new(made, text.encode(), rights)
    made.chmod(rights)
    made.replace(path)


def _behind(lines: list[str]) -> int:
    """Return the line behind the last route: the first one is nothing of it, nor a space."""
    begin = max((n for n, line in enumerate(lines) if _ROUTES.match(line)), default=len(lines))
    end = begin + 1
    last = end
    while end < len(lines) and not _TABLE.match(lines[end]):
        end += 1
        if lines[end - 1].strip() and not lines[end - 1].lstrip().startswith("#"):
            last = end
    return min(last, len(lines))


def _is_one_more(old: str, new: str, route: Mapping[str, Value]) -> bool:
    try:
        wanted, found = tomllib.loads(old), tomllib.loads(new)
    except tomllib.TOMLDecodeError:
        return False
    plain = {key: list(v) if isinstance(v, tuple) else v for key, v in route.items()}
    notify = wanted.setdefault("notify", {})
    notify["routes"] = [*notify.get("routes", []), plain]
    return wanted == found


def _toml(value: Value) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # A JSON text is a TOML text, but for one character that TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
