"""Writing a plan before it is in force: from a template, with baseline scores and goals."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.sealing import record_to_write
from practice.clinic.queries import get_service, get_therapist
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import NotFound, require_version
from practice.core.events import Event, record
from practice.treatment_plans.blocks import Shape, checkpoints_every, faults_of
from practice.treatment_plans.details import GoalDetails, VersionDetails
from practice.treatment_plans.errors import ImpossibleCourse, OpenPlanExists, VersionFrozen
from practice.treatment_plans.lifecycles import VersionState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.own_templates import find_template
from practice.treatment_plans.preferences import Preference
from practice.treatment_plans.queries import find_open_plan, find_version, get_episode, get_plan
from practice.treatment_plans.version_models import PlanGoal, PlanVersion
from practice.treatment_plans.version_shapes import shape_of, write_shape


def draft_plan(
    session: Session,
    *,
    episode_uid: str,
    therapist_uid: str,
    template: str,
    details: VersionDetails,
    replaces_uid: str | None = None,
    actor: Actor,
    now: datetime,
) -> TreatmentPlan:
    """Write version 1 of a plan from a template; a return after an end names the plan that it ``replaces``.

    Raises ``NotFound``, :class:`OpenPlanExists` and :class:`ImpossibleCourse`.
    """
    episode = get_episode(session, episode_uid)
    if (other := find_open_plan(session, episode.client.kept_id)) is not None:
        raise OpenPlanExists(other.uid)
    shape = find_template(session, template).shape
    plan = TreatmentPlan(
        uid=new_uid(),
        client_id=episode.client_id,
        episode_id=episode.id,
        therapist_id=get_therapist(session, therapist_uid).id,
        template=template,
        replaces_id=None if replaces_uid is None else get_plan(session, replaces_uid).id,
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(plan)
    session.flush()
    version = PlanVersion(uid=new_uid(), plan_id=plan.id, number=1, created_at=now, created_by_id=actor.user_id)
    version.goals = []
    write_details(session, version, details, shape)
    session.add(version)
    session.flush()
    record(session, Event("plan.drafted", "treatment_plan", plan.uid, actor, now, {"template": template}))
    return plan


def edit_draft(
    session: Session,
    *,
    plan_uid: str,
    details: VersionDetails,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> PlanVersion:
    """Change the draft of a plan; raises :class:`VersionFrozen`, :class:`ImpossibleCourse` and ``StaleVersion``."""
    draft = draft_of(session, plan_uid)
    require_version(draft.version, version)
    write_details(session, draft, details, shape_of(draft))
    note_edit(session, draft, "details", actor=actor, now=now)
    return draft


def set_baseline(
    session: Session,
    *,
    plan_uid: str,
    leg: int | None,
    back: int | None,
    psfs: float | None,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> PlanVersion:
    """Write the first scores: leg and back pain 0 to 10, and the mean of the client's own activities 0 to 10.

    Raises ``StaleVersion`` and :class:`VersionFrozen`: the baseline of a version in force is never edited.
    """
    draft = draft_of(session, plan_uid)
    require_version(draft.version, version)
    draft.baseline_leg, draft.baseline_back = leg, back
    draft.baseline_psfs_tenths = _tenths(psfs)
    note_edit(session, draft, "baseline", actor=actor, now=now)
    return draft


def add_goal(session: Session, *, plan_uid: str, details: GoalDetails, actor: Actor, now: datetime) -> PlanGoal:
    """Add a goal to the draft; without a due day or session it is due at the last session."""
    plan = get_plan(session, plan_uid)
    draft = draft_of(session, plan_uid)
    last_number = shape_of(draft).last_number
    goal = PlanGoal(
        uid=new_uid(),
        version_id=draft.id,
        measure=details.measure,
        is_functional=details.is_functional,
        baseline_tenths=_tenths(details.baseline),
        target_tenths=_tenths(details.target),
        due_on=details.due_on,
        due_number=details.due_number or (None if details.due_on else last_number),
    )
    sealed = record_to_write(session, client_id=plan.client_id, now=now)
    goal.text = sealed.seal(details.text, PlanGoal.text, goal.uid)
    session.add(goal)
    note_edit(session, draft, "goal", actor=actor, now=now)
    return goal


def drop_goal(session: Session, *, plan_uid: str, goal_uid: str, actor: Actor, now: datetime) -> None:
    """Take a goal out of the draft; raises ``NotFound`` and :class:`VersionFrozen`."""
    draft = draft_of(session, plan_uid)
    goal = next((goal for goal in draft.goals if goal.uid == goal_uid), None)
    if goal is None:
        raise NotFound("There is no such goal in the draft.")
    draft.goals.remove(goal)
    note_edit(session, draft, "goal", actor=actor, now=now)


def draft_of(session: Session, plan_uid: str) -> PlanVersion:
    """Return the draft of a plan with blocks and goals; raises ``NotFound`` and :class:`VersionFrozen`."""
    plan = get_plan(session, plan_uid)
    draft = find_version(session, plan.id, VersionState.DRAFT)
    if draft is None:
        raise VersionFrozen
    return draft


def write_details(session: Session, version: PlanVersion, details: VersionDetails, shape: Shape) -> None:
    """Write what is said about a draft; *shape* counts where nothing is said. Raises :class:`ImpossibleCourse`."""
    wanted = wanted_shape(details, shape)
    if faults := faults_of(wanted):
        raise ImpossibleCourse(faults)
    version.service_id = get_service(session, details.service).id
    reassess = details.reassess_service
    version.reassess_service_id = None if reassess is None else get_service(session, reassess).id
    version.preference = details.preference
    version.therapist_id = _preferred_id(session, version, details)
    write_shape(version, wanted)


def _preferred_id(session: Session, version: PlanVersion, details: VersionDetails) -> int | None:
    """Return the therapist who is preferred: whose plan it is, unless another is named or anybody will do."""
    if details.therapist is not None:
        return get_therapist(session, details.therapist).id
    if details.preference is Preference.ANY:
        return None
    return session.get_one(TreatmentPlan, version.plan_id).therapist_id


def wanted_shape(details: VersionDetails, shape: Shape) -> Shape:
    """Return the course that is meant: without checkpoints of one's own the last session is one."""
    blocks, minutes = details.blocks or shape.blocks, details.minutes or shape.minutes
    wanted = Shape(blocks, minutes, details.checkpoints or shape.checkpoints, shape.first_number)
    if details.blocks and not details.checkpoints:
        checkpoints = checkpoints_every(wanted.sessions or 1, wanted.last_number, wanted.first_number)
        return Shape(blocks, minutes, checkpoints, shape.first_number)
    return wanted


def note_edit(session: Session, draft: PlanVersion, what: str, *, actor: Actor, now: datetime) -> None:
    """Store a changed draft with an event."""
    session.flush()
    record(session, Event("version.edit", "plan_version", draft.uid, actor, now, {"what": what}))


def _tenths(value: float | None) -> int | None:
    return None if value is None else round(value * 10)
