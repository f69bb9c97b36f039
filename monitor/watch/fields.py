"""Parts of contest files that several kinds of files share: levels, zones, areas, rounds."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from monitor.model.contest import ZONES, ContestTarget, Round, TargetKind
from monitor.watch import accounts
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


def read_zone(root: Table) -> str:
    return root.one_of("zone", Zone) or next(iter(ZONES))


def read_area(table: Table) -> str:
    text = table.text("area", "")
    code = area_code(text) if text else ""
    if code is None:
        table.fault("area", "a code such as 31 or 35.15, or nothing for the whole country", text)
    return code or ""


def read_round(table: Table) -> Round:
    one = Round(
        id=table.text("id"),
        penetapan=table.day("penetapan") or UNSET,
        kampanye=table.span("kampanye") or (UNSET, UNSET),
        masa_tenang=table.span("masa_tenang") or (UNSET, UNSET),
        pemungutan_suara=table.day("pemungutan_suara") or UNSET,
        selesai=table.day("selesai") or UNSET,
        bakal_calon=table.day("bakal_calon") or UNSET,
        penetapan_at=table.instant("penetapan_at"),
        area=read_area(table),
        target_ids=table.texts("targets"),
    )
    table.text("source")
    table.close()
    return one


def read_target(table: Table, *, added: bool = False) -> ContestTarget:
    """Return one ``[[target]]``; an ``added`` one only adds to a target that stands elsewhere."""
    known = "" if added else None
    one = ContestTarget(
        id=table.text("id").lower(),
        kind=TargetKind.PASLON if added else _kind(table),
        label=table.text("label", known),
        number=None if added else table.integer("number", least=1, default=0) or None,
        names=() if added else table.texts("names"),
        aliases=table.texts("aliases"),
        ambiguous=table.texts("ambiguous"),
        derogatory=table.texts("derogatory"),
        slogans=table.texts("slogans"),
        hashtags=table.texts("hashtags"),
        accounts=tuple(accounts.candidate(inner) for inner in table.tables("account")),
        incumbent_of=table.text("incumbent_of", ""),
        leave=table.spans("leave"),
        bakal_calon_since=table.day("bakal_calon_since", required=False),
        area="" if added else read_area(table),
    )
    table.text("source", "")
    table.close()
    return one


def _kind(table: Table) -> TargetKind:
    return table.one_of("kind", TargetKind) or TargetKind.PASLON
