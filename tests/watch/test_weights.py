"""The fitted table: read whole, or refused with line and reason."""

from __future__ import annotations

import pytest

from monitor import watch
from monitor.errors import Fault
from monitor.match.lexicon import Lexicon
from monitor.match.names import aliases
from monitor.model.weights import Weight
from monitor.watch import weights


def test_signs_and_words_are_read() -> None:
    faults: list[Fault] = []
    found = weights.parse(b"# note\nsign\tbias\t-1.5\t0.25\nword\tsip\t1\t0\t0.5\t-0.5\n", faults)
    assert not faults
    assert found.signs == {"bias": Weight(-1.5, 0.25)}
    assert found.words == {"sip": Weight(1, 0, 0.5, -0.5)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("word\tsip\t1\t0", "'word', a form and 4"),
        ("sign\tbias\t1\tmany", "'sign', a name and 2 numbers"),
        ("sign\tbias\t1\tnan", "'sign', a name and 2 numbers"),
        ("phrase\tsip\t1\t0", "'sign', a name and 2 numbers"),
        ("sign", "'sign', a name and 2 numbers"),
    ],
)
def test_a_broken_line_is_told_with_its_number(line: str, expected: str) -> None:
    faults: list[Fault] = []
    weights.parse(f"sign\tlong\t0\t0\n{line}\n".encode(), faults)
    (fault,) = faults
    assert fault.where == f"{weights.FILE}:2"
    assert expected in fault.expected


def test_a_name_twice_is_a_fault() -> None:
    faults: list[Fault] = []
    weights.parse(b"sign\tbias\t1\t0\nsign\tbias\t2\t0\n", faults)
    assert [fault.key for fault in faults] == ["bias"]


def test_the_shipped_table_weighs_no_name() -> None:
    ruleset = watch.load(watch.shipped())
    lexicon = Lexicon(ruleset.lexicon)
    known = lexicon.vocabulary()
    named = {w for entry, _ in aliases(ruleset.contests.values(), lexicon) for w in entry.split()}
    assert len(ruleset.weights.words) > 10_000
    assert not (named - known) & set(ruleset.weights.words)
    assert not [w for w in ruleset.weights.words if w.isdigit() or w.startswith("@")]
