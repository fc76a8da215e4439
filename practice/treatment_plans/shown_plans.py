"""A plan as the desk reads it over JSON: dates and states, and nothing that says why."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clinic.models import Service, Therapist
from practice.treatment_plans.cadences import PlanPace
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.queries import find_hold, find_shown_version
from practice.treatment_plans.session_states import STANDING
from practice.treatment_plans.sessions import SessionView, delivered, list_sessions
from practice.treatment_plans.version_shapes import checkpoints_of

Shown = dict[str, Any]


def show_line(plan: TreatmentPlan) -> Shown:
    """Return one plan of a list."""
    return {
        "uid": plan.uid,
        "version": plan.version,
        "client": {"uid": plan.client.uid, "name": plan.client.display_name},
        "therapist": {"uid": plan.therapist.uid, "name": plan.therapist.name},
        "state": plan.state,
        "created_at": plan.created_at,
        "activated_at": plan.activated_at,
        "ended_at": plan.ended_at,
    }


def show_plan(session: Session, plan: TreatmentPlan) -> Shown:
    """Return one plan with its sessions; a constant number of statements."""
    hold = find_hold(session, plan.id)
    sessions = list_sessions(session, plan.id)
    version = find_shown_version(session, plan.id)
    checkpoints = () if version is None else checkpoints_of(version)
    people = names_of(session, Therapist, {each.therapist_id for each in sessions if each.therapist_id is not None})
    return show_line(plan) | {
        "held_since": None if hold is None else hold.from_at,
        "delivered": delivered(sessions),
        "booked": sum(each.state in STANDING for each in sessions),
        "sessions": [_visit(each, checkpoints, people) for each in sessions],
    }


def names_of(session: Session, model: type[Therapist] | type[Service], ids: Collection[int]) -> Mapping[int, Shown]:
    """Return uid and name of therapists or services by id; one statement, none for nobody."""
    if not ids:
        return {}
    rows = session.execute(select(model.id, model.uid, model.name).where(model.id.in_(ids)))
    return {row.id: {"uid": row.uid, "name": row.name} for row in rows}


def _visit(each: SessionView, checkpoints: Sequence[int], people: Mapping[int, Shown]) -> Shown:
    return {
        "number": each.number,
        "state": each.state,
        "is_tentative": each.is_tentative,
        "is_checkpoint": each.number in checkpoints,
        "local_start": each.local_start,
        "appointment_uid": each.appointment_uid or None,
        "therapist": None if each.therapist_id is None else people.get(each.therapist_id),
    }


def show_pace(pace: PlanPace) -> Shown:
    """Return where one plan stands in its rhythm."""
    return {
        "plan_uid": pace.plan_uid,
        "client": {"uid": pace.client_uid, "name": pace.client_name},
        "therapist_name": pace.therapist_name,
        "sessions": pace.sessions,
        "delivered": pace.delivered,
        "booked": pace.booked,
        "days_behind": pace.cadence.days,
        "is_lapsing": pace.cadence.is_lapsing,
        "due_on": pace.due_on,
        "next_on": pace.next_on,
    }
