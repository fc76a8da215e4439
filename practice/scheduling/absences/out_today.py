"""A therapist is out today: nothing is moved unasked, every visit of the day comes onto a list of calls."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clinic.queries import practice_zone
from practice.core.actor import Actor
from practice.core.local_time import day_bounds, wall_time
from practice.scheduling.absences.applying import Answer, AnswerKind, apply_change
from practice.scheduling.absences.changes import Away
from practice.scheduling.absences.models import GroundAct
from practice.scheduling.absences.preview import preview
from practice.scheduling.absences.saving import Words
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.local_days import floor_minute
from practice.scheduling.question import Span
from practice.scheduling.wishes import get_by_uid

OUT_TODAY = "out_today"
"""The kind of such an act."""


def out_today(session: Session, *, therapist_uid: str, rules: BookingRules, actor: Actor, now: datetime) -> GroundAct:
    """Note that a therapist is away for the rest of the local day; every visit still to come is left to a call.

    Said twice it is the same act. Time off that the day has already becomes one absence with it. Raises
    ``NotFound``.
    """
    set_up = read_set_up(session)
    therapist = get_by_uid(set_up.therapists, therapist_uid, "therapist")
    zone = practice_zone(session)
    begins_at, ends_at = day_bounds(wall_time(now, zone).date(), zone)
    if (known := _known(session, therapist.id, begins_at)) is not None:
        return known
    change = Away(therapist.id, Span(floor_minute(begins_at), floor_minute(ends_at)))
    impact = preview(session, change=change, set_up=set_up, now=now)
    act = apply_change(
        session,
        change=change,
        words=Words("ill", joins=True),
        answers={hit.appointment.uid: Answer(AnswerKind.CALL) for hit in impact.hits},
        seen=impact.seen,
        rules=rules,
        actor=actor,
        now=now,
    )
    act.kind = OUT_TODAY
    return act


def _known(session: Session, therapist_id: int, since: datetime) -> GroundAct | None:
    rows = select(GroundAct).where(
        GroundAct.kind == OUT_TODAY,
        GroundAct.therapist_id == therapist_id,
        GroundAct.at >= since,
        GroundAct.at < since + timedelta(days=1),
    )
    return session.scalars(rows.order_by(GroundAct.id.desc()).limit(1)).one_or_none()
