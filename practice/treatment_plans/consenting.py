"""The consent to one version of a plan: given after the six things were discussed, withdrawn at any time."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.sealing import record_to_write
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import RELOAD
from practice.core.events import Event, record
from practice.treatment_plans.consent_texts import PLAN_CONSENT, ConsentBy, ConsentMode
from practice.treatment_plans.errors import PlanTextOutdated
from practice.treatment_plans.holding import hold
from practice.treatment_plans.lifecycles import CONSENT, ConsentState, HoldReason, PlanState, VersionState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.queries import find_consent, find_version, get_plan
from practice.treatment_plans.version_models import PlanConsent, PlanVersion


def record_consent(
    session: Session,
    *,
    plan_uid: str,
    text_version: str,
    mode: ConsentMode,
    given_by: ConsentBy = ConsentBy.CLIENT,
    actor: Actor,
    now: datetime,
) -> PlanConsent:
    """Note that the client agreed to the draft, or else to the version in force, after all six things were discussed.

    Given again it changes nothing. Raises :class:`PlanTextOutdated` for a text that is no longer in force.
    """
    if text_version != PLAN_CONSENT.version:
        raise PlanTextOutdated("The text of the consent has changed. Discuss the new one first.", ways_out=(RELOAD,))
    version = _version(session, plan_uid)
    if (given := find_consent(session, version.id)) is not None:
        return given
    consent = PlanConsent(
        uid=new_uid(),
        version_id=version.id,
        text_version=text_version,
        mode=mode,
        given_by=given_by,
        given_at=now,
        recorded_by_id=actor.user_id,
    )
    session.add(consent)
    session.flush()
    record(session, Event("consent.given", "plan_version", version.uid, actor, now, {"mode": str(mode)}))
    return consent


def withdraw_consent(session: Session, *, plan_uid: str, note: str = "", actor: Actor, now: datetime) -> None:
    """End the consent at once, to the version in force and to a draft beside it; an active plan goes on hold.

    The client's wish is the reason of the hold. Without a consent nothing happens.
    """
    plan = get_plan(session, plan_uid)
    given = given_consents(session, plan.id)
    for version, consent in given:
        _withdraw(session, plan, version, consent, note, actor=actor, now=now)
    is_running = any(version.state == VersionState.ACTIVE for version, _ in given)
    if plan.state == PlanState.ACTIVE and is_running:
        hold(session, plan_uid=plan_uid, reason=HoldReason.CLIENT, actor=actor, now=now)


def given_consents(session: Session, plan_id: int) -> list[tuple[PlanVersion, PlanConsent]]:
    """Return the consents in force: to the version in force, and to a draft beside it."""
    versions = [find_version(session, plan_id, state) for state in (VersionState.ACTIVE, VersionState.DRAFT)]
    pairs = [(version, find_consent(session, version.id)) for version in versions if version is not None]
    return [(version, consent) for version, consent in pairs if consent is not None]


def _withdraw(
    session: Session,
    plan: TreatmentPlan,
    version: PlanVersion,
    consent: PlanConsent,
    note: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    end_consent(consent, ConsentState.WITHDRAWN, now=now)
    if note:
        sealed = record_to_write(session, client_id=plan.client_id, now=now)
        consent.note = sealed.seal(note, PlanConsent.note, consent.uid)
    session.flush()
    record(session, Event("consent.withdrawn", "plan_version", version.uid, actor, now))


def end_consent(consent: PlanConsent, state: ConsentState, *, now: datetime) -> None:
    """End a consent in one of the ways in which it can end."""
    CONSENT.require_step(ConsentState(consent.state), state)
    consent.state, consent.ended_at = state, now


def _version(session: Session, plan_uid: str) -> PlanVersion:
    plan = get_plan(session, plan_uid)
    draft = find_version(session, plan.id, VersionState.DRAFT)
    version = draft or find_version(session, plan.id, VersionState.ACTIVE)
    if version is None:
        raise PlanTextOutdated("The plan has ended, so there is nothing to agree to.", ways_out=(RELOAD,))
    return version
