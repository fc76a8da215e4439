"""Refusals of acts on screenings, flags and clearances."""

from collections.abc import Iterable, Mapping

from practice.core.errors import RELOAD, Conflict, NotAllowed, RuleViolation, WayOut
from practice.safety.clearing import WHY_NOT, ClearanceState


def correct(field: str, label: str) -> tuple[WayOut, ...]:
    """Return the way out that leads to a field."""
    return (WayOut("correct", label, {"field": field}),)


class FormIncomplete(RuleViolation):
    """A form came without some of its answers, or with answers that it does not know."""

    code = "form_incomplete"
    title = "The form is not complete"

    def __init__(self, keys: Iterable[str]) -> None:
        named = sorted(keys)
        super().__init__(
            f"{len(named)} question(s) have no answer yet. Every question needs one.",
            ways_out=correct(named[0], "Go to the first of them"),
            context={"questions": named},
        )


class AlreadySigned(Conflict):
    """A form that was signed is not signed again."""

    code = "signed_already"
    title = "Signed already"

    def __init__(self) -> None:
        super().__init__("This form was signed already.", ways_out=(RELOAD,))


class TierStays(NotAllowed):
    """Only a document dated after it ends an emergency; nobody who treats may make it weigh less."""

    code = "emergency_stays"
    title = "This stays"

    def __init__(self) -> None:
        super().__init__(
            "An emergency is never made lighter by a therapist. A document dated after it opens the way again."
        )


class NotLighter(RuleViolation):
    """To lower a flag means to let it weigh less than now."""

    code = "not_lighter"
    title = "Not lighter"

    def __init__(self) -> None:
        super().__init__(
            "Choose a lighter tier than the present one; raise the flag again to make it heavier.",
            ways_out=correct("tier", "Choose another tier"),
        )


class FlagClosed(Conflict):
    """The flag was closed meanwhile."""

    code = "flag_closed"
    title = "Closed already"

    def __init__(self) -> None:
        super().__init__("This was closed already.", ways_out=(RELOAD,))


class SayWhy(RuleViolation):
    """The act needs a reason in words."""

    code = "reason_in_words"
    title = "Say why"

    def __init__(self) -> None:
        super().__init__("Say why in a few words; it is kept.", ways_out=correct("reason", "Write the reason"))


class WrongClearanceState(Conflict):
    """What is asked of a clearance cannot follow its present state."""

    code = "clearance_state"
    title = "Not possible now"

    def __init__(self, state: ClearanceState, wanted: ClearanceState) -> None:
        super().__init__(WHY_NOT[state], ways_out=(RELOAD,), context={"state": str(state), "wanted": str(wanted)})


class ClearanceNotFitting(RuleViolation):
    """What the document says does not fit the flags that it is read for; ``field`` names what."""

    code = "clearance_not_fitting"
    title = "This does not fit"

    def __init__(self, sentence: str, field: str, context: Mapping[str, object] | None = None) -> None:
        super().__init__(sentence, ways_out=correct(field, "Correct it"), context=context)


class NotThatDocument(RuleViolation):
    """A file is not what its name or type says, is none of the kinds that are taken, or is too large."""

    code = "document_refused"
    title = "This file cannot be taken"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, ways_out=correct("document", "Choose another file"))
