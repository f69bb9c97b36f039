"""The command line's part on the desk: review step, show, officer, officers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Reader, Why

app = typer.Typer(no_args_is_help=True, help="Decide about cases; every step is a person's.")

Finding = Annotated[str, typer.Argument(help="The finding's id, as an alert prints it.")]


def attach(program: typer.Typer) -> None:
    """Give the program these commands."""
    program.add_typer(app, name="review")


@app.command(
    epilog='Example: netralitas review step NTR-ABCD-EFGH diambil --officer p1 --why "giliran"'
)
def step(
    finding: Finding,
    what: Annotated[
        str,
        typer.Argument(
            metavar="STEP",
            help="diambil, klarifikasi_diminta, dijawab, bukan_akunnya, diperbolehkan, "
            "bukti_tidak_cukup, perlu_diperiksa, diteruskan or dibuka_kembali",
        ),
    ],
    officer: Annotated[str, typer.Option(help="Who takes the step: an officer's id.")],
    why: Why = "",
    *,
    answer: Annotated[Path | None, typer.Option(help="dijawab: the answer, a text file.")] = None,
    unanswered: Annotated[str, typer.Option(help="diteruskan: why nobody was heard.")] = "",
    path: Annotated[
        str,
        typer.Option(
            help="diteruskan: pemeriksaan_atasan, informasi_awal_bawaslu, laporan_pribadi_wni, bkn"
        ),
    ] = "",
    receiver: Annotated[str, typer.Option(help="diteruskan: who gets the letter.")] = "",
    letter: Annotated[str, typer.Option(help="diteruskan: the letter's number.")] = "",
    day: Annotated[str, typer.Option("--date", help="diteruskan: the letter's date.")] = "",
    receipt: Annotated[str, typer.Option(help="diteruskan: the tanda terima's number.")] = "",
    objection: Annotated[
        Path | None, typer.Option(help="dibuka_kembali: the person's objection, a text file.")
    ] = None,
    config: ConfigPath = DEFAULT,
) -> int:
    """Take one step in a case; two persons are needed to forward it."""
    from monitor import desk
    from monitor.model.review import Wanted

    wanted = Wanted(
        step=desk.step_of(what),
        why=why,
        answer=desk.answer_of(answer),
        unanswered=unanswered,
        path=desk.path_of(path),
        receiver=receiver,
        letter=letter,
        day=desk.day_of(day, "--date"),
        receipt=receipt,
        objection=desk.answer_of(objection, "--objection"),
    )
    return desk.take(config, finding, wanted, officer)


@app.command(epilog="Example: netralitas review show NTR-ABCD-EFGH")
def show(finding: Finding, by: Reader = "", why: Why = "", config: ConfigPath = DEFAULT) -> int:
    """Say where a case stands, who took which step, and what may follow."""
    from monitor import desk

    return desk.show(config, finding, by, why)


@app.command(
    epilog='Example: netralitas review officer p1 --name "Bu Rekaan" --agency BKD --role penelaah '
    '--from 2024-10-01 --by "Kepala BKD" --why "SK 12"'
)
def officer(
    name: Annotated[str, typer.Argument(metavar="ID", help="A short id, used in the log.")],
    *,
    role: Annotated[str, typer.Option(help="penelaah, penyetuju or petugas")],
    first: Annotated[str, typer.Option("--from", help="First day; today if left out.")] = "",
    until: Annotated[str, typer.Option(help="Last day; none if left out.")] = "",
    full_name: Annotated[str, typer.Option("--name", help="Name and post.")] = "",
    agency: Annotated[str, typer.Option(help="The officer's agency (instansi).")] = "",
    person: Annotated[str, typer.Option(help="The officer's own reference in the register.")] = "",
    spouse_of: Annotated[str, typer.Option(help="A candidate who is the officer's spouse.")] = "",
    telegram: Annotated[
        int | None, typer.Option(min=1, help="The officer's Telegram user id, for the buttons.")
    ] = None,
    by: By = "",
    why: Why = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Give an officer a role for some days; the same role and first day changes its last day."""
    from monitor import desk
    from monitor.clock import utc_now
    from monitor.model.review import Officer, Term

    start: date = desk.day_of(first, "--from") or utc_now().date()
    term = Term(desk.role_of(role), start, desk.day_of(until, "--until"))
    wanted = Officer(name, full_name, agency, (), person, spouse_of, telegram or 0)
    return desk.appoint(config, wanted, term, by, why)


@app.command()
def due(
    *,
    overdue: Annotated[bool, typer.Option(help="Only what is over.")] = False,
    config: ConfigPath = DEFAULT,
) -> int:
    """List the terms that run, the one that ends first at the head; no name is shown."""
    from monitor import desk_due

    return desk_due.show(config, overdue=overdue)


@app.command()
def officers(config: ConfigPath = DEFAULT) -> int:
    """List officers and their roles, past ones too."""
    from monitor import desk

    return desk.officers(config)
