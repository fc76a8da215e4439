"""Sentences for the desk: what became of a message, and why one did not go. Pure."""

from collections.abc import Mapping

from practice.reminders.kinds import MessageKind, MessageState, Why

KIND_WORDS: Mapping[str, str] = {
    MessageKind.CONFIRMATION: "Confirmation",
    MessageKind.REMINDER: "Reminder",
    MessageKind.CALL_US: "Please call us",
    MessageKind.MOVED: "New time",
    MessageKind.CANCELLED: "Cancellation",
    MessageKind.PASSED_ON: "No longer theirs",
    MessageKind.DECIDE: "Decision",
    MessageKind.OFFER: "Offer of a time",
    MessageKind.TIMES: "Times to choose from",
    MessageKind.FORM: "Form to fill in",
}

STATE_WORDS: Mapping[str, str] = {
    MessageState.QUEUED: "waiting",
    MessageState.SENDING: "on its way",
    MessageState.RETRY: "tried, will be tried again",
    MessageState.UNKNOWN: "may have arrived, will be sent once more",
    MessageState.SENT: "sent",
    MessageState.FAILED: "not delivered",
    MessageState.EXPIRED: "too late to be useful",
    MessageState.SUPERSEDED: "no longer needed",
    MessageState.SKIPPED: "left out",
}

WHY_SENTENCES: Mapping[str, str] = {
    Why.HELD: "The time is only held; nobody is told about a hold.",
    Why.DO_NOT_TELL: "This was recorded without a mail to the client.",
    Why.NOBODY: "The client wants no messages.",
    Why.NO_ADDRESS: "There is no mail address; the visit is on the list of calls instead.",
    Why.SUPPRESSED: "The mail address was refused before; the visit is on the list of calls instead.",
    Why.UNREACHABLE: "There is neither a mail address nor a phone number.",
    Why.NO_CONSENT: "The client has not agreed to reminders, or has stopped them.",
    Why.IN_EARLIER_MESSAGE: "An earlier mail had said it by then.",
    Why.CONFIRMED_RECENTLY: "The client has confirmed, and the last mail was less than 18 hours before.",
    Why.ONE_CALL: "One call before the visit is enough.",
    Why.IN_QUESTION: "An absence hit this visit; the desk calls about it first.",
    Why.UNDECIDED: "The visit is still tentative; the desk decides first.",
    Why.NEVER_TOLD: "The client had not been told about this visit.",
    Why.UP_TO_DATE: "The client knows the visit as it stands.",
    Why.HAPPENED: "The client has come, or the visit is over.",
    Why.OVER: "The visit is over.",
    Why.TOO_LATE: "It could not be sent in time to be useful.",
    Why.OUTDATED: "The visit changed before it left.",
    Why.FORM_ASKED_BEFORE: "An earlier mail had asked for the form.",
    Why.ADDRESS_REFUSED: "The mail server says that this address does not exist. Ask for another one.",
    Why.MAIL_REFUSED: "The mail server refused this mail.",
    Why.NOT_RENDERED: "The mail could not be written; the owner has been told.",
    Why.UNSURE_TWICE: "The connection broke twice at the last moment; it may have arrived. Call to be sure.",
    Why.GAVE_UP: "The mail server could not be reached in time. Call instead.",
}


NOTHING_MISSING = frozenset({Why.UP_TO_DATE, Why.HAPPENED, Why.OVER, Why.HELD})
"""Reasons that need no saying: whoever looks at the visit misses nothing."""

AS_IT_SHOULD_BE = frozenset({Why.IN_EARLIER_MESSAGE, Why.CONFIRMED_RECENTLY, Why.ONE_CALL, Why.FORM_ASKED_BEFORE})
"""Reasons for which nothing need be done."""


def sentence_for(state: str, why: str) -> str:
    """Return one sentence about a message in *state*; *why* is empty for one that goes its way."""
    if why:
        return WHY_SENTENCES.get(why, "It was not sent.")
    return f"It is {STATE_WORDS[state]}." if state != MessageState.SENT else "It was accepted by the mail server."


def together_words(visits: int) -> str:
    """Return how many visits one mail tells of, empty for one."""
    return f"one mail for {visits} visits" if visits > 1 else ""


def code_words(code: int | None, reply: str) -> str:
    """Return what the mail server said last, empty when it said nothing yet."""
    return "" if code is None and not reply else f"{code or 'no answer'} {reply}".strip()
