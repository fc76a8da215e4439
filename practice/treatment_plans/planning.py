"""Planning a plan's sessions: where they stand, and three proposals for all that are still to come."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from practice.clinic.queries import practice_today
from practice.safety.queries import covered_until
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.free_time.many_days import DaysQuery, FoundDays, find_days
from practice.scheduling.question import SetUp
from practice.scheduling.wishes import get_by_uid
from practice.treatment_plans.blocks import Numbered, numbered
from practice.treatment_plans.course import Answer, CourseQuestion, FreeStart, Hours, Visit, Wishes, With
from practice.treatment_plans.course_dues import Planned, dues_of, gap_of
from practice.treatment_plans.course_search import propose_courses
from practice.treatment_plans.lifecycles import SessionState, VersionState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.queries import find_version, get_plan
from practice.treatment_plans.sessions import SessionView, list_sessions
from practice.treatment_plans.version_models import PlanVersion
from practice.treatment_plans.version_shapes import shape_of

AFTER_THE_END = 21
"""Days that are looked at beyond the day on which the course would end in its rhythm."""

MOST_DAYS = 370

_SETTLED = frozenset({SessionState.DELIVERED, SessionState.ARRIVED, SessionState.IN_PROGRESS})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWishes:
    """What is wished for the visits still to come; None leaves it as the plan says, nothing named means any."""

    therapist: With | None = None
    therapist_uid: str | None = None
    location_uid: str | None = None
    weekdays: frozenset[int] = frozenset()
    hours: tuple[Hours, ...] = ()
    room_needs: frozenset[str] = frozenset()
    earliest: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A plan with its sessions, as they stood when it was read: ``seen`` is the mark of that."""

    plan: TreatmentPlan
    version: PlanVersion | None
    sessions: tuple[Planned, ...]
    seen: str

    @property
    def to_place(self) -> int:
        """Return how many sessions a course would place."""
        return sum(not one.is_settled for one in self.sessions)

    @property
    def unbooked(self) -> int:
        """Return how many sessions have no visit."""
        return sum(one.visit is None for one in self.sessions)


@dataclass(frozen=True, slots=True)
class Proposals:
    """What the planner found for a plan: three courses at most, or what stops all of them."""

    case: Case
    question: CourseQuestion
    answer: Answer
    found: FoundDays

    def name_of(self, therapist_id: int) -> str:
        """Return a therapist's name."""
        return self.found.facts.set_up.therapists[therapist_id].name


def propose_plan(session: Session, case: Case, wishes: PlanWishes, *, now: datetime) -> Proposals | None:
    """Return proposals for every session that is still to come; None when none is.

    Booked sessions keep their times where they can: what a cancellation, an absence or a new version upset is mended
    by the same search. A constant number of statements. Raises ``NotFound`` and ``LocationNeeded``.
    """
    if case.version is None or not case.to_place:
        return None
    usual, longest = _usual_days(case), _longest_days(case)
    found = _propose(session, case, case.version, wishes, usual, now=now)
    if found.answer.stuck is None or usual >= longest:
        return found
    return _propose(session, case, case.version, wishes, longest, now=now)


def read_case(
    session: Session, plan_uid: str, *, earliest: date | None, now: datetime, is_locked: bool = False
) -> Case:
    """Return a plan with its sessions in order, those that are left out aside; none before a version is in force.

    Raises ``NotFound``.
    """
    plan = get_plan(session, plan_uid, is_locked=is_locked)
    version = find_version(session, plan.id, VersionState.ACTIVE)
    views = list_sessions(session, plan.id)
    if version is None:
        return Case(plan, None, (), _mark(views))
    set_up = read_set_up(session)
    first_on = first_day(session, earliest, now)
    wanted = [each for each in views if each.state is not SessionState.SKIPPED]
    return Case(plan, version, tuple(_planned(wanted, version, set_up, first_on)), _mark(views))


def first_day(session: Session, earliest: date | None, now: datetime) -> date:
    """Return the first day on which a visit may be placed: never a past one."""
    today = practice_today(session, now)
    return today if earliest is None else max(earliest, today)


def _planned(views: Sequence[SessionView], version: PlanVersion, set_up: SetUp, first_on: date) -> list[Planned]:
    shape = shape_of(version)
    places = {each.number: each for each in numbered(shape)}
    gaps = [gap_of(block) for block in shape.blocks]
    found = []
    for view in views:
        place = places.get(view.number)
        visit = _visit_of(view)
        service_id = _service_of(version, place) if visit is None else view.service_id or version.service_id
        planned = Planned(
            number=view.number,
            service_id=service_id,
            minutes=set_up.services[service_id].shape.duration,
            gap=gaps[place.block if place is not None else 0],
            visit=visit,
            appointment_id=None if visit is None else view.appointment_id,
            is_settled=view.state in _SETTLED or (visit is not None and visit.on < first_on.toordinal()),
        )
        found.append(planned)
    return found


def _service_of(version: PlanVersion, place: Numbered | None) -> int:
    is_longer = place is not None and place.is_checkpoint and version.reassess_service_id is not None
    return version.reassess_service_id or version.service_id if is_longer else version.service_id


def _visit_of(view: SessionView) -> Visit | None:
    """Return where the visit of a session that is booked or was begun lies."""
    start = view.local_start
    if view.state not in _SETTLED | {SessionState.BOOKED} or start is None or view.therapist_id is None:
        return None
    return Visit(start.toordinal(), start.hour * 60 + start.minute, view.therapist_id)


def _mark(views: Sequence[SessionView]) -> str:
    """Return a mark of where the sessions stand, by which a later act knows that nothing changed since."""
    known = "|".join(f"{each.number} {each.state} {each.appointment_id} {each.local_start}" for each in views)
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def _usual_days(case: Case) -> int:
    halves = sum(one.gap.aim for one in case.sessions if not one.is_settled)
    return min(halves // 2 + AFTER_THE_END, MOST_DAYS)


def _longest_days(case: Case) -> int:
    return min(sum(one.gap.most for one in case.sessions if not one.is_settled) + AFTER_THE_END, MOST_DAYS)


def _propose(
    session: Session, case: Case, version: PlanVersion, wishes: PlanWishes, days: int, *, now: datetime
) -> Proposals:
    first_on = first_day(session, wishes.earliest, now)
    query = DaysQuery(
        service_ids=tuple(dict.fromkeys(one.service_id for one in case.sessions if not one.is_settled)),
        client_uid=case.plan.client.uid,
        location_uid=wishes.location_uid,
        familiar_uid=case.plan.therapist.uid,
        room_needs=wishes.room_needs,
        first_on=first_on,
        last_on=first_on + timedelta(days=days),
    )
    found = find_days(session, query, now=now)
    question = CourseQuestion(
        dues=dues_of(case.sessions, first_on.toordinal()),
        free={
            service_id: {on: [FreeStart(*start) for start in starts] for on, starts in by_day.items()}
            for service_id, by_day in found.free.items()
        },
        earliest=first_on.toordinal(),
        wishes=_wishes(version, wishes, found.facts.set_up),
        covered_until=_ordinal(covered_until(session, case.plan.client_id)),
    )
    return Proposals(case, question, propose_courses(question), found)


def _ordinal(on: date | None) -> int | None:
    return None if on is None else on.toordinal()


def _wishes(version: PlanVersion, wishes: PlanWishes, set_up: SetUp) -> Wishes:
    how = wishes.therapist or With(version.preference)
    named = wishes.therapist_uid and get_by_uid(set_up.therapists, wishes.therapist_uid, "therapist").id
    therapist_id = named or version.therapist_id
    return Wishes(
        therapist=how if therapist_id else With.ANY,
        therapist_ids=frozenset({therapist_id} if therapist_id else ()),
        weekdays=wishes.weekdays,
        hours=wishes.hours,
    )
