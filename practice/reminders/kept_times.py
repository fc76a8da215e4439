"""Sending times to choose from: only to a client whose messages have somewhere to go."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.reminders.offers import reachable_by_mail
from practice.scheduling.absences.calling import lock_open_call
from practice.scheduling.absences.errors import TimesNotOffered
from practice.scheduling.absences.models import TimesOffer
from practice.scheduling.absences.offering import offer_times
from practice.scheduling.claiming.rules import BookingRules


def send_times(
    session: Session, *, answer_uid: str, version: int | None = None, rules: BookingRules, actor: Actor, now: datetime
) -> TimesOffer:
    """Keep times for a visit that an absence hit and let its client choose by mail; nothing is moved unasked.

    Raises what ``offer_times`` raises, and :class:`TimesNotOffered` for a client without an open address.
    """
    _, appointment = lock_open_call(session, answer_uid)
    client_id = appointment.client_id
    if client_id is None or client_id not in reachable_by_mail(session, [client_id], now=now):
        raise TimesNotOffered("No mail reaches this client. Call instead.")
    return offer_times(session, answer_uid=answer_uid, version=version, rules=rules, actor=actor, now=now)
