"""``netralitas messages``: what could not be delivered."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Why

app = typer.Typer(no_args_is_help=True, help="See messages that were given up; send them again.")


@app.command("list")
def messages_list(config: ConfigPath = DEFAULT) -> int:
    """List the messages that were given up, with what the platform said."""
    from monitor import resending

    return resending.show(config)


@app.command("withdrawn")
def messages_withdrawn(config: ConfigPath = DEFAULT) -> int:
    """List messages of dismissed or erased cases that the platform did not delete."""
    from monitor import resending

    return resending.staying(config)


@app.command(
    "retry",
    epilog='Example: netralitas messages retry 17 --by "Nama, jabatan" --why "bot masuk grup lagi"',
)
def messages_retry(
    by: By,
    why: Why,
    numbers: Annotated[
        list[int] | None, typer.Argument(help="Numbers as the list shows them.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
    config: ConfigPath = DEFAULT,
) -> int:
    """Send messages again once their cause is mended; who ordered it is kept in the log."""
    from monitor import resending

    return resending.retry(config, numbers or [], by, why, everything=everything)
