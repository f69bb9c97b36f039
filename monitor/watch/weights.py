"""``lexicons/bobot.tsv``: the fitted weights that the second reading adds up."""

from __future__ import annotations

import math
from collections.abc import Sequence

from monitor.errors import Fault
from monitor.model.weights import Weight, Weights
from monitor.watch.toml import shown

FILE = "lexicons/bobot.tsv"
SIGN, WORD = "sign", "word"
_CELLS = {SIGN: 2, WORD: 4}
_HINT = "the file is written by tools/fit_weights.py; restore it from the shipped watchlists"


def parse(raw: bytes, faults: list[Fault]) -> Weights:
    """Return the table of a file: ``kind<TAB>name<TAB>numbers`` a line, ``#`` begins a comment.

    A sign has two numbers (support, attack), a word four (the same again near the target).
    """
    found: dict[str, dict[str, Weight]] = {SIGN: {}, WORD: {}}
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        kind, *cells = line.split("\t")
        numbers = _numbers(cells[1:])
        if kind not in found or numbers is None or len(numbers) != _CELLS[kind]:
            expected = "'sign', a name and 2 numbers, or 'word', a form and 4, tabs between"
            faults.append(Fault(f"{FILE}:{number}", "", expected, shown(line), _HINT))
        elif cells[0] in found[kind]:
            faults.append(Fault(f"{FILE}:{number}", cells[0], "each name once", "it twice", _HINT))
        else:
            found[kind][cells[0]] = Weight(*numbers)
    return Weights(found[SIGN], found[WORD])


def _numbers(cells: Sequence[str]) -> list[float] | None:
    try:
        found = [float(cell) for cell in cells]
    except ValueError:
        return None
    return found if all(map(math.isfinite, found)) else None
