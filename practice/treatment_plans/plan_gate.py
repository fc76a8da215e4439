"""The plan's half of the booking gate (clinical.md 2.3, softened by desk.md 1). Pure.

It judges what the plan treats with: its hands-on service for a client who has an open plan. An assessment is always
bookable, for it is what leads on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from practice.core.errors import Refusal, WayOut
from practice.core.local_time import spoken_day
from practice.scheduling.claiming.rules import Notice
from practice.treatment_plans.blocks import DAYS_OF_WEEK, MOST_A_WEEK, Numbered
from practice.treatment_plans.lifecycles import PlanState

OVERDUE_BY = 2
"""Sessions delivered after a checkpoint that was not done, from which on no further one is booked."""


@dataclass(frozen=True, slots=True)
class SessionOn:
    """A session of the plan that has a day: booked, under way or delivered."""

    on: date
    appointment_id: int
    number: int | None = None
    is_delivered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a client's plan stands when something is booked for her."""

    uid: str
    state: PlanState
    therapist_id: int
    service_ids: frozenset[int]
    allows_booking: bool = False
    numbers: Sequence[Numbered] = ()
    sessions: Sequence[SessionOn] = ()
    open_checkpoint: int | None = None

    def concerns(self, service_id: int) -> bool:
        """Return whether a service is one by which the plan treats."""
        return service_id in self.service_ids

    @property
    def delivered(self) -> int:
        """Return how many sessions were delivered."""
        return sum(session.is_delivered for session in self.sessions)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a plan: a day, and the appointments whose present day does not count."""

    on: date
    today: date
    moving_id: int | None = None
    is_new: bool = True


def judge(asked: Asked, plan: Standing) -> Iterator[Refusal | Notice]:
    """Yield everything that the plan says about one more session on a day."""
    others = [session for session in plan.sessions if session.appointment_id != asked.moving_id]
    yield from not_active(plan)
    if asked.is_new:
        yield from _count(plan, others)
        yield from _overdue(plan)
    yield from _same_day(asked, plan, others)
    yield from _week(asked, plan, others)
    yield from _gaps(asked, plan, others)


def _is_open(plan: Standing) -> bool:
    return plan.state is PlanState.ACTIVE or (plan.state is PlanState.ON_HOLD and plan.allows_booking)


_NOT_ACTIVE = {
    PlanState.DRAFT: "The treatment plan is still a draft.",
    PlanState.AWAITING_CLEARANCE: "The treatment plan waits for an answer.",
    PlanState.ON_HOLD: "The treatment plan is on hold.",
}


def not_active(plan: Standing) -> Iterator[Refusal]:
    """Yield why nobody is treated by the plan now."""
    if _is_open(plan):
        return
    sentence = f"{_NOT_ACTIVE[plan.state]} An assessment can be booked."
    yield Refusal("plan_not_active", sentence, ways_out=(_open(plan),))


def _count(plan: Standing, others: Sequence[SessionOn]) -> Iterator[Refusal]:
    if not plan.numbers or len(others) < plan.numbers[-1].number:
        return
    count = plan.numbers[-1].number
    yield Refusal(
        "plan_sessions_used",
        f"All {count} sessions of the plan are booked. More need a new version of it.",
        ways_out=(_open(plan),),
    )


def _overdue(plan: Standing) -> Iterator[Refusal]:
    if plan.open_checkpoint is None or plan.delivered < plan.open_checkpoint + OVERDUE_BY:
        return
    yield Refusal(
        "reassessment_overdue",
        f"A re-assessment was due after session {plan.open_checkpoint}; it comes first.",
        ways_out=(_open(plan),),
        overridable=True,
    )


def _same_day(asked: Asked, plan: Standing, others: Sequence[SessionOn]) -> Iterator[Refusal]:
    if any(session.on == asked.on for session in others):
        yield Refusal(
            "plan_same_day",
            "The client has a session of the plan on this day already.",
            ways_out=(_from(asked.on + timedelta(days=1)), _open(plan)),
        )


def _week(asked: Asked, plan: Standing, others: Sequence[SessionOn]) -> Iterator[Refusal]:
    """Refuse a fourth session in any seven days."""
    days = sorted([*(session.on for session in others), asked.on])
    for first, last in zip(days, days[MOST_A_WEEK:], strict=False):
        if (last - first).days < DAYS_OF_WEEK and first <= asked.on <= last:
            yield Refusal(
                "plan_week_full",
                f"More than {MOST_A_WEEK} sessions would fall into seven days.",
                ways_out=(_from(asked.on + timedelta(days=DAYS_OF_WEEK)), _open(plan)),
            )
            return


def _gaps(asked: Asked, plan: Standing, others: Sequence[SessionOn]) -> Iterator[Refusal | Notice]:
    """Judge the days to the sessions just before and just after; one on the same day is a matter of its own."""
    before = max((session.on for session in others if session.on < asked.on), default=None)
    after = min((session.on for session in others if session.on > asked.on), default=None)
    position = sum(session.on < asked.on for session in others)
    if before is not None and (gap := _gap_of(plan, position)):
        yield from _gap((asked.on - before).days, gap, before + timedelta(days=gap.gap_min), plan, before)
    if after is not None and (gap := _gap_of(plan, position + 1)):
        yield from _gap((after - asked.on).days, gap, after + timedelta(days=gap.gap_min), plan, after)


def _gap_of(plan: Standing, position: int) -> Numbered | None:
    """Return the gap before the session at a position of the whole plan, counted from 0."""
    by_number = {numbered.number: numbered for numbered in plan.numbers}
    return by_number.get(position + 1) or (plan.numbers[-1] if plan.numbers else None)


def _gap(days: int, gap: Numbered, next_on: date, plan: Standing, beside: date) -> Iterator[Refusal | Notice]:
    if days < gap.gap_min:
        yield Refusal(
            "plan_gap",
            f"The session on {spoken_day(beside)} is {_days(days)} away; the plan wants at least {_days(gap.gap_min)}.",
            ways_out=(_from(next_on), _open(plan)),
            overridable=True,
        )
    elif days > gap.gap_max:
        yield Notice("plan_gap_long", f"{_days(days)} lie between two sessions; the plan wants {gap.gap_max} at most.")


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _from(on: date) -> WayOut:
    return WayOut("next_times", "Show the next legal times", {"from": on.isoformat()})


def _open(plan: Standing) -> WayOut:
    return WayOut("open_plan", "Open the plan", {"plan": plan.uid})
