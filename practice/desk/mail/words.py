"""What the desk says about messages: what one is, where it stands, and why it does not go. Pure."""

from collections.abc import Mapping

from practice.reminders.kinds import MessageKind, MessageState, Why

KIND_WORDS: Mapping[MessageKind, str] = {
    MessageKind.CONFIRMATION: "Confirmation",
    MessageKind.REMINDER: "Reminder",
    MessageKind.CALL_US: "Please call us",
    MessageKind.MOVED: "New time",
    MessageKind.CANCELLED: "Cancellation",
}

STATE_WORDS: Mapping[MessageState, str] = {
    MessageState.QUEUED: "leaves",
    MessageState.SENDING: "is leaving",
    MessageState.RETRY: "is tried again",
    MessageState.UNKNOWN: "is sent once more",
    MessageState.SENT: "sent",
    MessageState.FAILED: "could not be delivered",
    MessageState.EXPIRED: "came too late to be sent",
    MessageState.SUPERSEDED: "was overtaken by a newer one",
    MessageState.SKIPPED: "was not needed",
}

WHY_WORDS: Mapping[Why, str] = {
    Why.HELD: "A held time is nobody's news.",
    Why.DO_NOT_TELL: "The desk chose not to write about this appointment.",
    Why.NOBODY: "The record says that messages go to nobody.",
    Why.NO_ADDRESS: "There is no mail address, so the desk phones instead.",
    Why.SUPPRESSED: "The address refused mail for good, so the desk phones instead.",
    Why.UNREACHABLE: "There is neither a mail address nor a phone number.",
    Why.NO_CONSENT: "The client has not agreed to mails.",
    Why.IN_EARLIER_MESSAGE: "An earlier mail says it already.",
    Why.CONFIRMED_RECENTLY: "The client has just confirmed.",
    Why.ONE_CALL: "One call is enough.",
    Why.UNDECIDED: "It is still tentative.",
    Why.NEVER_TOLD: "The client never heard of it.",
    Why.UP_TO_DATE: "The client knows what is true.",
    Why.HAPPENED: "The visit has begun or is over.",
    Why.OVER: "The time has passed.",
    Why.TOO_LATE: "It would come too late to be read.",
    Why.OUTDATED: "It is no longer true.",
    Why.ADDRESS_REFUSED: "The mail server refused the address.",
    Why.MAIL_REFUSED: "The mail server refused the mail.",
    Why.NOT_RENDERED: "The mail could not be written.",
    Why.UNSURE_TWICE: "The connection broke twice; it may have arrived.",
    Why.GAVE_UP: "It was tried until it was too late.",
}


def why_words(code: str) -> str:
    """Return why a message did not go, in a sentence; empty for none."""
    return WHY_WORDS[Why(code)] if code in set(Why) else ""
