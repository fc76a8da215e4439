"""Words of the outbox: what a message says, how it travels, where it stands and why it does not go."""

from enum import StrEnum


class MessageKind(StrEnum):
    """What a message says."""

    CONFIRMATION = "confirmation"
    REMINDER = "reminder"
    CALL_US = "call_us"
    MOVED = "moved"
    CANCELLED = "cancelled"
    PASSED_ON = "passed_on"
    DECIDE = "decide"
    OFFER = "offer"
    TIMES = "times"
    FORM = "form"


OFF = frozenset({MessageKind.CANCELLED, MessageKind.PASSED_ON})
"""What takes a visit back from a client: it does not take place, or is somebody else's now."""

NEWS = frozenset({MessageKind.CONFIRMATION, MessageKind.MOVED, MessageKind.CANCELLED})
"""What tells of something that was done: one act is told in one mail."""


WITHOUT_CALENDAR = frozenset({MessageKind.OFFER, MessageKind.TIMES, MessageKind.FORM})
"""What only proposes a time, or asks for something else, puts nothing into a calendar: it stands for no news."""


class Channel(StrEnum):
    """How it is said: by mail, by a call that the desk makes, or to the desk alone."""

    EMAIL = "email"
    PHONE = "phone"
    DESK = "desk"


class MessageState(StrEnum):
    """Where a message stands; ``unknown`` = the connection broke after DATA ended, one more copy is allowed."""

    QUEUED = "queued"
    SENDING = "sending"
    RETRY = "retry"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    SKIPPED = "skipped"


OPEN_STATES = (MessageState.QUEUED, MessageState.SENDING, MessageState.RETRY, MessageState.UNKNOWN)


class Why(StrEnum):
    """Why a message that one might expect is not wanted, was not sent or did not arrive."""

    HELD = "held"
    DO_NOT_TELL = "do_not_tell"
    NOBODY = "nobody"
    NO_ADDRESS = "no_address"
    SUPPRESSED = "suppressed"
    UNREACHABLE = "unreachable"
    NO_CONSENT = "no_consent"
    IN_EARLIER_MESSAGE = "in_earlier_message"
    CONFIRMED_RECENTLY = "confirmed_recently"
    ONE_CALL = "one_call"
    UNDECIDED = "undecided"
    IN_QUESTION = "in_question"
    NEVER_TOLD = "never_told"
    UP_TO_DATE = "up_to_date"
    HAPPENED = "happened"
    OVER = "over"
    TOO_LATE = "too_late"
    OUTDATED = "outdated"
    FORM_ASKED_BEFORE = "form_asked_before"
    ADDRESS_REFUSED = "address_refused"
    MAIL_REFUSED = "mail_refused"
    NOT_RENDERED = "not_rendered"
    UNSURE_TWICE = "unsure_twice"
    GAVE_UP = "gave_up"
