"""The command line's part on lawful erasure: erase case, erase person, hold."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Why

app = typer.Typer(no_args_is_help=True, help="Destroy content by order, and leave a tombstone.")

GROUNDS = "pdp, keberatan, retensi, pemusnahan or platform"
Ground = Annotated[str, typer.Option(help=f"On what ground: {GROUNDS}.")]
Office = Annotated[str, typer.Option("--ordered-by", help="The office that ordered it; public.")]
Reference = Annotated[
    str, typer.Option(help="The order's number, or the destruction list's; public.")
]
Official = Annotated[str, typer.Option(help="Who signed the order; kept in closed content.")]
Yes = Annotated[bool, typer.Option("--yes", help="Erase; without it, only say what would go.")]


def attach(program: typer.Typer) -> None:
    """Give the program these commands."""
    program.add_typer(app, name="erase")
    program.command(
        epilog='Example: netralitas hold NTR-ABCD-EFGH --by "Nama, jabatan" --why "sengketa 12"'
    )(hold)
    program.command(epilog="Example: netralitas retractions -c config.toml")(retractions)


@app.command(
    "case",
    epilog='Example: netralitas erase case NTR-ABCD-EFGH --ground pemusnahan --ordered-by "ANRI" '
    '--reference "BA-12/2026" --by "Nama, jabatan" --why "daftar pemusnahan disetujui" --yes',
)
def case(
    finding: Annotated[str, typer.Argument(help="The finding's id, as an alert prints it.")],
    ground: Ground,
    ordered_by: Office,
    reference: Reference = "",
    official: Official = "",
    by: By = "",
    why: Why = "",
    *,
    config: ConfigPath = DEFAULT,
    yes: Yes = False,
) -> int:
    """Destroy the content and snapshots of one case; entries and seals stay valid."""
    from monitor import erasing

    asked = erasing.order(ground, ordered_by, reference, official, by, why)
    return erasing.case(config, finding, asked, yes=yes)


@app.command(
    "person",
    epilog='Example: netralitas erase person p-abcd… --ground pdp --ordered-by "BKPSDM" '
    '--reference "800/77/2026" --by "Nama, jabatan" --why "permintaan subjek data" --yes',
)
def person(
    person_ref: Annotated[str, typer.Argument(help="The reference that register list prints.")],
    ground: Ground,
    ordered_by: Office,
    reference: Reference = "",
    official: Official = "",
    by: By = "",
    why: Why = "",
    *,
    config: ConfigPath = DEFAULT,
    yes: Yes = False,
) -> int:
    """Destroy everything held about one person: cases, register, digests, messages owed."""
    from monitor import erasing

    asked = erasing.order(ground, ordered_by, reference, official, by, why)
    return erasing.person(config, person_ref, asked, yes=yes)


def hold(
    finding: Annotated[str, typer.Argument(help="The finding's id, as an alert prints it.")],
    by: By = "",
    why: Why = "",
    lift: Annotated[bool, typer.Option("--lift", help="End the hold.")] = False,
    config: ConfigPath = DEFAULT,
) -> int:
    """Keep a case from every erasure, by a decision of its own in the log."""
    from monitor import erasing

    return erasing.hold(config, finding, by, why, lift=lift)


def retractions(config: ConfigPath = DEFAULT) -> int:
    """List acts taken out of public view, by when to hold or erase each; 1 where one is overdue."""
    from monitor import retracting

    return retracting.listing(config)
