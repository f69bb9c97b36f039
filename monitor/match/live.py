"""The contests that an act may concern, with what reading asks of them for every text."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence

from monitor.model.contest import Contest, TargetKind

_MEMO_LIMIT = 256
_FEW = 8  # contests that one person's area and the nation hold at a time


class Live(Mapping[str, Contest]):
    """Contests by id, in the order in which they count.

    ``order`` gives a contest's place in it; ``home`` the first contest a target stands in;
    ``pairs`` the pairs of a contest; ``by_number`` the contests that have a pair of that number;
    ``same`` remembers which two targets are one person. ``own`` are the contests that the writer
    votes in, where that is known: a number or a common name means somebody of theirs first.
    """

    __slots__ = ("_contests", "by_number", "home", "order", "own", "pairs", "same")

    def __init__(self, contests: Iterable[Contest]) -> None:
        self._contests = {contest.id: contest for contest in contests}
        self.order = {contest: place for place, contest in enumerate(self._contests)}
        self.home: dict[str, Contest] = {}
        self.pairs: dict[str, frozenset[str]] = {}
        self.by_number: dict[int, list[str]] = {}
        self.same: dict[tuple[str, str], bool] = {}
        self.own: frozenset[str] = frozenset()
        for contest in self._contests.values():
            self._add(contest)

    def _add(self, contest: Contest) -> None:
        pairs = [t for t in contest.targets if t.kind is TargetKind.PASLON]
        self.pairs[contest.id] = frozenset(t.id for t in pairs)
        for number in {t.number for t in pairs if t.number is not None}:
            self.by_number.setdefault(number, []).append(contest.id)
        for target in contest.targets:
            self.home.setdefault(target.id, contest)

    def of_writer(self, own: frozenset[str]) -> Live:
        """Return the same contests, as they are to somebody who votes in ``own``."""
        other = copy.copy(self)
        other.own = own
        return other

    def close(self, contest: str) -> bool:
        """Say whether a contest is the writer's own, or one of the few that were asked about."""
        return contest in self.own or self.few

    @property
    def few(self) -> bool:
        """Say whether so few contests count that they must be the writer's own."""
        return len(self.order) <= _FEW

    def __getitem__(self, contest: str) -> Contest:
        return self._contests[contest]

    def __iter__(self) -> Iterator[str]:
        return iter(self._contests)

    def __len__(self) -> int:
        return len(self._contests)


class LiveSets:
    """Makes ``Live`` of contest ids and remembers the last ones: most acts share theirs."""

    def __init__(self, contests: Mapping[str, Contest]) -> None:
        self._contests = contests
        self._memo: dict[tuple[str, ...], Live] = {}
        self._last: tuple[Sequence[str], Live] = ((), Live(()))

    def of(self, ids: Sequence[str], own: frozenset[str] = frozenset()) -> Live:
        """Return the known contests among ``ids``: those of pairs first, then the given order."""
        live = self._of(ids)
        return live.of_writer(own) if own else live

    def _of(self, ids: Sequence[str]) -> Live:
        if ids is self._last[0]:
            return self._last[1]
        key = tuple(ids)
        known = self._memo.get(key)
        if known is None:
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[key] = known = self._make(key)
        self._last = (key, known)
        return known

    def _make(self, ids: Sequence[str]) -> Live:
        known = [self._contests[i] for i in ids if i in self._contests]
        return Live(sorted(known, key=_of_parties))


def _of_parties(contest: Contest) -> bool:
    return any(target.kind is TargetKind.PARTAI for target in contest.targets)
