"""Bad input gets a clear error: every file under ``config/bad`` with its exact message beside it.

A message file holds one fault a line, as ``check`` prints them.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from monitor import config, config_notify, watch
from monitor.errors import ConfigError
from monitor.run import enrol

HERE = Path(__file__).parent / "config"
SHIPPED = Path(__file__).parent.parent / "config.toml"
BAD, GOOD = HERE / "bad", HERE / "good"
READ = frozenset({"bluesky", "feed", "mastodon"})
PLACES = {
    "contests": "contests/pilgub-99-2030.toml",
    "rules": "rules/dukung-kiriman.toml",
    "lexicons": "lexicons/kata.toml",
    "legal": "legal.toml",
    "accounts": "accounts.toml",
    "deadlines": "deadlines.toml",
}


def bad(part: str) -> list[str]:
    return sorted(p.name for p in (BAD / part).iterdir() if p.suffix != ".txt")


def message(path: Path) -> str:
    return path.with_suffix(".txt").read_text("utf-8").rstrip("\n")


def faults(action: Callable[[], object]) -> str:
    with pytest.raises(ConfigError) as caught:
        action()
    return "\n".join(str(fault) for fault in caught.value.faults)


@pytest.mark.parametrize("name", bad("config"))
def test_bad_config(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD / "config")
    assert faults(lambda: config.load(Path(name))) == message(BAD / "config" / name)


@pytest.mark.parametrize("name", bad("register"))
def test_bad_register(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD / "register")
    assert faults(lambda: enrol.check(Path(name), READ)) == message(BAD / "register" / name)


@pytest.mark.parametrize(("part", "name"), [(part, name) for part in PLACES for name in bad(part)])
def test_bad_watchlists(part: str, name: str, tmp_path: Path) -> None:
    folder = tmp_path / "watchlists"
    shutil.copytree(GOOD / "watchlists", folder)
    shutil.copy(BAD / part / name, folder / PLACES[part])
    assert faults(lambda: watch.load(folder)) == message(BAD / part / name)


def test_every_message_has_its_file() -> None:
    texts = {path.with_suffix("") for path in BAD.glob("*/*.txt")}
    files = {path.with_suffix("") for path in BAD.glob("*/*") if path.suffix != ".txt"}
    assert texts == files


def test_no_config_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = faults(lambda: config.load(Path("pemantau/config.toml")))
    assert told == (
        "pemantau/config.toml: expected a config file, got none (run: netralitas init pemantau)"
    )


def test_no_register_says_where_to_set_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = faults(lambda: enrol.check(Path("pegawai.csv"), READ))
    assert told == (
        "pegawai.csv: expected a register file, got none (set paths.register in config.toml)"
    )


def test_no_watchlists_lists_all_that_is_missing(tmp_path: Path) -> None:
    told = faults(lambda: watch.load(tmp_path)).splitlines()
    assert [line.split(":")[0] for line in told] == [
        "legal.toml",
        "contests/",
        "rules/",
        "lexicons/",
    ]


def test_faults_of_all_files_come_together(tmp_path: Path) -> None:
    folder = tmp_path / "watchlists"
    shutil.copytree(GOOD / "watchlists", folder)
    chosen = {"contests": "unknown-zone", "rules": "no-legal-basis", "lexicons": "duplicate-entry"}
    for part, name in chosen.items():
        shutil.copy(BAD / part / f"{name}.toml", folder / PLACES[part])
    expected = [message(BAD / part / f"{name}.toml") for part, name in chosen.items()]
    assert faults(lambda: watch.load(folder)).splitlines() == expected


@pytest.mark.parametrize("name", ["secret-as-key.toml", "secret-as-value.toml"])
def test_a_secret_in_the_config_is_never_printed(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(BAD / "config" / name)
    assert "AAExample" not in f"{caught.value!s}{caught.value!r}{caught.value.faults!r}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_identity_number_is_never_printed() -> None:
    for name in ("nip-in-clear", "nik-in-clear", "nip-in-date-column"):
        with pytest.raises(ConfigError) as caught:
            enrol.check(BAD / "register" / f"{name}.csv", READ)
        assert not any(digits in str(caught.value) for digits in ("19800101", "9901234"))


def test_good_config_resolves_paths_against_its_own_folder() -> None:
    loaded = config.load(GOOD / "config.toml")
    assert loaded.path("register_file") == GOOD / "register.csv"
    assert loaded.path("watchlists") == GOOD / "watchlists"
    assert loaded.contests == ("pilgub-99-2030",)


def test_shipped_config_holds_only_defaults() -> None:
    shipped = config.load(SHIPPED)
    contact = config.Http(contact=shipped.http.contact)
    assert shipped == config.Config(http=contact, folder=shipped.folder)


def keys_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the tree of a model's keys as a config file writes them."""
    tree: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            tree[field.alias or name] = keys_of(inner)
        else:
            tree[field.alias or name] = None
    tree.pop("folder", None)
    return tree


def test_shipped_config_shows_every_key_and_no_other() -> None:
    text = SHIPPED.read_text("utf-8").replace("# ca_file", "ca_file")
    written = tomllib.loads(text)

    def same(keys: dict[str, Any], table: dict[str, Any]) -> None:
        assert keys.keys() == table.keys()
        for name, inner in keys.items():
            if inner is not None:
                same(inner, table[name])

    same(keys_of(config.Config), written)
    assert written["notify"]["routes"][0].keys() == keys_of(config_notify.Route).keys()
