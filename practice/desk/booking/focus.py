"""Where the focus goes when a panel is shown anew: to what comes next, so that hands stay on the keys. Pure."""

from collections.abc import Collection

SEARCH, TIMES, MAIN = "typed", "choice", "main"
_STAYS = frozenset({"service", "therapist", "location", "from_on", "more"})
_NEW_CLIENT = ("first_name", "last_name", "phone")


def next_focus(changed: str, *, has_client: bool, missing: Collection[str], errors: Collection[str]) -> str:
    """Return the field to go to after *changed*: an error, what a new client lacks, the same field, or the times."""
    if errors:
        return next(iter(errors))
    if not has_client:
        return changed if changed in _STAYS else SEARCH
    if missing and changed not in {*_STAYS, TIMES}:
        return next(name for name in _NEW_CLIENT if name in missing)
    return changed if changed in _STAYS else TIMES
