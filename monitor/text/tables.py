"""Tables of text, row by row. How long a cell may be is a setting of the whole process.

So whoever reads a table says it each time: what another reader set before must not count.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _csv import Reader

# Characters: more in one cell of a form is a quote that was never closed.
LONGEST = 131_072


def rows(
    lines: Iterable[str], delimiter: str, longest: int = LONGEST, *, strict: bool = False
) -> Reader:
    """Return a reader of rows; it raises ``csv.Error`` for a cell of more characters."""
    csv.field_size_limit(longest)
    return csv.reader(lines, delimiter=delimiter, strict=strict)
