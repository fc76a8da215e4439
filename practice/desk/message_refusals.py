"""What the codes of mails, their words and their policies mean, as (status, meaning, way out)."""

from collections.abc import Mapping

MAIL: Mapping[str, tuple[int, str, str]] = {
    "call_done": (422, "Somebody has made this call.", "Read it again, look at what is true now, then decide."),
    "not_to_be_sent": (422, "The mail arrived, is on its way, or would come too late.", "Call the client instead."),
    "text_missing": (422, "A mail would have no subject, or nothing to say.", "Write it, or go back to the standard."),
    "text_too_long": (422, "A text of a mail is longer than anybody reads.", "Shorten it."),
    "text_breaks_header": (
        422,
        "A text carries a line break in a subject, or a character that nobody sees.",
        "Take it out.",
    ),
    "placeholder_unknown": (
        422,
        "A text asks for something that its mail does not know.",
        "Use the placeholders that are listed.",
    ),
    "text_not_neutral": (
        422,
        "A text says what a visit is for, or leads elsewhere.",
        "Say it without that word: mails are read by others.",
    ),
}
