"""P7, P22: nothing the program can say is a verdict, a sanction, an identity number, or unsourced.

``test_render`` scans the templates that are rendered by themselves; here is everything else that
may reach a person: every template of any kind, and every text in the code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

import monitor

PACKAGE = Path(monitor.__file__).parent
TEMPLATES = sorted(Path(str(files("monitor.notify") / "templates")).iterdir())
VERDICT = re.compile(
    r"melanggar|pelanggar(?!an data)|bersalah|pelaku\b|terbukti|hukuman|dihukum|pecat|penjara"
    r"|sanksi|guilty|violat|offender|perpetrat|punish|convict|culprit",
    re.IGNORECASE,
)
# Said to deny it: the level is where a rule points, and nothing more.
DENIED = re.compile(r"bukan (putusan|hukuman|sanksi)|not a (ruling|punishment|sanction)")
IDENTITY = re.compile(r"(?<![\d{])(?:\d[ .]?){15,}\d|(?<!\d)(?:\+?62|0)8\d{8,11}(?!\d)")
# An instrument that is cited from memory has this code, and is shown nowhere.
MEMORY = re.compile(r"\(M\)|\"M\"|'M'")


def said(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of each string in a module that is no docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    first = [node.body[0] for node in ast.walk(tree) if isinstance(node, holders) and node.body]
    docs = {id(one.value) for one in first if isinstance(one, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def faults(text: str) -> list[str]:
    """Return what a text must not say."""
    plain = DENIED.sub("", text)
    found = [match[0] for match in VERDICT.finditer(plain)]
    return found + [match[0] for match in IDENTITY.finditer(plain)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_no_template_says_a_verdict_an_identity_number_or_a_law_from_memory(path: Path) -> None:
    text = path.read_text("utf-8")
    assert faults(text) == []
    assert not MEMORY.search(text)


def test_no_text_of_the_program_says_a_verdict_or_an_identity_number() -> None:
    found = {
        f"{path.relative_to(PACKAGE)}:{line}": wrong
        for path in PACKAGE.rglob("*.py")
        for line, text in said(path)
        if (wrong := faults(text))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "Yang bersangkutan melanggar netralitas",
        "hukuman disiplin berat",
        "NIP 198501012010011001",
        "telepon 081234567890",
        "the offender",
    ],
)
def test_the_scan_finds_what_it_looks_for(text: str) -> None:
    assert faults(text)


def test_the_scan_knows_what_is_denied_and_what_is_a_name_of_a_paper() -> None:
    assert faults("Ini indikasi, bukan putusan dan bukan sanksi.") == []
    assert faults("daftar pelanggaran data dibuat") == []
