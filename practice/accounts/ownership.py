"""What is somebody's own, asked through three protocols.

Their implementations live higher up and are assembled in the composition roots: a diary is not known here.
"""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Select
from sqlalchemy.orm import Session, sessionmaker

from practice.accounts.errors import ForeignObject, RoleNotAllowed
from practice.accounts.permissions import Scope, scope_of
from practice.core.actor import Actor, Role

OWNERSHIP = "ownership"
"""Key in ``session.info`` under which a composition root hangs the two implementations."""

_JUDGED = "own_was_judged"


class TherapistOf(Protocol):
    """Returns the therapist whom a user is, None when he has no diary."""

    def __call__(self, session: Session, user_id: int) -> int | None: ...


class Owns(Protocol):
    """Returns whether a client is the actor's own: has or had an appointment or a plan with him."""

    def __call__(self, session: Session, actor: Actor, client_id: int) -> bool: ...


class OwnClients(Protocol):
    """Returns the select of the ids of all clients whom ``Owns`` calls the actor's own, for narrowing a search."""

    def __call__(self, actor: Actor) -> Select[int | None]: ...


@dataclass(frozen=True, slots=True)
class Ownership:
    """The implementations of one composition root."""

    therapist_of: TherapistOf
    owns: Owns
    own_clients: OwnClients


def assemble(sessions: sessionmaker[Session], ownership: Ownership) -> None:
    """Give every session of *sessions* the means to judge what is own."""
    sessions.configure(info={**sessions.kw.get("info", {}), OWNERSHIP: ownership})


def ownership_of(session: Session) -> Ownership:
    """Return the implementations assembled for *session*."""
    assembled: Ownership = session.info[OWNERSHIP]
    return assembled


def require_own(
    session: Session, actor: Actor, action: str, *, client_id: int | None = None, therapist_id: int | None = None
) -> None:
    """Raise :class:`ForeignObject` unless *actor* may do *action* to this client or diary; every id given must be own.

    A foreign object answers exactly as a missing one does. Raises :class:`RoleNotAllowed` when the action is refused
    to the role altogether.
    """
    scope = scope_of(actor, action)
    mark_judged(session)
    if scope is Scope.NONE:
        raise RoleNotAllowed(action)
    if scope is Scope.OWN and not _is_own(session, actor, client_id, therapist_id):
        raise ForeignObject(action)


def own_therapist_id(session: Session, actor: Actor, action: str) -> int | None:
    """Return the therapist to whose rows a list must be narrowed, None when *actor* may see all of them.

    Raises :class:`ForeignObject` when only own rows are allowed and the actor has no diary.
    """
    scope = scope_of(actor, action)
    mark_judged(session)
    if scope is Scope.ALL:
        return None
    if scope is Scope.NONE or actor.therapist_id is None:
        raise ForeignObject(action)
    return actor.therapist_id


def own_clients(session: Session, actor: Actor, action: str) -> Select[int | None] | None:
    """Return the select of client ids to which a search must be narrowed, None when *actor* may see all of them."""
    return None if own_therapist_id(session, actor, action) is None else ownership_of(session).own_clients(actor)


def _is_own(session: Session, actor: Actor, client_id: int | None, therapist_id: int | None) -> bool:
    if actor.role is not Role.THERAPIST or actor.therapist_id is None:
        return False
    if client_id is None and therapist_id is None:
        return False
    if therapist_id is not None and therapist_id != actor.therapist_id:
        return False
    return client_id is None or ownership_of(session).owns(session, actor, client_id)


def mark_judged(session: Session) -> None:
    """Note that the question *is it own?* was asked in this session; see ``policy``."""
    session.info[_JUDGED] = True


def was_judged(session: Session) -> bool:
    """Return whether the question was asked."""
    return bool(session.info.get(_JUDGED))
