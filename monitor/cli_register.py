"""``netralitas import`` and ``netralitas register``: who is watched, and by what right."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor import cli_imports
from monitor.cli_options import DEFAULT, By, ConfigPath, Why

imports = typer.Typer(
    no_args_is_help=True,
    help="Take an agency's sheets over (docs/register.md), and files of acts (docs/imports.md).",
)
cli_imports.attach(imports)
app = typer.Typer(no_args_is_help=True, help="See the register and change single facts of it.")
interval = typer.Typer(no_args_is_help=True, help="Dated states: CLTN, duty order, retirement …")
app.add_typer(interval, name="interval")

Day = typer.Option(formats=["%Y-%m-%d"], help="YYYY-MM-DD")
File = Annotated[Path, typer.Argument(help="CSV or XLSX.")]
LineId = Annotated[str, typer.Argument(help="The line's watch_id.")]
Who = Annotated[str, typer.Argument(help="A watch_id, or a person_ref.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")]
Profile = Annotated[str, typer.Option(help="A layout: siasn, pernyataan-akun, or a .toml file.")]
Maps = Annotated[
    list[str] | None, typer.Option("--map", metavar="COLUMN=HEADER", help="A header's name.")
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="COLUMN=VALUE", help="The same in all rows.")
]
Worksheet = Annotated[str, typer.Option(help="Of a workbook with several.")]


@imports.command(
    "register",
    epilog='Example: netralitas import register register.xlsx --by "Nama, jabatan" --why "bulanan"',
)
def import_register(
    file: File,
    *,
    by: By = "",
    why: Why = "",
    profile: Profile = "",
    staff: Annotated[Path | None, typer.Option(help="Join with this staff sheet, by NIP.")] = None,
    staff_profile: Annotated[str, typer.Option(help="Its layout.")] = "siasn",
    maps: Maps = None,
    sets: Sets = None,
    worksheet: Worksheet = "",
    sheet: Annotated[
        str, typer.Option(help="The part of the register that this file is all of.")
    ] = "register",
    unresolved: Annotated[
        Path | None, typer.Option(help="Write declarations that name no account here.")
    ] = None,
    dry_run: DryRun = False,
    correction: Annotated[
        bool, typer.Option("--correction", help="A new place corrects words; it is no transfer.")
    ] = False,
    config: ConfigPath = DEFAULT,
) -> int:
    """Make the register what a sheet says: all of it, or nothing where a row is wrong."""
    from monitor import registering

    wanted = registering.Wanted(
        file, by, why, profile, worksheet, maps or (), sets or (), staff, staff_profile, sheet,
        unresolved, dry_run, correction,
    )  # fmt: skip
    return registering.import_register(config, wanted)


@imports.command(
    "intervals",
    epilog='Example: netralitas import intervals cuti.csv --by "Nama, jabatan" --why "SK CLTN"',
)
def import_intervals(
    file: File,
    by: By = "",
    why: Why = "",
    profile: Profile = "",
    maps: Maps = None,
    sets: Sets = None,
    dry_run: DryRun = False,
    config: ConfigPath = DEFAULT,
) -> int:
    """Put duty orders, leave and other dated states of a sheet on file."""
    from monitor import registering

    wanted = registering.Wanted(
        file, by, why, profile, maps=maps or (), sets=sets or (), dry_run=dry_run
    )
    return registering.import_intervals(config, wanted)


@app.command("list", epilog="Example: netralitas register list --status waiting")
def register_list(
    status: Annotated[
        str, typer.Option(help="active, waiting, unresolved, left or removed; default: any.")
    ] = "",
    instansi: Annotated[str, typer.Option(help="Only this one.")] = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """List lines and how they stand."""
    from monitor import registers

    return registers.listing(config, status, instansi)


@app.command("show")
def register_show(watch_id: LineId, by: By, why: Why, config: ConfigPath = DEFAULT) -> int:
    """Show all that is on file of a line and its person; the look is logged."""
    from monitor import registers

    return registers.show(config, watch_id, by, why)


@app.command(
    "ownership",
    epilog="Example: netralitas register ownership w-0012 contested "
    '--by "Nama, jabatan" --why "yang bersangkutan menyangkal"',
)
def register_ownership(
    watch_id: LineId,
    ownership: Annotated[str, typer.Argument(help="declared, verified, unverified or contested")],
    by: By,
    why: Why,
    evidence: Annotated[str, typer.Option(help="What shows it; needed for the first two.")] = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Say how sure it is whose account it is; the last two never lead beyond a review."""
    from monitor import registers

    return registers.ownership(config, watch_id, ownership, evidence, by, why)


@app.command("notice")
def register_notice(
    watch_id: LineId,
    by: By,
    why: Why,
    on: Annotated[datetime | None, Day] = None,
    exempt: Annotated[str, typer.Option(help="The documented ground for telling nobody.")] = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Say when the person was told: until then the account is not looked at."""
    from monitor import registers

    return registers.notice(config, watch_id, on.date() if on else None, exempt, by, why)


@app.command("export")
def register_export(
    to: Annotated[Path, typer.Argument(help="A new CSV file.")],
    by: By,
    why: Why,
    intervals: Annotated[bool, typer.Option("--intervals", help="The dated states.")] = False,
    config: ConfigPath = DEFAULT,
) -> int:
    """Write the register as CSV, without any NIP; that it was done is logged."""
    from monitor import registers

    return registers.export(config, to, states=intervals, by=by, why=why)


@interval.command(
    "add",
    epilog="Example: netralitas register interval add w-0012 --kind duty --from 2024-10-01 "
    '--to 2024-10-03 --reference "ST 800/12" --by "Nama, jabatan" --why "surat tugas"',
)
def interval_add(
    who: Who,
    *,
    kind: Annotated[str, typer.Option(help="CLTN, duty, adhoc, transfer, retirement …")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    by: By,
    why: Why,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])] = None,
    reference: Annotated[str, typer.Option(help="The letter.")] = "",
    instansi: Annotated[str, typer.Option(help="Of a transfer: the new one.")] = "",
    unit: Annotated[str, typer.Option(help="Of a transfer: the new one.")] = "",
    superior: Annotated[str, typer.Option(help="Of a transfer: the new one.")] = "",
    position: Annotated[str, typer.Option(help="Of a transfer: the new one.")] = "",
    area: Annotated[str, typer.Option(help="Of a transfer: the new one.")] = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Put a dated state on file; leaving service ends looking on that day."""
    from monitor import registers

    asked = registers.Asked(
        kind, first.date(), last.date() if last else None, reference, instansi, unit, superior,
        position, area,
    )  # fmt: skip
    return registers.interval_add(config, who, asked, by, why)


@interval.command("end")
def interval_end(
    who: Who,
    kind: Annotated[str, typer.Option(help="Which kind.")],
    on: Annotated[datetime, Day],
    by: By,
    why: Why,
    config: ConfigPath = DEFAULT,
) -> int:
    """Give an open state its last day."""
    from monitor import registers

    return registers.interval_end(config, who, kind, on.date(), by, why)
