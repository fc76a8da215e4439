"""What a new version does to the visits that are booked."""

from datetime import date, timedelta

from practice.treatment_plans.blocks import Block, Shape
from practice.treatment_plans.revision_effects import Fate, OnDay, effects_of

BEGINS = date(2026, 11, 30)
WEEKLY = Shape((Block(1, 1, 4, 5, 9),), 60, (6,), first_number=3)


def on(number: int, days: int | None) -> OnDay:
    return OnDay(number, None if days is None else BEGINS + timedelta(days=days))


def fates(*sessions: OnDay) -> dict[int, Fate]:
    return {each.number: each.fate for each in effects_of(sessions, WEEKLY)}


def test_each_visit_is_judged_by_the_distances_of_the_new_course():
    met = fates(on(1, 0), on(2, 3), on(3, 7), on(4, 14), on(5, 26), on(6, None))
    assert met == {3: Fate.TOO_NEAR, 4: Fate.STAYS, 5: Fate.TOO_FAR, 6: Fate.NEW}


def test_a_visit_beyond_the_last_session_must_be_cancelled_first():
    (last,) = [each for each in effects_of([on(6, 0), on(7, 7)], WEEKLY) if each.number == 7]
    assert (last.fate, last.why) == (
        Fate.BEYOND,
        "the new course ends with session 6: cancel it first",
    )


def test_the_edges_of_a_distance_fit():
    assert fates(on(2, 0), on(3, 5), on(4, 14)) == {3: Fate.STAYS, 4: Fate.STAYS, 5: Fate.NEW, 6: Fate.NEW}
    assert fates(on(2, 0), on(3, 4))[3] is Fate.TOO_NEAR
    assert fates(on(2, 0), on(3, 10))[3] is Fate.TOO_FAR
