"""Whose blocks they are: a therapist keeps the own time free, and sees the blocks that take it."""

from sqlalchemy.orm import Session

from practice.accounts.ownership import require_own
from practice.core.actor import Actor
from practice.scheduling.appointments.forms import require_own_diary
from practice.scheduling.blocks.queries import Owners, get_block, owners_of
from practice.scheduling.blocks.wishes import BlockWish


def require_own_wish(session: Session, wish: BlockWish, actor: Actor, action: str) -> None:
    """Raise ``NotFound`` unless every diary wished for is the actor's to keep free."""
    for uid in wish.therapists:
        require_own_diary(session, uid, actor, action)
    if wish.room is not None or not wish.therapists:
        require_own(session, actor, action)


def require_own_block(session: Session, uid: str, actor: Actor, action: str) -> Owners:
    """Return whose time a block takes; raises ``NotFound`` unless all of it is the actor's to change."""
    owners = _owners(session, uid)
    for therapist in owners.therapists:
        require_own(session, actor, action, therapist_id=therapist.id)
    if owners.room is not None or not owners.therapists:
        require_own(session, actor, action)
    return owners


def require_part_of_block(session: Session, uid: str, actor: Actor, action: str) -> Owners:
    """Return whose time a block takes; raises ``NotFound`` unless some of it is the actor's."""
    owners = _owners(session, uid)
    own = [therapist.id for therapist in owners.therapists if therapist.id == actor.therapist_id]
    require_own(session, actor, action, therapist_id=own[0] if own else None)
    return owners


def is_whole_own(owners: Owners, actor: Actor) -> bool:
    """Return whether a therapist may change a block: nobody else's time and no room is in it."""
    return owners.room is None and [one.id for one in owners.therapists] == [actor.therapist_id]


def _owners(session: Session, uid: str) -> Owners:
    block = get_block(session, uid)
    return owners_of(session, [block.id])[block.id]
