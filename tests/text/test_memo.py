"""A memory that is bounded, and keeps what is asked for often."""

from __future__ import annotations

from monitor.text.memo import Memo, once


def test_what_is_asked_for_stays_and_the_rest_is_forgotten() -> None:
    memo: Memo[str, int] = Memo(10)
    memo.put("often", 1)
    for number in range(100):
        memo.put(f"once {number}", number)
        assert memo.get("often") == 1
    assert memo.get("once 0") is None
    assert memo.get("once 99") == 99


def test_it_never_holds_more_than_two_tables() -> None:
    memo: Memo[int, int] = Memo(10)
    for number in range(100):
        memo.put(number, number)
    assert sum(memo.get(number) is not None for number in range(100)) <= 20


class Counted:
    def __init__(self) -> None:
        self.asked = 0

    @once
    def answer(self) -> int:
        self.asked += 1
        return 42


def test_an_attribute_is_worked_out_once_for_each_object() -> None:
    one, other = Counted(), Counted()
    assert (one.answer, one.answer, other.answer) == (42, 42, 42)
    assert (one.asked, other.asked) == (1, 1)
