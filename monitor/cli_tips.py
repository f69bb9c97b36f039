"""The command line's part on tips: submit, and tips list, show, link, reject, pause."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Why

app = typer.Typer(no_args_is_help=True, help="What people report: open it, link it, refuse it.")

TipId = Annotated[str, typer.Argument(metavar="TIP", help="The tip's number: TIP-ABCD-EFGH.")]
OfficerId = Annotated[str, typer.Option("--officer", help="Who does it: an officer's id.")]


def attach(program: typer.Typer) -> None:
    """Give the program these commands."""
    program.add_typer(app, name="tips")
    program.command(
        epilog='Example: netralitas submit --link https://contoh.example/p/1 --sender "Warga"'
    )(submit)


def submit(
    sender: Annotated[str, typer.Option(help="Who brought it. Sealed apart, shown to nobody.")],
    link: Annotated[str, typer.Option(help="The post's address. It is never opened.")] = "",
    note: Annotated[str, typer.Option(help="What the sender says of it.")] = "",
    picture: Annotated[
        list[Path] | None, typer.Option(help="A screenshot, PNG or JPEG; may be repeated.")
    ] = None,
    *,
    when: Annotated[str, typer.Option(help="Offline act: when (waktu).")] = "",
    place: Annotated[str, typer.Option(help="Offline act: where (tempat).")] = "",
    witnesses: Annotated[str, typer.Option(help="Offline act: who saw it (saksi).")] = "",
    known_from: Annotated[str, typer.Option(help="How the sender knows (cara diketahui).")] = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Take a tip: a link, a screenshot, a note. It is sealed and never evidence by itself."""
    from monitor import tipping
    from monitor.model.tip import Tip

    tip = Tip(link, note, when, place, witnesses, known_from)
    return tipping.submit(config, tip, picture or [], sender)


@app.command("list")
def tips_list(config: ConfigPath = DEFAULT) -> int:
    """List the tips, without what they say and who gave them."""
    from monitor import tipping

    return tipping.show_all(config)


@app.command(epilog='Example: netralitas tips show TIP-ABCD-EFGH --by "Nama" --why "pemeriksaan"')
def show(
    tip: TipId,
    by: By,
    why: Why,
    out: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Write the pictures here.")
    ] = None,
    config: ConfigPath = DEFAULT,
) -> int:
    """Open one tip; who looked, and why, is logged."""
    from monitor import tipping

    return tipping.show(config, tip, by, why, out)


@app.command(
    epilog="Example: netralitas tips link TIP-ABCD-EFGH NTR-ABCD-EFGH --officer p1 --why sama"
)
def link(
    tip: TipId,
    finding: Annotated[str, typer.Argument(help="The case that it is about.")],
    officer: OfficerId,
    why: Why,
    config: ConfigPath = DEFAULT,
) -> int:
    """Put a tip on a case; the outcome of the case does not rise by it."""
    from monitor import tipping

    return tipping.link(config, tip, finding, officer, why)


@app.command(epilog="Example: netralitas tips reject TIP-ABCD-EFGH --officer p1 --why salah-orang")
def reject(tip: TipId, officer: OfficerId, why: Why, config: ConfigPath = DEFAULT) -> int:
    """Refuse a tip; it is destroyed on its day."""
    from monitor import tipping

    return tipping.reject(config, tip, officer, why)


@app.command(epilog="Example: netralitas tips pause TIP-ABCD-EFGH --days 30 --officer p1 --why 12x")
def pause(
    tip: TipId,
    officer: OfficerId,
    why: Why,
    days: Annotated[int, typer.Option(min=1, max=365, help="For how many days.")] = 30,
    config: ConfigPath = DEFAULT,
) -> int:
    """Take nothing more from a tip's sender for some days, after misuse."""
    from monitor import tipping

    return tipping.pause(config, tip, days, officer, why)
