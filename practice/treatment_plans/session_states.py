"""Where a planned session stands, derived from its appointment: nothing has to be told when that changes. Pure."""

from collections.abc import Mapping

from practice.scheduling.lifecycle import AppointmentState
from practice.treatment_plans.lifecycles import SessionState

_A, _S = AppointmentState, SessionState

_DERIVED: Mapping[AppointmentState, SessionState] = {
    _A.HELD: _S.PLANNED,
    _A.TENTATIVE: _S.BOOKED,
    _A.BOOKED: _S.BOOKED,
    _A.ARRIVED: _S.ARRIVED,
    _A.IN_PROGRESS: _S.IN_PROGRESS,
    _A.COMPLETED: _S.DELIVERED,
    _A.CANCELLED: _S.CANCELLED,
    _A.NO_SHOW: _S.NO_SHOW,
    _A.ENTERED_IN_ERROR: _S.PLANNED,
}

TO_BE_BOOKED = frozenset({_S.PLANNED, _S.CANCELLED, _S.LATE_CANCELLED, _S.NO_SHOW, _S.ATTENDED_NOT_TREATED})
STANDING = frozenset({_S.BOOKED, _S.ARRIVED, _S.IN_PROGRESS})
SETTLED = frozenset({_S.DELIVERED, _S.SKIPPED})


def session_state(
    appointment: AppointmentState | None,
    *,
    has_arrived: bool = False,
    is_late: bool = False,
    was_treated: bool = True,
    is_skipped: bool = False,
) -> SessionState:
    """Return where a session stands; a tentative booking is booked, one in error never was.

    Somebody who arrived and was sent home, or whose visit was not a treatment, attended and was not treated.
    """
    if is_skipped:
        return _S.SKIPPED
    if appointment is None:
        return _S.PLANNED
    state = _DERIVED[appointment]
    if (state is _S.CANCELLED and has_arrived) or (state is _S.DELIVERED and not was_treated):
        return _S.ATTENDED_NOT_TREATED
    return _S.LATE_CANCELLED if state is _S.CANCELLED and is_late else state
