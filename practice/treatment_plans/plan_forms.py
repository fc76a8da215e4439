"""Whose episode or plan it is, and what JSON bodies say about one, as the verbs take it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.ownership import require_own
from practice.treatment_plans.blocks import Block
from practice.treatment_plans.details import EpisodeDetails, VersionDetails
from practice.treatment_plans.diagnosis import Branch, Cause, CauseSource, Side
from practice.treatment_plans.models import Episode, TreatmentPlan
from practice.treatment_plans.preferences import Preference
from practice.treatment_plans.queries import get_episode, get_plan
from practice.web.database import now, write

READ, CHART, WRITE = "plan.read", "plan.chart", "plan.write"

Body = dict[str, Any]
Verb = Callable[..., Any]


def own_plan(session: Session, uid: str, action: str) -> TreatmentPlan:
    """Return a plan of a client of the actor's own; raises ``NotFound`` for any other."""
    plan = get_plan(session, uid)
    require_own(session, current_actor(), action, client_id=plan.client_id)
    return plan


def own_episode(session: Session, uid: str, action: str) -> Episode:
    """Return an episode of a client of the actor's own; raises ``NotFound`` for any other."""
    episode = get_episode(session, uid)
    require_own(session, current_actor(), action, client_id=episode.client_id)
    return episode


def who_and_when() -> dict[str, Any]:
    """Return who acts and when, as every verb asks."""
    return {"actor": current_actor(), "now": now()}


def act_on_plan(uid: str, verb: Verb) -> Any:
    """Let *verb* act on an own plan in one transaction; return what it returns."""

    def work(opened: Session) -> Any:
        own_plan(opened, uid, WRITE)
        return verb(opened, plan_uid=uid, **who_and_when())

    return write(work)


def episode_details(body: Body) -> EpisodeDetails:
    """Return what is said about an episode."""
    return EpisodeDetails(
        side=Side(body["side"]),
        branch=Branch(body["branch"]),
        onset_on=body["onset_on"],
        causes=tuple(dict.fromkeys(Cause(each) for each in body["causes"])),
        source=CauseSource(body["source"]),
    )


def version_details(body: Body) -> VersionDetails:
    """Return what is said about a version."""
    return VersionDetails(
        service=body["service_uid"],
        reassess_service=body["reassess_service_uid"],
        blocks=tuple(block_of(each) for each in body["blocks"]),
        minutes=body["minutes"] or 0,
        checkpoints=tuple(body["checkpoints"]),
        preference=Preference(body["preference"]),
        therapist=body["therapist_uid"],
    )


def block_of(body: Body) -> Block:
    """Return one block."""
    return Block(body["times"], body["every_weeks"], body["periods"], body["gap_min_days"], body["gap_max_days"])
