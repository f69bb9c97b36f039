"""Small weights of words and signs, fitted on labelled texts; see docs/weights.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Weight:
    """What one word or sign adds to the log-odds of a side against none.

    ``near_*`` count only for a word within a few words of the target's name.
    """

    support: float
    attack: float
    near_support: float = 0.0
    near_attack: float = 0.0


@dataclass(frozen=True, slots=True)
class Weights:
    """The table: signs by name, words by the form they have after folding. Empty: not fitted."""

    signs: Mapping[str, Weight] = field(default_factory=dict)
    words: Mapping[str, Weight] = field(default_factory=dict)
