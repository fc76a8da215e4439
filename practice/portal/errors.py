"""Refusals that only clients behind a link meet."""

from practice.core.errors import RuleViolation


class NoLongerOpen(RuleViolation):
    """The visit is over, cancelled or has begun, so the link cannot act on it any more."""

    code = "visit_not_open"
    title = "This appointment has changed"
