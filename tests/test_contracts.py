"""One file, one registry entry, one recording or case table: held in both directions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor import watch
from monitor.clock import utc_now
from monitor.collect import registry
from monitor.collect.base import LooksAgain, PerServer, Requirement
from monitor.config import parse
from monitor.net import Http
from tests import contracts
from tests.collect.papers import credentials, papers

ROOT = Path(__file__).parent.parent
RECORDINGS = ROOT / "tests" / "recordings"


def collectors() -> dict[str, str]:
    return contracts.registry(ROOT / "monitor/collect/registry.py", "COLLECTORS")


def notifiers() -> dict[str, str]:
    return contracts.registry(ROOT / "monitor/notify/registry.py", "NOTIFIERS")


def test_collectors_and_their_registry() -> None:
    written = contracts.classes(ROOT / "monitor/collect", contracts.COLLECTOR)
    assert contracts.plugin_faults(collectors(), written) == []


def test_collectors_and_their_recordings() -> None:
    assert contracts.recording_faults([*collectors(), "imports"], RECORDINGS) == []


@pytest.fixture(autouse=True)
def _credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials(tmp_path)))


def test_collectors_look_again_at_what_they_say() -> None:
    config = parse({"http": {"contact": "uji@contoh.test"}}, "uji")
    for name in collectors():
        made = registry.make(name, config, Http(config.http), utc_now, attestations=papers(name))
        assert isinstance(made, LooksAgain) is bool(made.info.looks_again), name
        assert made.info.looks_again <= made.info.observes, name
        assert made.info.retractions.hours > 0, name
        assert made.info.retractions.basis, name


def test_collectors_of_many_servers_say_which_they_ask() -> None:
    config = parse({"http": {"contact": "uji@contoh.test"}}, "uji")
    for name in collectors():
        made = registry.make(name, config, Http(config.http), utc_now, attestations=papers(name))
        asks = made.info.requires is Requirement.SERVER_ALLOWLIST
        assert isinstance(made, PerServer) is asks, f"{name}: see collect.base.PerServer"


def test_notifiers_and_their_registry() -> None:
    written = contracts.classes(ROOT / "monitor/notify", contracts.NOTIFIER)
    assert contracts.plugin_faults(notifiers(), written) == []


def test_notifiers_and_their_tests() -> None:
    assert contracts.test_file_faults(notifiers(), ROOT / "tests/notify") == []


def test_rules_and_their_cases() -> None:
    loaded = [rule.id for rule in watch.load(watch.shipped()).rules]
    assert contracts.rule_faults(watch.shipped() / "rules", loaded) == []


# ---- the walkers, on a made-up tree that breaks every contract -------------------------------

METHODS = "".join(f"    async def {name}(self): ...\n" for name in ("open", "send", "close"))
PLUGIN = "class {name}:\n" + METHODS


@pytest.fixture
def notify(tmp_path: Path) -> Path:
    folder = tmp_path / "notify"
    folder.mkdir()
    (folder / "base.py").write_text("class Notifier(Protocol):\n" + METHODS)
    (folder / "mail.py").write_text(PLUGIN.format(name="Mail"))
    (folder / "pager.py").write_text(PLUGIN.format(name="Pager"))
    (folder / "registry.py").write_text(
        'NOTIFIERS: dict[str, str] = {"mail": "monitor.notify.mail:Mail",\n'
        ' "surat": "monitor.notify.mail:Mail", "fax": "monitor.notify.fax:Fax"}\n'
    )
    return folder


def test_plugin_faults_are_found(notify: Path) -> None:
    entries = contracts.registry(notify / "registry.py", "NOTIFIERS")
    written = contracts.classes(notify, contracts.NOTIFIER)
    assert contracts.plugin_faults(entries, written) == [
        "fax: monitor.notify.fax:Fax is not a plug-in",
        "monitor.notify.pager:Pager has no registry entry",
        "monitor.notify.mail:Mail is entered twice",
    ]


def test_a_registry_must_be_there(notify: Path) -> None:
    with pytest.raises(LookupError, match="no NOTIFIERS"):
        contracts.registry(notify / "mail.py", "NOTIFIERS")


def test_missing_test_files_are_found(notify: Path, tmp_path: Path) -> None:
    entries = contracts.registry(notify / "registry.py", "NOTIFIERS")
    (tmp_path / "test_mail.py").touch()
    assert contracts.test_file_faults(entries, tmp_path) == [
        f"fax: no {tmp_path.name}/test_fax.py",
    ]


def test_recording_faults_are_found(tmp_path: Path) -> None:
    recordings = tmp_path / "recordings"
    for case in ("feeds/normal", "feeds/kosong", "myspace/normal"):
        (recordings / case).mkdir(parents=True)
    (recordings / "feeds/normal/expected.json").write_text(json.dumps([]))
    (recordings / "myspace/normal/expected.json").write_text(json.dumps([]))
    assert contracts.recording_faults(["bluesky", "feeds"], recordings) == [
        "bluesky: no recorded case under recordings/bluesky",
        "feeds/kosong: no expected.json",
        "myspace: recordings of a collector that is not registered",
    ]


def test_rule_faults_are_found(tmp_path: Path) -> None:
    case = '[[case]]\nname = "{0}"\nexpect = "{1}"\n'
    good = [("satu", "alert"), ("dua", "review"), ("tiga", "alert"),
            ("pengecualian berita", "none"), ("lima", "none"), ("enam", "none")]  # fmt: skip
    exclusion = '[[exclusion]]\nreason = "berita"\n'
    (tmp_path / "baik.toml").write_text(exclusion + "".join(case.format(*c) for c in good))
    (tmp_path / "buruk.toml").write_text(exclusion + case.format("satu", "alert"))
    assert contracts.rule_faults(tmp_path, ["baik", "hilang"]) == [
        "hilang: loaded, but has no file",
        "buruk: has a file, but is not loaded",
        "buruk: 1 hit cases, at least 3 are needed",
        "buruk: 0 non-hit cases, at least 3 are needed",
        "buruk: 0 pengecualian cases, at least 1 are needed",
    ]
