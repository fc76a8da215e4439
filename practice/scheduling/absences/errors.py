"""Refusals of changes to what the diary stands on: each leads back to the preview or to its form."""

from collections.abc import Sequence

from practice.core.errors import RELOAD, Conflict, RuleViolation, StaleVersion, WayOut

LOOK_AGAIN = WayOut("preview", "Show the preview as it is now")


class PreviewOutdated(StaleVersion):
    """The diary or the practice changed since the preview was shown; ``changes`` says what, in sentences."""

    code = "preview_outdated"
    title = "The diary changed since this preview"

    def __init__(self, changes: Sequence[str]) -> None:
        super().__init__(
            f"Nothing was changed. Since you looked: {' '.join(changes)} Look again, then decide.",
            ways_out=(LOOK_AGAIN,),
            context={"changes": list(changes)},
        )


class ProposalTaken(Conflict):
    """A time that was chosen for a visit is no longer free."""

    code = "proposal_taken"
    title = "A chosen time is gone"

    def __init__(self, sentence: str, *, visit: str) -> None:
        super().__init__(f"Nothing was changed. {sentence}", ways_out=(LOOK_AGAIN,), context={"visit": visit})


class AnswersMissing(RuleViolation):
    """Not every visit that is hit has an answer that can be carried out."""

    code = "answers_missing"
    title = "Some visits have no answer yet"

    def __init__(self, sentence: str) -> None:
        super().__init__(f"Nothing was changed. {sentence}", ways_out=(WayOut("correct", "Choose what becomes of it"),))


class AbsenceOver(RuleViolation):
    """Somebody would be away at a time that has passed."""

    code = "absence_over"
    title = "That time has passed"

    def __init__(self) -> None:
        super().__init__(
            "That time has passed already. What happened then is recorded at each visit; choose a time still to come.",
            ways_out=(WayOut("correct", "Correct the dates", {"field": "first_on"}),),
        )


class TooManyVisits(RuleViolation):
    """More visits are hit than one preview can show."""

    code = "too_many_visits"
    title = "Too many visits at once"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"This hits more than {most} visits. Do it in parts: give an earlier last day, then go on from there.",
            ways_out=(WayOut("correct", "Choose fewer days", {"field": "last_on"}),),
        )


class NothingChanges(RuleViolation):
    """The room, the service or the place is out of use already."""

    code = "nothing_changes"
    title = "That is so already"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is out of use already.", ways_out=(WayOut("correct", "Choose another", {"field": "uid"}),)
        )


class ChangeIncomplete(RuleViolation):
    """Something that this kind of change needs was not said."""

    code = "change_incomplete"
    title = "Something is missing"

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__(sentence, ways_out=(WayOut("correct", "Complete it", {"field": field}),))


class NoLongerToCall(Conflict):
    """The call was made, or the visit changed in another way."""

    code = "no_longer_to_call"
    title = "Settled already"

    def __init__(self) -> None:
        super().__init__("Somebody has settled this visit already.", ways_out=(RELOAD,))


class TimesNotOffered(RuleViolation):
    """No times can be kept for the client by mail."""

    code = "times_not_offered"
    title = "No times can be sent"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, ways_out=(RELOAD,))


class TimesEnded(Conflict):
    """The times that were kept ran out, one was taken, or the visit changed."""

    code = "times_ended"
    title = "These times are not kept any more"

    def __init__(self) -> None:
        super().__init__("These times are not kept for you any more. Please call us.", ways_out=(RELOAD,))
