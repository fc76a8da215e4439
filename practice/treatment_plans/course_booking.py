"""Booking a course that was chosen: new visits, moved ones and those that stay, as one act, all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.errors import RELOAD, StaleVersion
from practice.core.events import Event, record
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.loading import load_all
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.models import Appointment
from practice.scheduling.question import SetUp
from practice.scheduling.series.several import CourseVisit, arrange_visits
from practice.scheduling.wishes import TimeWish, resolve_location
from practice.treatment_plans.course import Visit
from practice.treatment_plans.course_dues import Arranged, arrange, dues_of, is_whole
from practice.treatment_plans.course_errors import CourseNotWhole
from practice.treatment_plans.planning import Case, first_day, read_case
from practice.treatment_plans.sessions import link_session
from practice.treatment_plans.version_models import PlannedSession

JUDGED_AS_A_WHOLE = frozenset({"plan_gap", "plan_gap_long", "plan_same_day", "plan_week_full"})
"""Rules about one session beside the others: a course is judged as a whole, for its visits move together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The course that was chosen: where the visit of each session lies, and the mark of what was seen."""

    visits: Mapping[int, Visit]
    seen: str
    location_uid: str | None = None
    room_needs: frozenset[str] = frozenset()
    earliest: date | None = None


def book_course(
    session: Session, *, plan_uid: str, chosen: Chosen, rules: BookingRules, actor: Actor, now: datetime
) -> list[Appointment]:
    """Book, move and keep the visits of a plan so that they lie as chosen: one act with one mail, or nothing.

    Returns the appointments that are new or moved. Raises ``NotFound``, ``StaleVersion`` when a session changed since
    it was seen, :class:`CourseNotWhole` (gaps and three a week, clinical.md 5.1), and ``SeriesConflict`` or
    ``SeriesRefused`` naming every visit that does not fit.
    """
    case = read_case(session, plan_uid, earliest=chosen.earliest, now=now, is_locked=True)
    if case.seen != chosen.seen:
        raise StaleVersion("The plan's visits changed meanwhile. Look at new proposals.", ways_out=(RELOAD,))
    _require_whole(case, chosen, first_day(session, chosen.earliest, now).toordinal())
    arranged = arrange(case.sessions, chosen.visits)
    changed = [one for one in arranged if one.is_moved or one.appointment_id is None]
    visits = _course_visits(session, case, changed, chosen)
    appointments = _arrange(session, case, visits, chosen, rules=rules, actor=actor, now=now) if visits else []
    by_number = {one.number: one.appointment_id for one in arranged}
    by_number |= {one.number: appointment.id for one, appointment in zip(changed, appointments, strict=True)}
    _relink(session, case.plan.id, {number: one for number, one in by_number.items() if one is not None})
    record(session, Event("plan.course", "treatment_plan", case.plan.uid, actor, now, {"visits": len(changed)}))
    return appointments


def _require_whole(case: Case, chosen: Chosen, earliest: int) -> None:
    dues = dues_of(case.sessions, earliest)
    visits = [due.fixed or chosen.visits.get(due.number) for due in dues]
    placed = [visit for visit in visits if visit is not None]
    is_known = chosen.visits.keys() == {due.number for due in dues if due.fixed is None}
    if not (is_known and placed and is_whole(dues, placed)):
        raise CourseNotWhole


def _course_visits(session: Session, case: Case, changed: Sequence[Arranged], chosen: Chosen) -> list[CourseVisit]:
    moved = [one.appointment_id for one in changed if one.appointment_id is not None]
    moving = {each.id: each for each in load_all(session, Appointment.id.in_(moved))} if moved else {}
    set_up = read_set_up(session)
    place = _place(set_up, case, chosen)
    return [
        CourseVisit(
            number=one.number,
            wish=_wish(one, set_up, place),
            moving=None if one.appointment_id is None else moving[one.appointment_id],
        )
        for one in changed
    ]


def _place(set_up: SetUp, case: Case, chosen: Chosen) -> str:
    return resolve_location(set_up, chosen.location_uid, set_up.therapists[case.plan.therapist_id]).uid


def _wish(one: Arranged, set_up: SetUp, place: str) -> TimeWish:
    on, minute, therapist_id = one.visit
    return TimeWish(
        service=set_up.services[one.service_id].uid,
        location=place,
        therapist=set_up.therapists[therapist_id].uid,
        local_start=datetime.combine(date.fromordinal(on), datetime.min.time()) + timedelta(minutes=minute),
    )


def _arrange(
    session: Session,
    case: Case,
    visits: Sequence[CourseVisit],
    chosen: Chosen,
    *,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> list[Appointment]:
    return arrange_visits(
        session,
        visits=visits,
        client_uid=case.plan.client.uid,
        room_needs=chosen.room_needs,
        waived=JUDGED_AS_A_WHOLE,
        rules=rules,
        actor=actor,
        now=now,
    )


def _relink(session: Session, plan_id: int, by_number: Mapping[int, int]) -> None:
    """Give each session its appointment; one that another session had before is taken from that first."""
    session.flush()
    ours = set(by_number.values())
    rows = {
        row.number: row
        for row in session.scalars(select(PlannedSession).where(PlannedSession.plan_id == plan_id).with_for_update())
    }
    for number, row in rows.items():
        if row.appointment_id in ours and by_number.get(number) != row.appointment_id:
            row.appointment_id = None
    session.flush()
    for number, appointment_id in by_number.items():
        link_session(session, planned_id=rows[number].id, appointment_id=appointment_id)
