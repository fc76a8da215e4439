"""Editing a series: this visit, this and those after it, or all that are still to come; every one of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import RELOAD, PracticeError, require_version
from practice.scheduling.appointments.cancelling import CallingOff, called_off
from practice.scheduling.appointments.changing import change_several
from practice.scheduling.appointments.history import Act, note, require_state, snapshot
from practice.scheduling.appointments.rescheduling import (
    MoveJob,
    lies_there,
    placing_of_move,
    put_elsewhere,
    question_of_move,
    reschedule,
)
from practice.scheduling.claiming.frame import read_frame, read_set_up
from practice.scheduling.claiming.informing import Judging
from practice.scheduling.claiming.loading import forget_everybody, load
from practice.scheduling.claiming.making import start_as_booked
from practice.scheduling.claiming.places import Place, Placing
from practice.scheduling.claiming.placing_several import NEARBY, Explained, take_places
from practice.scheduling.claiming.rules import BookingRules, Verb
from practice.scheduling.lifecycle import OPEN
from practice.scheduling.models import Appointment
from practice.scheduling.question import Question
from practice.scheduling.series.conflicts import refuse_visits
from practice.scheduling.series.errors import NotInSeries
from practice.scheduling.series.queries import list_visits
from practice.scheduling.wishes import MoveWish


class Scope(StrEnum):
    """Which visits of a series an act is meant for; only such as are still to come."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Part:
    """The visits that an act is meant for, in the order of their starts, and what all of them are numbered."""

    visits: tuple[Appointment, ...]
    numbers: dict[int, int]


def move_series(
    session: Session,
    *,
    appointment_uid: str,
    scope: Scope,
    wish: MoveWish,
    version: int | None = None,
    override_reason: str = "",
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> list[Appointment]:
    """Move several visits as this one is moved: by as many days, to the same time of day, therapist or room.

    A visit that was moved before keeps its own day, shifted likewise, and takes the new time of day. Raises
    ``NotFound``, ``StaleVersion``, ``WrongState``, :class:`NotInSeries`, and ``SeriesConflict`` or
    ``SeriesRefused`` naming each visit that does not fit; all then stay where they were.
    """
    if scope is Scope.THIS:
        alone = reschedule(
            session,
            appointment_uid=appointment_uid,
            wish=wish,
            version=version,
            override_reason=override_reason,
            rules=rules,
            actor=actor,
            now=now,
        )
        return [alone]
    this = load(session, appointment_uid)
    require_version(this.version, version)
    require_state(this, OPEN, "moved")
    part = part_of(session, this, scope, now=now)
    numbers, placings = _moves(session, this, part, wish, override_reason, actor=actor, now=now)
    moving = [placing.moving for placing in placings if placing.moving is not None]
    before = {each.id: snapshot(each) for each in moving}

    def write(index: int, place: Place) -> Appointment:
        return put_elsewhere(moving[index], place)

    def refuse(why: Explained) -> PracticeError:
        return refuse_visits({numbers[at]: (placings[at], each) for at, each in why.items()}, what="moved")

    places = take_places(session, placings, write=write, refuse=refuse, judging=Judging(rules, actor, now))
    act_id = new_uid()
    for each, place in zip(moving, places, strict=True):
        forget_everybody(session, each)
        act = Act(Verb.RESCHEDULE, act_id, override_reason, place.overridden)
        note(session, each, act, before[each.id], actor=actor, now=now)
    return moving


def cancel_series(
    session: Session,
    *,
    appointment_uid: str,
    scope: Scope,
    calling_off: CallingOff,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> list[Appointment]:
    """Call off several visits and give all their time back, each late or not on its own.

    Raises ``NotFound``, ``StaleVersion``, ``WrongState``, :class:`NotInSeries` and ``ReasonNeeded``.
    """
    this = load(session, appointment_uid)
    require_version(this.version, version)
    require_state(this, OPEN, "cancelled")
    alter = called_off(session, calling_off, now=now)
    ids = [this.id] if scope is Scope.THIS else [visit.id for visit in part_of(session, this, scope, now=now).visits]
    act = Act("cancel", new_uid(), calling_off.comment)
    return change_several(session, ids, act, alter, actor=actor, now=now)


def part_of(session: Session, this: Appointment, scope: Scope, *, now: datetime) -> Part:
    """Return the open visits beyond *this* alone that an act is meant for; raises :class:`NotInSeries`."""
    if this.series_id is None:
        raise NotInSeries("This visit belongs to no series. Change it alone.", ways_out=(RELOAD,))
    visits = list_visits(session, this.series_id)
    since = this.starts_at if scope is Scope.FOLLOWING else now
    meant = [each for each in visits if each.state in OPEN and (each.starts_at >= since or each.id == this.id)]
    return Part(tuple(meant), {each.id: number for number, each in enumerate(visits, 1)})


def _moves(
    session: Session,
    this: Appointment,
    part: Part,
    wish: MoveWish,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[list[int], list[Placing]]:
    """Return the visits that would lie elsewhere, by number, and where each is to be placed."""
    set_up = read_set_up(session)
    starts = {each.id: _start(each, this, wish) for each in part.visits}
    questions = {
        each.id: question_of_move(each, replace(wish, local_start=starts[each.id]), set_up, actor=actor, now=now)
        for each in part.visits
    }
    moved = [each for each in part.visits if not lies_there(each, questions[each.id], starts[each.id])]
    if not moved:
        return [], []
    facts = read_frame(session, _around(questions[moved[0].id], [starts[each.id].date() for each in moved]), set_up)
    jobs = [MoveJob(each, Verb.RESCHEDULE, reason, each.client) for each in moved]
    placings = [placing_of_move(job, questions[job.appointment.id], facts, starts[job.appointment.id]) for job in jobs]
    return [part.numbers[each.id] for each in moved], placings


def _start(visit: Appointment, this: Appointment, wish: MoveWish) -> datetime:
    if wish.local_start is None:
        return start_as_booked(visit)
    if visit.id == this.id:
        return wish.local_start
    shift = wish.local_start.date() - this.local_start.date()
    return datetime.combine(visit.local_start.date() + shift, wish.local_start.time())


def _around(question: Question, days: Sequence[date]) -> Question:
    return replace(question, first_on=min(days) - NEARBY, last_on=max(days) + NEARBY)
