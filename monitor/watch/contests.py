"""``contests/<id>.toml``: one election, its dated rounds, and whom a text can support or attack."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import PurePosixPath

from monitor.model.contest import ZONES, Contest, ContestTarget, Round, TargetKind
from monitor.watch import accounts, contest_checks
from monitor.watch.addresses import area as area_code
from monitor.watch.toml import Table

UNSET = date.min  # stands in for a date that was already told as a fault


class Level(StrEnum):
    """Which office is elected; it is the first word of the contest's id."""

    PILPRES = "pilpres"
    PEMILU = "pemilu"
    PILGUB = "pilgub"
    PILBUP = "pilbup"
    PILWAKO = "pilwako"


class Zone(StrEnum):
    WIB = "WIB"
    WITA = "WITA"
    WIT = "WIT"


def parse(root: Table) -> Contest:
    """Return the contest of one file; what is wrong is told through the table."""
    target_tables, round_tables = root.tables("target"), root.tables("round")
    contest = Contest(
        id=root.text("id").lower(),
        title=root.text("title"),
        level=root.one_of("level", Level) or "",
        area=_area(root),
        zone=_zone(root),
        tahapan_mulai=root.day("tahapan_mulai") or UNSET,
        rounds=tuple(_round(table) for table in round_tables),
        targets=tuple(_target(table) for table in target_tables),
        source=root.text("source"),
    )
    root.close()
    contest_checks.identity(root, contest, PurePosixPath(root.where).stem)
    contest_checks.calendar(contest, root, round_tables, UNSET)
    contest_checks.ballot(contest, root, target_tables)
    contest_checks.names(contest, target_tables)
    contest_checks.rounds_name_targets(contest, round_tables)
    return contest


def _zone(root: Table) -> str:
    return root.one_of("zone", Zone) or next(iter(ZONES))


def _area(table: Table) -> str:
    text = table.text("area", "")
    code = area_code(text) if text else ""
    if code is None:
        table.fault("area", "a code such as 31 or 35.15, or nothing for the whole country", text)
    return code or ""


def _round(table: Table) -> Round:
    one = Round(
        id=table.text("id"),
        penetapan=table.day("penetapan") or UNSET,
        kampanye=table.span("kampanye") or (UNSET, UNSET),
        masa_tenang=table.span("masa_tenang") or (UNSET, UNSET),
        pemungutan_suara=table.day("pemungutan_suara") or UNSET,
        selesai=table.day("selesai") or UNSET,
        bakal_calon=table.day("bakal_calon") or UNSET,
        penetapan_at=_hour(table),
        area=_area(table),
        target_ids=table.texts("targets"),
    )
    table.text("source")
    table.close()
    return one


def _hour(table: Table) -> datetime | None:
    return table.instant("penetapan_at")


def _target(table: Table) -> ContestTarget:
    one = ContestTarget(
        id=table.text("id").lower(),
        kind=table.one_of("kind", TargetKind) or TargetKind.PASLON,
        label=table.text("label"),
        number=table.integer("number", least=1, default=0) or None,
        names=table.texts("names"),
        aliases=table.texts("aliases"),
        ambiguous=table.texts("ambiguous"),
        derogatory=table.texts("derogatory"),
        slogans=table.texts("slogans"),
        hashtags=table.texts("hashtags"),
        accounts=tuple(accounts.candidate(inner) for inner in table.tables("account")),
        incumbent_of=table.text("incumbent_of", ""),
        leave=table.spans("leave"),
        bakal_calon_since=table.day("bakal_calon_since", required=False),
        area=_area(table),
    )
    table.text("source", "")
    table.close()
    return one
