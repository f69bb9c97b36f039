"""``netralitas governance``: the documents without which nothing runs in production."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Why

app = typer.Typer(no_args_is_help=True, help="Record and list the documents that production needs.")


@app.command(
    "record",
    epilog='Example: netralitas governance record dpia dpia.pdf --version 1.2 --by "Nama, jabatan" '
    '--why "disetujui 3 Maret"',
)
def record(
    document: Annotated[str, typer.Argument(help="dpia, controller or legal-ground")],
    file: Annotated[Path, typer.Argument(help="The signed or approved file; it stays there.")],
    version: Annotated[str, typer.Option(help="Its version, or its number and date.")],
    by: By,
    why: Why,
    config: ConfigPath = DEFAULT,
) -> int:
    """Log a document's digest and version, with who says so and why."""
    from monitor import governing

    return governing.record(config, document, file, version, by, why)


@app.command("list")
def listing(config: ConfigPath = DEFAULT) -> int:
    """List the documents, and what is missing; 1 where something is."""
    from monitor import governing

    return governing.listing(config)
