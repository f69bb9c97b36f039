"""The command line's part on tips: submit, and what an officer does with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_options import DEFAULT, By, ConfigPath, Why

app = typer.Typer(no_args_is_help=True, help="What people report, from the sealed tip to a case.")

TipId = Annotated[str, typer.Argument(metavar="TIP", help="The tip's number: TIP-ABCD-EFGH.")]
OfficerId = Annotated[str, typer.Option("--officer", help="Who does it: an officer's id.")]
Ground = Annotated[str, typer.Option("--ground", help="The law's article that allows it.")]
Folder = Annotated[
    Path, typer.Option("--out", exists=True, file_okay=False, help="Write the pictures here.")
]
SignalName = Annotated[str, typer.Option("--signal", help="post, reply, share, like, follow ...")]
At = Annotated[str, typer.Option("--at", help="When it was done: 2024-10-12T09:30.")]
Text = Annotated[
    str, typer.Option("--text", help="What stands there, as you read it, not the machine.")
]
TargetLink = Annotated[
    str, typer.Option("--target", help="The link of what was answered, shared or liked.")
]
Platform = Annotated[
    str, typer.Option("--platform", help="Where, if no link says it: facebook, tiktok ...")
]


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
        list[Path] | None,
        typer.Option(
            "--file", "--picture", help="A screenshot, PNG or JPEG; may be given several times."
        ),
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
        Path | None, typer.Option(exists=True, file_okay=False, help="Write the crops here.")
    ] = None,
    config: ConfigPath = DEFAULT,
) -> int:
    """Open what a tip says, and the crops of its pictures; who looked, and why, is logged."""
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
    """Say that a tip is of no use (ditolak); it changes no case."""
    from monitor import tipping

    return tipping.reject(config, tip, officer, why)


@app.command(
    epilog="Example: netralitas tips corroborate TIP-ABCD-EFGH --officer p1 --why dilihat-sendiri"
)
def corroborate(tip: TipId, officer: OfficerId, why: Why, config: ConfigPath = DEFAULT) -> int:
    """Say that another source bears a tip out (dikuatkan); the case's outcome stays."""
    from monitor import tipping

    return tipping.corroborate(config, tip, officer, why)


@app.command(epilog="Example: netralitas tips withdraw TIP-ABCD-EFGH --officer t1 --why di-loket")
def withdraw(tip: TipId, officer: OfficerId, why: Why, config: ConfigPath = DEFAULT) -> int:
    """Erase a tip that its sender takes back at the counter: two officers give this command."""
    from monitor import tipping

    return tipping.withdraw(config, tip, officer, why)


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


@app.command(
    epilog="Example: netralitas tips picture TIP-ABCD-EFGH --officer t1 --why intake --out ."
)
def picture(
    tip: TipId, officer: OfficerId, why: Why, out: Folder, config: ConfigPath = DEFAULT
) -> int:
    """Give the intake officer (petugas) the whole pictures, until the crops are made."""
    from monitor import tipping_pictures

    return tipping_pictures.picture(config, tip, officer, why, out)


@app.command(
    epilog="Example: netralitas tips crop TIP-ABCD-EFGH --box 0,220,1080,600 --officer t1 --why x"
)
def crop(
    tip: TipId,
    officer: OfficerId,
    why: Why,
    box: Annotated[str, typer.Option(help="The act alone: x,y,width,height in pixels.")],
    hide: Annotated[
        list[str] | None, typer.Option(help="Painted over, strangers for instance; repeatable.")
    ] = None,
    *,
    number: Annotated[int, typer.Option("--number", min=1, help="Which picture of the tip.")] = 1,
    config: ConfigPath = DEFAULT,
) -> int:
    """Make the part of a picture that reviewers see and that machines read."""
    from monitor import tipping_pictures

    return tipping_pictures.crop(config, tip, number, box, hide or [], officer, why)


@app.command(
    epilog="Example: netralitas tips original TIP-ABCD-EFGH --officer p1 --why ragu --out ."
)
def original(
    tip: TipId, officer: OfficerId, why: Why, out: Folder, config: ConfigPath = DEFAULT
) -> int:
    """Open the whole pictures: two officers give this command, one soon after the other."""
    from monitor import tipping_pictures

    return tipping_pictures.original(config, tip, officer, why, out)


@app.command(
    epilog='Example: netralitas tips sender TIP-ABCD-EFGH --officer p1 --ground "..." --why "..."'
)
def sender(
    tip: TipId, officer: OfficerId, ground: Ground, why: Why, config: ConfigPath = DEFAULT
) -> int:
    """Open who gave a tip: two officers give this command, each with a ground of the law."""
    from monitor import tipping_pictures

    return tipping_pictures.sender(config, tip, officer, ground, why)


@app.command(
    epilog='Example: netralitas tips person TIP-ABCD-EFGH W1 --officer t1 --ground "..." --why x'
)
def person(
    tip: TipId,
    line: Annotated[str, typer.Argument(help="The line of the register whose act it is.")],
    officer: OfficerId,
    ground: Ground,
    why: Why,
    config: ConfigPath = DEFAULT,
) -> int:
    """Say which registered person a tip is about, where its link does not."""
    from monitor import tipping_case

    return tipping_case.person(config, tip, line, officer, ground, why)


@app.command(epilog="Example: netralitas tips read TIP-ABCD-EFGH --officer p1 --why periksa")
def read(
    tip: TipId,
    officer: OfficerId,
    why: Why,
    *,
    signal: SignalName = "post",
    at: At = "",
    text: Text = "",
    target: TargetLink = "",
    platform: Platform = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Show what the crop says and what the rules make of it; no case comes of it."""
    from monitor import tipping_case

    order = tipping_case.order(config, signal, at, text, target, platform)
    return tipping_case.read(config, tip, order, officer, why)


@app.command(
    epilog="Example: netralitas tips case TIP-ABCD-EFGH --at 2024-10-12T09:30 --officer p1 --why x"
)
def case(
    tip: TipId,
    officer: OfficerId,
    why: Why,
    *,
    signal: SignalName = "post",
    at: At = "",
    text: Text = "",
    target: TargetLink = "",
    platform: Platform = "",
    config: ConfigPath = DEFAULT,
) -> int:
    """Make a case to be reviewed of a tip about a registered person; never more than that."""
    from monitor import tipping_case

    order = tipping_case.order(config, signal, at, text, target, platform)
    return tipping_case.case(config, tip, order, officer, why)
