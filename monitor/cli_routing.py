"""The command line's part on who is told: route, mute, unmute, mutes."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Why


def attach(program: typer.Typer) -> None:
    """Give the program these commands."""
    program.command(epilog="Example: netralitas route NTR-ABCD-EFGH --instansi 'Dinas Contoh'")(
        route
    )
    program.command(
        epilog="Example: netralitas mute --person ref-0007 --days 3 "
        '--by "Bu Rekaan, Sekretaris" --why "dirawat, klarifikasi ditunda"'
    )(mute)
    program.command(
        epilog='Example: netralitas unmute 4 --by "Bu Rekaan, Sekretaris" --why "sudah kembali"'
    )(unmute)
    program.command()(mutes)


def route(
    finding: Annotated[str, typer.Argument(help="The finding's id, as an alert prints it.")],
    *,
    instansi: Annotated[str | None, typer.Option(help="What if it came from this agency?")] = None,
    unit: Annotated[str | None, typer.Option(help="What if from this unit?")] = None,
    area: Annotated[str | None, typer.Option(help="What if from this area code?")] = None,
    level: Annotated[str | None, typer.Option(help="What if it had this level?")] = None,
    contest: Annotated[
        list[str] | None, typer.Option(help="What if it concerned this contest? Repeatable.")
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="What if: alert or review?")] = None,
    led_by: Annotated[
        str | None, typer.Option(help="What if this candidate led the agency?")
    ] = None,
    by: By = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Say which routes get a case and why the others do not; nothing is sent."""
    from monitor import explaining

    wanted = explaining.Wanted(instansi, unit, area, level, tuple(contest or ()), outcome, led_by)
    return explaining.route(config, finding, wanted, by, why)


def mute(
    *,
    route: Annotated[str, typer.Option(help="A route's name, number or chat.")] = "",
    person: Annotated[str, typer.Option(help="A person's reference in the register.")] = "",
    instansi: Annotated[str, typer.Option(help="An agency.")] = "",
    rule: Annotated[str, typer.Option(help="What this rule alone found.")] = "",
    days: Annotated[int, typer.Option(min=0, help="For so many days ...")] = 0,
    hours: Annotated[int, typer.Option(min=0, help="... and hours.")] = 0,
    by: By = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Hold messages back for a while; findings are recorded and wait, none is lost."""
    from monitor import muting

    chosen = muting.Chosen(route, person, instansi, rule)
    return muting.mute(config, chosen, days, hours, by, why)


def unmute(
    number: Annotated[int, typer.Argument(help="The mute's number: netralitas mutes")],
    by: By = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """End a mute now; what waited for it goes out."""
    from monitor import muting

    return muting.unmute(config, number, by, why)


def mutes(config: ConfigPath = DEFAULT) -> int:
    """List the mutes in force: what, until when, by whom and why."""
    from monitor import muting

    return muting.listing(config)
