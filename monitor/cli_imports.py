"""``netralitas import acts`` and ``import profiles``: files of acts that were handed in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Why

Day = typer.Option("--obtained-on", formats=["%Y-%m-%d"], help="When: YYYY-MM-DD.")


def attach(imports: typer.Typer) -> None:
    """Add the commands to ``netralitas import``."""
    imports.command(
        "acts",
        epilog="Example: netralitas import acts unduhan.zip --profile instagram --account w-0012 "
        '--obtained-by "Nama, jabatan" --how "diserahkan pemilik akun" --terms "persetujuan '
        'tertulis 12/2026" --obtained-on 2026-11-20 --by "Nama, jabatan" --why "klarifikasi"',
    )(acts)
    imports.command(
        "files",
        epilog='Example: netralitas import files IMP-ABCDEFGH --by "Nama, jabatan" --why "audit"',
    )(files)
    imports.command("profiles", epilog="Example: netralitas import profiles instagram")(profiles)


def acts(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, JSON, JSON Lines, or a ZIP of them.")],
    *,
    profile: Annotated[
        str, typer.Option(help="What the file looks like: netralitas import profiles.")
    ],
    obtained_by: Annotated[str, typer.Option(help="Who obtained the file.")] = "",
    how: Annotated[str, typer.Option(help="How: who handed it over, which tool.")] = "",
    terms: Annotated[str, typer.Option(help="By which right or terms: consent, agreement.")] = "",
    obtained_on: Annotated[datetime | None, Day] = None,
    by: By = "",
    why: Why = "",
    account: Annotated[
        str, typer.Option(help="The watch_id whose own archive this is, where it does not say.")
    ] = "",
    table: Annotated[str, typer.Option(help="Only this table of the profile.")] = "",
    maps: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="A column's name.")
    ] = None,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Same in all rows.")
    ] = None,
    zone: Annotated[
        str, typer.Option(help="Of times that state none: WIB, WITA, WIT, +07:00.")
    ] = "",
    encoding: Annotated[
        str, typer.Option(help="Where it is not told by itself: utf-8, utf-16, cp1252.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come of it; keep nothing.")
    ] = False,
    unreadable: Annotated[
        Path | None, typer.Option(help="Write the rows that could not be read here (CSV).")
    ] = None,
    config: ConfigPath = DEFAULT,
) -> int:
    """Judge the acts of registered persons in a file; nobody else's row is kept."""
    from monitor import filing

    said = filing.Said(
        obtained_by, how, terms, obtained_on.date() if obtained_on else None, by, why
    )
    manner = filing.Manner(profile, account, table, maps or (), sets or (), zone, encoding)
    return filing.acts(config, file, said, manner, dry_run=dry_run, unreadable=unreadable)


def files(
    import_id: Annotated[str, typer.Argument(help="Show this one; default: list all.")] = "",
    *,
    by: By = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """List the files that were imported, or show who answers for one, and its findings."""
    from monitor import imported

    return imported.files(config, import_id, by, why)


def profiles(
    name: Annotated[str, typer.Argument(help="Show this one; default: list all.")] = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """List what kinds of files can be imported, and which forms nobody has compared yet."""
    from monitor import filing

    return filing.profiles(config, name)
