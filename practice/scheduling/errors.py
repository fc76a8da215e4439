"""Refusals of bookings and their changes: each with a sentence for the desk and acts that lead out."""

from collections.abc import Mapping

from practice.core.errors import RELOAD, Conflict, PracticeError, Refusal, RuleViolation, StaleVersion, WayOut

NEXT_TIMES = WayOut("next_times", "Show the next free times")
HOLD_AGAIN = WayOut("hold_again", "Hold this time again")
GIVE_REASON = WayOut("give_reason", "Give a reason")

CONFLICT_CODES = frozenset({"time_taken", "buffer", "group_full"})
"""Refusals that mean *somebody else was there first*; one of them makes the whole answer a conflict."""


class TimeTaken(Conflict):
    """Somebody else has the time."""

    code = "time_taken"
    title = "This time is taken"

    def __init__(self, sentence: str = "Somebody else has this time.", **more: object) -> None:
        super().__init__(sentence, ways_out=(NEXT_TIMES,), context=more)


class BufferTaken(Conflict):
    """The treatment fits, the minutes around it do not."""

    code = "buffer"
    title = "Too close to another appointment"

    def __init__(self, sentence: str = "The minutes before or after this time belong to another appointment.") -> None:
        super().__init__(sentence, ways_out=(NEXT_TIMES,))


class MergedMeanwhile(StaleVersion):
    """The client's record was merged into another between the reading of it and the lock."""

    code = "merged_meanwhile"
    title = "The records were merged"

    def __init__(self) -> None:
        super().__init__(
            "The client's record was merged with another at the same moment. Look at what is true now.",
            ways_out=(RELOAD,),
        )


class _Refused(PracticeError):
    """Several rules refuse; all are listed, the first one speaks."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__(refusals[0].sentence, ways_out=refusals[0].ways_out)
        self._refusals = refusals
        self.code = refusals[0].code

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Return every reason."""
        return self._refusals


class BookingConflict(_Refused, Conflict):
    """Rules refuse, and at least one because the time is somebody else's."""

    title = "This time is taken"


class BookingRefused(_Refused, RuleViolation):
    """Rules of the practice refuse."""

    title = "This cannot be booked"


def refused(refusals: tuple[Refusal, ...]) -> BookingConflict | BookingRefused:
    """Return what one or more *refusals* amount to, conflicts named first."""
    ordered = tuple(sorted(refusals, key=lambda refusal: refusal.code not in CONFLICT_CODES))
    return BookingConflict(ordered) if ordered[0].code in CONFLICT_CODES else BookingRefused(ordered)


class WrongState(Conflict):
    """The appointment is not, or no longer, in a state in which this can be done."""

    code = "wrong_state"
    title = "Not possible any more"

    def __init__(self, sentence: str, *, state: str, ways_out: tuple[WayOut, ...] = ()) -> None:
        super().__init__(sentence, ways_out=(*ways_out, RELOAD), context={"state": state})


class HoldExpired(Conflict):
    """The hold ran out or was let go; the time may be gone."""

    code = "hold_expired"
    title = "The hold has run out"

    def __init__(self, context: Mapping[str, object] | None = None) -> None:
        super().__init__(
            "This time is no longer held. Hold it again if it is still free, or choose another.",
            ways_out=(HOLD_AGAIN, NEXT_TIMES),
            context=context,
        )


class ReasonNeeded(RuleViolation):
    """An act that is only allowed with a reason came without one."""

    code = "reason_needed"
    title = "A reason is needed"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, ways_out=(GIVE_REASON,))


class NothingToUndo(Conflict):
    """There is no act left that could be taken back."""

    code = "nothing_to_undo"
    title = "Nothing to undo"

    def __init__(self, sentence: str = "There is nothing here that can be taken back.") -> None:
        super().__init__(sentence, ways_out=(RELOAD,))


class OutsideRecordingWindow(RuleViolation):
    """A past visit is recorded for the future, or for too long ago."""

    code = "outside_recording_window"
    title = "Not a time that can be recorded"


class LocationNeeded(RuleViolation):
    """The practice has several places, and times differ between them."""

    code = "location_needed"
    title = "Choose a location"


class TooManyParkedCalls(RuleViolation):
    """A tray holds five calls."""

    code = "too_many_parked_calls"
    title = "The tray is full"


class TooManyHolds(RuleViolation):
    """One user keeps no more than a handful of times free."""

    code = "too_many_holds"
    title = "Too many times are held"


class NothingToSwap(RuleViolation):
    """Both appointments have the same of what was to be swapped."""

    code = "nothing_to_swap"
    title = "Nothing to swap"


class TooEarly(RuleViolation):
    """Something that only time can show was claimed before its time."""

    code = "too_early"
    title = "Too early for that"
