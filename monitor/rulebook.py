"""``netralitas rules``: how rules stand, and switching them; the daemon obeys at its next batch."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor import app, config, console
from monitor.clock import to_text, utc_now
from monitor.errors import ConfigError, Fault, StoreError
from monitor.log import set_up
from monitor.model.rule import Rule, RuleSet, Status
from monitor.run import quarantine
from monitor.run.cases import failures
from monitor.run.rules import Reader
from monitor.run.standing import Standing, now
from monitor.store import migrate, rates, rules, shadow
from monitor.store.db import Connection
from monitor.store.rules import OFF, By
from monitor.store.writer import Writer
from monitor.watch.rules import Confidence, cases
from monitor.watch.toml import names, near

DAY, WEEK = 24, rates.WEEK_HOURS
COLUMNS = ("rule", "revision", "stands", "hits 24 h", "hits 7 d", "shadow 7 d", "owner", "note")


@dataclass(frozen=True, slots=True)
class Desk:
    """The opened database, and who asks for what reason."""

    settings: config.Config
    writer: Writer
    by: By


def listing(path: Path) -> int:
    """Print each rule with its status, counts, and what a command said of it."""
    with _desk(path, "", "") as desk:
        ruleset, conn, at = app.load_ruleset(desk.settings), desk.writer.reader(), utc_now()
        standing, notes = now(conn), _notes(conn)
        day, week = rates.totals(conn, at, DAY), rates.totals(conn, at, WEEK)
        rows = [
            (
                rule.id,
                str(rule.revision),
                _stands(rule, standing),
                str(day.get(rule.id, (0, 0))[0]),
                *map(str, week.get(rule.id, (0, 0))),
                rule.author,
                "; ".join(notes.get(rule.id, ())),
            )
            for rule in ruleset.rules
        ]
        console.table("Rules", COLUMNS, rows)
        console.say(f"In force: {rules.in_force(conn)[:16] or 'none yet'}")
        console.say(f"On file:  {ruleset.digest[:16]}")
    return 0


def off(path: Path, rule: str, reason: str, who: str) -> int:
    """Stop a rule at once, whatever state the watchlists are in."""
    with _desk(path, reason, who) as desk:
        _need_known(desk, rule)
        with desk.writer.transaction() as tx:
            rules.turn_off(tx, rule, desk.by, utc_now())
    console.plain(f"{rule} is off from the next batch on. Back: netralitas rules on {rule}")
    return 0


def on(path: Path, rule: str, reason: str, who: str) -> int:
    """Take back ``off`` and end a quarantine."""
    with _desk(path, reason, who) as desk:
        told, at = app.health(desk.settings, desk.writer), utc_now()
        with desk.writer.transaction() as tx:
            was_off = rules.turn_on(tx, rule, desk.by, at)
            was_held = quarantine.release(tx, told, rule, desk.by, at)
        if not was_off and not was_held:
            hint = "see: netralitas rules list"
            raise _refused(rule, "a rule that is off or in quarantine", "neither", hint)
    console.plain(f"{rule} is on from the next batch on.")
    return 0


def promote(path: Path, rule: str, reason: str, who: str) -> int:
    """Make a rule in shadow live, if its own cases hold and its article is known."""
    return _give(path, rule, Status.LIVE, reason, who)


def retire(path: Path, rule: str, reason: str, who: str) -> int:
    """Take a live rule, or one in shadow, out of service."""
    return _give(path, rule, Status.RETIRED, reason, who)


def hits(path: Path, rule: str, reason: str, who: str) -> int:
    """Print what a rule in shadow would have told; that somebody read it is logged."""
    with _desk(path, reason, who) as desk:
        _need_known(desk, rule)
        at = utc_now()
        since = at - timedelta(days=desk.settings.retention.shadow_days)
        found = shadow.hits(desk.writer.reader(), rule, since)
        with desk.writer.transaction() as tx:
            rules.note(tx, rule, "hits_read", {"count": len(found)}, desk.by, at)
    for hit in found:
        _print_hit(hit)
    console.say(f"{len(found)} hits since {to_text(since)[:16]}")
    return 0


def _give(path: Path, name: str, status: Status, reason: str, who: str) -> int:
    with _desk(path, reason, who) as desk:
        ruleset = app.load_ruleset(desk.settings)
        rule = _find(ruleset, name)
        before = now(desk.writer.reader()).status(rule)
        if status is Status.LIVE:
            _refuse_unfit(desk, ruleset, rule, before)
        elif before is status:
            raise _refused(name, "a rule in service", "a retired one")
        with desk.writer.transaction() as tx:
            rules.give_status(tx, name, rule.revision, status.value, desk.by, utc_now())
    console.plain(f"{name} revision {rule.revision} is {status.value} from the next batch on.")
    return 0


def _refuse_unfit(desk: Desk, ruleset: RuleSet, rule: Rule, status: Status | None) -> None:
    if status is not Status.SHADOW:
        raise _refused(rule.id, "a rule in shadow", status.value if status else OFF)
    if rule.legal_basis and all(b.confidence == Confidence.MEMORY for b in rule.legal_basis):
        hint = "an article known from memory is never shown"
        raise _refused(rule.id, "one basis that is not M", "M only", hint)
    place = app.place(desk.settings)
    own = [case for case in cases(place.folder) if case.rule == rule.id]
    if failed := failures(Reader(place.whole(ruleset)), own):
        raise ConfigError(failed)


@contextmanager
def _desk(path: Path, reason: str, who: str) -> Iterator[Desk]:
    settings = config.load(path)
    set_up(settings.log.level, json_lines=settings.log.json_lines)
    if not settings.database.exists():
        raise StoreError(f"{settings.database}: no database yet; run: netralitas once")
    migrate.check(settings.database)
    with closing(Writer(settings.database)) as writer:
        yield Desk(settings, writer, By(who or getpass.getuser(), reason))


def _need_known(desk: Desk, rule: str) -> None:
    """Refuse a mistyped id without reading the files: they may be what is broken."""
    found = {*names(desk.settings.path("watchlists"), "rules"), *rules.files(desk.writer.reader())}
    known = {
        name.removeprefix("rules/").removesuffix(".toml") for name in found if "rules/" in name
    }
    if rule not in known:
        raise _refused(rule, "a rule on file", "none of this name", near(rule, known))


def _find(ruleset: RuleSet, rule: str) -> Rule:
    found = next((r for r in ruleset.rules if r.id == rule), None)
    if found is None:
        raise _refused(rule, "a rule on file", "none", near(rule, [r.id for r in ruleset.rules]))
    return found


def _refused(rule: str, expected: str, got: str, hint: str = "") -> ConfigError:
    return ConfigError([Fault("rules", rule, expected, got, hint)])


def _stands(rule: Rule, standing: Standing) -> str:
    status = standing.status(rule)
    return status.value if status else OFF


def _notes(conn: Connection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for held in rates.quarantined(conn).values():
        found.setdefault(held.rule, []).append(f"quarantine since {to_text(held.since)[:16]}")
    for switch in rules.switches(conn):
        which = f" (revision {switch.revision})" if switch.revision else ""
        day = to_text(switch.at)[:10]
        said = f"{switch.value}{which} {day}, {switch.by.who}: {switch.by.reason}"
        found.setdefault(switch.rule, []).append(said)
    return found


def _print_hit(hit: shadow.ShadowHit) -> None:
    body = hit.body
    stance, targets = body["stance"], ", ".join(body["targets"])
    console.plain(f"{to_text(hit.at)[:16]} {body['signal']}, {body['outcome']}: {stance} {targets}")
    console.plain(f"  {body['text']}")
    for reason in body["derivation"]:
        console.plain(f"    {reason}")
