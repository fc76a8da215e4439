"""Recording at a visit what may raise a flag, and raising it in the same transaction with everything that follows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clinic.tasks import assign_task, open_task
from practice.core.actor import Actor, Role
from practice.safety.catalogue import Raised
from practice.treatment_plans.holding import hold
from practice.treatment_plans.lifecycles import HoldReason, PlanState, VersionState
from practice.treatment_plans.queries import find_consent, find_open_plan, find_version
from practice.treatment_plans.stopping import raise_flags
from practice.visits.body_map import Painted
from practice.visits.mapping import paint_body_map
from practice.visits.measures import Timing
from practice.visits.measuring import Number, correct_measure, record_measures
from practice.visits.models import Measure, Visit, Vitals
from practice.visits.notes.consent import Consent, Standing
from practice.visits.notes.consenting import record_visit_consent
from practice.visits.notes.models import AdverseReaction, VisitConsent
from practice.visits.notes.reacting import record_reaction
from practice.visits.notes.reactions import Reaction
from practice.visits.pre_check import Answers
from practice.visits.pre_checking import record_pre_check
from practice.visits.vital_signs import correct_vitals, record_vitals
from practice.visits.vitals import Reading

INCIDENT = "incident"
"""The kind of the owner's task to look at what a treatment was followed by."""


def answer_pre_check(
    session: Session, *, visit: Visit, answers: Answers, actor: Actor, now: datetime
) -> Sequence[Raised]:
    """Record the answers to the short questions and raise what they say (clinical.md 2.3).

    A T0 calls off what is booked, a T1 makes treatments tentative, either holds the plan: all or nothing. Raises
    ``NotAccepted``.
    """
    _, raised = record_pre_check(session, visit=visit, answers=answers, actor=actor, now=now)
    return _raise(session, visit, raised, "pre_check", actor=actor, now=now)


def take_vitals(
    session: Session, *, visit: Visit, reading: Reading, timing: Timing, actor: Actor, now: datetime
) -> Sequence[Raised]:
    """Record a reading; a pressure that is too high before treatment stops it for today. Raises ``NotAccepted``."""
    _, raised = record_vitals(session, visit=visit, reading=reading, timing=timing, actor=actor, now=now)
    return _raise(session, visit, _pressure(raised, timing), "vitals", actor=actor, now=now)


def put_vitals_right(
    session: Session, *, visit: Visit, wrong: Vitals, reading: Reading, reason: str, actor: Actor, now: datetime
) -> Sequence[Raised]:
    """Correct a reading, which stays; raises what ``vital_signs.correct_vitals`` raises."""
    timing = Timing(wrong.timing)
    _, raised = correct_vitals(session, visit=visit, wrong=wrong, reading=reading, reason=reason, actor=actor, now=now)
    return _raise(session, visit, _pressure(raised, timing), "vitals", actor=actor, now=now)


def measure(
    session: Session, *, visit: Visit, numbers: Sequence[Number], actor: Actor, now: datetime
) -> Sequence[Raised]:
    """Record numbers; strength that fell is an emergency. Raises ``NotAccepted`` and ``AlreadyMeasured``."""
    _, raised = record_measures(session, visit=visit, numbers=numbers, actor=actor, now=now)
    return _raise(session, visit, raised, "person", actor=actor, now=now)


def put_measure_right(
    session: Session, *, visit: Visit, wrong: Measure, value: float, reason: str, actor: Actor, now: datetime
) -> Sequence[Raised]:
    """Correct a number, which stays; raises what ``measuring.correct_measure`` raises."""
    _, raised = correct_measure(session, visit=visit, wrong=wrong, value=value, reason=reason, actor=actor, now=now)
    return _raise(session, visit, raised, "person", actor=actor, now=now)


def paint(
    session: Session,
    *,
    visit: Visit,
    painted: Sequence[Painted],
    timing: Timing = Timing.PRE,
    actor: Actor,
    now: datetime,
) -> Sequence[Raised]:
    """Paint the body map; a painted saddle area is an emergency. Raises ``NotAccepted``."""
    raised = paint_body_map(session, visit=visit, painted=painted, timing=timing, actor=actor, now=now)
    return _raise(session, visit, () if raised is None else (raised,), "person", actor=actor, now=now)


def consent(session: Session, *, visit: Visit, consent: Consent, actor: Actor, now: datetime) -> VisitConsent:
    """Note the consent of the day, resting on the one to the plan in force. Raises ``ConsentNotFull``."""
    standing = standing_of(session, visit.client_id)
    return record_visit_consent(session, visit=visit, consent=consent, standing=standing, actor=actor, now=now)


def standing_of(session: Session, client_id: int) -> Standing:
    """Return the consent to the client's plan in force."""
    plan = find_open_plan(session, client_id)
    version = None if plan is None else find_version(session, plan.id, VersionState.ACTIVE)
    if version is None:
        return Standing()
    given = find_consent(session, version.id)
    return Standing(has_plan=True, mode=None if given is None else str(given.mode))


def report_reaction(
    session: Session, *, visit: Visit, reaction: Reaction, actor: Actor, now: datetime
) -> AdverseReaction:
    """Record an adverse reaction; an incident puts the plan on hold and is told to the owner (clinical.md 4.1).

    Raises ``NotAccepted``.
    """
    row = record_reaction(session, visit=visit, reaction=reaction, actor=actor, now=now)
    if reaction.is_incident:
        _open_incident(session, visit, row, actor=actor, now=now)
    return row


def _open_incident(session: Session, visit: Visit, row: AdverseReaction, *, actor: Actor, now: datetime) -> None:
    plan = find_open_plan(session, visit.client_id)
    if plan is not None and plan.state == PlanState.ACTIVE:
        hold(session, plan_uid=plan.uid, reason=HoldReason.INCIDENT, actor=actor, now=now)
    task = open_task(
        session,
        kind=INCIDENT,
        subject_kind="client",
        subject_id=visit.client_id,
        due_at=now,
        dedupe_key=f"{INCIDENT}:{row.uid}",
        now=now,
    )
    assign_task(session, task=task, role=Role.OWNER, user_id=None, actor=actor, now=now)


def _pressure(raised: Raised | None, timing: Timing) -> tuple[Raised, ...]:
    """Return the flag of a pressure before treatment: one taken afterwards raises nothing new."""
    return (raised,) if raised is not None and timing is Timing.PRE else ()


def _raise(
    session: Session, visit: Visit, raised: Sequence[Raised], source: str, *, actor: Actor, now: datetime
) -> Sequence[Raised]:
    if raised:
        raise_flags(session, client_id=visit.client_id, raised=raised, source=source, actor=actor, now=now)
    return raised
