"""The command line's part on the rights of the persons concerned (UU 27/2022)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Why

Person = Annotated[str, typer.Argument(help="The person's reference, or a watch_id of theirs.")]
NewZip = Annotated[Path, typer.Option(help="A new file that ends in .zip.")]
Received = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"],
        help="When the request came, in the person's own time: 3x24 hours run from then.",
    ),
]


def attach(app: typer.Typer) -> None:
    """Give the program these commands."""
    app.command(
        epilog="Example: netralitas access p-abc… --to akses.zip --received 2024-10-12T09:30 "
        '--by "Nama, jabatan" --why "surat 12/X/2024"'
    )(access)


def access(
    person: Person = "",
    *,
    to: NewZip,
    nip: Annotated[
        str, typer.Option(help="Instead of a reference; - reads it from the standard input.")
    ] = "",
    received: Received = None,
    by: By = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Write everything held about one person into a ZIP for that person; the reading is logged."""
    from monitor import accessing

    return accessing.write(config, person, nip, to, received, by, why)
