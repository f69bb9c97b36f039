"""``netralitas coverage``: what is observed and what is not, as tables and as pages of HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from monitor import app, console, covering_files, gating
from monitor.clock import utc_now
from monitor.collect import gate
from monitor.collect import registry as collectors
from monitor.collect.base import Collector, ReadsTargets, Requirement, Streams
from monitor.config import Config
from monitor.errors import StoreError
from monitor.log import printable
from monitor.model.activity import Signal
from monitor.model.contest import Contest
from monitor.notify import coverage_page
from monitor.notify import coverage_words as words
from monitor.notify.coverage_blind import BASIS_ID, BLIND_ID
from monitor.notify.coverage_page import shown
from monitor.notify.words import Language
from monitor.run import governance, terms
from monitor.run.coverage import Account, Counted, Observation, Sight, Tally, counted, unread
from monitor.run.doors import ends, server_of, valid
from monitor.run.reverse import standing
from monitor.store import governance as decisions
from monitor.store import migrate, rights, target_sources
from monitor.store.db import Connection, connect

# So many accounts stand in the page itself, folded by agency; more get pages of their own.
INLINE = 1_000
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform as it stands: its collector, whether it is read, and why not."""

    name: str
    platform: str
    collector: Collector
    state: str
    reason: str
    until: tuple[str, ...]


def coverage(path: Path, html: Path | None, language: str, instansi: str) -> int:
    """Print what is observed; with ``html`` write pages as well. 1 where anything is unobserved."""
    settings = app.settings(path)
    if not settings.database.exists():
        raise StoreError(f"{settings.database}: no database yet; run: netralitas migrate")
    migrate.check(settings.database)
    with closing(connect(settings.database, read_only=True)) as conn:
        conn.execute("BEGIN")  # one moment for all that is counted
        view = View(settings, conn, utc_now(), _language(settings, language))
        view.show(instansi)
        if html:
            files = covering_files.Files(html)
            files.write(view.pages(files, instansi))
            console.plain(f"Written: {html}")
    return 0 if view.whole else 1


class View:
    """One moment's picture; accounts are read from the database each time they are asked for."""

    def __init__(self, settings: Config, conn: Connection, now: datetime, tongue: Language) -> None:
        self._settings = settings
        self._conn = conn
        self._now = now
        self._tongue = tongue
        self._words = words.WORDS[tongue]
        self.platforms = list(_platforms(settings, conn, now))
        self._seen = Observation(conn, now, settings.health.stale_polls, self._shut())
        self._lacking = list(gating.closed(settings, rights.attested(conn)))
        self._live = _live(settings, conn, now)
        self._closed = not self._live
        self.whole = True

    def show(self, instansi: str) -> None:
        """Print platforms, agencies and blind spots; one agency's accounts where it is named."""
        found = self._counted(instansi)
        sights = words.SIGHTS[self._tongue]
        console.plain(self._words["principle"])
        if self._closed:
            console.plain(self._words["no_season"])
        heads = (self._words["platform"], self._words["state"], *sights.values(),
                 self._words["last"], self._words["gaps"])  # fmt: skip
        console.table(self._words["overview"], heads, [self._row(p, found) for p in self.platforms])
        if found.targets:
            rows = [
                (
                    words.NAMES[self._tongue].get(name, name),
                    *(str(tally.counts[sight]) for sight in Sight),
                )
                for name, tally in sorted(found.targets.items())
            ]
            console.table(self._words["reverse"], (heads[0], *sights.values()), rows)
        if instansi:
            self._print_accounts(instansi)
        else:
            self._print_agencies(found)
        for way in self._lacking:
            shut = words.STATES[self._tongue]["no_right"]
            console.plain(f"{way.scope}: {shut} ({way.reason}; {way.mended})")
        for one in self.platforms:
            console.plain(f"{self._title(one)}, {self._words['blind'].lower()}:")
            for text, _ in self._blind(one):
                console.plain(f"  - {text}")
        console.plain(f"{self._words['not_collected']}: {self._words['not_collected_note']}")
        for name, why in words.NOT_COLLECTED[self._tongue]:
            console.plain(f"  - {name}: {why}")
        self.whole = not self._lacking and not any(
            tally.counts[sight] for tally in found.platforms.values() for sight in UNWHOLE
        )

    def pages(self, files: covering_files.Files, instansi: str) -> Iterator[tuple[str, str]]:
        """Yield the name and text of every file, the accounts' pages before the main one."""
        found = self._counted(instansi)
        accounts = sum(tally.accounts for tally in found.platforms.values())
        folded = accounts <= INLINE
        if folded:
            agencies = [self._agency(n, o) for n, o in enumerate(self._seen.agencies(instansi), 1)]
        else:
            places = covering_files.places(found.agencies)
            yield from self._account_pages(files, places, instansi)
            agencies = [
                {"name": _named(name), "accounts": tally.accounts, "unseen": _unseen(tally),
                 "gaps": tally.gaps, "href": files.href(places[name])}
                for name, tally in found.agencies.items()
            ]  # fmt: skip
        values = {
            "now": self._now, "stamp": self._stamp, "closed": self._closed, "folded": folded,
            "platforms": [self._section(one, found) for one in self.platforms],
            "not_collected": words.NOT_COLLECTED[self._tongue],
            "agencies": agencies,
        }  # fmt: skip
        yield files.main, coverage_page.main(values, self._tongue)

    @property
    def _stamp(self) -> str:
        return governance.STAMP if self._settings.mode == governance.TRIAL else ""

    def _shut(self) -> Callable[[str, str], str]:
        said = words.STATES["en"]  # as the causes of failed looks are
        closed = {
            one.platform: one.reason
            if one.state == "no_right"
            else f"{said[one.state]} {one.reason}".strip()
            for one in self.platforms
            if one.state != "on"
        }
        papers = {one.platform: one for one in self.platforms}
        attested, day = valid(rights.attested(self._conn)), gate.today(self._now)

        def shut(platform: str, address: str) -> str:
            one = papers.get(platform)
            server = server_of(address)
            if platform in closed or one is None or not server:
                return closed.get(platform, "")
            info = one.collector.info
            per_server = gate.is_per_server(info)
            return gate.check(info, attested, day, server) or "" if per_server else ""

        return shut

    def _counted(self, instansi: str) -> Counted:
        shut = {one.platform: one for one in self.platforms if one.state != "on"}
        states = target_sources.statuses(self._conn, active=True)
        read = (self._seen.target(one) for one in states if one.account.platform not in shut)
        return counted(self._seen.accounts(instansi), chain(read, self._unread(shut)))

    def _unread(self, shut: Mapping[str, Platform]) -> Iterator[Account]:
        """Yield the live contests' accounts on platforms that could be read and are shut."""
        if not self._settings.reverse.enabled:
            return
        found = {
            target_sources.key_of(account): shut[account.platform]
            for contest in self._live
            for account in standing(contest, self._now)
            if account.platform in shut
        }
        for key, one in found.items():
            if isinstance(one.collector, ReadsTargets):
                sight = Sight.NOT_READ if one.state == "configured_off" else Sight.UNSEEN
                yield unread(key, one.platform, sight)

    def _row(self, one: Platform, found: Counted) -> tuple[str, ...]:
        tally = found.platforms.get(one.platform, Tally())
        gaps = f"{tally.gaps} ({tally.gap_hours:.0f} {self._words['hours']})" if tally.gaps else "0"
        return (
            self._title(one),
            words.STATES[self._tongue][one.state],
            *(str(tally.counts[sight]) for sight in Sight),
            shown(tally.last_success_at) or self._words["never"],
            gaps,
        )

    def _print_agencies(self, found: Counted) -> None:
        rows = sorted(found.agencies.items(), key=lambda pair: (-_unseen(pair[1]), pair[0]))
        heads = (self._words["agency"], self._words["accounts"], self._words["unseen_now"])
        shown_rows = [(name, str(t.accounts), str(_unseen(t))) for name, t in rows[:SHOWN]]
        console.table(self._words["by_agency"], heads, shown_rows)
        if len(rows) > SHOWN:
            console.plain(f"+ {len(rows) - SHOWN}: netralitas coverage --html, --instansi")

    def _print_accounts(self, instansi: str) -> None:
        heads = ("line", "platform", "sight", "last", "since", "cause", "gaps")
        rows = [
            (one.watch_id, one.platform, words.SIGHTS[self._tongue][one.sight],
             shown(one.last_success_at) or self._words["never"], shown(one.since), one.cause,
             f"{one.gaps} ({one.gap_hours:.0f} {self._words['hours']})" if one.gaps else "0")
            for one in self._seen.accounts(instansi)
        ]  # fmt: skip
        console.table(instansi, [self._words[head] for head in heads], rows)

    def _section(self, one: Platform, found: Counted) -> dict[str, Any]:
        info, signals = one.collector.info, words.SIGNALS[self._tongue]
        tally = found.platforms.get(one.platform, Tally())
        aimed = found.targets.get(one.platform)
        seen = [signals[signal] for signal in Signal if signal in info.observes]
        unseen = [signals[s] for s in Signal if s not in info.observes and s != Signal.UNAVAILABLE]
        return {
            "id": f"p-{one.name}", "name": self._title(one), "state": one.state,
            "reason": one.reason or self._reasons(one),
            "right": words.RIGHTS[self._tongue][info.requires.value], "until": one.until,
            "observes": ", ".join(seen), "unobserved": ", ".join(unseen),
            "again": ", ".join(signals[s] for s in Signal if s in info.looks_again),
            "reverse": isinstance(one.collector, ReadsTargets),
            "stream": isinstance(one.collector, Streams),
            "targets": self._said(aimed) if aimed else "", "said": self._said(tally),
            "interval": f"{info.min_interval / 60:g}", "basis": self._said_in(BASIS_ID, info.basis),
            "accounts": tally.accounts, "counts": tally.counts, "gaps": tally.gaps,
            "hours": f"{tally.gap_hours:.0f}", "since": shown(tally.since),
            "last": shown(tally.last_success_at), "blind": self._blind(one),
        }  # fmt: skip

    def _reasons(self, one: Platform) -> str:
        """Say which servers or groups of a platform are not read, where some are."""
        return "; ".join(f"{w.scope}: {w.reason}" for w in self._lacking if w.name == one.name)

    def _title(self, one: Platform) -> str:
        return words.NAMES[self._tongue].get(one.platform, one.platform)

    def _said(self, tally: Tally) -> str:
        """Return the counts that are not nought, in words."""
        sights = words.SIGHTS[self._tongue]
        return "; ".join(f"{count} {sights[s]}" for s, count in tally.counts.items() if count)

    def _blind(self, one: Platform) -> list[tuple[str, str]]:
        """Return the blind spots with their language; one without a translation stays English."""
        return [self._said_in(BLIND_ID, text) for text in one.collector.info.blind_spots]

    def _said_in(self, known: Mapping[str, str], text: str) -> tuple[str, str]:
        """Return what a collector says of itself, and in which language that is."""
        if self._tongue == "en" or text not in known:
            return text, "en"
        return known[text], "id"

    def _agency(self, number: int, pair: tuple[str, Sequence[Account]]) -> dict[str, Any]:
        name, accounts = pair
        unseen = sum(one.sight in UNWHOLE for one in accounts)
        return {
            "id": f"i-{number}", "name": _named(name), "accounts": len(accounts), "unseen": unseen,
            "lines": [_line(one) for one in accounts],
        }  # fmt: skip

    def _account_pages(
        self, files: covering_files.Files, places: Mapping[str, tuple[int, int]], instansi: str
    ) -> Iterator[tuple[str, str]]:
        pages = max((page for page, _ in places.values()), default=0)
        grouped = covering_files.paged(self._seen.agencies(instansi), places)
        for number, agencies in grouped:
            values = {
                "now": self._now, "stamp": self._stamp, "number": number, "pages": pages,
                "back": files.back,
                "previous": files.page(number - 1) if number > 1 else "",
                "next": files.page(number + 1) if number < pages else "",
                "agencies": [self._agency(places[name][1], (name, of)) for name, of in agencies],
            }  # fmt: skip
            yield files.path(number), coverage_page.accounts(values, self._tongue)


# Whoever is among these is not wholly observed now.
UNWHOLE = tuple(sight for sight in Sight if sight is not Sight.SEEN)


def _platforms(settings: Config, conn: Connection, now: datetime) -> Iterator[Platform]:
    switched, attested = rights.switches(conn), rights.attested(conn)
    papers, day = valid(attested), gate.today(now)
    until = ends(attested)
    for name, platform in collectors.PLATFORMS.items():
        made = collectors.shut(name, settings, utc_now)
        refused = gate.refusal(made, papers, day)
        switch = switched.get(platform)
        if not getattr(settings.collect, name).enabled:
            state, reason = "configured_off", ""
        elif switch and switch.off:
            state, reason = "switched_off", f"since {switch.at:%Y-%m-%d %H:%M} UTC"
        else:
            state, reason = ("no_right", refused) if refused else ("on", "")
        lasting = [
            f"{scope.partition('@')[2]} {last}".strip()
            for scope, last in until.items()
            if scope.partition("@")[0] == name
            and made.info.requires is not Requirement.NONE
            and bool(gate.part(made.info)) is ("@" in scope)  # else it covers nothing
        ]
        yield Platform(name, platform, made, state, reason, tuple(lasting))


def _live(settings: Config, conn: Connection, now: datetime) -> list[Contest]:
    """Return the contests that are under way: without one nothing is read."""
    said = terms.said(decisions.decisions(conn))
    ruleset = terms.extended(app.load_ruleset(settings), said)
    return [one for one in ruleset.contests.values() if terms.term(one, now).open]


def _line(one: Account) -> dict[str, Any]:
    return {
        "line": one.watch_id, "platform": one.platform, "sight": one.sight.value,
        "unseen_since": shown(one.unseen_since), "cause": printable(one.cause),
        "last": shown(one.last_success_at), "since": shown(one.since), "gaps": one.gaps,
        "hours": f"{one.gap_hours:.0f}", "gap_until": shown(one.gap_until),
    }  # fmt: skip


def _named(instansi: str) -> str:
    """Return an agency's name without anything that turns a page round; a dash for none."""
    return printable(instansi) or "–"


def _unseen(tally: Tally) -> int:
    return sum(tally.counts[sight] for sight in UNWHOLE)


def _language(settings: Config, asked: str) -> Language:
    given = asked or settings.notify.language
    return "en" if given == "en" else "id"
