"""Who may override which rule: one table of code and role. An override needs a reason, and the log keeps its code."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from practice.core.actor import Role
from practice.core.errors import Refusal

_EVERYBODY = frozenset({Role.RECEPTIONIST, Role.THERAPIST, Role.OWNER})
_NOT_THE_DESK = frozenset({Role.THERAPIST, Role.OWNER})
_OWNER = frozenset({Role.OWNER})

MAY_OVERRIDE: Mapping[str, frozenset[Role]] = {
    "off_grid": _EVERYBODY,
    "notice": _EVERYBODY,
    "horizon": _EVERYBODY,
    "closed": _EVERYBODY,
    "outside_hours": _EVERYBODY,
    "time_off": _EVERYBODY,
    "buffer": _EVERYBODY,
    "travel_time": _EVERYBODY,
    "day_full": _NOT_THE_DESK,
    "week_full": _NOT_THE_DESK,
    "rest_needed": _NOT_THE_DESK,
    "client_gap": _EVERYBODY,
    "client_day_full": _EVERYBODY,
    "preference": _EVERYBODY,
    "plan_gap": _EVERYBODY,
    "reassessment_overdue": _NOT_THE_DESK,
    "not_with_therapist": _OWNER,
    "not_in_this_hour": _OWNER,
}
"""A rule that is not named here gives way to nobody: nobody overrides a real overlap."""


def may_override(role: Role, code: str) -> bool:
    """Return whether somebody in this role may override the rule, with a reason."""
    return role in MAY_OVERRIDE.get(code, frozenset())


def as_seen_by(role: Role, refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """Return the refusals as this role may hear and override them; the desk never hears what is clinical."""
    return tuple(_as_heard_by(role, each) for each in refusals)


def _as_heard_by(role: Role, refusal: Refusal) -> Refusal:
    return replace(
        refusal,
        sentence=(role in _NOT_THE_DESK and refusal.clinical_sentence) or refusal.sentence,
        clinical_sentence=None,
        overridable=refusal.overridable and may_override(role, refusal.code),
    )
