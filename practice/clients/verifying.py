"""Addresses that somebody has shown to read: the first act posted from a mail, never its opening."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from practice.clients.models import ClientContact, ClientRelation, ContactKind


def verify_address(session: Session, *, client_id: int, addresses: Collection[str], now: datetime) -> None:
    """Mark those of *addresses* that belong to the client or to a related client as verified, once."""
    if not addresses:
        return
    related = select(ClientRelation.related_client_id).where(ClientRelation.client_id == client_id)
    session.execute(
        update(ClientContact)
        .where(
            ClientContact.kind == ContactKind.EMAIL,
            ClientContact.normalised.in_(addresses),
            ClientContact.verified_at.is_(None),
            or_(ClientContact.client_id == client_id, ClientContact.client_id.in_(related)),
        )
        .values(verified_at=now),
        execution_options={"synchronize_session": False},
    )
