"""Walkers for the both-ways contracts: one file, one registry entry, one recording or case table.

Each takes paths and returns faults as text, so that it is also run on a made-up tree.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

COLLECTOR = {"fetch", "normalise", "capture"}
NOTIFIER = {"open", "send", "close"}
LEAST_CASES = 3
EXCUSED = "pengecualian"


def registry(file: Path, name: str) -> dict[str, str]:
    """Return a registry's literal dict: plug-in name -> ``module:Class``."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        if any(isinstance(t, ast.Name) and t.id == name for t in targets):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            assert node.value is not None
            return dict(ast.literal_eval(node.value))
    raise LookupError(f"{file}: no {name}")


def classes(folder: Path, methods: set[str]) -> dict[str, str]:
    """Return ``module:Class`` -> file name of every class that has all these methods."""
    found = {}
    for file in sorted(folder.glob("*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if (
                isinstance(node, ast.ClassDef)
                and not _is_protocol(node)
                and methods <= _named(node)
            ):
                found[f"monitor.{folder.name}.{file.stem}:{node.name}"] = file.name
    return found


def plugin_faults(entries: dict[str, str], written: Iterable[str]) -> list[str]:
    """Compare a registry with the classes that are really there, both ways."""
    entered, there = list(entries.values()), set(written)
    faults = [
        f"{name}: {path} is not a plug-in" for name, path in entries.items() if path not in there
    ]
    faults += [f"{path} has no registry entry" for path in sorted(there - set(entered))]
    faults += [
        f"{path} is entered twice" for path in sorted({p for p in entered if entered.count(p) > 1})
    ]
    return faults


def recording_faults(names: Iterable[str], recordings: Path) -> list[str]:
    """Every collector has a folder of recorded cases; every folder a collector; no empty case."""
    known = set(names)
    faults = [
        f"{name}: no recorded case under {recordings.name}/{name}"
        for name in sorted(known)
        if not _folders(recordings / name)
    ]
    for folder in _folders(recordings):
        if folder.name not in known:
            faults.append(f"{folder.name}: recordings of a collector that is not registered")
        faults += [f"{folder.name}/{case.name}: no expected.json" for case in _folders(folder)
                   if not (case / "expected.json").is_file()]  # fmt: skip
    return faults


def test_file_faults(entries: dict[str, str], folder: Path) -> list[str]:
    """Every plug-in has ``test_<name>.py`` or ``test_<module>.py``."""
    faults = []
    for name, path in entries.items():
        module = path.partition(":")[0].rpartition(".")[2]
        if not any((folder / f"test_{stem}.py").is_file() for stem in (name, module)):
            faults.append(f"{name}: no {folder.name}/test_{module}.py")
    return faults


def rule_faults(rules: Path, loaded: Iterable[str]) -> list[str]:
    """Every rule file is loaded and has its cases: three hits, three non-hits, one per exclusion.

    A hit expects ``alert`` or ``review``. The case of an exclusion is a non-hit whose name begins
    with "pengecualian".
    """
    live = set(loaded)
    files = {
        file.stem: tomllib.loads(file.read_text("utf-8")) for file in sorted(rules.glob("*.toml"))
    }
    faults = [f"{rule}: loaded, but has no file" for rule in sorted(live - files.keys())]
    faults += [f"{rule}: has a file, but is not loaded" for rule in sorted(files.keys() - live)]
    for rule, body in files.items():
        faults += [f"{rule}: {fault}" for fault in _case_faults(body)]
    return faults


def _case_faults(body: dict[str, Any]) -> list[str]:
    cases = body.get("case", [])
    hits = sum(case["expect"] != "none" for case in cases)
    misses = len(cases) - hits
    excused = sum(c["expect"] == "none" and c["name"].startswith(EXCUSED) for c in cases)
    wanted = (
        ("hit", hits, LEAST_CASES),
        ("non-hit", misses, LEAST_CASES),
        (EXCUSED, excused, len(body.get("exclusion", []))),
    )
    return [
        f"{count} {kind} cases, at least {least} are needed"
        for kind, count, least in wanted
        if count < least
    ]


def _folders(path: Path) -> list[Path]:
    return sorted(p for p in path.iterdir() if p.is_dir()) if path.is_dir() else []


def _named(node: ast.ClassDef) -> set[str]:
    return {n.name for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}


def _is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)
