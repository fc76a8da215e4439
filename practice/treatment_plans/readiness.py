"""What a plan needs before it may be activated, resumed or ended: every missing part is named at once. Pure.

Guards of clinical.md 6; a plan without a home exercise is never active (clinical.md 0: massage never alone).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from practice.core.errors import Refusal, WayOut
from practice.treatment_plans.errors import SEE_PLAN, correct


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """What the safety rules say of a client today."""

    has_signed_screening: bool
    uncovered_flags: int = 0
    has_baseline_record: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What there is of a plan."""

    safety: Safety
    has_side: bool = True
    has_consent: bool
    goals: int
    functional_goals: int
    exercises: int
    has_leg_baseline: bool
    has_back_baseline: bool
    has_function_baseline: bool
    is_therapist_registered: bool


_Part = tuple[Callable[[Readiness], bool], Refusal]

_WAITING: tuple[_Part, ...] = (
    (
        lambda ready: ready.safety.uncovered_flags == 0,
        Refusal(
            "clearance_missing",
            "a physician's answer is needed.",
            "A flag is open that no valid clearance covers.",
            ways_out=(SEE_PLAN,),
        ),
    ),
    (
        lambda ready: ready.safety.has_baseline_record,
        Refusal(
            "baseline_record_missing",
            "a medical record is needed.",
            "No baseline medical assessment is on record (setting: strict).",
            ways_out=(SEE_PLAN,),
        ),
    ),
)
"""Parts that somebody outside must bring: a plan that lacks nothing else waits for them."""

_OWN: tuple[_Part, ...] = (
    (
        lambda ready: ready.safety.has_signed_screening,
        Refusal("screening_missing", "a signed screening is needed.", ways_out=(SEE_PLAN,)),
    ),
    (lambda ready: ready.has_side, Refusal("side_missing", "the side is missing.", ways_out=correct("side", "Set it"))),
    (
        lambda ready: ready.has_consent,
        Refusal("plan_consent_missing", "the consent to this version is missing.", ways_out=(SEE_PLAN,)),
    ),
    (
        lambda ready: ready.goals > 0,
        Refusal("goal_missing", "a goal is missing.", ways_out=(SEE_PLAN,)),
    ),
    (
        lambda ready: ready.goals == 0 or ready.functional_goals > 0,
        Refusal("functional_goal_missing", "one goal must be about what the client can do.", ways_out=(SEE_PLAN,)),
    ),
    (
        lambda ready: ready.exercises > 0,
        Refusal("exercise_missing", "a home exercise is missing.", ways_out=(SEE_PLAN,)),
    ),
    (
        lambda ready: ready.has_leg_baseline,
        Refusal("leg_baseline_missing", "the first leg pain score is missing.", ways_out=(SEE_PLAN,)),
    ),
    (
        lambda ready: ready.has_back_baseline,
        Refusal("back_baseline_missing", "the first back pain score is missing.", ways_out=(SEE_PLAN,)),
    ),
    (
        lambda ready: ready.has_function_baseline,
        Refusal("function_baseline_missing", "the first score of function is missing.", ways_out=(SEE_PLAN,)),
    ),
    (
        lambda ready: ready.is_therapist_registered,
        Refusal(
            "plan_therapist_unregistered",
            "the therapist's registration is not valid today.",
            ways_out=(WayOut("choose_plan_therapist", "Choose another therapist"),),
        ),
    ),
)


def missing_of_own(ready: Readiness) -> tuple[Refusal, ...]:
    """Return the missing parts that the practice itself can supply."""
    return tuple(refusal for is_there, refusal in _OWN if not is_there(ready))


def missing_from_outside(ready: Readiness) -> tuple[Refusal, ...]:
    """Return the missing parts that a physician must supply."""
    return tuple(refusal for is_there, refusal in _WAITING if not is_there(ready))


def missing(ready: Readiness) -> tuple[Refusal, ...]:
    """Return every missing part; a plan with none may be activated."""
    return (*missing_of_own(ready), *missing_from_outside(ready))


def unresolved(safety: Safety, *, is_therapist_registered: bool, has_consent: bool) -> tuple[Refusal, ...]:
    """Return why a plan on hold cannot resume: a fresh screening, no uncovered flag, consent and registration."""
    ready = Readiness(
        safety=safety,
        has_consent=has_consent,
        goals=1,
        functional_goals=1,
        exercises=1,
        has_leg_baseline=True,
        has_back_baseline=True,
        has_function_baseline=True,
        is_therapist_registered=is_therapist_registered,
    )
    return missing(ready)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What there is when a plan is to end; ``measures_reason`` says why final measures are missing."""

    future_bookings: int
    undelivered: int
    delivered: int
    open_checkpoints: Sequence[int] = ()
    has_final_measures: bool = False
    measures_reason: str = ""
    draft_notes: int = 0


FUTURE_BOOKINGS = Refusal("future_bookings", "visits of the plan are still booked.", ways_out=(SEE_PLAN,))
_DRAFTS = Refusal("draft_notes", "session notes are still drafts.", ways_out=(SEE_PLAN,))


def _left_open(ending: Ending) -> Iterator[Refusal]:
    if ending.future_bookings:
        yield FUTURE_BOOKINGS
    if ending.draft_notes:
        yield _DRAFTS


def against_completion(ending: Ending) -> tuple[Refusal, ...]:
    """Return why the plan is not complete: every session delivered and the last checkpoint done."""
    found = list(_left_open(ending))
    if ending.undelivered:
        found.append(Refusal("sessions_left", "sessions are left that were not delivered.", ways_out=(SEE_PLAN,)))
    if ending.open_checkpoints:
        found.append(Refusal("checkpoint_open", "the last re-assessment is missing.", ways_out=(SEE_PLAN,)))
    return tuple(found)


def against_discharge(ending: Ending) -> tuple[Refusal, ...]:
    """Return why the plan cannot be discharged: final measures or a reason, nothing open, nothing booked."""
    found = list(_left_open(ending))
    if not ending.has_final_measures and not ending.measures_reason:
        ways = correct("measures_reason", "Say why there are none")
        found.append(Refusal("final_measures_missing", "final measures are missing.", ways_out=ways))
    return tuple(found)


def against_referral(ending: Ending) -> tuple[Refusal, ...]:
    """Return why the plan cannot be handed on yet: drafts and bookings are left."""
    return tuple(_left_open(ending))


def against_cancelling(ending: Ending) -> tuple[Refusal, ...]:
    """Return why a plan that never began cannot be cancelled: somebody was treated by it, or is booked."""
    found = list(_left_open(ending))
    if ending.delivered:
        found.append(Refusal("visit_delivered", "a session was delivered; discharge the plan.", ways_out=(SEE_PLAN,)))
    return tuple(found)
