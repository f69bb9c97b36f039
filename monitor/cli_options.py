"""Options that several groups of commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigPath = Annotated[
    Path, typer.Option("--config", "-c", help="The configuration file.", envvar="NETRALITAS_CONFIG")
]
DEFAULT = Path("config.toml")
By = Annotated[str, typer.Option("--by", "--who", help="Who decides: a named person.")]
Reader = Annotated[
    str,
    typer.Option(
        "--by",
        "--who",
        help="Who looks: a named person. Without it the log says: an account of the machine.",
    ),
]
Why = Annotated[str, typer.Option("--why", "--reason", help="Why; it is kept in the evidence log.")]
