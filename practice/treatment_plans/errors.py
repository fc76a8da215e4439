"""Refusals of acts on episodes and plans: each with a sentence and acts that lead out."""

from collections.abc import Iterable, Mapping

from practice.core.errors import RELOAD, Conflict, Refusal, RuleViolation, WayOut

SEE_PLAN = WayOut("open_plan", "Open the plan")


def correct(field: str, label: str) -> tuple[WayOut, ...]:
    """Return the way out of an input that cannot be taken."""
    return (WayOut("correct", label, {"field": field}),)


class ForbiddenStep(Conflict):
    """The life of the thing has no such step."""

    code = "forbidden_step"
    title = "Not possible any more"

    def __init__(
        self, sentence: str, *, thing: str, before: str, after: str, ways_out: tuple[WayOut, ...] = ()
    ) -> None:
        context = {"thing": thing, "from": str(before), "to": str(after)}
        super().__init__(sentence, ways_out=(*ways_out, RELOAD), context=context)


class _Missing(RuleViolation):
    """Several parts are missing; all are named at once."""

    def __init__(self, lead: str, parts: Iterable[Refusal]) -> None:
        self._parts = tuple(parts)
        sentence = f"{lead}: {'; '.join(part.sentence.rstrip('.') for part in self._parts)}."
        ways = tuple(way for part in self._parts for way in part.ways_out)
        super().__init__(sentence, ways_out=ways, context={"missing": [part.code for part in self._parts]})

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Return every part that is missing."""
        return self._parts


class PlanNotReady(_Missing):
    """Parts are missing without which nobody may be treated by a plan."""

    code = "plan_not_ready"
    title = "The plan is not ready"

    def __init__(self, parts: Iterable[Refusal]) -> None:
        super().__init__("The plan cannot be activated yet", parts)


class PlanNotOver(_Missing):
    """Something is still open that an ended plan cannot leave behind."""

    code = "plan_not_over"
    title = "The plan cannot end yet"

    def __init__(self, parts: Iterable[Refusal]) -> None:
        super().__init__("The plan cannot end yet", parts)


class HoldCauseOpen(_Missing):
    """What put the plan on hold is not resolved."""

    code = "hold_cause_open"
    title = "The plan stays on hold"

    def __init__(self, parts: Iterable[Refusal]) -> None:
        super().__init__("The plan stays on hold", parts)


class ImpossibleCourse(RuleViolation):
    """Blocks, gaps or checkpoints that no course can follow; every fault is named."""

    code = "impossible_course"
    title = "This course cannot be planned"

    def __init__(self, faults: Mapping[str, str]) -> None:
        ways = tuple(way for field in faults for way in correct(field, f"Correct the {field.replace('_', ' ')}"))
        super().__init__(" ".join(faults.values()), ways_out=ways, context={"faults": list(faults)})


class VersionFrozen(Conflict):
    """A version in force is never edited: a new one is written, with a reason and a new consent."""

    code = "version_frozen"
    title = "This version is in force"

    def __init__(self, sentence: str = "A version in force cannot be changed. Write a new version instead.") -> None:
        super().__init__(sentence, ways_out=(WayOut("revise_plan", "Write a new version"), RELOAD))


class TooManyExercises(RuleViolation):
    """Four exercises are prescribed already."""

    code = "too_many_exercises"
    title = "Four exercises at most"

    def __init__(self) -> None:
        super().__init__(
            "Four exercises are active already. End or pause one of them first.",
            ways_out=(SEE_PLAN,),
        )


class OpenPlanExists(RuleViolation):
    """An episode has one open plan at a time."""

    code = "open_plan_exists"
    title = "There is an open plan"

    def __init__(self, plan_uid: str) -> None:
        super().__init__(
            "This episode has an open plan. Go on with it, or end it first.",
            ways_out=(WayOut("open_plan", "Open the plan", {"plan": plan_uid}),),
        )


class PlanReasonNeeded(RuleViolation):
    """An act on a plan that is only allowed with a reason came without one."""

    code = "plan_reason_needed"
    title = "A reason is needed"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, ways_out=correct("reason", "Give a reason"))


class PlanTextOutdated(RuleViolation):
    """The sentence that the client agreed to is no longer the one in force."""

    code = "plan_text_outdated"
    title = "The sentence has changed"


class NothingToJudge(Conflict):
    """No session was treated that could be judged, or another one since the numbers were read."""

    code = "nothing_to_judge"
    title = "Nothing to judge yet"

    def __init__(self, sentence: str = "No session of the plan has been treated yet, so there is no verdict.") -> None:
        super().__init__(sentence, ways_out=(RELOAD, SEE_PLAN))


class DecisionNotOpen(RuleViolation):
    """The verdict does not leave this way open."""

    code = "decision_not_open"
    title = "Not after this verdict"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, ways_out=correct("decision", "Choose another way"))


class SessionTaken(Conflict):
    """The session has an appointment, or the appointment belongs to another session."""

    code = "session_taken"
    title = "This session is booked"

    def __init__(self, sentence: str = "This session of the plan is booked already.") -> None:
        super().__init__(sentence, ways_out=(RELOAD,))
