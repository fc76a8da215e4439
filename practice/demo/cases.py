"""The clinical side of the courses that the demo follows, and of the clients whose case is open. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from practice.safety.catalogue import T1, T2, Clinician, Raised
from practice.treatment_plans.diagnosis import Branch, Cause, CauseSource, Side
from practice.treatment_plans.next_steps import Step
from practice.visits.pre_check import Answers

EMERGENCY = Answers(frozenset({"second_leg", "saddle", "bladder"}))
"""What Tomas answers on the day on which his course is stopped."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """A clearance read on the first day: who wrote it, how old it is then, and its last day, counted from the first."""

    clinician: Clinician
    name: str
    dated: int
    until: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided at a checkpoint and why; ``adherence`` is the mean percentage until then."""

    step: Step
    adherence: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One course: its episode, what makes it safe, how it is treated at home and what is decided on the way."""

    side: Side
    branch: Branch
    weeks: int
    cause: Cause
    source: CauseSource
    template: str
    activities: tuple[str, str, str]
    exercises: Sequence[str]
    cleared: Cleared
    flags: Sequence[Raised] = ()
    decisions: Mapping[int, Decision] = field(default_factory=dict)
    completes: bool = False


_PELL, _AMARI = "Dr. S. Pell", "Dr. R. Amari"

CASES: Mapping[str, Case] = {
    "maya": Case(
        side=Side.LEFT,
        branch=Branch.PERONEAL,
        weeks=7,
        cause=Cause.DISC,
        source=CauseSource.IMAGING_REPORT,
        template="SUBACUTE",
        activities=("Sit through a meeting", "Drive to work", "Carry the shopping"),
        exercises=("NG_SLIDER", "EXT_PRESSUP", "WALK"),
        cleared=Cleared(Clinician.PHYSICIAN, _PELL, -3, 87),
        decisions={6: Decision(Step.CONTINUE, 86), 10: Decision(Step.DISCHARGE, 83)},
        completes=True,
    ),
    "dev": Case(
        side=Side.RIGHT,
        branch=Branch.TIBIAL,
        weeks=60,
        cause=Cause.STENOSIS,
        source=CauseSource.PHYSICIAN_REPORT,
        template="CHRONIC",
        activities=("Walk to the market", "Stand while cooking", "Climb the stairs at home"),
        exercises=("FLEX_KNEES", "WALK", "BRIDGE"),
        cleared=Cleared(Clinician.PHYSICIAN, _AMARI, -3, 170),
        flags=(Raised("ANTICOAG", T2), Raised("AGE_ONSET", T1)),
        decisions={
            4: Decision(Step.CHANGE_APPROACH, 69, "Flexion eases, extension does not: changed to flexion."),
            8: Decision(Step.CONTINUE_ONCE, 68),
            12: Decision(Step.CONTINUE, 65),
        },
        completes=True,
    ),
    "rosalind": Case(
        side=Side.RIGHT,
        branch=Branch.BOTH,
        weeks=9,
        cause=Cause.DISC,
        source=CauseSource.PHYSICIAN_REPORT,
        template="SUBACUTE",
        activities=("Sleep through the night", "Sit at the desk", "Put on socks"),
        exercises=("NG_SLIDER", "WALK", "BREATHE"),
        cleared=Cleared(Clinician.PHYSICIAN, _PELL, -3, 87),
        decisions={6: Decision(Step.REFER, 86, "Nothing has improved although she did her exercises.")},
    ),
    "tomas": Case(
        side=Side.LEFT,
        branch=Branch.TIBIAL,
        weeks=8,
        cause=Cause.DISC,
        source=CauseSource.IMAGING_REPORT,
        template="SUBACUTE",
        activities=("Lift his daughter", "Sit in the car", "Play football"),
        exercises=("NG_SLIDER", "EXT_PRESSUP"),
        cleared=Cleared(Clinician.PHYSICIAN, _AMARI, -3, 87),
        decisions={4: Decision(Step.CONTINUE_ONCE, 86)},
    ),
    "aisha": Case(
        side=Side.RIGHT,
        branch=Branch.NONE_BELOW_KNEE,
        weeks=8,
        cause=Cause.PREGNANCY,
        source=CauseSource.PHYSICIAN_REPORT,
        template="PREGNANCY",
        activities=("Turn over in bed", "Stand while teaching", "Climb stairs"),
        exercises=("BREATHE", "WALK"),
        cleared=Cleared(Clinician.MIDWIFE, "K. Doyle", -2, 27),
        flags=(Raised("PREG", T2),),
        decisions={3: Decision(Step.CONTINUE, 79), 6: Decision(Step.CONTINUE, 76)},
        completes=True,
    ),
    "colin": Case(
        side=Side.LEFT,
        branch=Branch.NONE_BELOW_KNEE,
        weeks=10,
        cause=Cause.PIRIFORMIS,
        source=CauseSource.RMT_IMPRESSION,
        template="SUBACUTE",
        activities=("Lift boxes", "Drive the van", "Sit on the sofa"),
        exercises=("PIRI_STRETCH", "HAM_STRETCH", "BRIDGE", "WALK"),
        cleared=Cleared(Clinician.PHYSICIAN, _AMARI, -3, 87),
        decisions={
            6: Decision(Step.RETRY_WITH_LESS, 30, "Four exercises were too many: two from now on, in the evening."),
            10: Decision(Step.DISCHARGE, 72),
        },
        completes=True,
    ),
}

KEPT_EXERCISES = 2
"""So many are left of four when fewer are tried."""


LOST: Mapping[str, Mapping[int, int]] = {"aisha": {4: 5}, "colin": {3: 4, 7: 8}}
"""Visits of a course that did not take place, and those that took their place; counted from 0."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that happens beside the visits: ``days`` from the visit of a place, or from today without one.

    ``minute`` counts from midnight, or from the start of the visit when ``at_visit``.
    """

    name: str
    minute: int
    days: int = 0
    visit: int | None = None
    at_visit: bool = False


_BEGIN = Turn("begin", 8 * 60, visit=0)

TURNS: Mapping[str, Sequence[Turn]] = {
    "maya": (_BEGIN,),
    "dev": (_BEGIN,),
    "rosalind": (_BEGIN, Turn("refer", 11 * 60, days=2, visit=5)),
    "tomas": (
        _BEGIN,
        Turn("stop", 5, visit=4, at_visit=True),
        Turn("tell", 12, visit=4, at_visit=True),
        Turn("send_away", 10 * 60, days=1, visit=4),
    ),
    "aisha": (_BEGIN, Turn("lapse", 6 * 60, visit=4), Turn("renew", 9 * 60, days=-1, visit=5)),
    "colin": (_BEGIN,),
    "noor": (Turn("await_clearance", 10 * 60, days=-5),),
    "piet": (Turn("report_foot_drop", 18 * 60 + 40, days=-1),),
    "lena": (Turn("draft_only", 11 * 60, days=-2),),
    "sam": (Turn("note_minor", 12 * 60, days=-6),),
}
