"""A plan as the desk sees it: its state, its days, how many sessions are booked; nothing that says why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from practice.accounts.ownership import require_own
from practice.clients.models import Client
from practice.clinic.queries import list_therapists, practice_today, practice_zone
from practice.core.actor import Actor
from practice.core.local_time import to_local
from practice.desk.plans.timeline import Span, Timeline, timeline
from practice.treatment_plans.lifecycles import PLAN, PlanState
from practice.treatment_plans.models import PlanHold, TreatmentPlan
from practice.treatment_plans.queries import find_shown_version, get_plan, list_holds
from practice.treatment_plans.session_states import STANDING
from practice.treatment_plans.sessions import SessionView, delivered, list_sessions
from practice.treatment_plans.version_models import PlanVersion
from practice.treatment_plans.version_shapes import checkpoints_of, shape_of

TONES = {
    PlanState.DRAFT: ("outline", "edit"),
    PlanState.AWAITING_CLEARANCE: ("accent", "waiting"),
    PlanState.ACTIVE: ("brand", "dot"),
    PlanState.ON_HOLD: ("warn", "stop"),
    PlanState.COMPLETED: ("ok", "check"),
    PlanState.DISCHARGED: ("outline", "check"),
    PlanState.REFERRED: ("info", "right"),
    PlanState.CANCELLED: ("struck", "close"),
}


@dataclass(frozen=True, slots=True)
class PlanPage:
    """What everybody who may see the plan sees of it."""

    plan: TreatmentPlan
    client: Client
    version: PlanVersion
    sessions: Sequence[SessionView]
    line: Timeline
    therapists: dict[int, str]
    today: date

    @property
    def path(self) -> str:
        """Return the page's address."""
        return f"/plans/{self.plan.uid}"

    @property
    def state(self) -> PlanState:
        """Return where the plan stands."""
        return PlanState(self.plan.state)

    @property
    def state_words(self) -> str:
        """Return the state as the page says it."""
        words = PLAN.words[self.state]
        return words.removeprefix("a ")

    @property
    def tone(self) -> tuple[str, str]:
        """Return how the state's badge looks."""
        return TONES[self.state]

    @property
    def course(self) -> str:
        """Return the course in words."""
        return shape_of(self.version).words

    @property
    def delivered(self) -> int:
        """Return how many sessions were delivered."""
        return delivered(self.sessions)

    @property
    def booked(self) -> int:
        """Return how many sessions are delivered, booked or under way."""
        return self.delivered + sum(each.state in STANDING for each in self.sessions)


def plan_page(session: Session, uid: str, *, spans: Sequence[Span] = (), actor: Actor, now: datetime) -> PlanPage:
    """Return the page of a plan; raises ``NotFound``, also for one that is not the therapist's own."""
    plan = get_plan(session, uid)
    require_own(session, actor, "plan.read", client_id=plan.client_id)
    version = find_shown_version(session, plan.id)
    if version is None:
        raise LookupError(plan.uid)
    today, zone = practice_today(session, now), practice_zone(session)
    sessions = list_sessions(session, plan.id)
    held = [_held(row, zone, today) for row in list_holds(session, plan.id)]
    begins_on = to_local(plan.activated_at or now, zone).date()
    line = timeline(sessions, checkpoints_of(version), [*spans, *held], begins_on=begins_on, today=today)
    therapists = {each.id: each.name for each in list_therapists(session, active_only=False)}
    return PlanPage(plan, plan.client, version, sessions, line, therapists, today)


def _held(row: PlanHold, zone: str, today: date) -> Span:
    last = today if row.until_at is None else to_local(row.until_at, zone).date()
    return Span(to_local(row.from_at, zone).date(), last, "on hold", "is-hold")
