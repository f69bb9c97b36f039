"""The command line's part on coverage."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, ConfigPath


class Tongue(StrEnum):
    ID = "id"
    EN = "en"


def attach(app: typer.Typer) -> None:
    """Give the program this command."""
    app.command(epilog="Example: netralitas coverage --html cakupan.html")(coverage)


def coverage(
    *,
    html: Annotated[
        Path | None, typer.Option(help="Write pages for a browser: this file, and a folder.")
    ] = None,
    instansi: Annotated[str, typer.Option(help="One agency only, with each account.")] = "",
    language: Annotated[Tongue | None, typer.Option(help="Default: notify.language.")] = None,
    config: ConfigPath = DEFAULT,
) -> int:
    """Show what is observed and what is not, with every blind spot; 1 where something is not."""
    from monitor import covering

    return covering.coverage(config, html, language or "", instansi)
