"""Episodes and plans as clinical roles read them over JSON; what is sealed is opened once the reading is logged."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clients.sealing import Column, SealedRecord, open_record, open_records
from practice.clinic.models import Service, Therapist
from practice.core.errors import Refusal
from practice.treatment_plans.activating import readiness_of
from practice.treatment_plans.diagnosis import CauseSource, Side, icd_codes
from practice.treatment_plans.exercises import name_of
from practice.treatment_plans.lifecycles import OPEN_PLANS, ConsentState, PlanState, VersionState
from practice.treatment_plans.models import Episode, PlanHold, Reassessment, TreatmentPlan
from practice.treatment_plans.queries import list_exercises, list_holds, list_reassessments, list_versions
from practice.treatment_plans.readiness import missing
from practice.treatment_plans.shown_plans import Shown, names_of
from practice.treatment_plans.version_models import ExercisePrescription, PlanConsent, PlanGoal, PlanVersion
from practice.treatment_plans.version_shapes import checkpoints_of, from_tenths


def show_episodes(session: Session, episodes: Sequence[Episode]) -> list[Shown]:
    """Return the episodes of one client."""
    if not episodes:
        return []
    records = open_records(session, {row.client_id for row in episodes})
    return [_episode(row, row.client, records[row.client_id]) for row in episodes]


def show_chart(session: Session, plan: TreatmentPlan, *, now: datetime) -> Shown:
    """Return the whole course of one plan; a constant number of statements."""
    sealed = open_record(session, plan.client_id)
    versions = list_versions(session, plan.id, (VersionState.ACTIVE, VersionState.DRAFT))
    shown = {row.state: each for row, each in zip(versions, show_versions(session, plan, versions), strict=True)}
    return {
        "uid": plan.uid,
        "version": plan.version,
        "client": _client(plan.client),
        "therapist": {"uid": plan.therapist.uid, "name": plan.therapist.name},
        "state": plan.state,
        "template": plan.template,
        "replaces_uid": _uid_of(session, plan.replaces_id),
        "outcome": plan.outcome,
        "reason": _opened(sealed, plan.reason, TreatmentPlan.reason, plan.uid),
        "codes": icd_codes(Side(plan.episode.side), versions[0].baseline_back if versions else None),
        "episode": _episode(plan.episode, plan.client, sealed),
        "in_force": shown.get(VersionState.ACTIVE),
        "draft": shown.get(VersionState.DRAFT),
        "exercises": [show_exercise(row) for row in list_exercises(session, plan.id)],
        "holds": [_hold(row, sealed) for row in list_holds(session, plan.id)],
        "reassessments": [_reassessment(row, sealed) for row in list_reassessments(session, plan.id)],
        "missing": [_part(each) for each in _missing(session, plan, versions, now=now)],
    }


def show_versions(session: Session, plan: TreatmentPlan, versions: Sequence[PlanVersion]) -> list[Shown]:
    """Return editions of one plan, their goals and consents among them."""
    sealed = open_record(session, plan.client_id)
    consents = _consents(session, [row.id for row in versions])
    people = names_of(session, Therapist, {row.therapist_id for row in versions if row.therapist_id is not None})
    service_ids = {row.service_id for row in versions} | {row.reassess_service_id for row in versions}
    services = names_of(session, Service, {each for each in service_ids if each is not None})
    return [_version(row, sealed, consents.get(row.id), services, people) for row in versions]


def _missing(
    session: Session, plan: TreatmentPlan, versions: Sequence[PlanVersion], *, now: datetime
) -> Sequence[Refusal]:
    draft = next((row for row in versions if row.state == VersionState.DRAFT), None)
    if draft is None or PlanState(plan.state) not in OPEN_PLANS:
        return ()
    return missing(readiness_of(session, plan, draft, now=now))


def _part(refusal: Refusal) -> Shown:
    return {"code": refusal.code, "detail": refusal.clinical_sentence or refusal.sentence}


def _uid_of(session: Session, plan_id: int | None) -> str | None:
    return None if plan_id is None else session.scalar(select(TreatmentPlan.uid).where(TreatmentPlan.id == plan_id))


def _opened(sealed: SealedRecord, value: bytes | None, column: Column, uid: str) -> str:
    return "" if value is None else sealed.open(value, column, uid)


def _client(row: Client) -> Shown:
    return {"uid": row.uid, "name": row.display_name}


def _episode(row: Episode, client: Client, sealed: SealedRecord) -> Shown:
    return {
        "uid": row.uid,
        "version": row.version,
        "client": _client(client),
        "side": row.side,
        "branch": row.branch,
        "onset_on": row.onset_on,
        "causes": [] if row.cause is None else sealed.open_json(row.cause, Episode.cause, row.uid),
        "source": _opened(sealed, row.cause_source, Episode.cause_source, row.uid) or CauseSource.UNKNOWN,
        "created_at": row.created_at,
    }


def _consents(session: Session, version_ids: Sequence[int]) -> Mapping[int, PlanConsent]:
    wanted = select(PlanConsent).where(PlanConsent.version_id.in_(version_ids), PlanConsent.state == ConsentState.GIVEN)
    return {row.version_id: row for row in session.scalars(wanted)}


def _version(
    row: PlanVersion,
    sealed: SealedRecord,
    consent: PlanConsent | None,
    services: Mapping[int, Shown],
    people: Mapping[int, Shown],
) -> Shown:
    return {
        "uid": row.uid,
        "version": row.version,
        "number": row.number,
        "state": row.state,
        "service": services[row.service_id],
        "reassess_service": None if row.reassess_service_id is None else services[row.reassess_service_id],
        "minutes": row.minutes,
        "preference": row.preference,
        "therapist": None if row.therapist_id is None else people[row.therapist_id],
        "first_number": row.first_number,
        "blocks": row.blocks,
        "checkpoints": checkpoints_of(row),
        "baseline_leg": row.baseline_leg,
        "baseline_back": row.baseline_back,
        "baseline_psfs": from_tenths(row.baseline_psfs_tenths),
        "goals": [_goal(goal, sealed) for goal in row.goals],
        "consent": consent,
        "reason": _opened(sealed, row.reason, PlanVersion.reason, row.uid),
        "created_at": row.created_at,
        "activated_at": row.activated_at,
        "ended_at": row.ended_at,
    }


def _goal(row: PlanGoal, sealed: SealedRecord) -> Shown:
    return {
        "uid": row.uid,
        "version": row.version,
        "text": _opened(sealed, row.text, PlanGoal.text, row.uid),
        "measure": row.measure,
        "is_functional": row.is_functional,
        "baseline": from_tenths(row.baseline_tenths),
        "target": from_tenths(row.target_tenths),
        "due_on": row.due_on,
        "due_number": row.due_number,
        "state": row.state,
    }


def show_exercise(row: ExercisePrescription) -> Shown:
    """Return one exercise of the home programme."""
    names = ("uid", "version", "code", "side", "state", "sets", "reps", "hold_seconds", "minutes")
    more = ("times_per_day", "days_per_week", "starts_on", "ends_on")
    return {name: getattr(row, name) for name in (*names, *more)} | {"name": name_of(row.code)}


def _hold(row: PlanHold, sealed: SealedRecord) -> Shown:
    names = ("reason", "allows_booking", "from_at", "until_at")
    return {name: getattr(row, name) for name in names} | {"note": _opened(sealed, row.note, PlanHold.note, row.uid)}


def _reassessment(row: Reassessment, sealed: SealedRecord) -> Shown:
    names = ("uid", "after_number", "verdict", "decided", "decision", "done_at")
    return {name: getattr(row, name) for name in names} | {
        "reason": _opened(sealed, row.reason, Reassessment.reason, row.uid),
        "numbers": {} if row.numbers is None else sealed.open_json(row.numbers, Reassessment.numbers, row.uid),
    }
