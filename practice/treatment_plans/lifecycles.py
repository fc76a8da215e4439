"""The lives of a plan and of what belongs to it (clinical.md 6), each as one table of allowed steps. Pure."""

from enum import StrEnum

from practice.core.errors import WayOut
from practice.treatment_plans.machines import Machine


class PlanState(StrEnum):
    """Where a treatment plan stands; the last four are ends."""

    DRAFT = "draft"
    AWAITING_CLEARANCE = "awaiting_clearance"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    DISCHARGED = "discharged"
    REFERRED = "referred"
    CANCELLED = "cancelled"


class VersionState(StrEnum):
    """Where an edition of a plan stands: written, in force, replaced, or dropped before it was in force."""

    DRAFT = "draft"
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


class SessionState(StrEnum):
    """Where a planned session stands; derived from its appointment, never stored."""

    PLANNED = "planned"
    BOOKED = "booked"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    ATTENDED_NOT_TREATED = "attended_not_treated"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"
    NO_SHOW = "no_show"
    SKIPPED = "skipped"


class GoalState(StrEnum):
    """Where a goal stands."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    ACHIEVED = "achieved"
    NOT_ACHIEVED = "not_achieved"
    REPLACED = "replaced"


class ExerciseState(StrEnum):
    """Where a prescribed exercise stands; a changed dose is an end and a new row."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class ConsentState(StrEnum):
    """Where the consent to one version stands."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


class HoldReason(StrEnum):
    """Why a plan is on hold; the first four are automatic (clinical.md 6)."""

    NEW_FLAG = "new_flag"
    CLEARANCE_EXPIRED = "clearance_expired"
    WORSENING = "worsening"
    INCIDENT = "incident"
    CLIENT = "client"
    THERAPIST_UNREGISTERED = "therapist_unregistered"


class Outcome(StrEnum):
    """How a course ended (clinical.md 5.6)."""

    GOALS_MET = "goals_met"
    RECOVERED = "recovered"
    PLATEAU = "plateau"
    CLIENT_CHOICE = "client_choice"
    NON_ATTENDANCE = "non_attendance"
    REFERRED_PHYSICIAN = "referred_physician"
    REFERRED_EMERGENCY = "referred_emergency"
    MOVED = "moved"
    OTHER = "other"


_P, _V, _S, _G, _E, _C = PlanState, VersionState, SessionState, GoalState, ExerciseState, ConsentState
_NOTHING: frozenset[PlanState] = frozenset()
_NEW_PLAN = WayOut("draft_plan", "Open a new plan")

PLAN = Machine(
    "treatment plan",
    {
        _P.DRAFT: frozenset({_P.AWAITING_CLEARANCE, _P.ACTIVE, _P.CANCELLED}),
        _P.AWAITING_CLEARANCE: frozenset({_P.ACTIVE, _P.CANCELLED, _P.REFERRED}),
        _P.ACTIVE: frozenset({_P.ON_HOLD, _P.COMPLETED, _P.DISCHARGED, _P.REFERRED}),
        _P.ON_HOLD: frozenset({_P.ACTIVE, _P.DISCHARGED, _P.REFERRED}),
        _P.COMPLETED: _NOTHING,
        _P.DISCHARGED: _NOTHING,
        _P.REFERRED: _NOTHING,
        _P.CANCELLED: _NOTHING,
    },
    {
        _P.DRAFT: "a draft",
        _P.AWAITING_CLEARANCE: "awaiting clearance",
        _P.ACTIVE: "active",
        _P.ON_HOLD: "on hold",
        _P.COMPLETED: "completed",
        _P.DISCHARGED: "discharged",
        _P.REFERRED: "referred",
        _P.CANCELLED: "cancelled",
    },
    dict.fromkeys((_P.COMPLETED, _P.DISCHARGED, _P.REFERRED, _P.CANCELLED), _NEW_PLAN),
)
"""A return after an end is a new plan that replaces the old one."""

OPEN_PLANS = frozenset({_P.DRAFT, _P.AWAITING_CLEARANCE, _P.ACTIVE, _P.ON_HOLD})
RUNNING_PLANS = frozenset({_P.ACTIVE, _P.ON_HOLD})

VERSION = Machine(
    "plan version",
    {
        _V.DRAFT: frozenset({_V.ACTIVE, _V.DISCARDED}),
        _V.ACTIVE: frozenset({_V.SUPERSEDED}),
        _V.SUPERSEDED: frozenset(),
        _V.DISCARDED: frozenset(),
    },
    {_V.DRAFT: "a draft", _V.ACTIVE: "in force", _V.SUPERSEDED: "superseded", _V.DISCARDED: "discarded"},
)

_BOOKED_AGAIN = frozenset({_S.BOOKED, _S.SKIPPED})

SESSION = Machine(
    "planned session",
    {
        _S.PLANNED: frozenset({_S.BOOKED, _S.SKIPPED}),
        _S.BOOKED: frozenset({_S.ARRIVED, _S.CANCELLED, _S.LATE_CANCELLED, _S.NO_SHOW}),
        _S.ARRIVED: frozenset({_S.IN_PROGRESS, _S.ATTENDED_NOT_TREATED}),
        _S.IN_PROGRESS: frozenset({_S.DELIVERED, _S.ATTENDED_NOT_TREATED}),
        _S.DELIVERED: frozenset(),
        _S.ATTENDED_NOT_TREATED: _BOOKED_AGAIN,
        _S.CANCELLED: _BOOKED_AGAIN,
        _S.LATE_CANCELLED: _BOOKED_AGAIN,
        _S.NO_SHOW: _BOOKED_AGAIN,
        _S.SKIPPED: frozenset(),
    },
    {state: str(state).replace("_", " ") for state in SessionState},
)
"""A session that was lost is booked again under its number, with another appointment."""

GOAL = Machine(
    "goal",
    {
        _G.PROPOSED: frozenset({_G.ACTIVE}),
        _G.ACTIVE: frozenset({_G.ACHIEVED, _G.NOT_ACHIEVED, _G.REPLACED}),
        _G.ACHIEVED: frozenset(),
        _G.NOT_ACHIEVED: frozenset(),
        _G.REPLACED: frozenset(),
    },
    {state: str(state).replace("_", " ") for state in GoalState},
)

EXERCISE = Machine(
    "exercise",
    {
        _E.ACTIVE: frozenset({_E.PAUSED, _E.ENDED}),
        _E.PAUSED: frozenset({_E.ACTIVE, _E.ENDED}),
        _E.ENDED: frozenset(),
    },
    {state: str(state) for state in ExerciseState},
)

CONSENT = Machine(
    "consent",
    {
        _C.GIVEN: frozenset({_C.WITHDRAWN, _C.SUPERSEDED, _C.EXPIRED}),
        _C.WITHDRAWN: frozenset(),
        _C.SUPERSEDED: frozenset(),
        _C.EXPIRED: frozenset(),
    },
    {state: str(state) for state in ConsentState},
)

AUTOMATIC_HOLDS = frozenset(
    {HoldReason.NEW_FLAG, HoldReason.CLEARANCE_EXPIRED, HoldReason.WORSENING, HoldReason.INCIDENT}
)
