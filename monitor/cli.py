"""The command line. Each command's body is imported when it runs, so that ``--help`` is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor import (
    __version__,
    cli_audit,
    cli_contests,
    cli_coverage,
    cli_documents,
    cli_evidence,
    cli_gate,
    cli_governance,
    cli_klarifikasi,
    cli_messages,
    cli_register,
    cli_report,
    cli_review,
    cli_rights,
    cli_routing,
    cli_telegram,
    cli_tips,
)
from monitor.cli_options import DEFAULT, ConfigPath
from monitor.errors import ConfigError, Fault, MonitorError, RefusedError, UnknownError

OK, WRONG_DATA, USAGE, FATAL = 0, 1, 2, 3

app = typer.Typer(
    name="netralitas",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help=(
        "Watches public acts of **registered** civil-servant accounts for *possible* breaches of "
        "electoral neutrality, keeps evidence, and tells a human, who judges.\n\n"
        "First steps: `netralitas demo`, then `netralitas init DIR`."
    ),
    epilog="Exit status: 0 fine, 1 something is wrong with the data, 2 configuration or usage, "
    "3 a fatal fault.",
)
app.add_typer(cli_contests.app, name="contests")
app.add_typer(cli_gate.gate, name="gate")
app.add_typer(cli_gate.platform, name="platform")
app.add_typer(cli_governance.app, name="governance")
app.add_typer(cli_klarifikasi.app, name="klarifikasi")
app.add_typer(cli_messages.app, name="messages")
app.add_typer(cli_register.imports, name="import")
app.add_typer(cli_register.app, name="register")
app.add_typer(cli_telegram.app, name="telegram")
rules = typer.Typer(no_args_is_help=True, help="See how rules stand, and switch them.")
app.add_typer(rules, name="rules")

Reason = Annotated[
    str, typer.Option("--reason", "--why", help="Why; it is kept in the evidence log.")
]
Who = Annotated[
    str, typer.Option("--who", "--by", help="Who decides; default: the user of this machine.")
]
RuleId = Annotated[str, typer.Argument(help="The rule's id.")]


def main() -> None:
    """Run a command and leave with its status: the process edge."""
    try:
        _refuse_bytes(sys.argv[1:])
        status = app(standalone_mode=False)
    except ConfigError as error:
        for fault in error.faults:
            _complain(str(fault))
        status = USAGE
    except (UnknownError, RefusedError) as error:
        _complain(str(error))
        status = USAGE
    except MonitorError as error:
        _complain(f"{type(error).__name__}: {error}")
        status = FATAL
    except typer.Abort:
        status = USAGE
    except KeyboardInterrupt:
        status = OK
    except Exception as error:
        # typer's usage errors know how to show themselves; anything else is a fault of ours.
        status = _usage(error)
    sys.exit(status or OK)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.")
    ] = False,
) -> None:
    if version:
        typer.echo(f"netralitas {__version__}")
        raise typer.Exit


@app.command(epilog="Example: netralitas demo --out /tmp/demo")
def demo(
    out: Annotated[Path, typer.Option(help="Folder for database and snapshots.")] = Path(
        "demo-hasil"
    ),
) -> int:
    """See the real daemon watch an invented province; ends by itself within a minute."""
    from monitor import showing

    return showing.demo(out)


@app.command(epilog="Example: netralitas init /srv/netralitas")
def init(folder: Annotated[Path, typer.Argument(help="An empty or new folder.")]) -> int:
    """Write a first configuration, an invented register, watchlists, keys and a database."""
    from monitor import commands

    return commands.init(folder)


@app.command(epilog="Example: netralitas check -c /srv/netralitas/config.toml")
def check(config: ConfigPath = DEFAULT) -> int:
    """Validate configuration, register and watchlists, and run every rule's own cases."""
    from monitor import commands

    return commands.check(config)


@app.command(epilog="Example: netralitas run -c /srv/netralitas/config.toml")
def run(config: ConfigPath = DEFAULT) -> int:
    """Run as a service until SIGTERM."""
    from monitor import commands

    return commands.run(config)


@app.command(epilog="Example: netralitas once -c config.toml")
def once(config: ConfigPath = DEFAULT) -> int:
    """Look once at every source, send what is owed, and print what came of it."""
    from monitor import commands

    return commands.once(config)


@app.command(
    epilog='Example: echo \'{"id":"1","text":"Ayo pilih nomor 2"}\' | '
    "netralitas match --contest pilpres-2024"
)
def match(
    file: Annotated[Path | None, typer.Argument(help="JSON Lines; default: stdin.")] = None,
    contest: Annotated[
        list[str] | None, typer.Option(help="A live contest, for lines that name none.")
    ] = None,
    watchlists: Annotated[Path | None, typer.Option(help="Default: the shipped ones.")] = None,
    register: Annotated[
        Path | None, typer.Option(help="CSV or database: facts for lines with a watch_id.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
) -> int:
    """Read activities as JSON Lines and print one judgement a line, in the same order."""
    from monitor import offline

    return offline.match(file, tuple(contest or ()), watchlists, jobs, register)


@app.command(epilog="Example: netralitas backtest --totals labelled.jsonl")
def backtest(
    file: Annotated[Path, typer.Argument(help="JSON Lines, .gz too: docs/measuring.md.")],
    *,
    totals: Annotated[bool, typer.Option("--totals", help="Figures only; no item.")] = False,
    ambiguous: Annotated[
        bool | None,
        typer.Option("--ambiguous/--no-ambiguous", help="With or without ambiguous items."),
    ] = None,
    unread: Annotated[
        bool | None,
        typer.Option("--unread/--read", help="The part kept unread (totals only), or the rest."),
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="Watchlists; default: the shipped.")] = None,
    against: Annotated[Path | None, typer.Option(help="Other watchlists to compare with.")] = None,
    kinds: Annotated[bool, typer.Option("--kinds", help="Unlabelled: rates by kind.")] = False,
    sample: Annotated[int, typer.Option(min=0, help="With --kinds: so many lines.")] = 0,
    alerts_out: Annotated[
        Path | None, typer.Option(help="With --kinds: write reports and near misses here.")
    ] = None,
    seed: Annotated[int, typer.Option(help="For samples and intervals.")] = 1,
) -> int:
    """Score the reader on a labelled file, or compare two sets of watchlists on it."""
    from monitor import measuring

    wanted = measuring.Wanted(
        rules, against, totals, ambiguous, unread, kinds, sample, alerts_out, seed
    )
    return measuring.backtest(file, wanted)


@app.command(epilog="Example: netralitas fairness labelled.jsonl --totals")
def fairness(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files beside the rules' cases.")
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="Watchlists; default: the shipped.")] = None,
    totals: Annotated[bool, typer.Option("--totals", help="Figures only; no item.")] = False,
) -> int:
    """Swap every candidate and party through every case: nothing else may change."""
    from monitor import measuring

    return measuring.fairness(files or [], rules, totals=totals)


@app.command()
def status(config: ConfigPath = DEFAULT) -> int:
    """Show what is watched, what cannot be seen, what is owed, and the log's head."""
    from monitor import upkeep

    return upkeep.status(config)


cli_audit.attach(app)
cli_coverage.attach(app)
cli_documents.attach(app)
cli_evidence.attach(app)
cli_report.attach(app)
cli_rights.attach(app)
cli_review.attach(app)
cli_routing.attach(app)
cli_tips.attach(app)


@app.command()
def migrate(config: ConfigPath = DEFAULT) -> int:
    """Bring the database to this version's schema, after a backup beside it."""
    from monitor import upkeep

    return upkeep.migrate(config)


@rules.command("list")
def rules_list(config: ConfigPath = DEFAULT) -> int:
    """List every rule: how it stands, how often it was hit, what was said of it."""
    from monitor import rulebook

    return rulebook.listing(config)


@rules.command("off", epilog='Example: netralitas rules off support-like --reason "reads a song"')
def rules_off(rule: RuleId, reason: Reason, who: Who = "", config: ConfigPath = DEFAULT) -> int:
    """Stop a rule at the next batch, also while the watchlists are faulty."""
    from monitor import rulebook

    return rulebook.off(config, rule, reason, who)


@rules.command("on")
def rules_on(rule: RuleId, reason: Reason, who: Who = "", config: ConfigPath = DEFAULT) -> int:
    """Take back `off`, and end a quarantine."""
    from monitor import rulebook

    return rulebook.on(config, rule, reason, who)


@rules.command("promote")
def rules_promote(rule: RuleId, reason: Reason, who: Who = "", config: ConfigPath = DEFAULT) -> int:
    """Make this revision of a rule in shadow live; its own cases must hold."""
    from monitor import rulebook

    return rulebook.promote(config, rule, reason, who)


@rules.command("retire")
def rules_retire(rule: RuleId, reason: Reason, who: Who = "", config: ConfigPath = DEFAULT) -> int:
    """Take this revision of a rule out of service."""
    from monitor import rulebook

    return rulebook.retire(config, rule, reason, who)


@rules.command("hits")
def rules_hits(rule: RuleId, reason: Reason, who: Who = "", config: ConfigPath = DEFAULT) -> int:
    """Show the rule's owner what it would have told while in shadow; the look is logged."""
    from monitor import rulebook

    return rulebook.hits(config, rule, reason, who)


def _usage(error: Exception) -> int:
    show = getattr(error, "show", None)
    if show is None:
        from monitor.log import logger

        if isinstance(error, OSError) and error.filename is not None:
            # A place that a person named, or its disk: the path says what to mend, a trace nothing.
            logger.opt(exception=True).debug("stopped by the file system")
            _complain(f"{error.filename}: {error.strerror}: check that path, its rights and room")
            return FATAL
        logger.exception("stopped by a fault of the program")
        return FATAL
    show()
    return USAGE


def _refuse_bytes(words: list[str]) -> None:
    """Refuse words that are no UTF-8: the log keeps texts, and could not write them."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise ConfigError([Fault("netralitas", "", "words in UTF-8", ascii(word))]) from None


def _complain(text: str) -> None:
    from monitor.log import printable

    typer.echo(printable(text), err=True)
