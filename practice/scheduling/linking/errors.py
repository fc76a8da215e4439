"""Refusals of linked visits."""

from practice.core.errors import RELOAD, RuleViolation, WayOut
from practice.scheduling.errors import NEXT_TIMES


class NotBackToBack(RuleViolation):
    """Visits that do not follow each other at once cannot be linked."""

    code = "not_back_to_back"
    title = "These do not follow each other"

    def __init__(self, sentence: str, *, number: int) -> None:
        super().__init__(sentence, ways_out=(NEXT_TIMES,), context={"visit": number})


class NotLinked(RuleViolation):
    """An act on linked visits was asked of one that stands alone."""

    code = "not_linked"
    title = "This visit stands alone"

    def __init__(self) -> None:
        super().__init__("This visit is linked to no other. Change it alone.", ways_out=(RELOAD,))


class AskWhetherBoth(RuleViolation):
    """A linked visit is to be moved, and nobody said whether the visit beside it comes along."""

    code = "linked_visits"
    title = "This visit is linked"

    def __init__(self, sentence: str, *, ways_out: tuple[WayOut, ...]) -> None:
        super().__init__(sentence, ways_out=ways_out)
