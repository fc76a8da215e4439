"""The plan's rule for bookings: reads where the client's plan stands, at once nothing more when there is none."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.clients.following import records_of
from practice.core.errors import Refusal
from practice.core.local_time import wall_time
from practice.scheduling.claiming.informing import InformedRule
from practice.scheduling.claiming.rules import BookingFacts, BookingRequest, Notice, Verb
from practice.scheduling.diary_time import Work
from practice.scheduling.gating.rule import ASK_THERAPIST, assessment_instead
from practice.scheduling.lifecycle import FREES_TIME, AppointmentState
from practice.scheduling.models import Appointment
from practice.scheduling.question import Question
from practice.treatment_plans.blocks import Numbered
from practice.treatment_plans.lifecycles import OPEN_PLANS, PlanState, SessionState, VersionState
from practice.treatment_plans.models import PlanHold, Reassessment, TreatmentPlan
from practice.treatment_plans.plan_gate import Asked, SessionOn, Standing, judge, not_active
from practice.treatment_plans.session_states import STANDING
from practice.treatment_plans.sessions import SessionView, list_sessions
from practice.treatment_plans.version_models import PlanVersion

UNTREATED = frozenset({"plan_not_active", "plan_sessions_used"})
"""Refusals that no other time mends."""

Said = Refusal | Notice

_STAYS = frozenset({Verb.CHANGE_ROOM, Verb.RESIZE, Verb.SETTLE, Verb.UNDO})
"""Acts that leave the day and the treatment as they are."""

_ASSESSED = select(func.max(Reassessment.after_number)).where(Reassessment.plan_id == TreatmentPlan.id)
_PLAN = (
    select(
        TreatmentPlan.id,
        TreatmentPlan.uid,
        TreatmentPlan.state,
        TreatmentPlan.therapist_id,
        TreatmentPlan.activated_at,
        PlanVersion.service_id,
        PlanVersion.reassess_service_id,
        PlanVersion.checkpoints,
        PlanHold.allows_booking,
        _ASSESSED.correlate(TreatmentPlan).scalar_subquery().label("assessed"),
    )
    .join(PlanVersion, PlanVersion.plan_id == TreatmentPlan.id)
    .outerjoin(PlanHold, (PlanHold.plan_id == TreatmentPlan.id) & PlanHold.until_at.is_(None))
    .where(TreatmentPlan.state.in_(OPEN_PLANS), PlanVersion.state.in_((VersionState.ACTIVE, VersionState.DRAFT)))
    .order_by(TreatmentPlan.activated_at.is_(None), TreatmentPlan.id.desc(), PlanVersion.state)
    .limit(1)
)


def read_standing(session: Session, question: Question) -> Standing | None:
    """Return where the client's open plan stands; one statement of plain columns when there is none."""
    if question.client_id is None:
        return None
    row = session.execute(_PLAN.where(TreatmentPlan.client_id.in_(records_of(question.client_id)))).one_or_none()
    return None if row is None else _standing(session, question.client_id, row)


def _standing(session: Session, client_id: int, row: Any) -> Standing:
    planned = list_sessions(session, row.id)
    services = frozenset({row.service_id, row.reassess_service_id} - {None})
    numbers = tuple(Numbered(each.number, 0, each.gap_min, each.gap_max) for each in planned)
    open_checkpoints = [int(each) for each in row.checkpoints.split() if int(each) > (row.assessed or 0)]
    return Standing(
        uid=row.uid,
        state=PlanState(row.state),
        therapist_id=row.therapist_id,
        service_ids=services,
        allows_booking=bool(row.allows_booking),
        numbers=numbers,
        sessions=[*_linked(planned), *_unlinked(session, client_id, services, planned, row.activated_at)],
        open_checkpoint=min(open_checkpoints, default=None),
    )


def _linked(planned: Iterable[SessionView]) -> list[SessionOn]:
    counted = STANDING | {SessionState.DELIVERED}
    return [
        SessionOn(each.local_start.date(), each.appointment_id, each.number, each.state is SessionState.DELIVERED)
        for each in planned
        if each.state in counted and each.local_start is not None and each.appointment_id is not None
    ]


def _unlinked(
    session: Session,
    client_id: int,
    services: Iterable[int],
    planned: Iterable[SessionView],
    since: datetime | None,
) -> list[SessionOn]:
    """Return visits of the plan's services that were booked past it: they count, whoever booked them."""
    if since is None:
        return []
    known = [each.appointment_id for each in planned if each.appointment_id is not None]
    wanted = select(Appointment.id, Appointment.local_start, Appointment.state).where(
        Appointment.client_id.in_(records_of(client_id)),
        Appointment.service_id.in_(services),
        Appointment.state.not_in(FREES_TIME),
        Appointment.starts_at >= since,
        Appointment.id.not_in(known),
    )
    return [
        SessionOn(row.local_start.date(), row.id, is_delivered=row.state == AppointmentState.COMPLETED)
        for row in session.execute(wanted)
    ]


def judge_plan(request: BookingRequest, facts: BookingFacts, plan: Standing | None) -> Iterable[Refusal | Notice]:
    """Judge a treatment by the plan (clinical.md 2.3); at the table only whether the plan is active."""
    service_id = request.question.service_id
    set_up = facts.diary.set_up
    if plan is None or request.verb in _STAYS or not plan.concerns(service_id):
        return ()
    if set_up.services[service_id].work != Work.HANDS_ON:
        return ()
    present = {session.appointment_id: session.on for session in plan.sessions}
    moving_id, on = request.question.moving_id, request.local_start.date()
    if request.verb is Verb.START or (moving_id in present and present[moving_id] == on):
        return [_leading_on(each, request, facts) for each in not_active(plan)]
    zone = set_up.locations[request.question.location_id].zone
    today = wall_time(request.asked_at, zone).date()
    said = judge(Asked(on, today, moving_id, is_new=moving_id not in present), plan)
    return [_leading_on(each, request, facts) for each in said if each.code not in request.waived]


def _leading_on(said: Said, request: BookingRequest, facts: BookingFacts) -> Said:
    """Return a refusal of every treatment with what the desk can do instead: an assessment, or a therapist's call."""
    if not isinstance(said, Refusal) or said.code not in UNTREATED:
        return said
    return replace(said, ways_out=(*assessment_instead(request, facts), ASK_THERAPIST, *said.ways_out))


PLAN_RULE = InformedRule(read_standing, judge_plan)
"""The plan half of the gate; the composition root hangs it behind the safety rules."""
