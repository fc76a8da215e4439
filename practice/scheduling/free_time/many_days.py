"""Free starts of several services over many days, by day: what a course is planned from, in at most four statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from practice.core.errors import NotFound
from practice.scheduling.free_time.availability import OfferedStart, offered_starts
from practice.scheduling.free_time.facts import current_set_up, facts_of_several
from practice.scheduling.free_time.fitting import fitting
from practice.scheduling.free_time.pulse import Pulse, feel_pulse
from practice.scheduling.limits import NO_CLIENT_LIMITS
from practice.scheduling.local_days import days_between, local_day, wall_minute
from practice.scheduling.question import DiaryFacts, LocationFacts, Question
from practice.scheduling.wishes import get_by_uid, resolve_location


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysQuery:
    """Which services for which client, on the local days from first to last; room features beside the services' own.

    Without a location it is where the familiar therapist works.
    """

    service_ids: tuple[int, ...]
    client_uid: str
    location_uid: str | None = None
    familiar_uid: str | None = None
    room_needs: frozenset[str] = frozenset()
    first_on: date
    last_on: date


class DayStart(NamedTuple):
    """A free start: its wall minute from local midnight, and who could treat."""

    minute: int
    therapist_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FoundDays:
    """The free starts by service and day (ordinal), and the facts that they were computed from."""

    free: Mapping[int, Mapping[int, Sequence[DayStart]]]
    facts: DiaryFacts
    location: LocationFacts


def find_days(session: Session, query: DaysQuery, *, now: datetime) -> FoundDays:
    """Return every free start that suits the client; of a wall time that the clocks repeat the first one only.

    Raises ``NotFound``, and ``LocationNeeded`` when the practice has several places.
    """
    pulse = feel_pulse(session, now=now, client=query.client_uid)
    if pulse.client is None:
        raise NotFound("There is no such client.")
    set_up = current_set_up(session, pulse)
    familiar = None if query.familiar_uid is None else get_by_uid(set_up.therapists, query.familiar_uid, "therapist")
    location = resolve_location(set_up, query.location_uid, familiar)
    questions = [_question(query, service_id, location, pulse, now) for service_id in query.service_ids]
    known = facts_of_several(session, questions, pulse)
    facts = replace(known, set_up=known.set_up.needing(query.room_needs))
    free = {one.service_id: _by_day(_suiting(one, facts), one, location.zone) for one in questions}
    return FoundDays(free, facts, location)


def _question(query: DaysQuery, service_id: int, location: LocationFacts, pulse: Pulse, now: datetime) -> Question:
    return Question(
        service_id=service_id,
        location_id=location.id,
        first_on=query.first_on,
        last_on=query.last_on,
        asked_at=now,
        client_id=None if pulse.client is None else pulse.client.id,
    )


def _suiting(question: Question, facts: DiaryFacts) -> Sequence[OfferedStart]:
    """Return the starts that suit the client; whom she may not see is left out of every offer for *anyone* already."""
    offers = offered_starts(question, facts)
    is_limited = facts.set_up.client_limits != NO_CLIENT_LIMITS
    if not (is_limited or facts.set_up.wishes_of(question.client_id).apart):
        return offers
    return fitting(question, facts, offers)


def _by_day(offers: Sequence[OfferedStart], question: Question, zone: str) -> dict[int, list[DayStart]]:
    found: dict[int, list[DayStart]] = {}
    days = iter([local_day(on, zone) for on in days_between(question.first_on, question.last_on)])
    day = next(days)
    for begins, therapist_ids, _ in offers:
        while begins >= day.ends:
            day = next(days)
        minute = begins - day.begins if day.is_regular else wall_minute(begins, zone)
        starts = found.setdefault(day.on.toordinal(), [])
        if not starts or starts[-1].minute < minute:
            starts.append(DayStart(minute, therapist_ids))
    return found
