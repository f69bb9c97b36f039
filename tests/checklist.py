"""The faults of platforms that every collector must stand, and which test shows each.

A test names them with ``@pytest.mark.checklist("429-bare", …)``. Whose test it is follows from its
file: ``test_bluesky_reverse.py`` is Bluesky's reverse mode; ``of="bluesky stream"`` says otherwise.
``python -m tests.checklist`` (``make checklist``) writes the table of docs/coverage.md.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from monitor.collect import registry

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "coverage.md"
REASONS = ROOT / "tests" / "checklist.toml"
BEGIN, END = "<!-- checklist: begin -->", "<!-- checklist: end -->"
# From the program's own list of what an emulator must be able to do.
BOXES = {
    "429-headers": "too many requests, with the platform's own headers and form of time",
    "429-bare": "too many requests, without any header",
    "5xx-burst": "a burst of server faults",
    "slow-body": "a body that comes slowly, or never ends",
    "truncated": "an answer that ends in the middle",
    "empty-page-with-cursor": "an empty page that says there is more",
    "repeated-cursor": "a cursor that comes again",
    "last-full-page": "a last page that is full",
    "deleted-between-pages": "an act that goes between two pages",
    "duplicate-across-pages": "the same act on two pages",
    "target-gone": "an account or target that is deleted, protected or suspended",
    "handle-renamed": "the same account under a new handle",
    "handle-reused": "another account under the old handle",
    "token-401-403-quota": "a token that ended, a refusal and a used-up quota told apart",
    "clock-skew": "a clock that is wrong by ten minutes, against the platform's times",
    "stranger-never-stored": "people who are not on the register reach nothing",
    "restart-mid-page": "a restart between two pages loses and doubles nothing",
}
SHARED = "HTTP layer"
MODES = {"reverse": "reverse", "targets": "reverse", "stream": "stream"}
# Tests of the whole program over several platforms.
WHOLE = {
    "test_strangers": ("bluesky reverse", "mastodon reverse", "x reverse", "youtube reverse"),
    "test_gated_whole": ("x", "x reverse", "telegram", "telegram_channel"),
}

Shown = Mapping[str, Mapping[str, Collection[str]]]  # column -> box -> tests


def marked(folder: Path) -> Iterator[tuple[Path, str, tuple[str, ...], str]]:
    """Yield every marked test: its file, its name, the boxes, and what ``of`` says."""
    for file in sorted(folder.rglob("test_*.py")):
        text = file.read_text("utf-8")
        if "mark.checklist" not in text:
            continue
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for call in _calls(node, _tables(tree)):
                    boxes = tuple(str(ast.literal_eval(arg)) for arg in call.args)
                    said = {k.arg: str(ast.literal_eval(k.value)) for k in call.keywords}
                    yield file, node.name, boxes, said.get("of", "")


def _tables(tree: ast.Module) -> dict[str, ast.expr]:
    """Return what a module's names stand for: cases may lie in a table beside their test."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            found |= {t.id: node.value for t in node.targets if isinstance(t, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def _calls(
    node: ast.FunctionDef | ast.AsyncFunctionDef, tables: Mapping[str, ast.expr]
) -> Iterator[ast.Call]:
    """Yield the marks of a test, those of its single cases too."""
    for decorator in node.decorator_list:
        named = {n.id for n in ast.walk(decorator) if isinstance(n, ast.Name)} & tables.keys()
        for part in (decorator, *(tables[name] for name in sorted(named))):
            for one in ast.walk(part):
                if isinstance(one, ast.Call) and ast.unparse(one.func).endswith("mark.checklist"):
                    yield one


def column(file: Path, names: Collection[str]) -> tuple[str, ...]:
    """Return whose tests a file holds; nothing where its name does not say."""
    if file.parent.name == "net":
        return (SHARED,)
    if file.stem in WHOLE:
        return WHOLE[file.stem]
    stem = file.stem.removeprefix("test_")
    words = stem.split("_")
    mode = next((MODES[word] for word in words if word in MODES), "")
    longest = sorted(names, key=len, reverse=True)
    name = next((name for name in longest if f"{stem}_".startswith(f"{name}_")), "")
    name = name or ("bluesky" if mode else "")
    return (f"{name} {mode}".strip(),) if name else ()


def shown(folder: Path, names: Collection[str]) -> tuple[Shown, list[str]]:
    """Return which tests show which box of which column, and what is wrong with the marks."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    faults = []
    for file, test, boxes, of in marked(folder):
        where = (of,) if of else column(file, names)
        if not where or not boxes:
            faults.append(f"{file.name}: {test}: whose test is it, and of which box?")
        for box in boxes:
            if box not in BOXES:
                faults.append(f"{file.name}: {test}: no such box: {box}")
            for one in where if box in BOXES else ():
                found[one][box].append(test)
    return found, faults


def reasons() -> dict[str, dict[str, str]]:
    """Return why a box does not apply, by column and box."""
    return tomllib.loads(REASONS.read_text("utf-8"))


def columns(found: Shown, given: Mapping[str, object]) -> list[str]:
    """Return the columns of the table: every collector and mode; the shared layer comes first."""
    names = {*registry.COLLECTORS, *given, *found} - {SHARED}
    return [SHARED, *sorted(names)]


def gaps(found: Shown, given: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return the boxes that are neither shown nor explained, or both, or explained for nobody."""
    faults = []
    for name in columns(found, given)[1:]:
        for box in BOXES:
            tested, said = box in found.get(name, {}), box in given.get(name, {})
            if not tested and not said:
                faults.append(f"{name}: {box}: neither shown by a test nor explained")
            elif tested and said:
                faults.append(f"{name}: {box}: shown by a test, and explained away")
        faults += [f"{name}: {box}: no such box" for box in given.get(name, {}) if box not in BOXES]
    return faults


def table(found: Shown, given: Mapping[str, Mapping[str, str]]) -> str:
    """Return the two tables, in Markdown."""
    heads = columns(found, given)
    lines = [f"| fault | {' | '.join(heads)} |", "|---|" + "---|" * len(heads)]
    for box, words in BOXES.items():
        cells = [
            _cell(found.get(name, {}).get(box, ()), box in given.get(name, {})) for name in heads
        ]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    why = [(name, box, text) for name in heads for box, text in given.get(name, {}).items()]
    lines += ["", "Why a fault does not apply:", "", "| collector | fault | why |", "|---|---|---|"]
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, box, text in why:
        grouped[name, text].append(BOXES.get(box, box))
    lines += [
        f"| {name} | {'; '.join(boxes)} | {text} |" for (name, text), boxes in grouped.items()
    ]
    return "\n".join(lines)


def _cell(tests: Collection[str], explained: bool) -> str:
    return "✓" if tests else "–" if explained else ""


def page(text: str, made: str) -> str:
    """Return the page with the tables in their place."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{rest.partition(END)[2]}"


def main() -> int:
    """Write the tables; 1 where a box is neither shown nor explained."""
    found, faults = shown(ROOT / "tests", registry.COLLECTORS)
    given = reasons()
    PAGE.write_text(page(PAGE.read_text("utf-8"), table(found, given)), "utf-8")
    for fault in (*faults, *gaps(found, given)):
        sys.stderr.write(f"{fault}\n")
    return 1 if faults or gaps(found, given) else 0


if __name__ == "__main__":
    sys.exit(main())
