"""Which of several bearers of a name is meant: by the text's other names, and by its places."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date

from monitor.match.live import Live
from monitor.match.names import Alias

# More bearers than this leave a name open: it names nobody.
MOST_RIVALS = 6
_TELLING = 2  # words of a name that tell a person


def narrowed(
    choices: Sequence[Alias],
    homes: Collection[str],
    places: Collection[str],
    own: Collection[str] = (),
) -> list[Alias]:
    """Leave the bearers whose contest the text names otherwise, else those whose area it names.

    Without either, those in a contest that the writer votes in.

    A form that stands for itself goes before one that needs a neighbour.
    """
    strong = [c for c in choices if not c.ambiguous] or list(choices)
    for hints in (homes, places, own):
        fits = [c for c in strong if c.contest in hints] if hints else ()
        if fits:
            return fits
    return strong


def rivals(best: Alias, choices: Sequence[Alias], live: Live) -> tuple[str, ...]:
    """Return the targets of other contests that bear the name and are not the same person."""
    others = {c.target: c for c in choices if c.contest != best.contest}
    others.pop(best.target, None)
    return tuple([t for t, c in others.items() if not _known_same(best, c, live)])


def _known_same(one: Alias, other: Alias, live: Live) -> bool:
    key = one.target, other.target
    if key not in live.same:
        live.same[key] = _same(one, other, live)
    return live.same[key]


def _same(one: Alias, other: Alias, live: Live) -> bool:
    """Say whether two bearers are one person: nobody stands in two contests of one day."""
    if _voting_days(one, live) & _voting_days(other, live):
        return False
    return any(
        a == b or (min(len(a), len(b)) >= _TELLING and (a <= b or b <= a))
        for a in _people(one, live)
        for b in _people(other, live)
    )


def _voting_days(alias: Alias, live: Live) -> set[date]:
    return {one.pemungutan_suara for one in live[alias.contest].rounds}


def _people(alias: Alias, live: Live) -> list[frozenset[str]]:
    target = live[alias.contest].target(alias.target)
    names = target.names if target else ()
    return [frozenset(re.findall(r"[^\W_]+", name.casefold())) for name in names]
