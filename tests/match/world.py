"""An invented province to read in: shipped word lists, invented people, parties and rules."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import date
from typing import Any

from monitor import watch
from monitor.match.engine import Engine
from monitor.model.contest import (
    AccountType,
    Contest,
    ContestTarget,
    Round,
    TargetAccount,
    TargetKind,
)
from monitor.model.finding import Reading
from monitor.model.rule import RuleSet
from monitor.model.wire import statement

GOVERNOR = "pilgub-99-2030"
REGENT = "pilbup-9901-2030"
PARTIES = "pemilu-2030"
SARI, WIRA = f"{GOVERNOR}/1", f"{GOVERNOR}/2"
LESTARI = f"{REGENT}/2"
CAMPAIGN = "2030-10-12T09:30:00+07:00"


def _round(**changes: Any) -> Round:
    dates: dict[str, Any] = {
        "id": "utama",
        "bakal_calon": date(2030, 8, 27),
        "penetapan": date(2030, 9, 22),
        "kampanye": (date(2030, 9, 25), date(2030, 11, 23)),
        "masa_tenang": (date(2030, 11, 24), date(2030, 11, 26)),
        "pemungutan_suara": date(2030, 11, 27),
        "selesai": date(2031, 2, 6),
    }
    return Round(**(dates | changes))


def _contest(name: str, level: str, area: str, *targets: ContestTarget) -> Contest:
    start = date(2030, 2, 1)
    return Contest(name, name, level, area, "WIB", start, (_round(),), targets)


def governor() -> Contest:
    return _contest(
        GOVERNOR,
        "pilgub",
        "99",
        ContestTarget(
            SARI,
            TargetKind.PASLON,
            "Sarinande-Lukito",
            1,
            names=("Sarinande Kusumaningrum", "Lukito Wardhana"),
            aliases=("Sarinande", "Lukito", "Sarinande Lukito"),
            ambiguous=("Sari",),
            derogatory=("sarikecut",),
            slogans=("berlayar bersama",),
            hashtags=("BerlayarBersama",),
            accounts=(TargetAccount("bluesky", "sarinande.example", AccountType.TERDAFTAR_KPU),),
        ),
        ContestTarget(
            WIRA,
            TargetKind.PASLON,
            "Wiratama-Sulaksmi",
            2,
            names=("Wiratama Bagaskara", "Sulaksmi Andini"),
            aliases=("Wiratama", "Sulaksmi", "Wiratama Sulaksmi"),
            bakal_calon_since=date(2030, 5, 1),
        ),
    )


def regent() -> Contest:
    return _contest(
        REGENT,
        "pilbup",
        "9901",
        ContestTarget(f"{REGENT}/1", TargetKind.PASLON, "Purnomo", 1, aliases=("Purnomosidi",)),
        ContestTarget(LESTARI, TargetKind.PASLON, "Lestari", 2, aliases=("Lestariningsih",)),
    )


def parties() -> Contest:
    return _contest(
        PARTIES,
        "pemilu",
        "",
        ContestTarget("partai/layar", TargetKind.PARTAI, "Layar", 1, aliases=("Partai Layar",)),
        ContestTarget("partai/karang", TargetKind.PARTAI, "Karang", 2, ambiguous=("Karang",)),
    )


@functools.cache
def ruleset() -> RuleSet:
    base = watch.load(watch.shipped())
    contests = {c.id: c for c in (governor(), regent(), parties())}
    return RuleSet(
        digest="0" * 64,
        contests=contests,
        rules=base.rules,
        lexicon=base.lexicon,
        instruments=base.instruments,
    )


@functools.cache
def engine() -> Engine:
    return Engine(ruleset())


def read(text: str | None, live: Sequence[str] = (GOVERNOR,), **line: Any) -> Reading:
    """Read one line; the campaign's time unless another is given."""
    whole = {"id": "x", "occurred_at": CAMPAIGN} | line
    if text is not None:
        whole["text"] = text
    return engine().read([statement(whole).activity], [tuple(live)])[0]


def post_of(text: str | None, role: str = "candidate", of: str | None = WIRA) -> dict[str, Any]:
    author = {"handle": "akun.example", "role": role, "of": of}
    return {"id": "t", "text": text, "author": author}
