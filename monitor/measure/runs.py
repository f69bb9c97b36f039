"""How often a file was scored: a figure looked at often is no longer an honest one."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.clock import to_text
from monitor.errors import ConfigError, Fault

FILE = "netralitas/backtest-runs.json"


def state_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the count's file in the user's state folder (XDG Base Directory Specification)."""
    base = environment.get("XDG_STATE_HOME") or ""
    folder = Path(base) if Path(base).is_absolute() else Path.home() / ".local/state"
    return folder / FILE


def count(key: str, now: datetime, path: Path) -> int:
    """Note one more run on what ``key`` names and return how many there were, this one included.

    ``key`` is the digest of the file's bytes: a renamed file keeps its count, a changed one
    begins anew. Raises ``ConfigError`` where the count cannot be kept.
    """
    known = _read(path)
    runs = int(known.get(key, {}).get("runs", 0)) + 1
    known[key] = {"runs": runs, "last": to_text(now)}
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.draft")
        draft.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", "utf-8")
        draft.replace(path)
    except OSError as error:
        raise _unusable(path, error) from None
    return runs


def _read(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _unusable(path, error) from None
    except ValueError:
        raise _broken(path) from None
    if not isinstance(known, dict) or not all(_is_entry(entry) for entry in known.values()):
        raise _broken(path)
    return known


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("runs"), int)


def _broken(path: Path) -> ConfigError:
    hint = "remove it to begin counting anew"
    return ConfigError([Fault(str(path), "", "the counts of earlier runs", "something else", hint)])


def _unusable(path: Path, error: OSError) -> ConfigError:
    hint = "set XDG_STATE_HOME to a folder of yours"
    expected = "a file that can be read and written"
    return ConfigError([Fault(str(path), "", expected, error.strerror or "", hint)])
