"""``netralitas gate`` and ``netralitas platform``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Why

gate = typer.Typer(no_args_is_help=True, help="Record by what right a gated platform is read.")
platform = typer.Typer(no_args_is_help=True, help="Switch the reading of a platform off, or on.")

Number = Annotated[int, typer.Argument(help="Its number, as the list shows it.")]
Name = Annotated[str, typer.Argument(help="The platform, as the register names it.")]


@gate.command(
    "record",
    epilog='Example: netralitas gate record x --document "Perjanjian 12/2026" --until 2026-12-31 '
    '--by "Nama, jabatan" --why "disetujui tertulis 3 Maret"',
)
def record(
    collector: Annotated[str, typer.Argument(help="The collector that the right opens.")],
    document: Annotated[str, typer.Option(help="Which paper: its number and date.")],
    until: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], help="The last day on which it counts, in WIB."),
    ],
    by: By,
    why: Why,
    server: Annotated[
        str, typer.Option(help="Which server, where each server's owner has a say.")
    ] = "",
    group: Annotated[
        str, typer.Option(help="Which group, by its number, where its administrators have a say.")
    ] = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Log that a platform's terms are met: who says so, by which paper, until when."""
    from monitor import gating

    return gating.record(config, collector, document, until.date(), server, by, why, group)


@gate.command("list")
def listing(config: ConfigPath = DEFAULT) -> int:
    """List the attestations; 1 where a platform that is on has none that counts."""
    from monitor import gating

    return gating.listing(config)


@gate.command(
    "end", epilog='Example: netralitas gate end 812 --by "Nama, jabatan" --why "izin dicabut"'
)
def end(number: Number, by: By, why: Why, config: ConfigPath = DEFAULT) -> int:
    """Take an attestation back; the running daemon stops reading with its next tick."""
    from monitor import gating

    return gating.end(config, number, by, why)


@platform.command(
    "off",
    epilog='Example: netralitas platform off bluesky --by "Nama, jabatan" --reason "perintah 7/X"',
)
def off(name: Name, by: By, why: Why, config: ConfigPath = DEFAULT) -> int:
    """Stop reading a platform now, also on the running daemon."""
    from monitor import gating

    return gating.switch(config, name, by, why, off=True)


@platform.command("on")
def on(name: Name, by: By, why: Why, config: ConfigPath = DEFAULT) -> int:
    """Take `off` back; a gated platform still needs its right."""
    from monitor import gating

    return gating.switch(config, name, by, why, off=False)


@platform.command("list")
def platforms(config: ConfigPath = DEFAULT) -> int:
    """List the platforms: on or off, since when, by whom and why."""
    from monitor import gating

    return gating.platforms(config)
