"""The command line's part on the papers of a case: dokumen, dokumen terbit, dokumen daftar."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from monitor.cli_options import DEFAULT, By, ConfigPath, Why

DRAFT = "buat"


class Drafting(TyperGroup):
    """``netralitas dokumen CASE JENIS`` is ``netralitas dokumen buat CASE JENIS``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the usual command's name before words that name none."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = [DRAFT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=Drafting,
    no_args_is_help=True,
    help="Draft a case's papers, and record what was issued.",
)

Finding = Annotated[str, typer.Argument(metavar="CASE", help="The finding's id.")]
Kind = Annotated[
    str,
    typer.Argument(
        metavar="JENIS",
        help="nota-dinas, tim-pemeriksa, panggilan-1, panggilan-2, daftar-pertanyaan, bap, lhp, "
        "penutupan or penerusan",
    ),
]


def attach(program: typer.Typer) -> None:
    """Give the program these commands."""
    program.add_typer(app, name="dokumen")


@app.command(
    DRAFT,
    epilog='Example: netralitas dokumen NTR-ABCD-EFGH nota-dinas --by "Nama, jabatan" --why "SOP"',
)
def make(
    finding: Finding,
    kind: Kind,
    *,
    out: Annotated[Path, typer.Option(help="The folder for the two files.")] = Path(),
    by: By = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Draft one paper as .odt and .pdf; number, letterhead and signature stay blank."""
    from monitor import documenting

    return documenting.draft(config, finding, kind, out, by, why)


@app.command(
    epilog="Example: netralitas dokumen terbit NTR-ABCD-EFGH panggilan-1 --number 800/12/2024 "
    '--date 2024-10-15 --hearing 2024-10-28 --scan panggilan.pdf --by "Nama" --why "terkirim"'
)
def terbit(
    finding: Finding,
    kind: Annotated[
        str, typer.Argument(metavar="JENIS", help="As for a draft; or tanggapan, what came back.")
    ],
    *,
    number: Annotated[str, typer.Option(help="The number it was issued with.")] = "",
    day: Annotated[str, typer.Option("--date", help="The date it bears.")] = "",
    hearing: Annotated[str, typer.Option(help="A summons: the day of the examination.")] = "",
    scan: Annotated[Path | None, typer.Option(help="The signed paper: PDF, PNG or JPEG.")] = None,
    by: By = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Record the number, the date and the scan of a paper that was issued."""
    from monitor import desk, documenting

    dates = desk.day_of(day, "--date"), desk.day_of(hearing, "--hearing")
    given = documenting.Given(kind, number, *dates)
    return documenting.issue(config, finding, given, scan, by, why)


@app.command()
def daftar(finding: Finding, by: By = "", why: Why = "", config: ConfigPath = DEFAULT) -> int:
    """List the papers on record of a case, and which may be drafted now."""
    from monitor import documenting

    return documenting.listed(config, finding, by, why)
