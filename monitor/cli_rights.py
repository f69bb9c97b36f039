"""The command line's part on the rights of the persons concerned (UU 27/2022)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Why

MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%d"]
Person = Annotated[
    str,
    typer.Argument(
        help="The person's reference, or a watch_id of theirs; a tip's number for its sender."
    ),
]
NewZip = Annotated[Path, typer.Option(help="A new file that ends in .zip.")]
Received = Annotated[
    datetime | None,
    typer.Option(
        formats=MOMENT,
        help="When the request came, in the person's own time: 3x24 hours run from then.",
    ),
]


def attach(app: typer.Typer) -> None:
    """Give the program these commands."""
    app.command(
        epilog="Example: netralitas access p-abc… --to akses.zip --received 2024-10-12T09:30 "
        '--by "Nama, jabatan" --why "surat 12/X/2024"'
    )(access)
    app.command(
        epilog="Example: netralitas rectify w-0012 --not-theirs "
        '--by "Nama, jabatan" --why "surat 13/X/2024"'
    )(rectify)
    app.command(
        epilog="Example: netralitas breach --since 2024-10-12T01:00 --known 2024-10-12T09:30 "
        '--to kejadian.zip --by "Nama, jabatan" --why "laptop hilang"'
    )(breach)


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


def rectify(
    who: Annotated[str, typer.Argument(help="A finding's id, a person's reference, a watch_id.")],
    *,
    not_theirs: Annotated[
        bool, typer.Option("--not-theirs", help="The account, or this act, is not the person's.")
    ] = False,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="COLUMN=VALUE", help="A fact as it is.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say it; change nothing.")] = False,
    by: By = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Correct facts or an attribution, judge again, and tell whoever was told before."""
    from monitor import rectifying

    wanted = rectifying.Wanted(who, by, why, not_theirs, sets or (), dry_run)
    return rectifying.correct(config, wanted)


def breach(
    *,
    to: NewZip,
    since: Annotated[datetime | None, typer.Option(formats=MOMENT, help="When it began.")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=MOMENT, help="When it ended; default: now.")
    ] = None,
    known: Annotated[
        datetime | None, typer.Option(formats=MOMENT, help="When it became known: 3x24 hours.")
    ] = None,
    database: Annotated[
        Path | None, typer.Option(help="The copy that was disclosed, or a backup's folder.")
    ] = None,
    by: By = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """List what a breach disclosed, of whom, for the notice within 3x24 hours; times are WIB."""
    from monitor import breaching

    wanted = breaching.Wanted(to, by, why, since, until, known, database)
    return breaching.write(config, wanted)
