"""Reads that find times: each at most four statements, whatever the number of therapists and days."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from practice.core.errors import NotFound, Refusal
from practice.core.local_time import wall_time
from practice.scheduling.free_time.availability import OfferedStart, offered_starts
from practice.scheduling.free_time.beside import client_time_refusals
from practice.scheduling.free_time.explain import time_refusals
from practice.scheduling.free_time.facts import current_set_up, facts_at, facts_of_several
from practice.scheduling.free_time.following import followed_starts
from practice.scheduling.free_time.proposals import Proposal, propose
from practice.scheduling.free_time.pulse import Pulse, feel_pulse
from practice.scheduling.local_days import floor_minute
from practice.scheduling.question import DiaryFacts, LocationFacts, Question, candidates
from practice.scheduling.wishes import get_by_uid, resolve_location

MOST_DAYS = 62
NEXT_DAYS = 28
"""How far ahead the next times are looked for in one call."""

EXPLAINED_DAYS = 14
"""How far ahead a refusal looks for the times that lead out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartsQuery:
    """What is asked, by uid: no therapist means anyone, no location the only one.

    ``moving_id`` is the appointment whose present time counts as free; ``by_link`` asks as a client,
    ``own_only`` as somebody who may book these therapists only. With ``then_uid`` only starts after which that
    service can follow at once.
    """

    service_uid: str
    location_uid: str | None = None
    therapist_uids: tuple[str, ...] = ()
    room_uid: str | None = None
    client_uid: str | None = None
    moving_id: int | None = None
    by_link: bool = False
    own_only: bool = False
    then_uid: str | None = None


@dataclass(frozen=True, slots=True)
class FoundStarts:
    """The offered starts and the facts that they were computed from."""

    question: Question
    facts: DiaryFacts
    starts: list[OfferedStart]

    @property
    def location(self) -> LocationFacts:
        """Return the place, whose zone gives the starts their wall time."""
        return self.facts.set_up.locations[self.question.location_id]


@dataclass(frozen=True, slots=True)
class FoundProposals:
    """A few starts to read aloud, best first; nothing was looked for after ``searched_to``."""

    question: Question
    facts: DiaryFacts
    proposals: list[Proposal]

    @property
    def searched_to(self) -> date:
        """Return the last day that was looked at."""
        return self.question.last_on


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a start is refused, empty when it is offered; ``beside`` is what the client's visits and wishes forbid."""

    question: Question
    facts: DiaryFacts
    refusals: tuple[Refusal, ...]
    beside: tuple[Refusal, ...] = ()


def find_starts(session: Session, query: StartsQuery, *, first_on: date, last_on: date, now: datetime) -> FoundStarts:
    """Return every offered start on the local days from first to last, at most :data:`MOST_DAYS`.

    Raises :class:`NotFound` for an unknown uid, ``LocationNeeded`` when the practice has several places.
    """
    if not 0 <= (last_on - first_on).days < MOST_DAYS:
        raise ValueError(f"ask for 1 to {MOST_DAYS} days")
    pulse = _pulse(session, query, now)
    question = _question(session, query, pulse, now, first_on=first_on, last_on=last_on)
    return FoundStarts(question, *_offered(session, query, question, pulse))


def three_next(
    session: Session,
    query: StartsQuery,
    *,
    from_on: date | None = None,
    amount: int = 3,
    leaving: datetime | None = None,
    now: datetime,
) -> FoundProposals:
    """Return a few fitting starts within :data:`NEXT_DAYS` days of *from_on* (today), on different days.

    A client's last therapist comes first; the instant that a visit is *leaving* is none of them. Raises as above.
    """
    pulse = _pulse(session, query, now)
    question = _question(session, query, pulse, now, first_on=from_on, days=NEXT_DAYS)
    facts, starts = _offered(session, query, question, pulse)
    familiar = None if pulse.client is None else pulse.client.last_therapist_id
    left = None if leaving is None else floor_minute(leaving)
    starts = [start for start in starts if start.begins != left]
    proposals = propose(question, facts, starts, amount=amount, familiar_id=familiar)
    return FoundProposals(question, facts, proposals)


def explain_start(session: Session, query: StartsQuery, *, local_start: datetime, now: datetime) -> Explanation:
    """Return why a naive wall time at the location is refused, with ways out; raises as above."""
    pulse = _pulse(session, query, now)
    first_on = local_start.date()
    asked = _question(session, query, pulse, now, first_on=first_on, days=EXPLAINED_DAYS)
    set_up = current_set_up(session, pulse)
    # Colleagues are loaded too, so that one of them can be named.
    colleagues = candidates(replace(asked, therapist_ids=None), set_up)
    everybody = dict.fromkeys((*(asked.therapist_ids or ()), *(one.id for one in colleagues)))
    facts = facts_at(session, replace(asked, therapist_ids=tuple(everybody)), pulse)
    return Explanation(
        asked, facts, time_refusals(asked, facts, local_start), client_time_refusals(asked, facts, local_start)
    )


def _offered(
    session: Session, query: StartsQuery, question: Question, pulse: Pulse
) -> tuple[DiaryFacts, list[OfferedStart]]:
    if query.then_uid is None:
        facts = facts_at(session, question, pulse)
        return facts, offered_starts(question, facts)
    services = current_set_up(session, pulse).services
    people = question.therapist_ids if question.own_only else None
    then = replace(
        question,
        service_id=get_by_uid(services, query.then_uid, "service").id,
        therapist_ids=people,
        room_id=None,
    )
    facts = facts_of_several(session, [question, then], pulse)
    return facts, followed_starts(question, then, facts)


def _pulse(session: Session, query: StartsQuery, now: datetime) -> Pulse:
    pulse = feel_pulse(session, now=now, client=query.client_uid, moving_id=query.moving_id)
    if query.client_uid is not None and pulse.client is None:
        raise NotFound("There is no such client.")
    return pulse


def _question(
    session: Session,
    query: StartsQuery,
    pulse: Pulse,
    now: datetime,
    *,
    first_on: date | None,
    last_on: date | None = None,
    days: int = 1,
) -> Question:
    set_up = current_set_up(session, pulse)
    location = resolve_location(set_up, query.location_uid)
    first = first_on or wall_time(now, location.zone).date()
    therapists = tuple(
        get_by_uid(set_up.therapists, uid, "therapist").id for uid in dict.fromkeys(query.therapist_uids)
    )
    return Question(
        service_id=get_by_uid(set_up.services, query.service_uid, "service").id,
        location_id=location.id,
        first_on=first,
        last_on=last_on or first + timedelta(days=days - 1),
        asked_at=now,
        therapist_ids=therapists or None,
        room_id=None if query.room_uid is None else get_by_uid(set_up.rooms, query.room_uid, "room").id,
        client_id=None if pulse.client is None else pulse.client.id,
        moving_id=query.moving_id,
        by_link=query.by_link,
        own_only=query.own_only,
    )
