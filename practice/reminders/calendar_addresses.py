"""The secret address of a calendar: one that lives for each therapist and client, renewed and ended at will."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.links import link_token, make_link, revoke_links
from practice.accounts.models import SignedLink
from practice.clients.following import records_of
from practice.core.actor import Actor
from practice.core.events import Event, record
from practice.reminders.links import CLIENT

CALENDAR = "calendar"
THERAPIST = "therapist_user"


@dataclass(frozen=True, slots=True)
class CalendarOf:
    """Whose calendar it is: a client by id, or the therapist whom a user is, by the user's id.

    So the address of somebody who is that therapist no more opens nothing, and shows nobody else's diary.
    """

    kind: str
    id: int


def find_address(session: Session, owner: CalendarOf) -> SignedLink | None:
    """Return the link that lives, None when nobody can follow the calendar; one statement."""
    named = {"purpose": CALENDAR, "subject_kind": owner.kind, "subject_id": owner.id}
    return session.scalars(select(SignedLink).filter_by(revoked_at=None, **named)).one_or_none()


def renew_address(session: Session, *, owner: CalendarOf, actor: Actor, now: datetime) -> SignedLink:
    """Give the calendar a new address; the one before opens nothing from now on.

    Only what the address is for is stored, never the seal that opens it: see ``accounts.links``.
    """
    end_address(session, owner=owner, actor=actor, now=now)
    link = make_link(session, purpose=CALENDAR, subject_kind=owner.kind, subject_id=owner.id, expires_at=None, now=now)
    record(session, Event("calendar_address.made", "link", link.uid, actor, now, {"of": owner.kind}))
    return link


def end_address(session: Session, *, owner: CalendarOf, actor: Actor, now: datetime) -> int:
    """End the address, also those of records merged into a client; return how many lived."""
    ids = list(session.scalars(records_of(owner.id))) if owner.kind == CLIENT else [owner.id]
    return sum(
        revoke_links(session, subject_kind=owner.kind, subject_id=each, purpose=CALENDAR, actor=actor, now=now)
        for each in ids
    )


def calendar_url(base_url: str, key: str, link: SignedLink) -> str:
    """Return the address that calendar programs subscribe to."""
    return f"{base_url}/f/{link_token(key, link)}/calendar.ics"
