"""Reads a watchlists folder into one ``RuleSet``, all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from monitor.errors import ConfigError, Fault
from monitor.model.contest import Contest, ContestTarget
from monitor.model.rule import Authority, Instrument, Rule, RuleSet
from monitor.watch import accounts, contests, legal, lexicons, rules
from monitor.watch.accounts import PublicAccount
from monitor.watch.rules import Vocabulary
from monitor.watch.toml import Table, names, near, read

LAW = "legal.toml"
ACCOUNTS = "accounts.toml"


def load(
    folder: Path, *, contests: tuple[str, ...] = (), words: Vocabulary | None = None
) -> RuleSet:
    """Return the watchlists of ``folder`` as one value.

    ``contests`` limits which contests count (all files are still checked); empty means all.
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


class _Reading:
    """One pass over a folder: keeps the bytes for the digest and the faults for the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.bytes: dict[str, bytes] = {}

    def ruleset(self, wanted: tuple[str, ...], words: Vocabulary) -> RuleSet:
        instruments, authorities = self._law()
        all_contests = self._contests()
        chosen = self._chosen(all_contests, wanted)
        targets = [target for contest in _by_date(chosen) for target in contest.targets]
        public = self._public()
        return RuleSet(
            rules=self._rules(instruments, words),
            contests=chosen,
            lexicon=self._lexicon(),
            instruments=instruments,
            authorities=authorities,
            accounts=accounts.roles(targets, public),
            digest=self._digest(all_contests.keys() - chosen.keys()),
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

    def _law(self) -> tuple[dict[str, Instrument], tuple[Authority, ...]]:
        root = self._root(LAW)
        if root is None:
            return {}, ()
        found = legal.instruments(root), legal.authorities(root)
        root.close()
        return found

    def _contests(self) -> dict[str, Contest]:
        found: dict[str, Contest] = {}
        claimed: dict[str, tuple[str, str, str]] = {}
        for root in self._roots("contests"):
            contest = contests.parse(root)
            found[contest.id] = contest
            for target in contest.targets:
                self._claim(claimed, root.where, target)
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

    def _chosen(self, found: Mapping[str, Contest], wanted: Collection[str]) -> dict[str, Contest]:
        for name in wanted:
            if name not in found:
                hint = near(name, found) or f"on file: {', '.join(found)}"
                fault = Fault("contests/", "", "a contest on file", repr(name), hint)
                self.faults.append(fault)
        return {name: contest for name, contest in found.items() if not wanted or name in wanted}

    def _public(self) -> list[PublicAccount]:
        if not (self.folder / ACCOUNTS).exists():
            return []
        root = self._root(ACCOUNTS)
        return accounts.public(root) if root else []

    def _rules(self, instruments: Collection[str], words: Vocabulary) -> tuple[Rule, ...]:
        return tuple(rules.parse(root, instruments, words) for root in self._roots("rules"))

    def _lexicon(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for root in self._roots("lexicons"):
            found.update(lexicons.parse(root))
        return found

    def _digest(self, left_out: Collection[str]) -> str:
        """Return SHA-256 over the names and bytes of the files that count, in order of name."""
        digest = hashlib.sha256()
        skipped = {f"contests/{name}.toml" for name in left_out}
        for name in sorted(self.bytes.keys() - skipped):
            raw = self.bytes[name]
            digest.update(b"%d:%s%d:%s" % (len(name.encode()), name.encode(), len(raw), raw))
        return digest.hexdigest()


def _by_date(found: Mapping[str, Contest]) -> list[Contest]:
    # An account that returns in a later contest belongs to the later one.
    return sorted(found.values(), key=lambda contest: contest.tahapan_mulai)
