"""``netralitas contests``: files of contests, and keeping one open longer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Why

app = typer.Typer(
    no_args_is_help=True, help="Make contest files from official lists; keep a contest open."
)


@app.command(
    "import",
    epilog="Example: netralitas contests import paslon.csv "
    "--calendar watchlists/calendars/pilkada-2024.toml --source 'KPU, 23 September 2024'",
)
def contests_import(
    file: Annotated[Path, typer.Argument(help="CSV of an election body: docs/contests.md.")],
    calendar: Annotated[Path, typer.Option(help="TOML with the dates of all its contests.")],
    source: Annotated[str, typer.Option(help="Where the list is from; it stands in each file.")],
    watchlists: Annotated[Path, typer.Option(help="The folder that gets the files.")] = Path(
        "watchlists"
    ),
) -> int:
    """Turn a list of pairs into contest files; show forms that name two targets."""
    from monitor import importing

    return importing.contests_import(file, calendar, watchlists, source)


@app.command(
    "extend",
    epilog="Example: netralitas contests extend pilgub-31-2017 --until 2017-06-30 "
    '--by "Nama, jabatan" --why "sengketa di MK"',
)
def contests_extend(
    contest: Annotated[str, typer.Argument(help="The contest's id.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day.")],
    by: By,
    why: Why,
    config: ConfigPath = DEFAULT,
) -> int:
    """Watch a contest longer than its last round; `--until` today ends that again."""
    from monitor import governing

    return governing.extend(config, contest, until.date(), by, why)
