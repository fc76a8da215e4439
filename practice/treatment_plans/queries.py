"""Reads of episodes, plans and versions: ``get_`` raises, ``find_`` may be None."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from practice.clients.following import records_of
from practice.clinic.models import RegistrationStatus, Therapist
from practice.core.errors import NotFound
from practice.treatment_plans.lifecycles import OPEN_PLANS, ExerciseState, VersionState
from practice.treatment_plans.models import Episode, PlanHold, Reassessment, TreatmentPlan
from practice.treatment_plans.version_models import ExercisePrescription, PlanConsent, PlanVersion

MOST_LISTED = 100
_WITH_NAMES = (
    joinedload(TreatmentPlan.client),
    joinedload(TreatmentPlan.episode),
    joinedload(TreatmentPlan.therapist),
)


def get_episode(session: Session, uid: str) -> Episode:
    """Return one episode with its client; raises ``NotFound``."""
    row = session.scalars(select(Episode).where(Episode.uid == uid).options(joinedload(Episode.client))).one_or_none()
    if row is None:
        raise NotFound("There is no such episode.")
    return row


def get_plan(session: Session, uid: str, *, is_locked: bool = False) -> TreatmentPlan:
    """Return one plan as it is now with those it names, its row locked if asked; raises ``NotFound``."""
    wanted = select(TreatmentPlan).where(TreatmentPlan.uid == uid).options(*_WITH_NAMES)
    if is_locked:
        wanted = wanted.with_for_update(of=TreatmentPlan)
    row = session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        raise NotFound("There is no such treatment plan.")
    return row


def find_open_plan(session: Session, client_id: int) -> TreatmentPlan | None:
    """Return the plan of a client that has not ended; with two after a merge the one activated last."""
    wanted = _plans_of(client_id).where(TreatmentPlan.state.in_(OPEN_PLANS))
    order = wanted.order_by(TreatmentPlan.activated_at.is_(None), TreatmentPlan.activated_at.desc())
    return session.scalars(order.limit(1)).one_or_none()


def list_plans(session: Session, client_id: int) -> Sequence[TreatmentPlan]:
    """Return every plan of a client, the newest first."""
    wanted = _plans_of(client_id).order_by(TreatmentPlan.created_at.desc(), TreatmentPlan.id.desc())
    return session.scalars(wanted.limit(MOST_LISTED)).all()


def list_episodes(session: Session, client_id: int) -> Sequence[Episode]:
    """Return every episode of a client, the newest first."""
    wanted = select(Episode).where(Episode.client_id.in_(records_of(client_id))).options(joinedload(Episode.client))
    return session.scalars(wanted.order_by(Episode.id.desc()).limit(MOST_LISTED)).all()


def _plans_of(client_id: int) -> Select[TreatmentPlan]:
    return select(TreatmentPlan).where(TreatmentPlan.client_id.in_(records_of(client_id))).options(*_WITH_NAMES)


def find_version(session: Session, plan_id: int, state: VersionState) -> PlanVersion | None:
    """Return the version of a plan in a state of which there is one (draft, active), with blocks and goals."""
    wanted = (
        select(PlanVersion)
        .where(PlanVersion.plan_id == plan_id, PlanVersion.state == state)
        .options(selectinload(PlanVersion.blocks), selectinload(PlanVersion.goals), joinedload(PlanVersion.service))
    )
    return session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()


def find_shown_version(session: Session, plan_id: int) -> PlanVersion | None:
    """Return the version in force, else the draft, else the last there was, with blocks and goals."""
    order = {VersionState.ACTIVE: 0, VersionState.DRAFT: 1, VersionState.SUPERSEDED: 2, VersionState.DISCARDED: 3}
    wanted = (
        select(PlanVersion)
        .where(PlanVersion.plan_id == plan_id)
        .options(selectinload(PlanVersion.blocks), selectinload(PlanVersion.goals), joinedload(PlanVersion.service))
    )
    found = session.scalars(wanted.order_by(PlanVersion.number)).all()
    return min(found, key=lambda each: (order[each.state], -each.number), default=None)


def list_versions(session: Session, plan_id: int, states: Collection[VersionState] = ()) -> Sequence[PlanVersion]:
    """Return the versions of a plan in some states, else all of them, the newest first, with blocks and goals."""
    wanted = (
        select(PlanVersion)
        .where(PlanVersion.plan_id == plan_id)
        .options(selectinload(PlanVersion.blocks), selectinload(PlanVersion.goals))
    )
    if states:
        wanted = wanted.where(PlanVersion.state.in_(states))
    return session.scalars(wanted.order_by(PlanVersion.number.desc()).limit(MOST_LISTED)).all()


def find_consent(session: Session, version_id: int) -> PlanConsent | None:
    """Return the consent in force for a version."""
    wanted = select(PlanConsent).where(PlanConsent.version_id == version_id, PlanConsent.state == "given")
    return session.scalars(wanted).one_or_none()


def find_hold(session: Session, plan_id: int) -> PlanHold | None:
    """Return the hold under which a plan is now."""
    wanted = select(PlanHold).where(PlanHold.plan_id == plan_id, PlanHold.until_at.is_(None))
    return session.scalars(wanted).one_or_none()


def list_holds(session: Session, plan_id: int) -> Sequence[PlanHold]:
    """Return every hold of a plan, oldest first."""
    return session.scalars(select(PlanHold).where(PlanHold.plan_id == plan_id).order_by(PlanHold.from_at)).all()


def list_reassessments(session: Session, plan_id: int) -> Sequence[Reassessment]:
    """Return what was found at the checkpoints so far, in order."""
    wanted = select(Reassessment).where(Reassessment.plan_id == plan_id)
    return session.scalars(wanted.order_by(Reassessment.after_number)).all()


def list_exercises(session: Session, plan_id: int, *, active_only: bool = False) -> Sequence[ExercisePrescription]:
    """Return the home programme, active ones first."""
    wanted = select(ExercisePrescription).where(ExercisePrescription.plan_id == plan_id)
    if active_only:
        wanted = wanted.where(ExercisePrescription.state == ExerciseState.ACTIVE)
    return session.scalars(wanted.order_by(ExercisePrescription.state, ExercisePrescription.place)).all()


def get_exercise(session: Session, plan_id: int, uid: str) -> ExercisePrescription:
    """Return one prescription of a plan; raises ``NotFound``."""
    row = next((row for row in list_exercises(session, plan_id) if row.uid == uid), None)
    if row is None:
        raise NotFound("There is no such exercise in this plan.")
    return row


def is_registered(therapist: Therapist, on: date) -> bool:
    """Return whether a therapist's registration is valid on a day, first and last day included."""
    begins, ends = therapist.registered_from, therapist.registered_until
    in_time = (begins is None or begins <= on) and (ends is None or on <= ends)
    return therapist.registration_status == RegistrationStatus.ACTIVE and therapist.is_active and in_time
