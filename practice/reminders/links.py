"""The two links of every mail: the client's page of one appointment, and the way to stop reminders."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from practice.accounts.links import link_token, make_link, revoke_links
from practice.accounts.models import SignedLink
from practice.clients.following import records_of
from practice.core.actor import Actor
from practice.scheduling.models import Appointment
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer

MANAGE = "manage"
STOP = "stop_reminders"
APPOINTMENT = "appointment"
CLIENT = "client"
OFFER = "offer"
STOP_OFFERS = "stop_offers"

STOP_LIFE = timedelta(days=365)
OFFER_LINK_LIFE = timedelta(days=60)
"""An offer that has ended can be looked at for so long: its page says what became of it and offers the way on."""
MOST_VISITS = 500
_RENEWED_BELOW = timedelta(days=60)
_OFFERS_SINCE = 2 * OFFER_LINK_LIFE
"""Links of older offers have ended by themselves."""


@dataclass(frozen=True, slots=True)
class Links:
    """Live links by appointment and by client, and what turns them into addresses."""

    base_url: str
    key: str
    manage: Mapping[int, SignedLink]
    stop: Mapping[int, SignedLink]

    def manage_url(self, appointment_id: int) -> str:
        """Return the address of an appointment's page."""
        return f"{self.base_url}/m/{link_token(self.key, self.manage[appointment_id])}"

    def form_url(self, appointment_id: int) -> str:
        """Return the address of the form behind an appointment's page."""
        return f"{self.manage_url(appointment_id)}/form"

    def stop_url(self, client_id: int) -> str:
        """Return the address at which a client stops reminders."""
        return f"{self.base_url}/u/{link_token(self.key, self.stop[client_id])}"


def offer_url(base_url: str, key: str, link: SignedLink) -> str:
    """Return the address of an offer's page."""
    return f"{base_url}/o/{link_token(key, link)}"


def stop_offers_url(base_url: str, key: str, link: SignedLink) -> str:
    """Return the address at which a client leaves the wait list."""
    return f"{base_url}/s/{link_token(key, link)}"


def end_links_of_client(session: Session, *, client_id: int, actor: Actor, now: datetime) -> int:
    """End every link in the mails that a client has got and return how many lived; later mails carry new ones.

    Those in offers too: an accepted one leads on to its visit. Records that were merged into this one count.
    """
    people = records_of(client_id)
    visits = select(Appointment.id).where(Appointment.client_id.in_(people), Appointment.ends_at > now)
    offers = select(WaitListOffer.id).join(WaitListOffer.entry).where(WaitListEntry.client_id.in_(people))
    recent = offers.where(WaitListOffer.offered_at > now - _OFFERS_SINCE).order_by(WaitListOffer.id.desc())
    return sum(
        revoke_links(session, subject_kind=kind, subject_id=number, actor=actor, now=now)
        for kind, subjects in ((CLIENT, people), (APPOINTMENT, visits), (OFFER, recent))
        for number in session.scalars(subjects.limit(MOST_VISITS)).all()
    )


def ensure_links(
    session: Session, appointment_ids: Collection[int], client_ids: Collection[int], *, now: datetime
) -> tuple[dict[int, SignedLink], dict[int, SignedLink]]:
    """Return the live links of these appointments and clients, making what is missing; one statement if nothing is."""
    manage, stop = find_links(session, appointment_ids, client_ids)
    for number in appointment_ids:
        if number not in manage:
            manage[number] = make_link(
                session, purpose=MANAGE, subject_kind=APPOINTMENT, subject_id=number, expires_at=None, now=now
            )
    for number in client_ids:
        if number not in stop or _ends_soon(stop[number], now):
            stop[number] = make_link(
                session, purpose=STOP, subject_kind=CLIENT, subject_id=number, expires_at=now + STOP_LIFE, now=now
            )
    return manage, stop


def _ends_soon(link: SignedLink, now: datetime) -> bool:
    return link.expires_at is not None and link.expires_at < now + _RENEWED_BELOW


def find_links(
    session: Session, appointment_ids: Collection[int], client_ids: Collection[int]
) -> tuple[dict[int, SignedLink], dict[int, SignedLink]]:
    """Return the live links that there are, by appointment and by client; one statement."""
    of_appointments = and_(
        SignedLink.purpose == MANAGE,
        SignedLink.subject_kind == APPOINTMENT,
        SignedLink.subject_id.in_(appointment_ids),
    )
    of_clients = and_(
        SignedLink.purpose == STOP, SignedLink.subject_kind == CLIENT, SignedLink.subject_id.in_(client_ids)
    )
    rows = select(SignedLink).where(SignedLink.revoked_at.is_(None), or_(of_appointments, of_clients))
    manage: dict[int, SignedLink] = {}
    stop: dict[int, SignedLink] = {}
    for link in session.execute(rows).scalars():
        (manage if link.purpose == MANAGE else stop)[link.subject_id] = link
    return manage, stop
