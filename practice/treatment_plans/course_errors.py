"""Refusals of courses that are no course. Pure."""

from practice.core.errors import RuleViolation, WayOut

PROPOSE_AGAIN = WayOut("propose_again", "Show new proposals")


class CourseNotWhole(RuleViolation):
    """The visits sent are not one for each session, keep no gap of the plan, or lie four in seven days."""

    code = "course_not_whole"
    title = "These visits make no course"

    def __init__(self) -> None:
        super().__init__(
            "These visits are not one for each session of the plan, in its rhythm. Ask for new proposals.",
            ways_out=(PROPOSE_AGAIN,),
        )
