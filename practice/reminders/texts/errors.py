"""Why a text of a mail is not taken; each names the field to correct."""

from practice.clinic.errors import correct
from practice.core.errors import RuleViolation


class TextRefused(RuleViolation):
    """Base: a text that must not go into a mail."""

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__(sentence, ways_out=correct(field, "Correct the text"))


class TextMissing(TextRefused):
    """A mail would have no subject, or nothing to say."""

    code = "text_missing"
    title = "There is no text"


class TextTooLong(TextRefused):
    """The text is longer than anybody reads."""

    code = "text_too_long"
    title = "The text is too long"


class TextBreaksHeader(TextRefused):
    """The text carries a character that would end a line of the mail's head, or that nobody can see."""

    code = "text_breaks_header"
    title = "A character is not accepted"


class PlaceholderUnknown(TextRefused):
    """The text asks for something that this mail does not know."""

    code = "placeholder_unknown"
    title = "Unknown placeholder"


class TextNotNeutral(TextRefused):
    """The text says what a visit is for."""

    code = "text_not_neutral"
    title = "A mail must not say what the visit is for"
