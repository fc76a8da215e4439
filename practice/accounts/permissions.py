"""Permission is data: one table says who may do what, and whether to everything or only to what is their own."""

from collections.abc import Mapping
from enum import StrEnum

from practice.core.actor import Actor, Role


class Scope(StrEnum):
    """How far an action reaches for a role."""

    ALL = "all"
    OWN = "own"
    NONE = "none"


_COLUMNS = (Role.ANONYMOUS, Role.LINK, Role.RECEPTIONIST, Role.THERAPIST, Role.OWNER)
_N, _O, _A = Scope.NONE, Scope.OWN, Scope.ALL

# For a therapist, OWN means: clients with whom he has or had an appointment, and his own diary. For whoever holds
# a mail link it means the one thing that the link names; the same person may be signed in, so every role has it.
_ROWS: tuple[tuple[str, Scope, Scope, Scope, Scope, Scope], ...] = (
    # action                  anon link rece ther owner
    ("public", _A, _A, _A, _A, _A),
    ("link.use", _O, _O, _O, _O, _O),
    ("account.use", _N, _N, _A, _A, _A),
    ("demo_mailbox.read", _A, _A, _A, _A, _A),
    ("today.read", _N, _N, _A, _O, _A),
    ("calendar.read", _N, _N, _A, _A, _A),
    ("calendar_address.own", _N, _N, _N, _O, _O),
    ("calendar_address.client", _N, _N, _A, _N, _A),
    ("availability.read", _N, _N, _A, _A, _A),
    ("appointment.list", _N, _N, _A, _O, _A),
    ("appointment.read", _N, _N, _A, _O, _A),
    ("appointment.hold", _N, _N, _A, _O, _A),
    ("appointment.book", _N, _N, _A, _O, _A),
    ("appointment.change", _N, _N, _A, _O, _A),
    ("appointment.cancel", _N, _N, _A, _O, _A),
    ("fee.manage", _N, _N, _A, _N, _A),
    ("appointment.attend", _N, _N, _A, _O, _A),
    ("appointment.record_past", _N, _N, _A, _O, _A),
    ("appointment.undo", _N, _N, _A, _O, _A),
    ("wait_list.read", _N, _N, _A, _N, _A),
    ("wait_list.manage", _N, _N, _A, _N, _A),
    ("block.read", _N, _N, _A, _O, _A),
    ("block.manage", _N, _N, _A, _O, _A),
    ("parked_call.use", _N, _N, _A, _N, _A),
    ("client.search", _N, _N, _A, _O, _A),
    ("client.read", _N, _N, _A, _O, _A),
    ("client.create", _N, _N, _A, _N, _A),
    ("client.edit", _N, _N, _A, _N, _A),
    ("client.block_reason", _N, _N, _N, _N, _A),
    ("client.consent", _N, _N, _A, _N, _A),
    ("client.merge", _N, _N, _A, _N, _A),
    ("plan.read", _N, _N, _A, _O, _A),
    ("plan.chart", _N, _N, _N, _O, _A),
    ("plan.write", _N, _N, _N, _O, _A),
    ("outcome.read", _N, _N, _N, _N, _A),
    ("my_day.read", _N, _N, _N, _O, _N),
    ("visit.read", _N, _N, _N, _O, _A),
    ("visit.record", _N, _N, _N, _O, _A),
    ("measure.read", _N, _N, _N, _A, _A),
    ("measure.define", _N, _N, _N, _N, _A),
    ("safety.tell", _N, _N, _A, _O, _A),
    ("safety.screen", _N, _N, _A, _O, _A),
    ("safety.read", _N, _N, _N, _O, _A),
    ("safety.manage", _N, _N, _N, _O, _A),
    ("escalation.read", _N, _N, _N, _N, _A),
    ("clinic.read", _N, _N, _A, _A, _A),
    ("clinic.manage", _N, _N, _N, _N, _A),
    ("hours.manage", _N, _N, _N, _N, _A),
    ("time_off.manage", _N, _N, _A, _O, _A),
    ("settings.read", _N, _N, _A, _A, _A),
    ("settings.manage", _N, _N, _N, _N, _A),
    ("message.read", _N, _N, _A, _O, _A),
    ("message.manage", _N, _N, _A, _N, _A),
    ("task.read", _N, _N, _A, _N, _A),
    ("task.finish", _N, _N, _A, _N, _A),
    ("user.manage", _N, _N, _N, _N, _A),
    ("audit.read", _N, _N, _N, _N, _A),
    ("backup.read", _N, _N, _N, _N, _A),
)

PERMISSIONS: Mapping[str, Mapping[Role, Scope]] = {
    action: dict(zip(_COLUMNS, scopes, strict=True)) for action, *scopes in _ROWS
}


def scope_of(actor: Actor, action: str) -> Scope:
    """Return how far *action* reaches for *actor*; raises ``KeyError`` for an action that the table does not know."""
    row = PERMISSIONS[action]
    return Scope.ALL if actor.role is Role.SYSTEM else row[actor.role]


def may(actor: Actor, action: str) -> bool:
    """Return whether *actor* may do *action* to anything at all; pages use it to leave out what would be refused."""
    return scope_of(actor, action) is not Scope.NONE
