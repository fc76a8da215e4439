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
from practice.desk.plans.timeline import Drawing, Span, Timeline, block_spans, expected_days, timeline
from practice.treatment_plans.cadence import Cadence
from practice.treatment_plans.cadences import find_pace
from practice.treatment_plans.findings import list_missed
from practice.treatment_plans.lifecycles import PLAN, RUNNING_PLANS, PlanState
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
    zone: str
    holds: Sequence[PlanHold]
    cadence: Cadence | None

    @property
    def is_running(self) -> bool:
        """Return whether the plan is in force, on hold or not."""
        return self.state in RUNNING_PLANS

    @property
    def upcoming(self) -> SessionView | None:
        """Return the next visit that is booked or under way."""
        coming = [each for each in self.sessions if each.state in STANDING and each.local_start is not None]
        return min(coming, key=_start, default=None)

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
    holds = list_holds(session, plan.id)
    begins_on = to_local(plan.activated_at or now, zone).date()
    own = [each for each in sessions if each.version_id == version.id]
    days = dict(zip(sessions, expected_days(sessions, begins_on=begins_on, today=today), strict=True))
    blocks = block_spans(own, shape_of(version).blocks, [days[each] for each in own])
    bars = [*blocks, *spans, *(_held(row, zone, today) for row in holds)]
    drawing = Drawing(checkpoints_of(version), bars, list_missed(session, plan.id))
    return PlanPage(
        plan=plan,
        client=plan.client,
        version=version,
        sessions=sessions,
        line=timeline(sessions, drawing, begins_on=begins_on, today=today),
        therapists={each.id: each.name for each in list_therapists(session, active_only=False)},
        today=today,
        zone=zone,
        holds=holds,
        cadence=_cadence(session, plan, now=now),
    )


def _cadence(session: Session, plan: TreatmentPlan, *, now: datetime) -> Cadence | None:
    """Return how far behind its rhythm a plan in force is; None for any other."""
    pace = find_pace(session, plan.client_id, now=now) if plan.state == PlanState.ACTIVE else None
    return pace.cadence if pace is not None and pace.plan_uid == plan.uid else None


def _held(row: PlanHold, zone: str, today: date) -> Span:
    last = today if row.until_at is None else to_local(row.until_at, zone).date()
    return Span(to_local(row.from_at, zone).date(), last, "on hold", "is-hold")


def _start(each: SessionView) -> datetime:
    if each.local_start is None:
        raise LookupError(each.uid)
    return each.local_start
