"""Both ways: no notifier without an entry, no entry without a notifier; and lazy imports."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from monitor import notify
from monitor.config import Config, parse
from monitor.config_notify import Route
from monitor.errors import ConfigError
from monitor.model.delivery import Message
from monitor.notify.registry import NOTIFIERS, info, make
from monitor.notify.stdout import Stdout

FOLDER = Path(next(iter(notify.__path__)))
# What a notifier says of itself; the other files in the folder are what notifiers share.
MARK = re.compile(r"(?m)^    INFO: ClassVar\b")


@pytest.fixture
def settings() -> Config:
    return parse({"http": {"contact": "uji@contoh.test"}}, "uji")


class Secrets:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, name: str) -> str:
        self.asked.append(name)
        return "42:rahasia"


def test_every_file_has_its_entry_and_every_entry_its_file() -> None:
    modules = {path.partition(":")[0].rpartition(".")[2] for path in NOTIFIERS.values()}
    assert {f.stem for f in FOLDER.glob("*.py") if MARK.search(f.read_text("utf-8"))} == modules


def test_every_entry_can_be_routed_to() -> None:
    for name in NOTIFIERS:
        assert Route.model_validate({"notifier": name}).notifier == name
        assert info(name).name == name


def test_every_notifier_is_made_and_asks_only_for_its_own_secret(settings: Config) -> None:
    for name in NOTIFIERS:
        secrets = Secrets()
        made = make(name, settings, secrets.read)
        assert made.info == info(name)
        assert secrets.asked == [made.info.needs_secret] * bool(made.info.needs_secret)


def test_an_unknown_notifier_is_a_fault_with_the_known_ones(settings: Config) -> None:
    with pytest.raises(ConfigError, match="one of stdout, telegram, got 'surel'"):
        make("surel", settings, str)


def test_the_registry_loads_no_telegram() -> None:
    code = (
        "import sys, monitor.notify.registry as r; r.info('stdout');"
        "print([m for m in ('telegram', 'httpx', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_stdout_prints_the_plain_form(
    settings: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    out = Stdout(settings)
    first = await out.send(Message("NTR-1", "<b>a</b>", "a"), "-")
    second = await out.send(Message("NTR-2", "<b>b</b>", "b"), "-")
    assert (first.message_id, second.message_id) == ("1", "2")
    printed = capsys.readouterr().out
    assert "\na\n" in printed
    assert "<b>" not in printed
