"""What a page answers about its words, without reading them again for each question."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.match.lexicon import Lexicon
from monitor.match.page import Cover, PageReader
from tests.match.world import ruleset

PAGES = PageReader(Lexicon(ruleset().lexicon), ())
ranges = st.tuples(st.integers(0, 30), st.integers(0, 6)).map(lambda r: (r[0], r[0] + r[1]))


@given(st.lists(ranges, max_size=12), ranges)
def test_a_range_is_covered_by_one_that_holds_it_whole(
    others: list[tuple[int, int]], one: tuple[int, int]
) -> None:
    first, last = one
    assert Cover(others).holds(first, last) == any(a <= first and last <= b for a, b in others)


def test_either_of_several_lists() -> None:
    page = PAGES.read("text", "ayo kita pilih yang amanah, semoga menang")
    both = page.marked("rally") | page.marked("first")
    assert both
    assert page.either("rally", "first") == both
    assert page.either("rally", "first") is page.either("rally", "first")
    assert page.either("rally") == page.marked("rally")


def test_a_page_knows_what_is_there_before_its_lists_are_sorted_out() -> None:
    assert PAGES.read("text", "coblos nomor dua").numbered
    assert not PAGES.read("text", "coblos semua").numbered
    assert not PAGES.read("text", "coblos nomor dua").namesakes
