"""Walkers over source trees for the architecture tests: each returns faults as ``path:line: text``.

They take the tree and the rules as arguments, so that every one is also run on a small made-up
tree that breaks its rule.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BROAD = {"Exception", "BaseException"}
WALL_CLOCK = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: its path inside the package, its room (first part), and its syntax tree."""

    path: str
    tree: ast.Module
    lines: int

    @property
    def room(self) -> str:
        return self.path.partition("/")[0].removesuffix(".py")


@dataclass(frozen=True, slots=True)
class Imported:
    name: str
    line: int
    relative: bool

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]


@cache
def modules(package: Path) -> list[Module]:
    """Read a tree once; one that a test makes is complete before it is read."""
    found = []
    for file in sorted(package.rglob("*.py")):
        text = file.read_text("utf-8")
        path = file.relative_to(package).as_posix()
        found.append(Module(path, ast.parse(text), text.count("\n")))
    return found


def imports(module: Module) -> Iterator[Imported]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Imported(alias.name, node.lineno, relative=False)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            for alias in node.names:
                name = f"{base}.{alias.name}" if base else alias.name
                yield Imported(name, node.lineno, node.level > 0)


def layer_faults(
    package: Path, layers: Mapping[str, int], walls: frozenset[int], name: str = "monitor"
) -> list[str]:
    """Find imports that point upwards, cross a wall, or come from a room without a layer.

    ``walls`` are the layers whose rooms may not import each other.
    """
    faults = []
    for module in modules(package):
        if module.room == "__init__":
            continue
        if module.room not in layers:
            faults.append(f"{module.path}: room {module.room!r} has no layer")
            continue
        for used in imports(module):
            if used.top == name and used.name != name:
                faults += _crossing(module, used, layers, walls)
    return sorted(set(faults))


def _crossing(
    module: Module, used: Imported, layers: Mapping[str, int], walls: frozenset[int]
) -> list[str]:
    other = used.name.split(".")[1]
    here, there = layers[module.room], layers.get(other)
    if there is None or other == module.room:
        return []
    if there > here:
        return [f"{module.path}:{used.line}: layer {here} imports {used.name} of layer {there}"]
    if there == here and here in walls:
        return [f"{module.path}:{used.line}: {module.room} and {other} may not know each other"]
    return []


def fence_faults(
    package: Path, homes: Mapping[str, Sequence[str]], name: str = "monitor"
) -> list[str]:
    """Find third-party packages outside their home, without a home, and homes nobody lives in.

    A home is a path inside the package; one that ends in ``/`` is a folder.
    """
    faults, inhabited = set(), set()
    for module in modules(package):
        for used in imports(module):
            if used.top == name or used.relative or _standard(used.top, homes):
                continue
            if used.top not in homes:
                faults.add(f"{module.path}:{used.line}: {used.top} has no home in the table")
            elif not _at_home(module.path, homes[used.top]):
                faults.add(f"{module.path}:{used.line}: {used.top} outside its home")
            else:
                inhabited.add(used.top)
    faults |= {f"{package.name}: {gone} has a home but is never imported there"
               for gone in homes.keys() - inhabited}  # fmt: skip
    return sorted(faults)


def _standard(top: str, homes: Mapping[str, Sequence[str]]) -> bool:
    return top in sys.stdlib_module_names and top not in homes


def _at_home(path: str, homes: Sequence[str]) -> bool:
    return any(path == home or (home.endswith("/") and path.startswith(home)) for home in homes)


def broad_excepts(package: Path) -> Counter[str]:
    """Count, per file, handlers that catch everything, and ``suppress(Exception)``."""
    found: Counter[str] = Counter()
    for module in modules(package):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
                found[module.path] += 1
            elif isinstance(node, ast.Call) and dotted(node.func).endswith("suppress"):
                found[module.path] += any(_is_broad(arg) for arg in node.args)
    return +found


def _is_broad(node: ast.expr | None) -> bool:
    if node is None:
        return True
    kinds = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(dotted(kind).rpartition(".")[2] in BROAD for kind in kinds)


def call_faults(package: Path, names: set[str], allowed: Sequence[str]) -> list[str]:
    """Find uses of a function (``print``, ``datetime.now``) outside the allowed files.

    A bare reference counts as well: ``clock=datetime.now`` is a call in waiting.
    """
    faults = set()
    for module in modules(package):
        if _at_home(module.path, allowed):
            continue
        for node in ast.walk(module.tree):
            said = dotted(node) if isinstance(node, ast.Name | ast.Attribute) else ""
            if any(said == name or said.endswith(f".{name}") for name in names):
                faults.add(f"{module.path}:{getattr(node, 'lineno', 0)}: {said}")
    return sorted(faults)


def relative_imports(package: Path) -> list[str]:
    return [
        f"{module.path}:{used.line}: relative import"
        for module in modules(package)
        for used in imports(module)
        if used.relative
    ]


def function_lengths(package: Path) -> dict[str, int]:
    """Return the lines of every function, docstring included, by ``path:line name``."""
    return {
        f"{module.path}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for module in modules(package)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def dotted(node: ast.AST) -> str:
    """Return ``a.b.c`` for a name or a chain of attributes, else an empty text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else node.attr
    return ""
