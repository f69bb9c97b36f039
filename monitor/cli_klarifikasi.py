"""The command line's part on the person concerned: letters, answers on paper, receipts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Why

app = typer.Typer(
    no_args_is_help=True, help="Invite the person concerned, and take the answer; nothing is sent."
)

Case = Annotated[str, typer.Argument(help="The finding's id, as an alert prints it.")]
Officer = Annotated[str, typer.Option(help="Who does this: an officer's id.")]
NewPdf = Annotated[Path, typer.Option(help="A new file that ends in .pdf.")]


@app.command(
    epilog="Example: netralitas klarifikasi undang NTR-ABCD-EFGH --to surat.pdf --officer ana "
    '--why "kasus diambil"'
)
def undang(
    case: Case, *, to: NewPdf, officer: Officer, why: Why = "", config: ConfigPath = DEFAULT
) -> int:
    """Write the letter that invites, as PDF and text, with a one-time code; an officer takes it."""
    from monitor import klarifikasi

    return klarifikasi.undang(config, klarifikasi.Asked(case, officer, why, to))


@app.command(
    epilog='Example: netralitas klarifikasi cabut NTR-ABCD-EFGH --officer ana --why "surat hilang"'
)
def cabut(case: Case, *, officer: Officer, why: Why = "", config: ConfigPath = DEFAULT) -> int:
    """End the code of a case's letter; paper stays open to the person."""
    from monitor import klarifikasi

    return klarifikasi.cabut(config, case, officer, why)


@app.command(
    epilog="Example: netralitas klarifikasi kertas NTR-ABCD-EFGH --file jawaban.txt --officer ana "
    "--second cici --claim ex-not-author --attach lembar.pdf"
)
def kertas(
    case: Case,
    *,
    file: Annotated[Path, typer.Option(help="What the paper says, typed: a text file in UTF-8.")],
    officer: Officer,
    second: Annotated[str, typer.Option(help="The other officer, who typed it or will confirm.")],
    claim: Annotated[
        list[str] | None, typer.Option(help="An excuse that is ticked, by its id; repeatable.")
    ] = None,
    counsel: Annotated[str, typer.Option(help="Who helps the person, if somebody does.")] = "",
    attach: Annotated[
        list[Path] | None, typer.Option(help="A scan (PDF, PNG, JPEG); repeatable.")
    ] = None,
    config: ConfigPath = DEFAULT,
) -> int:
    """Enter an answer on paper: one officer types it, the other confirms the same within a day."""
    from monitor import klarifikasi_paper as paper

    typed = paper.Typed(
        case, file, officer, second, tuple(claim or ()), counsel, tuple(attach or ())
    )
    return paper.kertas(config, typed)


@app.command(
    "tanda-terima",
    epilog="Example: netralitas klarifikasi tanda-terima TT-1A2B-3C4D --to tanda.pdf "
    '--by "Nama, jabatan" --why "diminta yang bersangkutan"',
)
def tanda_terima(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The receipt's number.")],
    *,
    to: NewPdf,
    by: By = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Write the receipt of an answer as PDF, for the person; the look is logged."""
    from monitor import klarifikasi

    return klarifikasi.tanda_terima(config, number, to, by, why)


@app.command(epilog="Example: netralitas klarifikasi serve")
def serve(
    port: Annotated[
        int | None, typer.Option(help="On loopback; default: answers.port. 0 takes a free one.")
    ] = None,
    config: ConfigPath = DEFAULT,
) -> int:
    """Serve the page of answers on loopback, for your own proxy, until it is told to stop."""
    from monitor.answering import command

    return command.serve(config, port)
