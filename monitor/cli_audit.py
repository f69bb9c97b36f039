"""The command line's part for auditors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, ConfigPath, Reader, Why


def attach(app: typer.Typer) -> None:
    """Give the program this command."""
    app.command(epilog='Example: netralitas audit --why "Audit berkala triwulan IV"')(audit)


def audit(
    why: Why = "",
    by: Reader = "",
    to: Annotated[
        Path | None, typer.Option(help="The folder that gets the copy; else the data folder.")
    ] = None,
    copy: Annotated[
        Path | None, typer.Option(help="Open this copy again, instead of making one.")
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="The running database, for the service's user only.")
    ] = False,
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Open it in a browser, or make the copy only.")
    ] = True,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="On loopback; 0 takes a free one.")
    ] = 8001,
    config: ConfigPath = DEFAULT,
) -> int:
    """Make a logged copy of the evidence without names, and open it for an auditor."""
    from monitor.auditor.command import Asked, audit

    return audit(config, Asked(to, copy, by, why, port, live=live, open_=open_))
