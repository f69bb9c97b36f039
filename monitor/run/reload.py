"""Hot reload: watchlists that somebody changed take effect without a restart, whole or not at all.

A look compares a stamp of the folder. Files that changed are read, checked and tried on their own
cases in a thread; only then the reader and the dispatcher get the new set, between two batches.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from monitor import watch
from monitor.errors import ConfigError, Fault
from monitor.judge.exculpations import EXCULPATIONS
from monitor.log import logger
from monitor.match.features import NAMES
from monitor.model.evidence import Canonical
from monitor.model.rule import RuleSet
from monitor.run.cases import failures
from monitor.run.dispatch import Dispatcher
from monitor.run.pipeline import Parts
from monitor.run.rules import Reader
from monitor.run.terms import Terms, Words, extended
from monitor.store import rules
from monitor.watch.rules import Vocabulary, cases
from monitor.watch.stamp import owner, stamp

ALARM = "ruleset"
START, RELOAD = "start", "reload"
WORDS = Vocabulary(detectors=NAMES, features=NAMES, exculpations=frozenset(EXCULPATIONS))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the watchlists lie, and which contests count (empty: all)."""

    folder: Path
    contests: tuple[str, ...] = ()

    def load(self) -> RuleSet:
        """Read the set; ``ConfigError`` with all faults, also words that no code answers to."""
        return watch.load(self.folder, contests=self.contests, words=WORDS)

    def whole(self, ruleset: RuleSet) -> RuleSet:
        """Return the set with every contest on file: cases may speak of those not in use."""
        return watch.load(self.folder, words=WORDS) if self.contests else ruleset

    def failures(self, reader: Reader) -> list[Fault]:
        """Return one fault per failing case of the rules on file."""
        whole = self.whole(reader.ruleset)
        return failures(reader if whole is reader.ruleset else Reader(whole), cases(self.folder))


class Reloader:
    """Looks at the watchlists and swaps the set in force."""

    def __init__(self, place: Place, parts: Parts, dispatcher: Dispatcher) -> None:
        self._place = place
        self._reader = parts.reader
        self._dispatcher = dispatcher
        self._health = parts.health
        self._writer = parts.writer
        self._clock = parts.clock
        self._terms = Terms()
        self._known = self._last = ""

    def begin(self) -> None:
        """Note the set that the program started with."""
        self._note(START)
        self._health.clear(ALARM)

    async def look(self) -> None:
        """Take a changed set over. Files are left alone until two looks find them the same."""
        words = self._terms.words(self._writer.reader())
        found = await asyncio.to_thread(self._stamp, words)
        settled, self._last = found == self._last, found
        if found == self._known or not settled:
            return
        reader = await asyncio.to_thread(self._read, words)
        if await asyncio.to_thread(self._stamp, words) != found:
            return  # it was changed while it was read: the next looks decide
        self._known = found
        if isinstance(reader, ConfigError):
            self._refuse(reader)
        else:
            self._take(reader)

    def _stamp(self, words: Words) -> str:
        return f"{stamp(self._place.folder)} {words}"

    def _read(self, words: Words) -> Reader | ConfigError:
        try:
            ruleset = extended(self._place.load(), words)
            if ruleset.digest == self._reader.ruleset.digest:
                return self._reader
            reader = Reader(ruleset)
            failed = self._place.failures(reader)
        except ConfigError as error:
            return error
        return ConfigError(failed) if failed else reader

    def _refuse(self, error: ConfigError) -> None:
        for fault in error.faults:
            logger.error("watchlists refused: {}", fault)
        self._health.alarm(ALARM, count=len(error.faults))

    def _take(self, reader: Reader) -> None:
        if reader is not self._reader:
            self._reader.swap(reader)
            self._dispatcher.ruleset = reader.ruleset
            self._note(RELOAD)
            logger.info("watchlists {} in force", reader.ruleset.digest[:16])
        self._health.clear(ALARM)

    def _note(self, cause: str) -> None:
        ruleset = self._reader.ruleset
        by = self._by(ruleset)
        with self._writer.transaction() as tx:
            rules.replace_set(tx, ruleset.digest, ruleset.files, self._clock(), cause=cause, by=by)

    def _by(self, ruleset: RuleSet) -> dict[str, Canonical]:
        """Return, per file, who owns it on this machine, and the author that a rule names."""
        authors = {f"rules/{rule.id}.toml": rule.author for rule in ruleset.rules}
        return {
            name: {"owner": owner(self._place.folder / name), "author": authors.get(name, "")}
            for name in ruleset.files
        }
