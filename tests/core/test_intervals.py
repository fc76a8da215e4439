"""Half-open intervals: a table of positions, and the SQL twin."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from practice.core.db import UtcDateTime, overlaps
from practice.core.intervals import Interval

DAY = datetime(2026, 11, 24, tzinfo=UTC)


def span(start: int, end: int) -> Interval:
    return Interval(DAY + timedelta(minutes=start), DAY + timedelta(minutes=end))


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
