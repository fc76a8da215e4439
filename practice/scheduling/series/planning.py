"""From the wish for a series to its single visits, each to be placed: the rule expanded, what was changed by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.scheduling.claiming.frame import read_frame
from practice.scheduling.claiming.making import placing_of
from practice.scheduling.claiming.places import Placing
from practice.scheduling.claiming.placing_several import NEARBY
from practice.scheduling.claiming.rules import Verb
from practice.scheduling.free_time.hours import open_spans
from practice.scheduling.question import DiaryFacts
from practice.scheduling.series.errors import ImpossibleSeries
from practice.scheduling.series.rule import Expansion, Instead, Occurrence, Place, Recurrence, expand, reach_of
from practice.scheduling.wishes import TimeWish, get_by_uid


@dataclass(frozen=True, slots=True)
class OtherPlace:
    """Where one visit goes instead of where the rule puts it; None leaves therapist or room as in the others."""

    local_start: datetime
    therapist: str | None = None
    room: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesWish:
    """The first visit, the rule for those after it, and by number the visits put elsewhere or left out by hand."""

    first: TimeWish
    rule: Recurrence
    instead: Mapping[int, OtherPlace] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """The visits of a series and where each is to be placed."""

    wish: SeriesWish
    zone: str
    expansion: Expansion
    visits: tuple[Occurrence, ...]
    placings: tuple[Placing, ...]


def plan_series(
    session: Session,
    wish: SeriesWish,
    *,
    client_uid: str | None,
    override_reason: str = "",
    actor: Actor,
    now: datetime,
) -> Plan:
    """Return what is to be placed, in a few statements whatever the number of visits.

    Raises ``NotFound``, ``LocationNeeded`` and :class:`ImpossibleSeries`.
    """
    start = wish.first.local_start
    base = placing_of(
        session,
        Verb.BOOK,
        wish.first,
        start,
        client_uid=client_uid,
        override_reason=override_reason,
        actor=actor,
        now=now,
    )
    facts = _facts_until(session, base, _last_on(wish, base))
    expansion = _expanded(wish, base, facts)
    visits = tuple(_by_hand(wish, visit) for visit in expansion.visits if visit.number not in wish.left_out)
    if not visits:
        raise ImpossibleSeries("Every visit of this series is left out.", field="left_out")
    facts = _facts_until(session, base, max(visit.local_start.date() for visit in visits))
    placings = tuple(_placing(base, facts, wish, visit) for visit in visits)
    return Plan(wish, base.location.zone, expansion, visits, placings)


def _expanded(wish: SeriesWish, base: Placing, facts: DiaryFacts) -> Expansion:
    def is_closed(day: date) -> bool:
        return not open_spans(base.location, facts.exceptions.closures, day)

    place = Place(base.location.zone, is_closed, base.service.grid_minutes)
    return expand(wish.rule, wish.first.local_start, place)


def _last_on(wish: SeriesWish, base: Placing) -> date:
    """Return the last day of which the rule may ask whether the place is closed."""
    start, rule = wish.first.local_start, wish.rule
    if rule.until is not None or rule.on_closed is not Instead.REFUSE:
        return min(rule.until or date.max, reach_of(start.date()))
    return expand(rule, start, Place(base.location.zone)).visits[-1].due_on


def _facts_until(session: Session, base: Placing, last_on: date) -> DiaryFacts:
    first_on = max(base.question.first_on - NEARBY, date.min + timedelta(days=1))
    question = replace(base.question, first_on=first_on, last_on=last_on + NEARBY)
    return read_frame(session, question, base.facts.set_up)


def _by_hand(wish: SeriesWish, visit: Occurrence) -> Occurrence:
    other = wish.instead.get(visit.number)
    return visit if other is None else visit._replace(local_start=other.local_start, why=None)


def _placing(base: Placing, facts: DiaryFacts, wish: SeriesWish, visit: Occurrence) -> Placing:
    day = visit.local_start.date()
    question = replace(base.question, first_on=day, last_on=day)
    other = wish.instead.get(visit.number)
    if other is not None and other.therapist:
        therapist = get_by_uid(facts.set_up.therapists, other.therapist, "therapist")
        question = replace(question, therapist_ids=(therapist.id,))
    if other is not None and other.room:
        question = replace(question, room_id=get_by_uid(facts.set_up.rooms, other.room, "room").id)
    return replace(base, question=question, facts=facts, local_start=visit.local_start)
