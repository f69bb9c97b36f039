"""The walls of the house: layers, one home per third-party package, three broad excepts, sizes."""

from __future__ import annotations

import math
import re
import statistics
import tomllib
from pathlib import Path

import pytest

from tests import walk

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "monitor"

LAYERS = {
    "errors": 0, "clock": 0, "disk": 0,
    "model": 1,
    "text": 2, "config": 2, "config_answers": 2, "config_form": 2, "config_tips": 2,
    "config_notify": 2, "config_review": 2, "config_youtube": 2, "config_collect": 2,
    "config_gated": 2,
    "log": 2, "watch": 2, "telegram": 2,
    "telegram_faults": 2, "telegram_setup": 2, "telegram_updates": 2,
    "browser": 2, "net": 2, "net_connect": 2, "net_door": 2, "net_guard": 2, "net_limits": 2,
    "net_answer": 2, "net_socket": 2,
    "collect": 3, "match": 3, "judge": 3, "evidence": 3, "store": 3, "notify": 3,
    "intake": 3,
    "measure": 3, "review": 3,
    "run": 4, "demo": 4,
    "again": 5, "app": 5, "auditor": 5, "showing": 5,
    "cli": 5, "cli_audit": 5, "cli_contests": 5, "cli_erasure": 5, "cli_evidence": 5,
    "cli_gate": 5, "gating": 5, "retracting": 5,
    "cli_coverage": 5, "covering": 5, "covering_files": 5, "cli_governance": 5, "erasing": 5,
    "cli_options": 5, "cli_register": 5, "cli_review": 5, "cli_tips": 5, "tipping": 5,
    "tipping_case": 5, "tipping_pictures": 5,
    "cli_rights": 5, "__main__": 5, "accessing_tip": 5,
    "accessing": 5, "desk": 5, "desk_due": 5, "cli_documents": 5, "documenting": 5,
    "rectifying": 5, "breaching": 5,
    "carding": 5, "certifying": 5, "commands": 5, "console": 5, "exporting": 5,
    "exporting_all": 5, "forwarding": 5,
    "governing": 5, "importing": 5, "measuring": 5, "offline": 5, "registering": 5,
    "cli_imports": 5, "filing": 5, "registers": 5, "rulebook": 5, "sealing": 5, "upkeep": 5,
    "unread": 5, "cli_messages": 5, "imported": 5, "resending": 5,
    "cli_routing": 5, "explaining": 5, "muting": 5, "routechecking": 5,
    "botsetup": 5, "botsetup_words": 5, "cli_telegram": 5, "routewriting": 5, "talking": 5,
    "cli_report": 5, "config_mastodon": 2, "config_report": 2, "reporting": 5,
    "answering": 5, "cli_klarifikasi": 5, "klarifikasi": 5, "klarifikasi_paper": 5,
    "klarifikasi_show": 5,
}  # fmt: skip
WALLS = frozenset({3})

HOMES = {
    "aiohttp": [
        "net.py",
        "net_answer.py",
        "net_connect.py",
        "net_guard.py",
        "net_limits.py",
        "net_socket.py",
        "demo/",
        "answering/",
    ],
    "telegram": ["telegram.py", "telegram_faults.py", "telegram_setup.py", "telegram_updates.py"],
    "sqlmodel": ["store/"],
    "sqlalchemy": ["store/"],
    "alembic": ["store/"],
    # The standalone verifier shares no line with the program that it checks.
    "sqlite3": ["store/", "evidence/verify_evidence.py"],
    "apscheduler": ["run/schedule.py"],
    "rapidfuzz": ["text/fuzzy.py"],
    "loguru": ["log.py"],
    "feedparser": ["collect/feeds_parse.py"],
    "lxml": ["collect/telegram_page.py"],
    "holidays": ["watch/holidays.py"],
    "libipld": ["collect/bluesky_proof.py", "demo/"],
    # Proofs of platforms, our own signatures, and the authorities' certificates: three uses of
    # one package that no room may share.
    "cryptography": [
        "collect/bluesky_proof.py",
        "demo/",
        "evidence/signing.py",
        "evidence/stamp.py",
        "store/sealing.py",
    ],
    "rfc3161_client": ["evidence/stamp.py"],
    "odfdo": ["notify/odt.py"],
    "segno": ["notify/picture.py", "notify/pages.py"],
    "typst": ["notify/picture.py", "notify/pages.py"],
    "jinja2": ["notify/render.py"],
    "typer": [
        "cli.py",
        "cli_audit.py",
        "cli_contests.py",
        "cli_coverage.py",
        "cli_documents.py",
        "cli_erasure.py",
        "cli_evidence.py",
        "cli_gate.py",
        "cli_governance.py",
        "cli_klarifikasi.py",
        "cli_imports.py",
        "cli_messages.py",
        "cli_options.py",
        "cli_register.py",
        "cli_report.py",
        "cli_review.py",
        "cli_rights.py",
        "cli_routing.py",
        "cli_telegram.py",
        "cli_tips.py",
    ],
    "rich": ["console.py"],
    "msgspec": ["collect/", "evidence/", "match/targets.py", "run/replay.py", "text/"],
    "yarl": ["net.py", "net_connect.py", "net_guard.py", "net_socket.py"],
    "markupsafe": ["auditor/site.py", "notify/render.py"],
    # The extra for screenshots; opened in a process of its own, and nowhere else.
    "PIL": ["intake/picture_child.py"],
    # The extra for auditors: Datasette, and the server that it runs on.
    "datasette": ["auditor/site.py"],
    "uvicorn": ["auditor/site.py"],
    "pydantic": [
        "config.py",
        "config_answers.py",
        "config_collect.py",
        "config_youtube.py",
        "config_report.py",
        "config_form.py",
        "config_gated.py",
        "config_mastodon.py",
        "config_notify.py",
        "config_review.py",
        "config_tips.py",
    ],
    "pydantic_core": ["config_collect.py"],
    "openpyxl": ["intake/workbook.py", "notify/report_book.py"],
    "sdnotify": ["run/systemd.py"],
}

# Reading and judging are pure: what they know is passed in, so a replay gives the same answer.
PURE = ["match", "judge"]
IMPURE = {
    "asyncio", "http", "io", "os", "pathlib", "random", "secrets", "shutil", "socket", "subprocess",
    "tempfile", "time", "urllib",
    "monitor.clock.utc_now", "monitor.config", "monitor.log", "monitor.net", "monitor.telegram",
    "monitor.watch",
}  # fmt: skip

# The job edge, the delivery edge, the process edge.
BROAD_EXCEPTS = {"run/pipeline.py": 1, "run/dispatch.py": 1, "cli.py": 1}
PRINTERS = [
    "cli.py",
    "console.py",
    "demo/",
    "evidence/verify_evidence.py",
    "notify/stdout.py",
]

MEDIAN_FUNCTION_LINES = 12
P95_FUNCTION_LINES = 40
MODULE_LINES = 350


def test_layers() -> None:
    assert walk.layer_faults(PACKAGE, LAYERS, WALLS) == []


def test_every_room_of_the_table_stands() -> None:
    rooms = {module.room for module in walk.modules(PACKAGE)}
    assert set(LAYERS) <= rooms


def test_third_party_fences() -> None:
    assert walk.fence_faults(PACKAGE, HOMES) == []


def test_every_dependency_has_a_home() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[\[<>=~]", line)[0] for line in project["dependencies"]}
    modules = {"python-telegram-bot": "telegram"}
    # tzdata is data: zoneinfo finds it where the system has no time zones.
    homes = {modules.get(name, name.replace("-", "_")) for name in names - {"tzdata"}}
    assert homes - set(HOMES) == set()


def test_reading_and_judging_are_pure() -> None:
    faults = [
        f"{module.path}:{used.line}: {used.name}"
        for module in walk.modules(PACKAGE)
        if module.room in PURE
        for used in walk.imports(module)
        if any(used.name == bad or used.name.startswith(f"{bad}.") for bad in IMPURE)
    ]
    assert faults == []


def test_three_broad_excepts_at_the_three_edges() -> None:
    assert walk.broad_excepts(PACKAGE) == BROAD_EXCEPTS


def test_the_wall_clock_is_read_in_one_place() -> None:
    assert walk.call_faults(PACKAGE, walk.WALL_CLOCK, ["clock.py"]) == []


def test_nobody_prints_but_those_who_speak_to_people() -> None:
    assert walk.call_faults(PACKAGE, {"print"}, PRINTERS) == []


@pytest.mark.parametrize("folder", ["monitor", "tests", "bench"])
def test_imports_are_absolute(folder: str) -> None:
    assert walk.relative_imports(ROOT / folder) == []


def test_functions_are_short() -> None:
    lengths = walk.function_lengths(PACKAGE)
    ranked = sorted(lengths.values())
    p95 = ranked[math.ceil(0.95 * len(ranked)) - 1]
    longest = sorted(lengths, key=lambda name: -lengths[name])[:10]
    assert statistics.median(ranked) <= MEDIAN_FUNCTION_LINES
    assert p95 <= P95_FUNCTION_LINES, [f"{name}: {lengths[name]}" for name in longest]


def test_modules_are_short() -> None:
    long = {m.path: m.lines for m in walk.modules(PACKAGE) if m.lines >= MODULE_LINES}
    assert long == {}


# ---- the walkers, on a made-up house that breaks every rule ----------------------------------


@pytest.fixture
def house(tmp_path: Path) -> Path:
    files = {
        "__init__.py": "",
        "clock.py": "from datetime import datetime\n\ndef now():\n    return datetime.now()\n",
        "collect/__init__.py": "",
        "collect/a.py": "import monitor.run.job\nfrom monitor.store import db\nimport requests\n",
        "store/__init__.py": "from monitor import clock\n",
        "store/db.py": "import sqlite3\nfrom . import x\nfrom datetime import datetime as d\n",
        "run/job.py": (
            "import time, contextlib, sqlite3\n"
            "def f():\n    try:\n        print(time.time())\n"
            "    except (OSError, Exception):\n        pass\n    except:\n        pass\n"
            "    with contextlib.suppress(BaseException):\n        pass\n"
        ),
        "attic.py": "",
    }
    for path, text in files.items():
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_layer_faults_are_found(house: Path) -> None:
    layers = {"clock": 0, "collect": 3, "store": 3, "run": 4}
    assert walk.layer_faults(house, layers, frozenset({3})) == [
        "attic.py: room 'attic' has no layer",
        "collect/a.py:1: layer 3 imports monitor.run.job of layer 4",
        "collect/a.py:2: collect and store may not know each other",
    ]


def test_fence_faults_are_found(house: Path) -> None:
    faults = walk.fence_faults(house, {"sqlite3": ["store/"], "rich": ["cli.py"]})
    assert faults == [
        "collect/a.py:3: requests has no home in the table",
        "run/job.py:1: sqlite3 outside its home",
        f"{house.name}: rich has a home but is never imported there",
    ]


def test_broad_excepts_are_counted(house: Path) -> None:
    assert walk.broad_excepts(house) == {"run/job.py": 3}


def test_calls_are_found(house: Path) -> None:
    assert walk.call_faults(house, walk.WALL_CLOCK, ["clock.py"]) == ["run/job.py:4: time.time"]
    assert walk.call_faults(house, walk.WALL_CLOCK, ["run/"]) == ["clock.py:4: datetime.now"]
    assert walk.call_faults(house, {"print"}, []) == ["run/job.py:4: print"]


def test_relative_imports_are_found(house: Path) -> None:
    assert walk.relative_imports(house) == ["store/db.py:2: relative import"]


def test_lengths_are_counted(house: Path) -> None:
    assert walk.function_lengths(house) == {"clock.py:3 now": 2, "run/job.py:2 f": 9}
