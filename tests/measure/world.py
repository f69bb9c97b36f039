"""An invented province with even lists, its reader, and files to measure on."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from monitor import watch
from monitor.model.contest import (
    AccountType,
    Contest,
    ContestTarget,
    Round,
    TargetAccount,
    TargetKind,
)
from monitor.model.rule import RuleSet
from monitor.run.rules import Reader

CONTEST, PARTIES = "pilgub-98-2030", "pemilu-2030"
MELUR, TARUNA = f"{CONTEST}/1", f"{CONTEST}/2"
CAMPAIGN = "2030-10-12T09:30:00+07:00"


def _account(handle: str) -> tuple[TargetAccount, ...]:
    return (TargetAccount("bluesky", handle, AccountType.TERDAFTAR_KPU),)


def candidates() -> tuple[ContestTarget, ...]:
    return (
        ContestTarget(
            MELUR,
            TargetKind.PASLON,
            "Melur-Hanggara",
            1,
            names=("Melur Cendanasari", "Hanggara Wiyasa"),
            aliases=("Melur", "Bu Melur", "Hanggara", "Melur Hanggara"),
            ambiguous=("Mel",),
            derogatory=("melurapuh",),
            slogans=("lumbung untuk semua",),
            hashtags=("LumbungUntukSemua", "PilihMelur"),
            accounts=_account("melur.example"),
        ),
        ContestTarget(
            TARUNA,
            TargetKind.PASLON,
            "Tarunaga-Widuri",
            2,
            names=("Tarunaga Pradipta", "Widuri Anggraeni"),
            aliases=("Tarunaga", "Pak Tarunaga", "Widuri", "Tarunaga Widuri"),
            slogans=("jembatan harapan",),
            hashtags=("JembatanHarapan", "PilihTarunaga"),
            accounts=_account("tarunaga.example"),
        ),
    )


def contest(name: str, level: str, *targets: ContestTarget) -> Contest:
    only = Round(
        "utama",
        penetapan=date(2030, 9, 22),
        kampanye=(date(2030, 9, 25), date(2030, 11, 23)),
        masa_tenang=(date(2030, 11, 24), date(2030, 11, 26)),
        pemungutan_suara=date(2030, 11, 27),
        selesai=date(2031, 2, 6),
        bakal_calon=date(2030, 8, 27),
    )
    return Contest(name, name, level, "98", "WIB", date(2030, 2, 1), (only,), targets)


def parties() -> tuple[ContestTarget, ...]:
    return tuple(
        ContestTarget(
            f"partai/{name.lower()}",
            TargetKind.PARTAI,
            name,
            number,
            names=(f"Partai {name} Nusantara",),
            aliases=(f"Partai {name}",),
        )
        for number, name in enumerate(("Bahtera", "Kerapu"), start=1)
    )


def ruleset_of(*targets: ContestTarget) -> RuleSet:
    base = watch.load(watch.shipped())
    contests = (contest(CONTEST, "pilgub", *targets), contest(PARTIES, "pemilu", *parties()))
    return RuleSet(
        digest="0" * 64,
        contests={c.id: c for c in contests},
        rules=base.rules,
        lexicon=base.lexicon,
        instruments=base.instruments,
    )


@functools.cache
def ruleset() -> RuleSet:
    return ruleset_of(*candidates())


@functools.cache
def reader() -> Reader:
    return Reader(ruleset())


def line(text: str, **more: Any) -> dict[str, Any]:
    return {"id": "x", "text": text, "contests": [CONTEST], **more}


def write(path: Path, *lines: Mapping[str, Any]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    return path
