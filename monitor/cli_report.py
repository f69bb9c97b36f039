"""The command line's part on reports."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Why


def attach(app: typer.Typer) -> None:
    """Give the program this command."""
    app.command(
        epilog="Example: netralitas report --minggu 2024-10-09 --out laporan "
        '--by "Nama, jabatan" --why "rapat mingguan"'
    )(report)


def report(
    *,
    week: Annotated[
        datetime | None,
        typer.Option("--minggu", formats=["%Y-%m-%d"], help="The week that this day lies in."),
    ] = None,
    month: Annotated[
        datetime | None, typer.Option("--bulan", formats=["%Y-%m"], help="A month, as 2024-10.")
    ] = None,
    instansi: Annotated[str, typer.Option(help="One agency only, as the log writes it.")] = "",
    outside: Annotated[
        bool, typer.Option("--luar", help="For outside the office: small agencies share a row.")
    ] = False,
    out: Annotated[Path, typer.Option(help="A folder that is there.")],
    by: By = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Write a week or a month in figures, as XLSX and PDF; every figure can be counted again."""
    from monitor import reporting

    first, whole = (at.date() if at else None for at in (week, month))
    wanted = reporting.Wanted(first, whole, out, by, why, instansi, outside)
    return reporting.write(config, wanted)
