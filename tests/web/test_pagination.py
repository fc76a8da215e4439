"""One page of a long list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.web.pagination import Pagination, page_number


def test_the_middle_of_a_long_list() -> None:
    page = Pagination(asked=8, size=20, total=312)
    assert (page.first, page.last, page.offset) == (141, 160, 140)
    assert (page.previous, page.next) == (7, 9)
    assert page.numbers == [1, None, 6, 7, 8, 9, 10, None, 16]


def test_an_empty_list_has_one_page_that_shows_nothing() -> None:
    page = Pagination(asked=1, size=20, total=0)
    assert (page.pages, page.first, page.last, page.previous, page.next) == (1, 0, 0, None, None)


def test_beyond_the_end_is_the_last_page() -> None:
    assert Pagination(asked=99, size=20, total=41).page == 3


@given(asked=st.integers(), size=st.integers(1, 100), total=st.integers(0, 10_000))
def test_every_page_lies_inside_the_list(asked: int, size: int, total: int) -> None:
    page = Pagination(asked, size, total)
    assert 1 <= page.page <= page.pages
    assert page.offset <= max(total - 1, 0)
    assert page.last - page.offset <= size
    assert page.page in page.numbers


@pytest.mark.parametrize(
    ("raw", "page"),
    [
        (None, 1),
        ("", 1),
        ("0", 1),
        ("3", 3),
        ("-1", 1),
        ("x", 1),
        ("²", 1),
        ("٣", 1),
        ("9" * 5000, 100_000),
        ("1e3", 1),
    ],
)
def test_any_text_names_a_page(raw: str | None, page: int) -> None:
    assert page_number(raw) == page
