"""The documents against the program: commands, options, links, settings, alarms, licences."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from monitor import cli
from monitor.config import Config
from monitor.run.headcount import ALARM as ROSTER
from monitor.run.health import TEXTS
from monitor.run.outcome import DEAD_LETTER, MOVED
from monitor.watch.register import OPTIONAL, REQUIRED
from tests import walk

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    page.relative_to(ROOT).as_posix()
    for folder in (ROOT, ROOT / "docs", ROOT / "deploy")
    for page in (folder.glob("*.md") if folder == ROOT else folder.rglob("*.md"))
)
OPERATIONS = (ROOT / "docs/operations.md").read_text("utf-8")
PAGE_LINES = 500
# A platform with terms of its own has its settings on its own page.
SETTINGS = OPERATIONS + "".join(
    (ROOT / f"docs/{name}.md").read_text("utf-8") for name in ("mastodon", "youtube")
)

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:^|[ /])netralitas ((?:--)?[a-z][a-z-]*(?: [^`\n|]*)?)$", re.MULTILINE)
ROW = re.compile(r"(?m)^\| `([^`]+)` \| ([^|]*) \|")


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


# ---- commands --------------------------------------------------------------------------------


def command_tree() -> dict[str, set[str]]:
    """Return every command (``keys make`` too) with its options."""
    tree: dict[str, set[str]] = {}

    def walk(command: Any, words: tuple[str, ...]) -> None:
        tree[" ".join(words)] = {"--help"} | {
            o for p in command.params for o in (*p.opts, *p.secondary_opts)
        }
        for name, child in getattr(command, "commands", {}).items():
            walk(child, (*words, name))

    walk(typer.main.get_command(cli.app), ())
    return tree


def said_commands(text: str) -> Iterator[str]:
    """Yield what follows ``netralitas`` in code: in back-ticks, or in a block of shell."""
    code = re.findall(r"```sh\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text)
    for part in code:
        for found in COMMAND.finditer(re.sub(r"#.*", "", part)):
            yield found[1]


def command_faults(text: str, tree: dict[str, set[str]]) -> list[str]:
    faults = []
    for said in said_commands(text):
        words = said.split()
        longer = (" ".join(words[:count]) for count in (3, 2))
        name = next((name for name in longer if name in tree), words[0])
        options = {word for word in words if word.startswith("--")}
        if name.startswith("-"):
            name, options = "", {name}
        if name not in tree:
            faults.append(f"no command: netralitas {said}")
        else:
            faults += [f"netralitas {name} has no {o}" for o in sorted(options - tree[name])]
    return faults


@pytest.mark.parametrize("name", PAGES)
def test_commands_exist(name: str) -> None:
    assert command_faults(page(name), command_tree()) == []


def test_units_call_what_exists() -> None:
    for unit in (ROOT / "deploy").glob("*.service"):
        called = re.search(r"(?m)^ExecStart=\S+/(netralitas .*)$", unit.read_text("utf-8"))
        assert called
        assert command_faults(f"`{called[1]}`", command_tree()) == []


def test_every_command_is_in_the_readme() -> None:
    readme = page("README.md")
    names = {name.split()[0] for name in command_tree() if name}
    assert {name for name in names if f"| `netralitas {name}" not in readme} == set()


def test_command_faults_are_found() -> None:
    text = (
        "Run `netralitas nyala`, `netralitas check --cepat`, then\n```sh\nnetralitas once  # x\n```"
    )
    tree = {"": set[str](), "check": {"--config"}, "once": set[str]()}
    assert command_faults(text, tree) == [
        "no command: netralitas nyala",
        "netralitas check has no --cepat",
    ]


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", page("Makefile")))
    for name in PAGES:
        said = set(re.findall(r"(?:`|\n)make ([a-z]+)", page(name)))
        assert said <= targets, name


# ---- links -----------------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as forges make them."""
    headings = re.findall(r"(?m)^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


def link_faults(file: Path) -> list[str]:
    faults = []
    for link in LINK.findall(file.read_text("utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        if not target.exists():
            faults.append(f"{link}: no such file")
        elif anchor and anchor not in anchors(target.read_text("utf-8")):
            faults.append(f"{link}: no such heading")
    return faults


@pytest.mark.parametrize("name", PAGES)
def test_links_resolve(name: str) -> None:
    assert link_faults(ROOT / name) == []


def test_link_faults_are_found(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("# Satu dua\n[x](#satu-dua) [y](#tiga) [z](b.md) [w](https://a.example/)\n")
    assert link_faults(file) == ["#tiga: no such heading", "b.md: no such file"]


def test_pages_are_short() -> None:
    assert {name for name in PAGES if page(name).count("\n") > PAGE_LINES} == set()


# ---- settings, register, alarms --------------------------------------------------------------


def settings(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every dotted key of the configuration with its default."""
    for field, info in model.model_fields.items():
        if info.exclude:
            continue
        name = f"{prefix}{info.alias or field}"
        inner = [t for t in (info.annotation, *_arguments(info.annotation)) if _is_section(t)]
        if inner:
            yield from settings(inner[0], f"{name}.")
        else:
            yield name, info.default


def _arguments(annotation: Any) -> tuple[Any, ...]:
    return tuple(getattr(annotation, "__args__", ()))


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def test_every_setting_is_in_the_table() -> None:
    documented = {key for key, _ in ROW.findall(SETTINGS)}
    assert {key for key, _ in settings(Config)} - documented == set()


def test_defaults_in_the_table_are_the_programs() -> None:
    documented = dict(ROW.findall(SETTINGS))
    wrong = {}
    for key, default in settings(Config):
        said = documented[key].strip().strip("`")
        if isinstance(default, bool):
            right = said == str(default).lower()
        elif isinstance(default, int | float):
            right = said == f"{default:g}" if default < 1e5 else said == f"{default:.0f}"
        elif default is PydanticUndefined:
            right = "required" in said or key.startswith("notify.routes.")
        elif isinstance(default, str | Path) and str(default):
            right = said == str(default)
        else:
            continue
        if not right:
            wrong[key] = (said, default)
    assert wrong == {}


def test_no_setting_in_the_table_is_invented() -> None:
    dotted = {key for key, _ in ROW.findall(SETTINGS) if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", key)}
    assert dotted - {key for key, _ in settings(Config)} == set()


def test_no_setting_does_nothing() -> None:
    """A setting is read somewhere: as an attribute, or by its name (``config.path("data")``)."""
    read = set()
    for module in walk.modules(ROOT / "monitor"):
        if module.path.startswith("config"):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute):
                read.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                read.add(node.value)
    aliases = {"register": "register_file"}
    names = {key: key.rpartition(".")[2] for key, _ in settings(Config)}
    assert {k for k, name in names.items() if aliases.get(name, name) not in read} == set()


def test_every_register_column_is_explained() -> None:
    section = OPERATIONS.partition("\n## The register")[2].partition("\n## ")[0]
    said = set(re.findall(r"`([a-z_]+)`", section))
    assert {*REQUIRED, *OPTIONAL} - said == set()


def test_every_alarm_is_explained() -> None:
    section = OPERATIONS.partition("\n## Alarms")[2].partition("\n## ")[0]
    found = [key for key, _ in ROW.findall(section)]
    assert sorted(found) == sorted([*TEXTS, DEAD_LETTER, MOVED, ROSTER])


# ---- requirements ----------------------------------------------------------------------------


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    return dict(re.findall(r"(?m)^([A-Za-z0-9._-]+)==(\S+)", text))


def test_every_pinned_package_has_its_licence_listed() -> None:
    rows = re.findall(r"(?m)^\| (\S+) +\| (\S+) +\| (\S.*?) +\|$", page("docs/licences.md"))
    listed = {re.sub(r"[-_.]+", "-", name).lower(): (version, kind) for name, version, kind in rows}
    for name, version in pins("dev").items():
        found = listed.get(re.sub(r"[-_.]+", "-", name).lower())
        assert found is not None, f"{name}: run make licences"
        assert found[0] == version, f"{name}: run make licences"
        assert found[1] != "UNKNOWN", name


@pytest.mark.parametrize(
    "name", ["audit", "build", "dev", "mastodon", "network", "ocr", "replay", "runtime"]
)
def test_requirements_are_pinned_by_hash_and_name_no_index(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]
    assert blocks
    assert [b.split()[0] for b in blocks if "--hash=sha256:" not in b] == []
    assert re.findall(r"(?m)^\s*-|://", text.replace("    --hash", "")) == []


def test_the_smaller_locks_agree_with_the_development_lock() -> None:
    assert pins("runtime").items() <= pins("dev").items()
    assert pins("build").items() <= pins("dev").items()
