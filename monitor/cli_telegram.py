"""The command line's part on Telegram: telegram setup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor.cli_options import DEFAULT, ConfigPath

app = typer.Typer(no_args_is_help=True, help="Connect a Telegram bot and its chats.")


@app.command(epilog="Example: netralitas telegram setup -c /srv/netralitas/config.toml")
def setup(
    *,
    token_file: Annotated[
        Path | None, typer.Option(help="Take the token from this file instead of asking.")
    ] = None,
    chat: Annotated[
        list[str] | None, typer.Option(help="A chat's number, instead of looking for it.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the route is called.")] = "",
    instansi: Annotated[
        list[str] | None, typer.Option(help="Only cases of this agency. Repeatable.")
    ] = None,
    office: Annotated[str, typer.Option(help="The agency in which its readers serve.")] = "",
    card: Annotated[
        Literal["evidence", "masked", "none", ""], typer.Option(help="Which card it gets.")
    ] = "",
    members: Annotated[
        int, typer.Option(min=0, help="How many members it must have, the bot included.")
    ] = 0,
    health: Annotated[
        bool | None, typer.Option("--health/--no-health", help="Alarms go there too.")
    ] = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for chats.")] = 120.0,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing: take options, defaults.")
    ] = False,
    config: ConfigPath = DEFAULT,
) -> int:
    """Walk through token, chat, rights and a test message, and write the route."""
    import asyncio

    from monitor.botsetup import Options, Walk
    from monitor.talking import Nobody, Terminal

    options = Options(
        token_file=token_file,
        chats=tuple(chat or ()),
        name=name,
        instansi=tuple(instansi or ()),
        office=office,
        card=card,
        members=members,
        health=health,
        wait=wait,
        yes=yes,
    )
    talk = Nobody() if yes else Terminal()
    return asyncio.run(Walk(config, options, talk, asyncio.sleep).run())
