"""Times to propose, in the desk's words: the next three, and all of a fortnight by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from practice.core.local_time import local_start
from practice.desk.choice import Choice
from practice.desk.queries import Usual
from practice.scheduling.free_time.groups import is_for_groups, open_group, places_left
from practice.scheduling.free_time.proposals import Proposal
from practice.scheduling.free_time.search import StartsQuery, find_starts, three_next
from practice.scheduling.local_days import instant_of
from practice.scheduling.question import DiaryFacts, Question, shape_of

DAYS_SHOWN = 14
SECOND_HOUR = "after the clocks go back"


@dataclass(frozen=True, slots=True)
class FittingTime:
    """One time that is free, with whom and where."""

    local_start: datetime
    choice: Choice
    therapist: str
    room: str
    minutes: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class DayTimes:
    """The free times of one day."""

    on: date
    times: Sequence[FittingTime]


class Found(Protocol):
    """What every search answers: what was asked, and the facts from which it was answered."""

    @property
    def question(self) -> Question: ...

    @property
    def facts(self) -> DiaryFacts: ...


def next_three(
    session: Session,
    query: StartsQuery,
    *,
    from_on: date | None,
    usual: Usual | None,
    leaving: datetime | None = None,
    now: datetime,
) -> list[FittingTime]:
    """Return up to three times to read aloud, not the one that is being left; at most four statements."""
    found = three_next(session, query, from_on=from_on, leaving=leaving, now=now)
    return [fitting_time(found, one, usual) for one in found.proposals]


def times_by_day(
    session: Session, query: StartsQuery, *, from_on: date, usual: Usual | None, now: datetime
) -> list[DayTimes]:
    """Return every free time of the fortnight that begins on *from_on*; at most four statements."""
    last_on = from_on + timedelta(days=DAYS_SHOWN - 1)
    found = find_starts(session, query, first_on=from_on, last_on=last_on, now=now)
    familiar = usual.therapist_id if usual else 0
    days: dict[date, list[FittingTime]] = {}
    for offer in found.starts:
        who = familiar if familiar in offer.therapist_ids else offer.therapist_ids[0]
        one = fitting_time(found, Proposal(offer.begins, who, offer.room_id), usual)
        days.setdefault(one.local_start.date(), []).append(one)
    return [DayTimes(on, times) for on, times in days.items()]


def fitting_time(found: Found, start: Proposal, usual: Usual | None) -> FittingTime:
    """Return a start in the desk's words."""
    set_up = found.facts.set_up
    therapist = set_up.therapists[start.therapist_id]
    local = local_start(instant_of(start.begins), set_up.locations[found.question.location_id].zone)
    return FittingTime(
        local_start=local,
        choice=Choice(local, therapist.uid),
        therapist=therapist.name,
        room=set_up.rooms[start.room_id].name if start.room_id else "",
        minutes=shape_of(found.question, found.facts).duration,
        note=_places(found, start) or _note(local, usual, therapist.id),
    )


def _places(found: Found, start: Proposal) -> str:
    """Return how many places a session of a group has left; empty for a service that is one client's alone."""
    if not is_for_groups(found.question, found.facts):
        return ""
    group = open_group(found.question, found.facts, start.therapist_id, start.begins)
    left = places_left(found.question, found.facts, group)
    most = found.facts.set_up.services[found.question.service_id].group_size
    return f"{left} of {most} places left" if group else f"{most} places, nobody yet"


def _note(local: datetime, usual: Usual | None, therapist_id: int) -> str:
    if local.fold:
        return SECOND_HOUR
    if usual is None:
        return ""
    if local.time() == usual.local_start.time() and local.weekday() == usual.local_start.weekday():
        return "usual time"
    return "as before" if therapist_id == usual.therapist_id else ""
