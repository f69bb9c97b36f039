"""The command line's part on evidence: verify, seal, export, backups, keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor import cli_erasure
from monitor.cli_options import DEFAULT, ConfigPath, Reader, Why

keys = typer.Typer(no_args_is_help=True, help="Make, rotate and list the installation's keys.")


def attach(app: typer.Typer) -> None:
    """Give the program these commands."""
    app.command(epilog="Example: netralitas verify --head 42:9f2c…")(verify)
    app.command()(seal)
    app.command(epilog="Example: netralitas card NTR-ABCD-EFGH --to kartu.png")(card)
    app.command(epilog="Example: netralitas export NTR-ABCD-EFGH --profile audit --to .")(export)
    app.command(epilog="Example: netralitas backup /backup")(backup)
    app.command(epilog="Example: netralitas restore --check /backup/netralitas-20241012T093000Z")(
        restore
    )
    app.add_typer(keys, name="keys")
    cli_erasure.attach(app)


def verify(
    config: ConfigPath = DEFAULT,
    head: Annotated[str, typer.Option(help="SEQ:HEX as printed on an alert.")] = "",
    export: Annotated[Path | None, typer.Option(help="An export, instead of the log.")] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="A new PDF that states the result.")
    ] = None,
) -> int:
    """Check every value of the evidence log and every snapshot; name the first bad place."""
    from monitor import exporting, upkeep

    if export:
        return exporting.verify(export, certificate)
    return upkeep.verify(config, head, certificate)


def seal(config: ConfigPath = DEFAULT) -> int:
    """Sign the evidence log now, and ask the configured authorities for time stamps."""
    from monitor import sealing

    return sealing.seal(config)


def export(
    finding: Annotated[str, typer.Argument(help="The finding's id, as an alert prints it.")] = "",
    *,
    profile: Annotated[
        str, typer.Option(help="audit: pseudonymous; penerusan: with names and a cover.")
    ],
    to: Annotated[Path, typer.Option(help="The folder that gets the file.")] = Path(),
    every: Annotated[bool, typer.Option("--all", help="All cases as tables, one ZIP.")] = False,
    form: Annotated[str, typer.Option("--format", help="--all: csv (default) or jsonl.")] = "",
    since: Annotated[str, typer.Option("--from", help="--all: first day, YYYY-MM-DD.")] = "",
    until: Annotated[str, typer.Option("--to-date", help="--all: last day.")] = "",
    official: Annotated[str, typer.Option(help="penerusan: the official who forwards.")] = "",
    office: Annotated[str, typer.Option(help="penerusan: position and office.")] = "",
    letter: Annotated[str, typer.Option(help="penerusan: the letter's number.")] = "",
    date: Annotated[str, typer.Option(help="penerusan: the letter's day, YYYY-MM-DD.")] = "",
    by: Reader = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Write one finding, or all as tables, with log entries, seals and a verifier as a ZIP."""
    from monitor import exporting, exporting_all, forwarding

    asked = forwarding.Asked(official, office, letter, date)
    tables = bool(form or since or until)
    exporting.check(finding, profile, every=every, tables=tables, letter=asked != forwarding.NONE)
    if every:
        days = exporting_all.Asked(form or "csv", since, until)
        return exporting_all.export(config, profile, days, to, by, why)
    return exporting.export(config, finding, profile, to, by, why, asked)


def card(
    finding: Annotated[str, typer.Argument(help="The finding's id, as an alert prints it.")],
    to: Annotated[Path, typer.Option(help="A new file: .png or .pdf.")],
    by: Reader = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Draw one finding as a picture, with the words that matched marked."""
    from monitor import carding

    return carding.card(config, finding, to, by, why)


def backup(
    to: Annotated[Path, typer.Argument(help="The folder that gets a new backup folder.")],
    config: ConfigPath = DEFAULT,
    with_keys: Annotated[bool, typer.Option(help="Copy the keys too.")] = False,
) -> int:
    """Copy database and snapshots, consistently, while the daemon runs."""
    from monitor import upkeep

    return upkeep.backup(config, to, with_keys=with_keys)


def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that backup made.")],
    config: ConfigPath = DEFAULT,
    check: Annotated[bool, typer.Option("--check", help="Verify only; write nothing.")] = False,
) -> int:
    """Verify a backup and put it in place of a database that is not there."""
    from monitor import upkeep

    return upkeep.restore(config, folder, check_only=check)


@keys.command("make")
def keys_make(config: ConfigPath = DEFAULT) -> int:
    """Make the keys of a new installation; existing ones are never overwritten."""
    from monitor import upkeep

    return upkeep.keys_make(config)


@keys.command("rotate", epilog="Example: netralitas keys rotate seen")
def keys_rotate(
    purpose: Annotated[str, typer.Argument(help="reference, seen, seal or person")],
    config: ConfigPath = DEFAULT,
) -> int:
    """Add a newer version of one key; the older ones stay to find what they made."""
    from monitor import upkeep

    return upkeep.keys_rotate(config, purpose)


@keys.command("list")
def keys_list(config: ConfigPath = DEFAULT) -> int:
    """List purposes, versions and dates; never a key."""
    from monitor import upkeep

    return upkeep.keys_list(config)
