"""Refusals of the wait list: an offer that has ended says what is true now, and how it goes on."""

from practice.core.errors import RELOAD, Conflict, RuleViolation, WayOut
from practice.scheduling.errors import NEXT_TIMES
from practice.scheduling.wait_list.states import EntryState, OfferState

OPEN_ENTRY = "open_wait_list_entry"

_ENDED = {
    OfferState.ACCEPTED: "This offer was accepted already, and the appointment is booked.",
    OfferState.DECLINED: "This offer was declined, and the time went on to somebody else.",
    OfferState.EXPIRED: "This offer has run out, and the time went on to somebody else.",
    OfferState.UNANSWERED: "Nobody was reached about this time.",
    OfferState.WITHDRAWN: "This offer was taken back, because the time is not available any more.",
    OfferState.OPEN: "This time is not held any more.",
}

_CLOSED = {
    EntryState.WAITING: "No time is offered to this client at the moment.",
    EntryState.OFFERED: "A time is offered to this client at the moment. Wait for the answer, or take the offer back.",
    EntryState.BOOKED: "This client has got a time and does not wait any more.",
    EntryState.WITHDRAWN: "This client does not wait any more.",
    EntryState.EXPIRED: "The last day that this client could wait for has passed.",
}


class OfferEnded(Conflict):
    """The offer was answered, has run out or was taken back."""

    code = "offer_ended"
    title = "This offer has ended"

    def __init__(self, state: OfferState) -> None:
        super().__init__(_ENDED[state], ways_out=(RELOAD, NEXT_TIMES), context={"state": str(state)})


class NotWaiting(Conflict):
    """The entry is closed, or an offer is under way."""

    code = "not_waiting"
    title = "Not waiting"

    def __init__(self, state: EntryState) -> None:
        super().__init__(_CLOSED[state], ways_out=(RELOAD,), context={"state": str(state)})


class WaitsAlready(RuleViolation):
    """The client is on the list for this service already."""

    code = "waits_already"
    title = "Already on the wait list"

    def __init__(self, entry_uid: str) -> None:
        ways = (WayOut(OPEN_ENTRY, "Change what the client waits for", {"entry": entry_uid}),)
        super().__init__("This client waits for this service already.", ways_out=ways, context={"entry": entry_uid})
