"""Appointment states and the steps between them, as one table."""

from enum import StrEnum


class AppointmentState(StrEnum):
    """Where an appointment stands; all but the last three occupy time."""

    HELD = "held"
    TENTATIVE = "tentative"
    BOOKED = "booked"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    ENTERED_IN_ERROR = "entered_in_error"


State = AppointmentState

FREES_TIME = frozenset({State.CANCELLED, State.NO_SHOW, State.ENTERED_IN_ERROR})
OCCUPIES_TIME = frozenset(State) - FREES_TIME
OPEN = frozenset({State.TENTATIVE, State.BOOKED})

TRANSITIONS: dict[State, frozenset[State]] = {
    State.HELD: frozenset({State.TENTATIVE, State.BOOKED}),
    State.TENTATIVE: frozenset({State.BOOKED, State.ARRIVED, State.NO_SHOW, State.CANCELLED, State.ENTERED_IN_ERROR}),
    State.BOOKED: frozenset({State.TENTATIVE, State.ARRIVED, State.NO_SHOW, State.CANCELLED, State.ENTERED_IN_ERROR}),
    State.ARRIVED: frozenset({State.IN_PROGRESS, State.CANCELLED, State.ENTERED_IN_ERROR}),
    State.IN_PROGRESS: frozenset({State.COMPLETED, State.ENTERED_IN_ERROR}),
    State.COMPLETED: frozenset({State.ENTERED_IN_ERROR}),
    State.CANCELLED: frozenset({State.ENTERED_IN_ERROR}),
    State.NO_SHOW: frozenset({State.ENTERED_IN_ERROR}),
    State.ENTERED_IN_ERROR: frozenset(),
}


def may_step(before: State, after: State) -> bool:
    """Return whether one act may lead from *before* to *after*; undo is not a step but a return."""
    return after in TRANSITIONS[before]
