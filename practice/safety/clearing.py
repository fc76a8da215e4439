"""The life of a clearance, as one table: what may follow what, and why everything else is refused. Pure."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from enum import StrEnum

from practice.safety.catalogue import Clinician, latest_life, may_clear

LAPSES_AFTER = timedelta(days=30)
"""A request that nobody answered is over after this; a policy of this product."""

REFUSED_FOR = timedelta(days=30)
"""How long a physician's no stands before it may be asked again; a policy of this product."""


class ClearanceState(StrEnum):
    """Where a clearance stands; that it ran out is told by its last day, not by a state."""

    REQUESTED = "requested"
    RECEIVED = "received"
    VALID = "valid"
    REFUSED = "refused"
    VOIDED = "voided"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


State = ClearanceState

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.RECEIVED, State.REFUSED, State.WITHDRAWN, State.LAPSED}),
    State.RECEIVED: frozenset({State.VALID, State.REFUSED, State.WITHDRAWN}),
    State.VALID: frozenset({State.VOIDED}),
    State.REFUSED: frozenset(),
    State.VOIDED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.LAPSED: frozenset({State.RECEIVED}),
}

WHY_NOT: Mapping[State, str] = {
    State.REQUESTED: "The answer has not come yet.",
    State.RECEIVED: "The answer is here, and a therapist must read it first.",
    State.VALID: "It is in force already.",
    State.REFUSED: "The answer was no. Ask anew later.",
    State.VOIDED: "Something new came up, so it no longer counts. Ask for a new one.",
    State.WITHDRAWN: "It was taken back. Ask for a new one.",
    State.LAPSED: "Nobody answered in time. Ask again.",
}
"""Why nothing else can follow a state; said when somebody tries."""


class ClearanceKind(StrEnum):
    """What stands behind a clearance; only a document opens the way past a warning sign."""

    DOCUMENT = "physician_document"
    ATTESTED = "client_attested"


def may_step(before: State, after: State) -> bool:
    """Return whether a clearance may go from *before* to *after*."""
    return after in TRANSITIONS[before]


def not_theirs_to_clear(clinician: Clinician, codes: Collection[str]) -> list[str]:
    """Return the flags that a clearance of this clinician cannot cover."""
    return sorted(code for code in codes if not may_clear(clinician, code))


def latest_end(codes: Collection[str], valid_from: date) -> date | None:
    """Return the last day on which a clearance of these flags may be in force."""
    life = latest_life(codes)
    return None if life is None else valid_from + timedelta(days=life)
