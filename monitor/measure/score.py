"""Proportions and their uncertainty."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Z95 = 1.959963984540054
RESAMPLES = 1000
TAIL = 0.05

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Counts:
    """Right hits, false hits, misses, and the rest."""

    right: int
    false: int
    missed: int
    rest: int = 0

    @property
    def precision(self) -> float | None:
        return ratio(self.right, self.right + self.false)

    @property
    def recall(self) -> float | None:
        return ratio(self.right, self.right + self.missed)

    @property
    def f1(self) -> float | None:
        return ratio(2 * self.right, 2 * self.right + self.false + self.missed)


def ratio(part: int, whole: int) -> float | None:
    """Return a proportion, or ``None`` of nothing."""
    return part / whole if whole else None


def wilson(part: int, whole: int, z: float = Z95) -> Range | None:
    """Return the Wilson score interval of a proportion (95 % by default)."""
    if not whole:
        return None
    share, square = part / whole, z * z / whole
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / whole + square / (4 * whole)) / (1 + square)
    # At the ends the formula is exactly 0 or 1; rounding must not step over them.
    low = 0.0 if part == 0 else max(0.0, middle - half)
    return low, 1.0 if part == whole else min(1.0, middle + half)


def bootstrap_f1(counts: Counts, seed: int, resamples: int = RESAMPLES) -> Range | None:
    """Return the 90 % percentile interval of F1 over items drawn again with replacement.

    An item only matters by which of the four counts it falls in, so these are drawn.
    """
    weights = (counts.right, counts.false, counts.missed, counts.rest)
    if not any(weights):
        return None
    draw = random.Random(seed)  # noqa: S311 - repeatable statistics, not a secret
    found = []
    for _ in range(resamples):
        drawn = Counter(draw.choices(range(4), weights=weights, k=sum(weights)))
        found.append(Counts(drawn[0], drawn[1], drawn[2]).f1 or 0.0)
    return quantiles(found, TAIL)


def quantiles(values: Sequence[float], tail: float) -> Range:
    """Return the values that leave ``tail`` of all values on either side."""
    ordered = sorted(values)
    low = round(tail * (len(ordered) - 1))
    return ordered[low], ordered[len(ordered) - 1 - low]


def shown(value: float | None, around: Range | None = None) -> str:
    """Write a proportion with its interval, as in ``0.912 [0.86, 0.95]``; ``-`` for none."""
    if value is None:
        return "-"
    if around is None:
        return f"{value:.3f}"
    return f"{value:.3f} [{around[0]:.2f}, {around[1]:.2f}]"


def share(part: int, whole: int) -> str:
    """Write ``part`` of ``whole`` as a proportion with its interval."""
    return f"{part}/{whole} = {shown(ratio(part, whole), wilson(part, whole))}"
