"""Refusals about what is recorded at a visit; each names what to correct and an act that leads out."""

from collections.abc import Sequence

from practice.core.errors import RELOAD, Conflict, Refusal, RuleViolation, WayOut


def correct(field: str, label: str) -> tuple[WayOut, ...]:
    """Return the way out of a value that was typed wrong: the same form with that field in focus."""
    return (WayOut("correct", label, {"field": field}),)


class NotAccepted(RuleViolation):
    """Numbers or answers that cannot be; every fault is listed."""

    code = "not_accepted"
    title = "This cannot be right"

    def __init__(self, faults: Sequence[str], field: str) -> None:
        way_out = correct(field, "Correct the entry")
        super().__init__(" ".join(faults), ways_out=way_out)
        self._refusals = tuple(Refusal(self.code, fault, ways_out=way_out) for fault in faults)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Return every fault."""
        return self._refusals


class AlreadyMeasured(Conflict):
    """The number was recorded at this visit already; it can only be corrected with a reason."""

    code = "already_measured"
    title = "Measured already"

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(
            f"Recorded at this visit already: {', '.join(labels)}. Correct it with a reason instead.",
            ways_out=(*correct("reason", "Correct it with a reason"), RELOAD),
        )


class CorrectionNeedsReason(RuleViolation):
    """A correction keeps the original and says why."""

    code = "correction_needs_reason"
    title = "Why is this corrected?"

    def __init__(self) -> None:
        super().__init__(
            "The original stays readable. Say in a few words why it is corrected.",
            ways_out=correct("reason", "Give a reason"),
        )


class NothingToRecordYet(Conflict):
    """The client has not come, so there is no visit yet."""

    code = "no_visit_yet"
    title = "The client is not here yet"

    def __init__(self, appointment_uid: str, state: str) -> None:
        super().__init__(
            "A visit can be recorded once the client has arrived.",
            ways_out=(WayOut("open_visit", "Open the appointment", {"appointment": appointment_uid}), RELOAD),
            context={"state": state},
        )


class TooManyActivities(RuleViolation):
    """A client rates five activities at most."""

    code = "too_many_activities"
    title = "Five activities are the most"

    def __init__(self) -> None:
        super().__init__(
            "Five activities are rated already. End one of them before adding another.",
            ways_out=(RELOAD,),
        )


class AppliesTooEarly(RuleViolation):
    """A definition cannot be changed for days that are past."""

    code = "applies_too_early"
    title = "Not for the past"

    def __init__(self) -> None:
        super().__init__(
            "A change holds from today on at the earliest: what was judged before stays as it was judged.",
            ways_out=correct("applies_from", "Choose today or a later day"),
        )
