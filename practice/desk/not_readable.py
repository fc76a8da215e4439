"""A form of a panel that came with values that it cannot have, as a refusal like any other."""

from practice.core.errors import RELOAD, RuleViolation
from practice.web.forms import InvalidForm


class NotReadable(RuleViolation):
    """A form of the panel came with values that it cannot have."""

    code = "not_readable"
    title = "Not readable"


def unreadable(invalid: InvalidForm) -> NotReadable:
    """Return why a form was not taken, in its own sentences."""
    sentences = [sentence for found in invalid.errors.values() for sentence in found]
    return NotReadable(" ".join(["That could not be read.", *sentences]), ways_out=(RELOAD,))
