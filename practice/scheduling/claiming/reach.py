"""How far diaries must be known before time on them is taken. Pure."""

from dataclasses import replace
from datetime import timedelta

from practice.core.intervals import Interval
from practice.core.local_time import day_bounds
from practice.scheduling.free_time.limits import days_known
from practice.scheduling.question import Question, SetUp, candidates


def known_around(question: Question, set_up: SetUp, treatment: Interval) -> Interval:
    """Return the time that limits count and that the way between places reaches, buffers left out."""
    travel = timedelta(minutes=max(set_up.travel_from(question.location_id).values(), default=0))
    near = treatment.widened(travel, travel)
    known = days_known(question, set_up)
    if known is None:
        return near
    zone = set_up.locations[question.location_id].zone
    begins_at, ends_at = day_bounds(known[0], zone)[0], day_bounds(known[1], zone)[1]
    return Interval(min(near.starts_at, begins_at), max(near.ends_at, ends_at))


def with_colleagues(question: Question, set_up: SetUp) -> Question:
    """Return the question with everybody who may be proposed beside those who were asked for, in any room."""
    anybody = replace(question, therapist_ids=None, room_id=None)
    people = dict.fromkeys((*(question.therapist_ids or ()), *(one.id for one in candidates(anybody, set_up))))
    return replace(anybody, therapist_ids=tuple(people))
