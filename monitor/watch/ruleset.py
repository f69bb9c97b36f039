"""Reads a watchlists folder into one ``RuleSet``, all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from monitor.errors import ConfigError, Fault
from monitor.model.contest import Contest, ContestTarget
from monitor.model.day import Days
from monitor.model.rule import Article, Authority, Instrument, Rule, RuleSet
from monitor.model.weights import Weights
from monitor.watch import (
    accounts,
    additions,
    calendars,
    contests,
    deadlines,
    holidays,
    legal,
    lexicons,
    rules,
    weights,
)
from monitor.watch.accounts import PublicAccount
from monitor.watch.calendars import Calendar
from monitor.watch.rules import Vocabulary
from monitor.watch.toml import Table, names, near, read

LAW = "legal.toml"
HOLIDAYS = "holidays.toml"
ACCOUNTS = "accounts.toml"
EVERYDAY = "intake/umum.txt"
EVERYDAY_LIST = "intake.umum"
SHOWN = 10  # contests that a fault lists


def load(
    folder: Path, *, contests: tuple[str, ...] = (), words: Vocabulary | None = None
) -> RuleSet:
    """Return the watchlists of ``folder`` as one value.

    ``contests`` limits which contests are read; empty means all. Files of others are not opened,
    so their faults are told by ``netralitas check``, which reads everything.
    ``words`` are the names that code answers to. Raises ``ConfigError`` with all faults.
    """
    reading = _Reading(folder)
    found = reading.ruleset(contests, words or Vocabulary())
    if reading.faults:
        raise ConfigError(reading.faults)
    return found


def shipped() -> Path:
    """Return the watchlists that came with the program: inside the wheel, else the checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_shipped" / "watchlists"
    return inside if inside.is_dir() else package.parent / "watchlists"


def templates() -> Path:
    """Return the templates of documents that came with the program."""
    beside = shipped().parent
    inside = beside / "templat"
    return inside if inside.is_dir() else beside / "docs" / "templat"


class _Reading:
    """One pass over a folder: keeps the bytes for the digest and the faults for the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.bytes: dict[str, bytes] = {}

    def ruleset(self, wanted: tuple[str, ...], words: Vocabulary) -> RuleSet:
        instruments, authorities, articles = self._law()
        self._terms(instruments)
        chosen = self._contests(wanted)
        targets = [target for contest in _by_date(chosen) for target in contest.targets]
        public = self._public()
        return RuleSet(
            rules=self._rules(instruments, words),
            contests=chosen,
            lexicon=self._lexicon(),
            instruments=instruments,
            authorities=authorities,
            articles=articles,
            accounts=accounts.roles(targets, public),
            days=self._days(),
            weights=self._weights(),
            digest=self._digest(),
            files={name: hashlib.sha256(raw).hexdigest() for name, raw in self.bytes.items()},
        )

    def _root(self, name: str) -> Table | None:
        root, self.bytes[name] = read(self.folder, name, self.faults)
        return root

    def _roots(self, part: str) -> Iterable[Table]:
        listed = names(self.folder, part)
        if not listed:
            hint = f"looked in {self.folder}"
            self.faults.append(Fault(f"{part}/", "", "at least one .toml file", "none", hint))
        return [root for name in listed if (root := self._root(name))]

    def _law(
        self,
    ) -> tuple[dict[str, Instrument], tuple[Authority, ...], dict[tuple[str, str], Article]]:
        root = self._root(LAW)
        if root is None:
            return {}, (), {}
        instruments = legal.instruments(root)
        found = instruments, legal.authorities(root), legal.articles(root, instruments)
        root.close()
        return found

    def _terms(self, instruments: Collection[str]) -> None:
        """Tell faults in the terms of cases; no finding depends on them, nor does the digest."""
        if (self.folder / deadlines.FILE).exists():
            root, _ = read(self.folder, deadlines.FILE, self.faults)
            if root:
                deadlines.parse(root, instruments)

    def _contests(self, wanted: Collection[str]) -> dict[str, Contest]:
        on_file = self._stems("contests")
        if not on_file:
            hint = f"looked in {self.folder}"
            self.faults.append(Fault("contests/", "", "at least one .toml file", "none", hint))
        dates, added = self._calendars(), self._additions(on_file)
        found: dict[str, Contest] = {}
        claimed: dict[str, tuple[str, str, str]] = {}
        for stem in self._chosen(on_file, wanted):
            root = self._root(f"contests/{stem}.toml")
            more = self._root(f"aliases/{stem}.toml") if stem in added else None
            if root:
                contest = contests.parse(root, dates, additions.parse(more) if more else None)
                found[contest.id] = contest
                for target in contest.targets:
                    self._claim(claimed, root.where, target)
        return found

    def _stems(self, part: str) -> list[str]:
        return [PurePosixPath(name).stem for name in names(self.folder, part)]

    def _calendars(self) -> dict[str, Calendar]:
        roots = filter(None, (self._root(name) for name in names(self.folder, "calendars")))
        return {one.id: one for one in map(calendars.parse, roots)}

    def _additions(self, on_file: Collection[str]) -> set[str]:
        """Return the contests that have a file of additions; one without contest is a fault."""
        found = set(self._stems("aliases"))
        for stem in sorted(found - set(on_file)):
            hint = near(stem, on_file)
            fault = Fault(f"aliases/{stem}.toml", "", "the name of a contest on file", stem, hint)
            self.faults.append(fault)
        return found

    def _claim(
        self, claimed: dict[str, tuple[str, str, str]], where: str, target: ContestTarget
    ) -> None:
        """Tell an account that two targets of one contest claim, or that has two roles.

        The same person's account may return in a later contest.
        """
        for account in target.accounts:
            mine = (where, target.id, accounts.role_of(target, account))
            for name in filter(None, (account.handle, account.native_id)):
                first = claimed.setdefault(f"{account.platform} {name}", mine)
                if first[1] != target.id and (first[0] == where or first[2] != mine[2]):
                    expected = f"an account that {first[1]} does not claim as {first[2]}"
                    self.faults.append(Fault(where, f"{target.id}.account", expected, repr(name)))

    def _chosen(self, on_file: Sequence[str], wanted: Collection[str]) -> list[str]:
        for name in wanted:
            if name not in on_file:
                hint = near(name, on_file) or f"on file: {', '.join(on_file[:SHOWN])}" + (
                    " and more" if len(on_file) > SHOWN else ""
                )
                fault = Fault("contests/", "", "a contest on file", repr(name), hint)
                self.faults.append(fault)
        return [name for name in on_file if not wanted or name in wanted]

    def _public(self) -> list[PublicAccount]:
        if not (self.folder / ACCOUNTS).exists():
            return []
        root = self._root(ACCOUNTS)
        return accounts.public(root) if root else []

    def _days(self) -> Days:
        if not (self.folder / HOLIDAYS).exists():
            return holidays.packaged()
        root = self._root(HOLIDAYS)
        return holidays.parse(root) if root else holidays.packaged()

    def _rules(self, instruments: Collection[str], words: Vocabulary) -> tuple[Rule, ...]:
        return tuple(rules.parse(root, instruments, words) for root in self._roots("rules"))

    def _lexicon(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for root in self._roots("lexicons"):
            found.update(lexicons.parse(root))
        everyday = self._everyday()
        return found | {EVERYDAY_LIST: everyday} if everyday else found

    def _weights(self) -> Weights:
        """Return the fitted table; a set without one is read once only."""
        try:
            raw = (self.folder / weights.FILE).read_bytes()
        except OSError:
            return Weights()
        self.bytes[weights.FILE] = raw
        return weights.parse(raw, self.faults)

    def _everyday(self) -> tuple[str, ...]:
        """Return the words of everyday writing, one a line, which no slip turns into a name."""
        try:
            raw = (self.folder / EVERYDAY).read_bytes()
        except OSError:
            return ()
        self.bytes[EVERYDAY] = raw
        lines = raw.decode("utf-8", "replace").split("\n")
        return tuple(line for line in map(str.strip, lines) if line and line[0] != "#")

    def _digest(self) -> str:
        """Return SHA-256 over the names and bytes of the files that were read, by name.

        The table of holidays comes first: it decides too, and comes with a package.
        """
        digest = hashlib.sha256(holidays.NAME.encode())
        for name in sorted(self.bytes):
            raw = self.bytes[name]
            digest.update(b"%d:%s%d:%s" % (len(name.encode()), name.encode(), len(raw), raw))
        return digest.hexdigest()


def _by_date(found: Mapping[str, Contest]) -> list[Contest]:
    # An account that returns in a later contest belongs to the later one.
    return sorted(found.values(), key=lambda contest: contest.tahapan_mulai)
