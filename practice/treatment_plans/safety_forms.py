"""Whose safety is spoken about: an own client, and what belongs to her."""

from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.ownership import require_own
from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.core.errors import NotFound

READ, MANAGE, SCREEN, TELL = "safety.read", "safety.manage", "safety.screen", "safety.tell"


def own_client(session: Session, uid: str, action: str) -> Client:
    """Return a client of the actor's own; raises ``NotFound`` for any other."""
    client = get_client(session, uid)
    require_own(session, current_actor(), action, client_id=client.id)
    return client


def require_of(session: Session, client: Client, client_id: int) -> None:
    """Raise ``NotFound`` for what is another client's; a merged record's belongs to the one that is kept."""
    if session.get_one(Client, client_id).kept_id != client.id:
        raise NotFound("There is nothing of that kind for this client.")
