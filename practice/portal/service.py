"""What a client does behind a link. Each act may come twice: the second time finds what the first one did."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.accounts.links import link_actor, mark_used
from practice.accounts.models import SignedLink
from practice.clients.consents import Purpose
from practice.clients.models import Client
from practice.clients.queries import find_consent
from practice.clients.service import withdraw_consent
from practice.clients.verifying import verify_address
from practice.core.errors import NotFound, WayOut
from practice.portal.errors import NoLongerOpen
from practice.portal.visits import ManagedVisit, Standing, get_visit
from practice.reminders.links import CLIENT
from practice.reminders.queries import addresses_reached
from practice.scheduling.absences.offering import take_kept_time
from practice.scheduling.appointments.attending import confirm
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.wishes import MoveWish

LINK_REASONS = frozenset({"ill", "not_said"})


def confirm_visit(session: Session, *, link: SignedLink, now: datetime) -> None:
    """Note that the client will come. Raises ``NotFound`` and :class:`NoLongerOpen`."""
    visit = _open_visit(session, link, now)
    if visit.appointment.confirmed_at is None:
        confirm(session, appointment_uid=visit.appointment.uid, actor=link_actor(link), now=now)
    _note_use(session, link, visit, now)


def cancel_visit(session: Session, *, link: SignedLink, reason: str, now: datetime) -> None:
    """Call the visit off: always possible while it is to come, the fee being proposed to the desk only.

    None is proposed while an absence has left the visit to a call.

    *reason* is ``ill`` or ``not_said``. A visit that is cancelled already stays so. Raises ``NotFound`` and
    :class:`NoLongerOpen`.
    """
    visit = get_visit(session, link=link, actor=link_actor(link), now=now)
    if visit.standing is Standing.CANCELLED:
        return
    _require_coming(visit)
    said = reason if reason in LINK_REASONS else "not_said"
    cancel(
        session,
        appointment_uid=visit.appointment.uid,
        reason="therapist_away" if visit.is_in_question else said,
        by=CancelledBy.LINK,
        actor=link_actor(link),
        now=now,
    )
    _note_use(session, link, visit, now)


def move_visit(
    session: Session,
    *,
    link: SignedLink,
    local_start: datetime,
    therapist_uid: str,
    rules: BookingRules,
    now: datetime,
) -> None:
    """Move the visit to another offered time, as the portal's rule among *rules* allows it.

    Raises ``NotFound``, :class:`NoLongerOpen` and what ``reschedule`` raises.
    """
    visit = _open_visit(session, link, now)
    reschedule(
        session,
        appointment_uid=visit.appointment.uid,
        wish=MoveWish(local_start=local_start, therapist=therapist_uid),
        rules=rules,
        actor=link_actor(link),
        now=now,
    )
    _note_use(session, link, visit, now)


def take_time(session: Session, *, link: SignedLink, held_uid: str, rules: BookingRules, now: datetime) -> None:
    """Move the visit to one of the times that the practice keeps for it.

    Raises ``NotFound``, :class:`NoLongerOpen`, ``TimesEnded`` and what ``reschedule`` raises.
    """
    visit = _open_visit(session, link, now)
    number = visit.appointment.id
    take_kept_time(session, appointment_id=number, held_uid=held_uid, rules=rules, actor=link_actor(link), now=now)
    _note_use(session, link, visit, now)


def stop_reminders(session: Session, *, link: SignedLink, now: datetime) -> int:
    """Withdraw the consent to reminders of the link's client and return the client's id.

    Stopping twice is no error. Raises ``NotFound``.
    """
    client = _client_of(session, link, now)
    if client is None:
        raise NotFound("There is nothing to stop here any more.")
    if find_consent(session, client.id, Purpose.REMINDER_EMAIL) is not None:
        withdraw_consent(
            session,
            client=client,
            purpose=Purpose.REMINDER_EMAIL,
            channel="link",
            actor=link_actor(link),
            now=now,
        )
    mark_used(session, link=link, now=now)
    return client.id


def _client_of(session: Session, link: SignedLink, now: datetime) -> Client | None:
    if link.subject_kind == CLIENT:
        return session.get(Client, link.subject_id)
    return get_visit(session, link=link, actor=link_actor(link), now=now).appointment.client


def _open_visit(session: Session, link: SignedLink, now: datetime) -> ManagedVisit:
    visit = get_visit(session, link=link, actor=link_actor(link), now=now)
    _require_coming(visit)
    return visit


def _require_coming(visit: ManagedVisit) -> None:
    if visit.standing is not Standing.COMING:
        raise NoLongerOpen(
            "This appointment cannot be changed here any more. Please call us.",
            ways_out=(WayOut("reload", "Show what is true now"),),
        )


def _note_use(session: Session, link: SignedLink, visit: ManagedVisit, now: datetime) -> None:
    """Keep the first use; whoever acts from a mail has proved that its address is read."""
    mark_used(session, link=link, now=now)
    client_id = visit.appointment.client_id
    if client_id is not None:
        verify_address(
            session, client_id=client_id, addresses=addresses_reached(session, visit.appointment.id), now=now
        )
