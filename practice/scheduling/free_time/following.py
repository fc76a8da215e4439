"""Starts after which another visit can follow at once: on its grid, the minutes around both kept. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from practice.core.local_time import local_start, to_utc
from practice.scheduling.free_time.availability import OfferedStart, offered_starts, room_for
from practice.scheduling.local_days import floor_minute, instant_of
from practice.scheduling.question import DiaryFacts, Question, Shape


def follow_on(starts: datetime, shape: Shape, then: Shape, grid_minutes: int, zone: str) -> datetime:
    """Return the wall time at which *then* follows a visit of *shape*.

    Raises ``NonexistentLocalTime`` when *starts* is no time.
    """
    between = timedelta(minutes=shape.duration + shape.after + then.before)
    return _next_on_grid(local_start(to_utc(starts, zone) + between, zone), grid_minutes)


def _next_on_grid(local: datetime, grid_minutes: int) -> datetime:
    past = (local.hour * 60 + local.minute) % grid_minutes
    return local + timedelta(minutes=grid_minutes - past) if past else local


def followed_starts(question: Question, then: Question, facts: DiaryFacts) -> list[OfferedStart]:
    """Return the starts of *question* after which *then* is offered at once.

    With the same therapist if she offers it, else with anyone.
    """
    after = {offer.begins: offer.therapist_ids for offer in offered_starts(then, facts)}
    found = []
    for offer in offered_starts(question, facts):
        free = after.get(_begins_after(offer, question, then, facts), ())
        kept = tuple(each for each in offer.therapist_ids if _may_follow(each, free, then, facts))
        if kept:
            found.append(_with(offer, kept, question, facts))
    return found


def _begins_after(offer: OfferedStart, question: Question, then: Question, facts: DiaryFacts) -> int:
    zone = facts.set_up.locations[question.location_id].zone
    first, second = (facts.set_up.services[each.service_id] for each in (question, then))
    starts = local_start(instant_of(offer.begins), zone)
    return floor_minute(to_utc(follow_on(starts, first.shape, second.shape, second.grid_minutes, zone), zone))


def _may_follow(therapist_id: int, free: Sequence[int], then: Question, facts: DiaryFacts) -> bool:
    if then.service_id in facts.set_up.therapists[therapist_id].offers:
        return therapist_id in free
    return bool(free)


def _with(offer: OfferedStart, kept: tuple[int, ...], question: Question, facts: DiaryFacts) -> OfferedStart:
    if kept == offer.therapist_ids:
        return offer
    return OfferedStart(offer.begins, kept, room_for(question, facts, kept[0], offer.begins))
