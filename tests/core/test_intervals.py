"""Half-open intervals: a table of positions, and set arithmetic against a minute-by-minute oracle."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from practice.core.db import UtcDateTime, overlaps
from practice.core.intervals import Interval, merge, subtract

DAY = datetime(2026, 11, 24, tzinfo=UTC)


def span(start: int, end: int) -> Interval:
    return Interval(DAY + timedelta(minutes=start), DAY + timedelta(minutes=end))


def minutes(intervals: list[Interval]) -> set[int]:
    covered: set[int] = set()
    for interval in intervals:
        start = int((interval.starts_at - DAY).total_seconds() // 60)
        covered |= set(range(start, start + int(interval.duration.total_seconds() // 60)))
    return covered


POSITIONS = [
    pytest.param(0, 10, False, id="before"),
    pytest.param(0, 60, False, id="touching the start is free"),
    pytest.param(0, 61, True, id="one minute in"),
    pytest.param(60, 120, True, id="identical"),
    pytest.param(70, 80, True, id="inside"),
    pytest.param(50, 130, True, id="around"),
    pytest.param(119, 150, True, id="last minute"),
    pytest.param(120, 150, False, id="touching the end is free"),
    pytest.param(130, 150, False, id="after"),
]


@pytest.mark.parametrize(("start", "end", "expected"), POSITIONS)
def test_two_intervals_overlap_when_they_share_an_instant(start: int, end: int, expected: bool) -> None:
    assert span(60, 120).overlaps(span(start, end)) is expected
    assert span(start, end).overlaps(span(60, 120)) is expected


@pytest.mark.parametrize(("start", "end", "expected"), POSITIONS)
def test_the_sql_twin_agrees(session: Session, start: int, end: int, expected: bool) -> None:
    other = span(start, end)
    row = select(
        literal(other.starts_at, UtcDateTime()).label("starts_at"),
        literal(other.ends_at, UtcDateTime()).label("ends_at"),
    ).subquery()
    found = session.scalar(select(overlaps(row.c.starts_at, row.c.ends_at, span(60, 120))))
    assert bool(found) is expected


def test_an_empty_backward_or_naive_interval_is_refused() -> None:
    for start, end in ((10, 10), (20, 10)):
        with pytest.raises(ValueError, match="ends after"):
            span(start, end)
    with pytest.raises(ValueError, match="aware"):
        Interval(datetime(2026, 1, 1), datetime(2026, 1, 2))


pairs = st.tuples(st.integers(0, 300), st.integers(1, 90)).map(lambda pair: span(pair[0], pair[0] + pair[1]))


@given(st.lists(pairs, max_size=8), st.lists(pairs, max_size=8))
def test_merge_and_subtract_agree_with_minutes(wanted: list[Interval], taken: list[Interval]) -> None:
    assert minutes(merge(wanted)) == minutes(wanted)
    free = subtract(wanted, taken)
    assert minutes(free) == minutes(wanted) - minutes(taken)
    assert all(
        earlier.ends_at < later.starts_at for earlier, later in zip(merge(wanted), merge(wanted)[1:], strict=False)
    )
    assert all(not piece.overlaps(block) for piece in free for block in taken)
